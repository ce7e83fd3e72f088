/// Which features have their rows, and which come next.
struct ExpansionQueue {
  private var isExpanded: [Bool]
  private let outputWeight: Double
  /// How many features are expanded.
  private(set) var expandedCount = 0
  /// The share of the influence that does not end in unexpanded features, as of the last ranking.
  private(set) var coverage = 0.0

  init(count: Int, outputWeight: Double) {
    isExpanded = Array(repeating: false, count: count)
    self.outputWeight = outputWeight
  }

  /// The expanded features, in ascending order.
  var expanded: [Int] { isExpanded.indices.filter { isExpanded[$0] } }

  /// Returns the `count` unexpanded features with the most influence; equal ones in order.
  ///
  /// - Parameter influence: The influence of each feature, or nil when all will be expanded anyway.
  mutating func next(_ count: Int, influence: [Double]?) -> [Int] {
    let waiting = isExpanded.indices.filter { !isExpanded[$0] }
    guard let influence else { return waiting }
    coverage = finalCoverage(influence)
    return Array(waiting.sorted { (influence[$0], $1) > (influence[$1], $0) }.prefix(count))
  }

  /// Marks features as expanded.
  mutating func markExpanded(_ places: [Int]) {
    for place in places where !isExpanded[place] {
      isExpanded[place] = true
      expandedCount += 1
    }
  }

  /// Returns 1 − the share of the outputs' influence that ends in unexpanded features.
  func finalCoverage(_ influence: [Double]) -> Double {
    guard outputWeight > 0 else { return 1 }
    let open = isExpanded.indices.reduce(0) { isExpanded[$1] ? $0 : $0 + influence[$1] }
    return 1 - open / outputWeight
  }
}
