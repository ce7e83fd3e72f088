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
  public var id: String
  public var layerCount: Int
  public var featureCount: Int
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
  public var layer: Int
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
    guard let layer = Int(layer), let index = Int(index), (0..<1 << 20).contains(layer), (0..<1 << 40).contains(index)
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

  public var text = ""
  public var layers: ClosedRange<Int>?
  public var densities: ClosedRange<Double>?
  /// Only features that a person has labelled.
  public var isNamedByPerson = false
  public var order = Order.name
  public var isDescending = false
  public var offset = 0
  public var limit = 50

  /// Lists all.
  public init() {}
}

/// Some of the features that a query finds.
public struct LibraryPage: Encodable, Sendable, Equatable {
  public var features: [LibraryCard]
  public var total: Int

  /// Puts a page together.
  public init(features: [LibraryCard], total: Int) {
    self.features = features
    self.total = total
  }
}

/// What a feature is called, by whom, and on what grounds.
public struct LibraryLabel: Encodable, Sendable, Equatable {
  public var text: String
  /// `heuristic`, `model` or `person`.
  public var origin: String
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
  public var document: Int
  public var tokens: [String]
  public var activations: [Float]
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
  public var layer: Int
  public var index: Int
  public var label: LibraryLabel?
  public var density: Double
  public var peak: Float
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
