/// All that is known of a feature.
public struct LibraryDashboard: Encodable, Sendable, Equatable {
  /// Positions by activation, in bins of equal width from 0 to the greatest.
  public struct Histogram: Encodable, Sendable, Equatable {
    public var greatest: Float
    public var counts: [Int]

    /// Makes a histogram.
    public init(greatest: Float, counts: [Int]) {
      self.greatest = greatest
      self.counts = counts
    }
  }

  /// Examples of one strength.
  public struct Group: Encodable, Sendable, Equatable {
    public var name: String
    public var examples: [LibraryExample]

    /// Names a group.
    public init(name: String, examples: [LibraryExample]) {
      self.name = name
      self.examples = examples
    }
  }

  /// A token at which the feature is often active.
  public struct FiringToken: Encodable, Sendable, Equatable {
    public var piece: String
    public var count: Int
    public var mean: Float

    /// Describes a token.
    public init(piece: String, count: Int, mean: Float) {
      self.piece = piece
      self.count = count
      self.mean = mean
    }
  }

  /// The tokens that a direction raises and lowers most.
  public struct Effects: Encodable, Sendable, Equatable {
    /// A token and how much.
    public struct Effect: Encodable, Sendable, Equatable {
      public var piece: String
      public var value: Float

      /// Describes an effect.
      public init(piece: String, value: Float) {
        self.piece = piece
        self.value = value
      }
    }

    public var top: [Effect]
    public var bottom: [Effect]

    /// Names both ends.
    public init(top: [Effect], bottom: [Effect]) {
      self.top = top
      self.bottom = bottom
    }
  }

  /// A feature that is active where this one is.
  public struct Neighbour: Encodable, Sendable, Equatable {
    public var layer: Int
    public var index: Int
    public var overlap: Float
    public var label: String?

    /// Describes a neighbour.
    public init(layer: Int, index: Int, overlap: Float, label: String?) {
      self.layer = layer
      self.index = index
      self.overlap = overlap
      self.label = label
    }
  }

  public var layer: Int
  public var index: Int
  /// The label that counts, and all.
  public var label: LibraryLabel?
  public var labels: [LibraryLabel]
  public var density: Double
  public var least: Float
  public var greatest: Float
  public var histogram: Histogram
  public var groups: [Group]
  public var firesOn: [FiringToken]
  /// What it writes to the logits, the same through the final norm, and what its encoder reads of embeddings.
  public var says: Effects
  public var saysNormed: Effects
  public var reads: Effects
  public var decoderNorms: [Float]
  public var coactive: [Neighbour]

  /// Puts together what is known.
  public init(
    layer: Int, index: Int, labels: [LibraryLabel], density: Double, least: Float, greatest: Float,
    histogram: Histogram, groups: [Group], firesOn: [FiringToken], says: Effects, saysNormed: Effects,
    reads: Effects, decoderNorms: [Float], coactive: [Neighbour]
  ) {
    self.layer = layer
    self.index = index
    label = labels.first
    self.labels = labels
    self.density = density
    self.least = least
    self.greatest = greatest
    self.histogram = histogram
    self.groups = groups
    self.firesOn = firesOn
    self.says = says
    self.saysNormed = saysNormed
    self.reads = reads
    self.decoderNorms = decoderNorms
    self.coactive = coactive
  }
}
