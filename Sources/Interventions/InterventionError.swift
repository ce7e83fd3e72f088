/// What is wrong with an intervention that was asked for.
public enum InterventionError: Error, Equatable, CustomStringConvertible {
  /// The model has no such layer.
  case noSuchLayer(Int, layerCount: Int)
  /// The layer has no such feature.
  case noSuchFeature(layer: Int, index: Int, featureCount: Int)
  /// The prompt has no such positions.
  case noSuchPositions(PositionSlice, positionCount: Int)
  /// A factor or value is not a finite number.
  case notFinite(String)
  /// Two changes of one activation contradict each other.
  case conflict(String, position: Int)
  /// Errors and tokens can only be scaled.
  case onlyScaled(String)
  /// The features leave no error that could be changed.
  case noErrors
  /// The model gave something that is not a number.
  case brokenResult(String)
  /// The transcoders do not fit the model.
  case unfit(String)
  /// A donor's position has no counterpart.
  case unmapped(position: Int, PositionMapping)
  /// There is no supernode of this name.
  case noSuchSupernode(String, known: [String])
  /// Supernodes need a graph that names them.
  case noGraph
  /// A sweep of factors needs something that is scaled.
  case nothingToSweep
  /// A constrained range would end before it starts.
  case endsBeforeStart(Int, first: Int)
  /// Direct effects are not a run of the model that could be continued.
  case noText
  /// The work was stopped from outside.
  case cancelled

  /// One sentence: what is wrong, and what would do.
  public var description: String {
    switch self {
    case .noSuchLayer(let layer, let count):
      "There is no layer \(layer): the model has layers 0 to \(count - 1)."
    case .noSuchFeature(let layer, let index, let count):
      "There is no feature \(layer)/\(index): layer \(layer) has features 0 to \(count - 1)."
    case .noSuchPositions(let slice, let count):
      "There is no position '\(slice)' in a prompt of \(count) tokens: give 0 to \(count - 1), or -1 to -\(count) from the end."
    case .notFinite(let what): "\(what) is not a finite number."
    case .conflict(let what, let position):
      "\(what) is given two values at position \(position): name it once there."
    case .onlyScaled(let what): "\(what) can only be scaled, such as by 'x0': it has no activation to set."
    case .noErrors: "There are no errors to change: all neurons are features."
    case .brokenResult(let what):
      "\(what) is not a number under this intervention: make the factor smaller, or check the model's weights."
    case .unfit(let problem): problem
    case .unmapped(let position, let mapping):
      "The donor's position \(position) has no counterpart by \(mapping.rawValue): say where it goes, such as '@\(position)->3'."
    case .noSuchSupernode(let name, let known):
      known.isEmpty
        ? "There is no supernode '\(name)': the graph has none."
        : "There is no supernode '\(name)': the graph has \(known.joined(separator: ", "))."
    case .noGraph: "A supernode needs the graph that names it: give it with --graph."
    case .nothingToSweep: "A sweep of factors needs a change to sweep, such as --set 12/845@-1=x0."
    case .endsBeforeStart(let layer, let first):
      "The constrained range cannot end in layer \(layer), before its start \(first): sweep from \(first) on."
    case .noText:
      "Direct effects give no text: constrain fewer than all layers to generate."
    case .cancelled: "The intervention was cancelled."
    }
  }
}
