import FeatureDashboards

/// What fires where on a text.
struct FiringTable: Encodable {
  /// What is asked for.
  struct Selection {
    var limit: Int
    /// Only what fires there.
    var position: Int?
    var layers: ClosedRange<Int>?
    var maxDensity: Double
  }

  struct Piece: Encodable {
    var id: Int
    var piece: String
  }

  struct Row: Encodable {
    var name: FeatureName
    var label: String?
    /// The share of the corpus's positions at which it is active; nil without dashboards.
    var density: Double?
    /// The greatest activation of the corpus, or here.
    var greatest: Float
    /// The activation at each token.
    var activations: [Float]

    /// How strong it is at its strongest place, or at one place.
    func heat(_ position: Int?) -> Float {
      greatest > 0 ? (position.map { activations[$0] } ?? activations.max() ?? 0) / greatest : 0
    }
  }

  var tokens: [Piece]
  /// The features, the hottest first.
  var features: [Row]
  /// How many are active at all.
  var active: Int

  init(
    _ tokens: [Int], pieces: [String], activity: [[(name: FeatureName, value: Float)]],
    store: DashboardStore?,
    selection: Selection
  ) throws {
    self.tokens = zip(tokens, pieces).map { Piece(id: $0, piece: $1) }
    var found: [FeatureName: [Float]] = [:]
    for (place, features) in activity.enumerated() {
      for (name, value) in features {
        found[name, default: Array(repeating: 0, count: tokens.count)][place] = value
      }
    }
    active = found.count
    let wanted = found.filter { name, values in
      (selection.layers?.contains(name.layer) ?? true) && (selection.position.map { values[$0] > 0 } ?? true)
    }
    let rows = try FiringTable.rows(wanted, store).filter {
      $0.density.map { $0 <= selection.maxDensity } ?? true
    }
    features = Array(
      rows.sorted { ($0.heat(selection.position), $1.name) > ($1.heat(selection.position), $0.name) }
        .prefix(selection.limit))
    guard let store else { return }
    let labels = try store.winningLabels(features.map(\.name))
    for place in features.indices { features[place].label = labels[features[place].name]?.text }
  }

  private static func rows(_ found: [FeatureName: [Float]], _ store: DashboardStore?) throws -> [Row] {
    guard let store else {
      return found.map { Row(name: $0, greatest: $1.max() ?? 0, activations: $1) }
    }
    return try store.cards(found.keys.sorted(), examples: 0).map { card in
      let values = found[card.name] ?? []
      return Row(
        name: card.name, density: card.density, greatest: max(card.greatest, values.max() ?? 0),
        activations: values)
    }
  }
}
