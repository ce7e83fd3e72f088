import Foundation
import LinearAlgebra
import ModelFiles
import Transcoders

/// All that a run must remember to go on exactly as if it had never stopped.
struct TrainingState: Sendable, Equatable {
  /// What was asked for.
  var configuration: TrainingConfiguration
  /// The sizes of the activations.
  var scales: [LayerScale]
  /// The parameters.
  var layers: [LayerState]
  /// The steps that are done.
  var step: Int
  /// The period that the buffer of activations is in, and where the text of each of its parts begins; no places while
  /// nothing was filled.
  var buffer = Buffer(period: 0, places: [])
  /// Where the text goes on behind what is in the buffer.
  var place: ContextStream.Place

  /// What is in the buffer of activations, as one tells it to fill it again.
  struct Buffer: Sendable, Equatable, Codable {
    var period: Int
    var places: [ContextStream.Place]
  }
}

/// Where a run keeps its state: a folder that is replaced as a whole.
struct Checkpoint: Sendable {
  let folder: String

  private var file: String { folder + "/state.safetensors" }

  /// Whether there is one.
  var exists: Bool { FileManager.default.fileExists(atPath: file) }

  /// What of a state is not tensors.
  private struct Remainder: Codable {
    var configuration: TrainingConfiguration
    var scales: [LayerScale]
    var step: Int
    var place: ContextStream.Place
    /// Older checkpoints lack it: their buffer is filled anew from `place` on.
    var buffer: TrainingState.Buffer?
    var spans: [Int]
  }

  /// Writes a state beside the last one, then puts it in its place.
  ///
  /// - Parameter replacement: What replaced the MLPs when the buffer was filled.
  func save(_ state: TrainingState, replacement: TranscoderSet? = nil) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // What a run left that was killed while it wrote.
    try remove { $0.hasSuffix(".partial") }
    // The set of a step has a folder of its own, so that the old state has its own until the new one is there.
    let place = replacementFolder(step: state.step)
    if let replacement {
      try? FileManager.default.removeItem(atPath: place)
      try replacement.write(to: place)
    }
    try write(state)
    try remove { $0.hasPrefix(Checkpoint.replacementPrefix) && folder + "/" + $0 != place }
  }

  /// Removes files and folders of the checkpoint by their names.
  private func remove(_ isOld: (String) -> Bool) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where isOld(name) {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
  }

  private static let replacementPrefix = "replacement-"

  private func replacementFolder(step: Int) -> String { "\(folder)/\(Checkpoint.replacementPrefix)\(step)" }

  /// Reads back what replaced the MLPs.
  func loadReplacement(step: Int) throws -> TranscoderSet {
    try TranscoderSet(circuitTracerFolder: replacementFolder(step: step))
  }

  private func write(_ state: TrainingState) throws {
    let remainder = Remainder(
      configuration: state.configuration, scales: state.scales, step: state.step, place: state.place,
      buffer: state.buffer, spans: state.layers.map(\.span))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(remainder), as: UTF8.self)
    // The writer keeps the old file until the new one is whole and on the disk.
    var writer = try SafetensorsWriter(
      path: file,
      declaring: state.layers.enumerated().flatMap { index, layer in
        Checkpoint.declarations(index, layer, state.configuration)
      },
      metadata: ["state": text])
    for (index, layer) in state.layers.enumerated() {
      for (part, matrix) in layer.parameters.enumerated() {
        let name = "\(index).\(part)"
        try writer.append(floats: matrix.storage, to: name)
        try writer.append(floats: layer.moments[part].first.storage, to: name + ".m")
        try writer.append(floats: layer.moments[part].second.storage, to: name + ".v")
        try writer.append(integers: layer.moments[part].touched, to: name + ".touched")
      }
      try writer.append(floats: layer.density, to: "\(index).density")
      try writer.append(
        floats: [layer.lookBound, layer.batchThreshold, layer.bandwidth], to: "\(index).scalars")
    }
    try writer.finish()
  }

  private static func declarations(
    _ index: Int, _ layer: LayerState, _ configuration: TrainingConfiguration
  ) -> [SafetensorsWriter.Declaration] {
    let parts = zip(LayerState.Part.allCases, layer.parameters).flatMap { part, matrix in
      let (name, shape) = ("\(index).\(part.rawValue)", [matrix.rows, matrix.columns])
      let format: ElementFormat = configuration.weights == .bfloat16 && part.isWeights ? .bf16 : .f32
      return [
        SafetensorsWriter.Declaration(name, .float(format), shape), .init(name + ".m", .float(.f32), shape),
        .init(name + ".v", .float(.f32), shape), .init(name + ".touched", .integer(.i64), [matrix.rows]),
      ]
    }
    return parts + [
      .init("\(index).density", .float(.f32), [layer.featureCount]),
      .init("\(index).scalars", .float(.f32), [3]),
    ]
  }

  /// Reads the state back.
  func load() throws -> TrainingState {
    let archive = try SafetensorsFile(path: file)
    guard let text = archive.metadata["state"], let remainder = Checkpoint.remainder(text),
      remainder.spans.count == remainder.scales.count, remainder.step >= 0
    else { throw TrainingError.badCheckpoint(path: folder, problem: "it lacks the state of a run") }
    try remainder.configuration.check()
    let layers = try remainder.spans.indices.map { index in
      try Checkpoint.layer(index, archive, remainder.configuration, remainder)
    }
    let schedule = remainder.configuration.schedule
    let anew = TrainingState.Buffer(period: schedule.period(remainder.step), places: [])
    let buffer = remainder.buffer ?? anew
    let ahead = schedule.period(remainder.step) - buffer.period
    guard buffer.places.isEmpty || (buffer.places.count == schedule.parts && (0...1).contains(ahead)) else {
      throw TrainingError.badCheckpoint(path: folder, problem: "its buffer is not that of its settings")
    }
    return TrainingState(
      configuration: remainder.configuration, scales: remainder.scales, layers: layers, step: remainder.step,
      buffer: buffer, place: remainder.place)
  }

  private static func remainder(_ text: String) -> Remainder? {
    guard var values = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
      let given = values["configuration"] as? [String: Any],
      let configuration = try? TrainingConfiguration(olderJSON: given),
      let whole = try? JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration))
    else { return nil }
    values["configuration"] = whole
    guard let data = try? JSONSerialization.data(withJSONObject: values) else { return nil }
    return try? JSONDecoder().decode(Remainder.self, from: data)
  }

  private static func layer(
    _ index: Int, _ archive: SafetensorsFile, _ configuration: TrainingConfiguration, _ remainder: Remainder
  ) throws -> LayerState {
    let (features, width) = (configuration.features, remainder.scales[index].inputMean.count)
    let span = remainder.spans[index]
    guard span == configuration.span(layer: index, layerCount: remainder.spans.count) else {
      throw TrainingError.badCheckpoint(path: "layer \(index)", problem: "its span is \(span)")
    }
    let shapes = [
      [features, width], [1, features], [1, features], [features * span, width], [1, width],
      [configuration.skip ? width : 0, width],
    ]
    let matrix = { (name: String, shape: [Int]) in
      Matrix(rows: shape[0], columns: shape[1], storage: try archive.tensor(name, shape: shape).floats())
    }
    let scalars = try archive.tensor("\(index).scalars", shape: [3]).floats()
    var layer = LayerState(
      encoder: try matrix("\(index).0", shapes[0]), threshold: 0,
      decoder: try matrix("\(index).3", shapes[3]),
      span: span, bandwidth: scalars[2], hasSkip: configuration.skip, density: 0)
    for (part, shape) in shapes.enumerated() {
      let name = "\(index).\(part)"
      layer.parameters[part] = try matrix(name, shape)
      layer.moments[part] = AdamMoments(
        first: try matrix(name + ".m", shape), second: try matrix(name + ".v", shape),
        touched: try archive.tensor(name + ".touched", shape: [shape[0]]).integers())
    }
    layer.density = try archive.tensor("\(index).density", shape: [features]).floats()
    (layer.lookBound, layer.batchThreshold) = (scalars[0], scalars[1])
    return layer
  }
}
