import Transcoders

/// How a position of one prompt is found in another.
public enum PositionMapping: String, Notated {
  /// How it is written.
  public static let example = "index, token, last or ends"

  /// The same number from the start.
  case index
  /// The same token, at the same occurrence from the end.
  case token
  /// The same number from the end.
  case last
  /// The same number from the start where both prompts begin alike, else the same number from the end.
  case ends

  /// Reads the name of a mapping.
  public init?(_ text: String) { self.init(rawValue: text) }

  /// The name.
  public var description: String { rawValue }

  /// Returns the position in `tokens` that stands for `position` of `donor`, or nil when there is none.
  public func position(of position: Int, in donor: [Int], for tokens: [Int]) -> Int? {
    switch self {
    case .index: return position < tokens.count ? position : nil
    case .last:
      let mapped = tokens.count - (donor.count - position)
      return mapped >= 0 ? mapped : nil
    case .ends:
      let alike = zip(donor, tokens).prefix { $0 == $1 }.count
      if position < alike { return position }
      let mapped = tokens.count - (donor.count - position)
      return mapped >= alike ? mapped : nil
    case .token:
      let token = donor[position]
      let later = donor[position...].dropFirst().count { $0 == token }
      let places = tokens.indices.filter { tokens[$0] == token }
      return later < places.count ? places[places.count - 1 - later] : nil
    }
  }
}

/// A feature whose activation is taken over from a donor prompt.
public struct DonorCopy: Hashable, Sendable {
  /// The feature's layer.
  public var layer: Int
  /// The feature's index.
  public var index: Int
  /// The position in the donor prompt; a negative one counts from the end.
  public var source: Int
  /// The position in the prompt, or nil to find it by a mapping.
  public var target: Int?

  /// Describes a copy.
  public init(layer: Int, index: Int, source: Int, target: Int? = nil) {
    self.layer = layer
    self.index = index
    self.source = source
    self.target = target
  }
}

extension InterventionEngine {
  /// Returns the interventions that give `recipient` this prompt's activations.
  ///
  /// - Throws: `InterventionError` for an address that does not exist, or a position without a counterpart.
  public func donations(
    _ copies: [DonorCopy], to recipient: [Int], mapping: PositionMapping
  ) throws(InterventionError) -> [Intervention] {
    var sites: [FeatureSite] = []
    for copy in copies {
      let here = Intervention(.feature(layer: copy.layer, index: copy.index), at: .at(copy.source), .scale(1))
      // A plan refuses what does not exist in the donor.
      let plan = try InterventionPlan([here], positionCount: positionCount, basis: basis)
      sites.append(FeatureSite(layer: copy.layer, position: plan.firstPosition ?? 0, index: copy.index))
    }
    let values = unmodified.activations(of: sites)
    var interventions: [Intervention] = []
    for (copy, (site, value)) in zip(copies, zip(sites, values)) {
      guard let target = copy.target ?? mapping.position(of: site.position, in: tokens, for: recipient) else {
        throw .unmapped(position: site.position, mapping)
      }
      interventions.append(
        Intervention(.feature(layer: copy.layer, index: copy.index), at: .at(target), .set(value)))
    }
    return interventions
  }
}

extension DonorCopy: Notated {
  /// How it is written.
  public static let example = "12/845@5->7"

  /// Reads `12/845@5->7`, or `12/845@5` for a position that a mapping finds.
  public init?(_ text: String) {
    guard let at = text.firstIndex(of: "@"),
      case .feature(let layer, let index)? = InterventionTarget(text[..<at])
    else { return nil }
    let places = text[text.index(after: at)...].split(separator: "->", omittingEmptySubsequences: false)
    let numbers = places.compactMap { Int($0) }
    guard numbers.count == places.count, (1...2).contains(numbers.count) else { return nil }
    self.init(
      layer: layer, index: index, source: numbers[0], target: numbers.count == 2 ? numbers[1] : nil)
  }

  /// The notation that `init(_:)` reads.
  public var description: String {
    "\(layer)/\(index)@\(source)" + (target.map { "->\($0)" } ?? "")
  }
}
