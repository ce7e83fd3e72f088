import CircuitGraphs
import FeatureDashboards
import Foundation
import GraphFiles
import Studies
import Tokenizers
import Transformers

/// Writes the graphs of a contrast, in which silent features stand beside active ones.
struct ContrastFiles {
  /// The group of a graph's silent features.
  static let silent = "silent here, active there"

  let subject: AnalysisSubject
  let report: ContrastReport
  let folder: URL

  init(_ subject: AnalysisSubject, _ report: ContrastReport, folder: String) {
    self.subject = subject
    self.report = report
    self.folder = URL(filePath: folder)
  }

  /// Writes one prompt's graph.
  ///
  /// - Parameters:
  ///   - side: Which prompt's, 0 or 1.
  ///   - slug: The beginning of its name; nil for one made from both prompts.
  /// - Returns: The file.
  func write(_ graph: ContrastGraph, side: Int, slug: String?) throws -> String {
    let base = slug ?? Slug.slug(from: report.prompts.joined(separator: " against ")).text
    var metadata = GraphMetadata(
      slug: try Slug("\(base.prefix(100))-\(side + 1)"), transcoderSetID: subject.basisName,
      prompt: subject.model.tokenizer.decode(report.contrast.sides[side].tokens),
      promptTokens: report.pieces[side])
    metadata.info = GraphInfo(
      generator: .init(name: "microscope", version: Microscope.version, url: ""),
      createTimeMilliseconds: Int(Date().timeIntervalSince1970 * 1000))
    metadata.other["microscope"] = facts(side)
    var file = GraphFile(graph.pruned, metadata: metadata) {
      report.label(FeatureName(layer: $0.layer, index: $0.index))
    }
    for place in file.nodes.indices where file.nodes[place].kind == .logit {
      name(&file.nodes[place])
    }
    let silent = Set(graph.silent.map(\.fileID))
    let shown = file.nodes.filter { $0.kind == .feature && silent.contains($0.id) }.map(\.id)
    if shown.count > 1 {
      file.query.supernodes = [SupernodeRecord(label: ContrastFiles.silent, members: shown)]
    }
    file.query.pinnedIDs = shown + file.nodes.filter { $0.kind == .logit }.map(\.id)
    return try write(file)
  }

  /// An output is called by its token's text.
  private func name(_ node: inout NodeRecord) {
    guard let token = node.feature else { return }
    let probability = String(format: "%.3f", Double(node.tokenProbability))
    node.label = "Output \"\(subject.model.tokenizer.piece(token))\" (p=\(probability))"
  }

  /// What the page shows about a graph besides it.
  private func facts(_ side: Int) -> JSONValue {
    let scores = report.contrast.sides[side]
    let top = JSONValue.object([
      "token": .string(report.outputs[side]), "probability": .number(Double(scores.probability)),
    ])
    return .object([
      "model": .string(subject.name), "transcoders": .string(subject.basisName), "logits": .array([top]),
      "replacementScore": .number(scores.replacement), "completenessScore": .number(scores.completeness),
    ])
  }

  /// Writes a file without the condensed graph from which the page prunes anew, as that would lose silent features.
  private func write(_ file: GraphFile) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let place = folder.appending(component: try Slug(file.metadata.slug).fileName)
    try? FileManager.default.removeItem(at: CondensedGraphFile.place(beside: place))
    try file.write(to: folder)
    try GraphIndex.update(in: folder) { $0.add(file.metadata) }
    return place.path
  }
}
