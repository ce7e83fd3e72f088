public import SpecimenTraining

/// A small model whose circuits are known: a synthetic language in which a behaviour is necessary, how a model of it is
/// made, what the model must be able to do, and the answer key.
public protocol Specimen: Sendable {
  /// What it is called, such as `twohop`.
  var name: String { get }
  /// What it does, in one line.
  var summary: String { get }
  /// The words of the language; `<s>`, `</s>` and `<unk>` are the first three.
  var vocabulary: WordVocabulary { get }
  /// The sizes in which it can be made, the usual one first.
  var sizes: [String] { get }
  /// How a model of a size is made.
  func making(size: String) -> SpecimenMaking
  /// The circuits of the answer key: each is a way in which prompts are answered.
  var circuits: [String] { get }
  /// A fresh prompt that a circuit answers, with its key; one number and seed always give the same prompt.
  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt
}

/// How the model of a specimen is made.
public enum SpecimenMaking: Sendable {
  /// By training, in phases that begin with each other's weights.
  case trained([SpecimenPhase])
  /// By writing the weights, with what the result must do.
  case compiled(TransformerParameters, [Behaviour])
}

/// A run of training that ends in a model that is kept.
public struct SpecimenPhase: Sendable {
  /// What the model behind it is called; the last phase's has no name of its own.
  public var name: String?
  /// Sizes, steps and rates.
  public var settings: TransformerTrainingSettings
  /// What is trained on.
  public var source: any SequenceSource
  /// What the model must be able to do.
  public var behaviours: [Behaviour]

  /// Describes a phase.
  public init(
    name: String? = nil, settings: TransformerTrainingSettings, source: any SequenceSource,
    behaviours: [Behaviour]
  ) {
    self.name = name
    self.settings = settings
    self.source = source
    self.behaviours = behaviours
  }
}

/// Seeds that mean the same everywhere.
public enum SpecimenSeed {
  /// The seed of training, where none is given.
  public static let training: UInt64 = 1
  /// The seed of the held-out trials behind reported scores; settings and languages are never chosen by them.
  public static let heldOut: UInt64 = 8
  /// The seed of trials to look at while a language is made.
  public static let development: UInt64 = 3
  /// The seed of the text that transcoders are trained on.
  public static let text: UInt64 = 4
}
