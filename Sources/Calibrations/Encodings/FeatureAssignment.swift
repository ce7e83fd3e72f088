import Specimens
import Transcoders

/// Which of a prompt's active features stand for which variable.
///
/// A feature stands for a variable whose value it encodes at its position. Of several it is the one with the largest F1;
/// features that encode several variables equally well, because these always agree, are dealt out along the layers: those of
/// the lowest layers to the first of the variables in the key, and so on.
struct FeatureAssignment {
  /// For each variable of the key, the places of its features, ascending.
  private(set) var members: [[Int]]
  /// For each feature, the variables whose values it encodes, be it dealt out to another one or not.
  private(set) var encoded: [Set<Int>]

  /// Assigns features.
  ///
  /// - Parameter values: The activation of each.
  init(
    _ prompt: KeyedPrompt, _ sites: [FeatureSite], values: [Float], _ encodings: Encodings,
    _ activity: FeatureActivity
  ) {
    members = Array(repeating: [], count: prompt.variables.count)
    encoded = Array(repeating: [], count: sites.count)
    let variables = Dictionary(uniqueKeysWithValues: prompt.variables.enumerated().map { ($1.name, $0) })
    var tied: [[Int]: [Int]] = [:]
    for (place, (site, value)) in zip(sites, values).enumerated() {
      guard let number = activity.number(site, value) else { continue }
      let found = encodings.encodings(number, at: site.position, in: prompt)
      let best = found.map(\.f1).max() ?? 0
      encoded[place] = Set(found.compactMap { variables[$0.variable] })
      let choices = Set(found.filter { $0.f1 == best }.compactMap { variables[$0.variable] }).sorted()
      if !choices.isEmpty { tied[choices, default: []].append(place) }
    }
    for (choices, places) in tied { deal(places, sites, to: choices) }
    for variable in members.indices { members[variable].sort() }
  }

  private mutating func deal(_ places: [Int], _ sites: [FeatureSite], to choices: [Int]) {
    let layers = Set(places.map { sites[$0].layer }).sorted()
    for place in places {
      let rank = layers.firstIndex(of: sites[place].layer) ?? 0
      members[choices[rank * choices.count / max(layers.count, choices.count)]].append(place)
    }
  }
}
