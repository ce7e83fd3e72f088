import Foundation
import ModelFiles

extension DashboardStore {
  /// Writes the dashboards for another program, into a folder that appears when it is complete.
  ///
  /// - Parameters:
  ///   - names: The features; nil for all.
  ///   - progress: Called with how many are written.
  public func export(
    to folder: String, as form: FeatureFileForm, _ names: [FeatureName]? = nil,
    progress: (_ features: Int) -> Void = { _ in }
  ) throws {
    try NewFolder.make(folder) { path in
      let place = URL(filePath: path)
      var writer = FeatureFileWriter(folder: place, form: form, basis: info.basis, texts: texts)
      var done = 0
      let write = { (dashboard: FeatureDashboard) in
        let labels = form == .neuronpedia ? try self.labels(dashboard.name) : []
        try writer.write(dashboard, labels, self.info)
        done += 1
        if done % 256 == 0 { progress(done) }
      }
      if let names {
        try dashboards(names.sorted()).forEach(write)
      } else {
        try forEachDashboard(write)
      }
      try writer.finish()
    }
  }
}

/// Writes one feature after another, in their order.
private struct FeatureFileWriter {
  /// A layer's file of circuit-tracer's archive.
  struct ArchivedLayer: Codable {
    var filename: String
    /// Where each feature's record begins, and where the last one ends; a feature without one has an empty stretch.
    var offsets: [Int]
  }

  let folder: URL
  let form: FeatureFileForm
  let basis: String
  let texts: TokenTexts
  private var layer: Int?
  private var bytes: [UInt8] = []
  private var offsets: [Int] = []
  private var index: [String: ArchivedLayer] = [:]

  init(folder: URL, form: FeatureFileForm, basis: String, texts: TokenTexts) {
    self.folder = folder
    self.form = form
    self.basis = basis
    self.texts = texts
  }

  mutating func write(_ dashboard: FeatureDashboard, _ labels: [FeatureLabel], _ info: DashboardInfo) throws {
    if let layer, layer != dashboard.name.layer { try endLayer(layer) }
    layer = dashboard.name.layer
    guard form != .neuronpedia else {
      bytes += try FeatureJSON.bytes(
        NeuronpediaFeature(dashboard, labels: labels, info: info, texts: texts))
      return bytes.append(0x0A)
    }
    let json = try FeatureJSON.bytes(CircuitTracerFeature(dashboard, basis: basis, texts: texts))
    guard form == .circuitTracerArchive else {
      let number = CantorPairing.pair(dashboard.name.layer, dashboard.name.index)
      return try Data(json).write(to: folder.appending(component: "\(number).json"))
    }
    while offsets.count <= dashboard.name.index { offsets.append(bytes.count) }
    let packed = CompressedBytes.pack(json)
    var record = ByteWriter()
    record.append(bits: UInt32(packed.count))
    bytes += record.bytes + packed
  }

  private mutating func endLayer(_ layer: Int) throws {
    switch form {
    case .circuitTracer: break
    case .circuitTracerArchive:
      let name = "layer_\(layer).bin"
      try Data(bytes).write(to: folder.appending(component: name))
      index[String(layer)] = ArchivedLayer(filename: name, offsets: offsets + [bytes.count])
    case .neuronpedia:
      try Data(CompressedBytes.pack(bytes, as: .gzip)).write(
        to: folder.appending(component: "layer_\(layer).jsonl.gz"))
    }
    (bytes, offsets) = ([], [])
  }

  mutating func finish() throws {
    if let layer { try endLayer(layer) }
    guard form == .circuitTracerArchive else { return }
    let json = try FeatureJSON.bytes(index)
    try Data(CompressedBytes.pack(json, as: .gzip)).write(to: folder.appending(component: "index.json.gz"))
  }
}
