/// What is known of features, behind the page: dashboards and labels by transcoder set.
///
/// All calls block and may come from any thread.
public protocol FeatureLibrary: Sendable {
  /// The sets that something is known of.
  func sets() -> [LibrarySet]

  /// Lists features of a set.
  func search(_ query: LibraryQuery, in set: String) throws(APIError) -> LibraryPage

  /// Features at a glance; unknown ones are left out.
  func cards(_ names: [LibraryName], in set: String) throws(APIError) -> [LibraryCard]

  /// All that is known of a feature.
  func dashboard(_ name: LibraryName, in set: String) throws(APIError) -> LibraryDashboard

  /// A feature's labels, the one that counts first.
  func labels(_ name: LibraryName, in set: String) throws(APIError) -> [LibraryLabel]

  /// Keeps a person's label, or with nil takes it away; returns what is left, the one that counts first.
  func label(_ name: LibraryName, as text: String?, in set: String) throws(APIError) -> [LibraryLabel]
}

/// A transcoder set of which dashboards are kept.
public struct LibrarySet: Encodable, Sendable, Equatable {
  /// The token.
  public var id: String
  /// The number of layers.
  public var layerCount: Int
  /// The number of features.
  public var featureCount: Int
  /// Whether there are dashboards, beside labels.
  public var hasDashboards: Bool

  /// Describes a set.
  public init(id: String, layerCount: Int, featureCount: Int, hasDashboards: Bool) {
    self.id = id
    self.layerCount = layerCount
    self.featureCount = featureCount
    self.hasDashboards = hasDashboards
  }
}

/// A feature of a set: `12/845`.
public struct LibraryName: Hashable, Sendable {
  /// The layer.
  public var layer: Int
  /// The index in its layer.
  public var index: Int

  /// Names a feature.
  public init(layer: Int, index: Int) {
    self.layer = layer
    self.index = index
  }

  /// Reads `12/845`; nil for anything else.
  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    self.init(layer: parts[0], index: parts[1])
  }

  init?(layer: some StringProtocol, index: some StringProtocol) {
    guard let layer = Int(layer), let index = Int(index), (0..<1 << 20).contains(layer),
      (0..<1 << 40).contains(index)
    else { return nil }
    self.init(layer: layer, index: index)
  }
}

/// Which features are listed.
public struct LibraryQuery: Sendable, Equatable {
  /// What features are sorted by.
  public enum Order: String, Sendable, CaseIterable {
    case relevance, name, density, peak, label
  }

  /// The text.
  public var text = ""
  /// Only features of these layers; nil for all.
  public var layers: ClosedRange<Int>?
  /// Only features with a density in this range; nil for all.
  public var densities: ClosedRange<Double>?
  /// Only features that a person has labelled.
  public var isNamedByPerson = false
  /// What they are sorted by.
  public var order = Order.name
  /// Whether the order is reversed.
  public var isDescending = false
  /// How many are left out at the beginning.
  public var offset = 0
  /// How many are listed.
  public var limit = 50

  /// Lists all.
  public init() {}
}

/// Some of the features that a query finds.
public struct LibraryPage: Encodable, Sendable, Equatable {
  /// The features, in order.
  public var features: [LibraryCard]
  /// How many there are in all.
  public var total: Int

  /// Puts a page together.
  public init(features: [LibraryCard], total: Int) {
    self.features = features
    self.total = total
  }
}

/// What a feature is called, by whom, and on what grounds.
public struct LibraryLabel: Encodable, Sendable, Equatable {
  /// The text.
  public var text: String
  /// `heuristic`, `model` or `person`.
  public var origin: String
  /// What it rests on.
  public var evidence: String
  /// Milliseconds since 1970.
  public var time: Int64

  /// Describes a label.
  public init(text: String, origin: String, evidence: String, time: Int64) {
    self.text = text
    self.origin = origin
    self.evidence = evidence
    self.time = time
  }
}

/// A stretch of text around a position where a feature is active.
public struct LibraryExample: Encodable, Sendable, Equatable {
  /// The document in its corpus.
  public var document: Int
  /// The texts of the tokens.
  public var tokens: [String]
  /// The activation at each token.
  public var activations: [Float]
  /// The place of the token that the example was chosen for.
  public var focus: Int

  /// Cuts out an example.
  public init(document: Int, tokens: [String], activations: [Float], focus: Int) {
    self.document = document
    self.tokens = tokens
    self.activations = activations
    self.focus = focus
  }
}

/// A feature at a glance.
public struct LibraryCard: Encodable, Sendable, Equatable {
  /// The layer.
  public var layer: Int
  /// The index in its layer.
  public var index: Int
  /// The label that counts; nil for none.
  public var label: LibraryLabel?
  /// The share of positions at which it is active.
  public var density: Double
  /// The greatest activation.
  public var peak: Float
  /// The examples, the strongest first.
  public var examples: [LibraryExample]

  /// Puts a card together.
  public init(
    layer: Int, index: Int, label: LibraryLabel?, density: Double, peak: Float, examples: [LibraryExample]
  ) {
    self.layer = layer
    self.index = index
    self.label = label
    self.density = density
    self.peak = peak
    self.examples = examples
  }
}
