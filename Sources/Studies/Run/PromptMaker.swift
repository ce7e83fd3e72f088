import Foundation
import LinearAlgebra
import LiveServices
import SpecimenTraining
import Specimens
import Tokenizers
import Transformers

/// Makes the prompts of a study's sets for a model.
struct PromptMaker {
  let subject: StudySubject
  let seed: UInt64

  /// All prompts of a set.
  func prompts(_ set: PromptSet) throws -> [StudyPrompt] {
    switch set.source {
    case .specimen(let name, let circuit): return try drawn(set, specimen: name, circuit)
    case .texts(let texts):
      return try sampled(texts.count, set.count).map { try prompt(set, $0, texts[$0]) }
    }
  }

  /// Which of a list's places are taken: the same in every list of one length.
  private func sampled(_ all: Int, _ count: Int?) -> [Int] {
    guard let count, count < all else { return Array(0..<all) }
    var random = SplitMix64(seed: seed &+ 1)
    return (0..<all).shuffled(using: &random).prefix(count).sorted()
  }

  private func prompt(_ set: PromptSet, _ row: Int, _ text: StudyText) throws -> StudyPrompt {
    let encoder = PromptEncoder(subject.model, rule: subject.firstToken)
    let tokens =
      set.isChat
      ? try encoder.tokens(of: [ChatMessage(role: "user", content: text.text)])
      : try encoder.tokens(of: text.text)
    return StudyPrompt(
      set: set.name, row: row, tokens: tokens, pieces: tokens.map { subject.model.tokenizer.piece($0) },
      columns: text.columns, positions: positions(text, tokens),
      answer: text.columns["answer"].flatMap { subject.token(of: $0) })
  }

  /// The last tokens of what a template put into a text.
  ///
  /// 1. The tokens' text is searched for the prompt's, since a template of a conversation may stand around it.
  /// 2. A column's last token is the first one with which the text reaches the column's end.
  private func positions(_ text: StudyText, _ tokens: [Int]) -> [String: [Int]] {
    guard !text.spans.isEmpty else { return [:] }
    let tokenizer = subject.model.tokenizer
    let ends = tokens.indices.map { tokenizer.decode(Array(tokens[...$0])).utf8.count }
    let whole = tokenizer.decode(tokens)
    guard let range = whole.range(of: text.text, options: .backwards) else { return [:] }
    let start = whole.utf8.distance(from: whole.startIndex, to: range.lowerBound)
    return text.spans.compactMapValues { span in
      ends.firstIndex { $0 >= start + span.upperBound }.map { [$0] }
    }
  }

  private func drawn(_ set: PromptSet, specimen name: String, _ circuit: String) throws -> [StudyPrompt] {
    guard let specimen = SpecimenShelf.specimen(named: name) else {
      throw StudyError("There is no specimen '\(name)': see 'microscope specimen list'.")
    }
    let words = specimen.vocabulary.words
    let tokenizer = subject.model.tokenizer
    let sample = Array(words.indices.suffix(3))
    guard tokenizer.vocabularySize == words.count,
      sample.allSatisfy({ tokenizer.piece($0).trimmingCharacters(in: .whitespaces) == words[$0] })
    else {
      throw StudyError(
        "The prompts of '\(set.name)' are in the language of the specimen \(name), which \(subject.name) does not read: run the study on specimen/\(name)."
      )
    }
    // A set's name moves its seed, so that probes are not the prompts that are tested.
    let own = set.name.utf8.reduce(seed &* 1000 &+ 17) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return (0..<(set.count ?? 0)).map { index in
      let keyed = specimen.keyedPrompt(circuit, index: index, seed: own)
      var columns = Dictionary(uniqueKeysWithValues: keyed.variables.map { ($0.name, $0.value) })
      columns["answer"] = words[keyed.answer]
      return StudyPrompt(
        set: set.name, row: index, tokens: keyed.tokens, pieces: keyed.tokens.map { words[$0] },
        columns: columns,
        positions: Dictionary(uniqueKeysWithValues: keyed.variables.map { ($0.name, $0.positions) }),
        answer: keyed.answer)
    }
  }
}
