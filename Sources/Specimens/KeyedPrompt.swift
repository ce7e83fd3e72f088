/// A prompt together with the true computation behind its answer: the answer key of a specimen.
///
/// The key is causal. A prompt is generated from named variables; a variable has a value, parents from which that value
/// follows, and positions at which a model that has read so far can know it. What the language makes necessary is in the
/// key; a path of a graph between two variables that the key does not connect is a shortcut.
public struct KeyedPrompt: Sendable, Hashable, Codable {
  /// Which of the specimen's circuits answers the prompt.
  public var circuit: String
  /// The tokens, the first of them `<s>`.
  public var tokens: [Int]
  /// The token that follows; where several are right, the one that the variables stand for.
  public var answer: Int
  /// The variables, parents before children; the last one is the answer.
  public var variables: [KeyVariable]
  /// The direct causes: which variable a variable is computed from.
  public var edges: [KeyEdge]

  /// Puts a prompt and its key together; edges run between variables that are there, from earlier to later ones.
  public init(
    circuit: String, tokens: [Int], answer: Int, variables: [KeyVariable], edges: [KeyEdge]
  ) {
    let order = Dictionary(
      variables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    precondition(order.count == variables.count, "two variables of one name in \(circuit)")
    for edge in edges {
      guard let from = order[edge.from], let to = order[edge.to], from < to else {
        preconditionFailure("edge \(edge.from) → \(edge.to) of \(circuit)")
      }
    }
    precondition(
      variables.allSatisfy { $0.positions.allSatisfy(tokens.indices.contains) }, "a position of \(circuit)")
    self.circuit = circuit
    self.tokens = tokens
    self.answer = answer
    self.variables = variables
    self.edges = edges
  }

  /// The variable of a name.
  public func variable(_ name: String) -> KeyVariable? { variables.first { $0.name == name } }

  /// The variables that a variable is computed from.
  public func parents(of name: String) -> [KeyVariable] {
    edges.filter { $0.to == name }.compactMap { variable($0.from) }
  }
}

/// A variable of the computation that a language makes necessary, with its value in one prompt.
public struct KeyVariable: Sendable, Hashable, Codable {
  /// Where a variable stands in the computation.
  public enum Role: String, Sendable, Hashable, Codable {
    /// Read off one token.
    case input
    /// Computed, and seen in no token.
    case intermediate
    /// The next token.
    case answer
  }

  /// What it is called, such as `state`.
  public var name: String
  /// Where it stands in the computation.
  public var role: Role
  /// Its value in this prompt, such as `texas`.
  public var value: String
  /// The positions at which the tokens read so far determine the value, in rising order; of an input only its own.
  public var positions: [Int]
  /// The neuron that is the variable's value, in a compiled model; nil in trained ones.
  public var neuron: NeuronPlace?

  /// Describes a variable.
  public init(
    _ name: String, _ role: Role, _ value: String, at positions: [Int], neuron: NeuronPlace? = nil
  ) {
    self.name = name
    self.role = role
    self.value = value
    self.positions = positions
    self.neuron = neuron
  }
}

/// A neuron of a model's MLPs.
public struct NeuronPlace: Sendable, Hashable, Codable {
  /// The layer, from 0.
  public var layer: Int
  /// The neuron's number in its layer.
  public var index: Int

  /// Names a neuron.
  public init(layer: Int, index: Int) {
    self.layer = layer
    self.index = index
  }
}

/// A direct cause: `to` is computed from `from`.
public struct KeyEdge: Sendable, Hashable, Codable {
  /// The parent's name.
  public var from: String
  /// The child's name.
  public var to: String
  /// +1 where the parent's value brings the child's value about, −1 where it holds the child's value down.
  public var sign: Int
  /// The exact weight of the edge in the graph of the model's neurons, where the model is compiled; nil in trained ones.
  public var weight: Double?

  /// Describes a cause.
  public init(_ from: String, _ to: String, sign: Int = 1, weight: Double? = nil) {
    precondition(sign == 1 || sign == -1, "sign \(sign)")
    self.from = from
    self.to = to
    self.sign = sign
    self.weight = weight
  }
}
