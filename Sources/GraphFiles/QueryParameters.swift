import Foundation

/// What the reader of a graph did with it: pins, supernodes, labels (`qParams`).
public struct QueryParameters: Equatable, Sendable {
  /// The ids of the nodes in the subgraph.
  public var pinnedIDs: [String] = []
  /// Named groups of pinned nodes.
  public var supernodes: [SupernodeRecord] = []
  /// Which links are shown: `both`, `input`, `output` or `either`.
  public var linkType = "both"
  /// The id of the node that is selected, or empty.
  public var clickedID = ""
  /// The places of the subgraph's nodes, in the viewer's own notation.
  public var subgraphPositions = ""
  /// The place of the pruning slider, a share of influence.
  public var pruningThreshold: Double?
  /// Labels given by the reader.
  public var labels: [LabelRecord] = []
  /// What other tools keep with the parameters.
  public var other: [String: JSONValue] = [:]

  /// Parameters of a graph that nobody has touched.
  public init() {}
}

/// A named group of nodes.
public struct SupernodeRecord: Equatable, Sendable {
  /// The group's name.
  public var label: String
  /// The ids of its nodes.
  public var members: [String]

  /// Groups nodes under a name.
  public init(label: String, members: [String]) {
    self.label = label
    self.members = members
  }
}

/// A label that a reader gave to a feature.
public struct LabelRecord: Equatable, Sendable {
  /// The feature's number as text, see ``GraphFile/featureNumber(layer:index:)``.
  public var feature: String
  /// The label.
  public var label: String

  /// Labels a feature.
  public init(feature: String, label: String) {
    self.feature = feature
    self.label = label
  }
}

extension QueryParameters: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case pinnedIDs = "pinnedIds"
    case supernodes, linkType
    case clickedID = "clickedId"
    case subgraphPositions = "sg_pos"
    case pruningThreshold
    case labels = "clerps"
  }

  /// Reads parameters in any form that the viewers write.
  ///
  /// circuit-tracer's viewer saves the parameters of its address: ids joined by commas, groups and labels as
  /// JSON in a text, the threshold as text, and null for what is missing. Lists and numbers are read as well.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value(_ key: CodingKeys) throws -> JSONValue {
      try values.decodeIfPresent(JSONValue.self, forKey: key) ?? .null
    }
    let pins = try value(.pinnedIDs)
    pinnedIDs = pins.texts ?? pins.text?.split(separator: ",").map(String.init) ?? []
    supernodes = try value(.supernodes).listOrParsed.compactMap { group in
      guard let texts = group.texts, let label = texts.first else { return nil }
      return SupernodeRecord(label: label, members: Array(texts.dropFirst()))
    }
    linkType = try value(.linkType).text ?? "both"
    clickedID = try value(.clickedID).text ?? ""
    subgraphPositions = try value(.subgraphPositions).text ?? ""
    let threshold = try value(.pruningThreshold)
    pruningThreshold = threshold.double ?? threshold.text.flatMap(Double.init)
    labels = try value(.labels).listOrParsed.compactMap { pair in
      guard let texts = pair.texts, texts.count == 2 else { return nil }
      return LabelRecord(feature: texts[0], label: texts[1])
    }
    other = try decoder.otherValues(than: CodingKeys.self)
  }

  /// Writes parameters as circuit-tracer's and Neuronpedia's viewers read them.
  ///
  /// Pins and groups are lists. The threshold and the labels are there only if the reader set them, as
  /// texts, the labels' being the JSON `[[feature, label], …]`.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(pinnedIDs, forKey: .pinnedIDs)
    try values.encode(supernodes.map { [$0.label] + $0.members }, forKey: .supernodes)
    try values.encode(linkType, forKey: .linkType)
    try values.encode(clickedID, forKey: .clickedID)
    try values.encode(subgraphPositions, forKey: .subgraphPositions)
    try values.encodeIfPresent(pruningThreshold.map { "\($0)" }, forKey: .pruningThreshold)
    if !labels.isEmpty {
      let pairs = try JSONEncoder().encode(labels.map { [$0.feature, $0.label] })
      try values.encode(String(decoding: pairs, as: UTF8.self), forKey: .labels)
    }
    try encoder.encodeOthers(other)
  }
}

extension JSONValue {
  /// The texts of a list, with numbers spelled out, or `nil` if it is no list.
  fileprivate var texts: [String]? {
    list?.compactMap { $0.text ?? $0.int.map { "\($0)" } }
  }

  /// The elements of a list, be it JSON or JSON in a text; nothing if it is neither.
  fileprivate var listOrParsed: [JSONValue] {
    if let list { return list }
    guard let text else { return [] }
    return (try? JSONDecoder().decode([JSONValue].self, from: Data(text.utf8))) ?? []
  }
}
