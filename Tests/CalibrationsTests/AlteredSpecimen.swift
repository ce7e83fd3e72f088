import SpecimenTraining
import Specimens

/// A specimen with another key, which may be wrong.
struct AlteredSpecimen: Specimen {
  let original: any Specimen
  /// Changes a key; also told its number.
  let change: @Sendable (inout KeyedPrompt, Int) -> Void

  var name: String { original.name }
  var summary: String { original.summary }
  var vocabulary: WordVocabulary { original.vocabulary }
  var sizes: [String] { original.sizes }
  var circuits: [String] { original.circuits }

  func making(size: String) -> SpecimenMaking { original.making(size: size) }

  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var prompt = original.keyedPrompt(circuit, index: index, seed: seed)
    change(&prompt, index)
    return prompt
  }
}
