/// All that is known of a feature.
public struct LibraryDashboard: Encodable, Sendable, Equatable {
  /// Positions by activation, in bins of equal width from 0 to the greatest.
  public struct Histogram: Encodable, Sendable, Equatable {
    /// The greatest activation.
    public var greatest: Float
    /// Positions in each bin.
    public var counts: [Int]

    /// Makes a histogram.
    public init(greatest: Float, counts: [Int]) {
      self.greatest = greatest
      self.counts = counts
    }
  }

  /// Examples of one strength.
  public struct Group: Encodable, Sendable, Equatable {
    /// What it is called.
    public var name: String
    /// The examples, the strongest first.
    public var examples: [LibraryExample]

    /// Names a group.
    public init(name: String, examples: [LibraryExample]) {
      self.name = name
      self.examples = examples
    }
  }

  /// A token at which the feature is often active.
  public struct FiringToken: Encodable, Sendable, Equatable {
    /// Its text.
    public var piece: String
    /// How often.
    public var count: Int
    /// The mean activation there.
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
      /// Its text.
      public var piece: String
      /// How much.
      public var value: Float

      /// Describes an effect.
      public init(piece: String, value: Float) {
        self.piece = piece
        self.value = value
      }
    }

    /// Those raised most.
    public var top: [Effect]
    /// Those lowered most.
    public var bottom: [Effect]

    /// Names both ends.
    public init(top: [Effect], bottom: [Effect]) {
      self.top = top
      self.bottom = bottom
    }
  }

  /// A feature that is active where this one is.
  public struct Neighbour: Encodable, Sendable, Equatable {
    /// The layer.
    public var layer: Int
    /// The index in its layer.
    public var index: Int
    /// Positions where both are active over positions where either is.
    public var overlap: Float
    /// The label that counts; nil for none.
    public var label: String?

    /// Describes a neighbour.
    public init(layer: Int, index: Int, overlap: Float, label: String?) {
      self.layer = layer
      self.index = index
      self.overlap = overlap
      self.label = label
    }
  }

  /// The layer.
  public var layer: Int
  /// The index in its layer.
  public var index: Int
  /// The label that counts, and all.
  public var label: LibraryLabel?
  /// All labels, the one that counts first.
  public var labels: [LibraryLabel]
  /// The share of positions at which it is active.
  public var density: Double
  /// The least activation where it is active.
  public var least: Float
  /// The greatest activation.
  public var greatest: Float
  /// How its activations are spread.
  public var histogram: Histogram
  /// Examples by strength.
  public var groups: [Group]
  /// The tokens at which it is active most often.
  public var firesOn: [FiringToken]
  /// What it writes to the logits, the same through the final norm, and what its encoder reads of embeddings.
  public var says: Effects
  /// The same through the final norm.
  public var saysNormed: Effects
  /// The tokens whose embeddings its encoder reads most.
  public var reads: Effects
  /// ‖decoder‖ to each layer from its own on.
  public var decoderNorms: [Float]
  /// The features that are active where it is.
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
