import SpecimenTraining

/// The text of a language, as other tools read it: words with spaces between.
public struct SpecimenText: Sendable {
  private let specimen: any Specimen
  private let making: SpecimenMaking

  /// The text that a model of a specimen was trained on, or, where it was not trained, the prompts that it answers.
  ///
  /// - Parameter model: The name of the model, such as `specimen/refusal-before`; nil for names of other specimens.
  public init?(_ specimen: any Specimen, model: String) {
    for size in specimen.sizes {
      let making = specimen.making(size: size)
      switch making {
      case .compiled where specimen.modelName(size: size) == model: self.making = making
      case .trained(let phases):
        guard let phase = phases.first(where: { specimen.modelName(size: size, phase: $0.name) == model })
        else {
          continue
        }
        self.making = .trained([phase])
      default: continue
      }
      self.specimen = specimen
      return
    }
    return nil
  }

  /// The number of words in each document.
  public var documentLength: Int {
    switch making {
    case .trained(let phases): phases[0].settings.contextLength - 1
    case .compiled: prompt(0, seed: 0).count
    }
  }

  /// A document; one number and seed always give the same one.
  ///
  /// It is a sequence of training without the `<s>` before it, filled up with the beginning of another one: together with
  /// `<s>` every document is one context of the model.
  public func document(_ index: Int, seed: UInt64) -> String {
    var tokens: [Int]
    switch making {
    case .trained(let phases):
      tokens = []
      // Sequences of other numbers fill up the end.
      var number = 2 * index
      while tokens.count < documentLength {
        tokens += phases[0].source.sequence(number, seed: seed).tokens.dropFirst()
        number += 1
      }
      tokens = Array(tokens.prefix(documentLength))
    case .compiled: tokens = prompt(index, seed: seed)
    }
    let words = specimen.vocabulary.words
    return tokens.map { words[$0] }.joined(separator: " ")
  }

  /// The prompts of all circuits in turn, without `<s>`.
  private func prompt(_ index: Int, seed: UInt64) -> [Int] {
    let circuit = specimen.circuits[index % specimen.circuits.count]
    return Array(specimen.keyedPrompt(circuit, index: index, seed: seed).tokens.dropFirst())
  }
}
