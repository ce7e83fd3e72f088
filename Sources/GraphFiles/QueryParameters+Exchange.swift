import Foundation

extension QueryParameters {
  /// Reads what a viewer's address says, such as `https://…/?slug=a&pinnedIds=1_2_3,4_5_6&supernodes=[["x","1_2_3"]]`.
  ///
  /// - Throws: ``GraphFileError/invalid(path:reason:)`` when there is nothing in it that a viewer would have put there.
  public init(address: String) throws(GraphFileError) {
    let query =
      address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).last.map(String.init)
      ?? ""
    var values: [String: JSONValue] = [:]
    for item in query.prefix(while: { $0 != "#" }).split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, QueryParameters.addressKeys.contains(String(parts[0])),
        let text = parts[1].replacing("+", with: " ").removingPercentEncoding
      else { continue }
      values[String(parts[0])] = .string(text)
    }
    guard !values.isEmpty, let data = try? JSONEncoder().encode(values),
      let read = try? JSONDecoder().decode(QueryParameters.self, from: data)
    else { throw .invalid(path: "The address", reason: "it names no pinned nodes, supernodes or labels") }
    self = read
  }

  /// What circuit-tracer's viewer reads from its address and saves.
  public var circuitTracer: [String: JSONValue] {
    var values: [String: JSONValue] = [
      "pinnedIds": .string(pinnedIDs.joined(separator: ",")), "supernodes": .string(json(groups)),
      "linkType": .string(linkType), "clickedId": .string(clickedID), "sg_pos": .string(subgraphPositions),
    ]
    if let pruningThreshold { values["pruningThreshold"] = .string("\(pruningThreshold)") }
    if !labels.isEmpty { values["clerps"] = .string(json(labels.map { [$0.feature, $0.label] })) }
    return values
  }

  /// The same as the query of an address, beginning with `?`.
  public func address(slug: String) -> String {
    var items = ["slug=" + QueryParameters.escaped(slug)]
    for key in QueryParameters.addressKeys {
      guard let text = circuitTracer[key]?.text, !text.isEmpty else { continue }
      items.append("\(key)=" + QueryParameters.escaped(text))
    }
    return "?" + items.joined(separator: "&")
  }

  /// A subgraph as Neuronpedia saves it.
  ///
  /// - Parameter model: The id that Neuronpedia has for the model and its features.
  public func neuronpedia(model: String, slug: String) -> [String: JSONValue] {
    [
      "modelId": .string(model), "slug": .string(slug), "pinnedIds": .array(pinnedIDs.map { .string($0) }),
      "supernodes": .array(groups.map { .array($0.map { .string($0) }) }),
      "clerps": .array(labels.map { .array([.string($0.feature), .string($0.label)]) }),
      "pruningThreshold": pruningThreshold.map { JSONValue($0) } ?? .null,
    ]
  }

  /// Takes out ids that are not among `known`, and returns them, each once.
  public mutating func removeNodes(notAmong known: Set<String>) -> [String] {
    let named = pinnedIDs + supernodes.flatMap(\.members) + (clickedID.isEmpty ? [] : [clickedID])
    var seen: Set<String> = []
    let unknown = named.filter { !known.contains($0) && seen.insert($0).inserted }
    pinnedIDs.removeAll { !known.contains($0) }
    for index in supernodes.indices { supernodes[index].members.removeAll { !known.contains($0) } }
    supernodes.removeAll { $0.members.isEmpty }
    if !known.contains(clickedID) { clickedID = "" }
    return unknown
  }

  private var groups: [[String]] { supernodes.map { [$0.label] + $0.members } }

  private func json(_ value: [[String]]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }

  private static let addressKeys = [
    "pinnedIds", "supernodes", "linkType", "clickedId", "sg_pos", "pruningThreshold", "clerps",
  ]

  private static func escaped(_ text: String) -> String {
    let plain = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }
}
