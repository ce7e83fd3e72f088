import FeatureDashboards
import Foundation
import LinearAlgebra
import ModelFiles
import Testing

@Suite("Feature files of other programs")
struct FeatureFileTests {
  let invented = InventedDashboards(layers: 2, features: 15)

  @Test("Importing what was exported gives what the form can hold", arguments: FeatureFileForm.allCases)
  func roundTrip(_ form: FeatureFileForm) throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    try label(store)
    try store.export(to: folder.file("out").path, as: form)
    #expect(try FeatureImport(folder.file("out").path).form() == form)
    let other = try DashboardStore(
      creating: folder.file("b.sqlite"), info: store.info, texts: invented.texts)
    #expect(try other.importFeatures(FeatureImport(folder.file("out").path)) == 30)
    #expect(other.texts == store.texts)
    for (found, written) in zip(try other.all(), try store.all()) {
      #expect(found.held(by: form) == written.held(by: form), "\(written.name)")
      let labels = try store.labels(written.name)
      #expect(try other.labels(written.name) == (form == .neuronpedia ? labels : []))
    }
    // What came in can be found.
    #expect(try other.search("word3", limit: 1000).count > 10)
    // And goes out as it came.
    try other.export(to: folder.file("again").path, as: form)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.file("out").path)
    where form != .neuronpedia {
      #expect(
        FileManager.default.contentsEqual(
          atPath: folder.file("out").path + "/" + name, andPath: folder.file("again").path + "/" + name))
    }
  }

  private func label(_ store: DashboardStore) throws {
    let origins: [FeatureLabel.Origin] = [.person, .heuristic, .model(name: "m", prompt: "p")]
    try store.label(
      origins.enumerated().map { place, origin in
        (
          FeatureName(layer: 1, index: 3),
          FeatureLabel(text: "label \(place)", origin: origin, evidence: "e", time: Double(place))
        )
      })
  }

  @Test("A person's label that is there stays when others come in")
  func persons() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    try label(store)
    try store.export(to: folder.file("out").path, as: .neuronpedia, [FeatureName(layer: 1, index: 3)])
    let mine = FeatureLabel(text: "mine", origin: .person, evidence: "", time: 9)
    try store.label([(FeatureName(layer: 1, index: 3), mine)])
    #expect(try store.importFeatures(FeatureImport(folder.file("out").path)) == 1)
    #expect(try store.labels(FeatureName(layer: 1, index: 3)).first == mine)
  }

  @Test("Files are named by the pairing of Cantor, which is taken apart again")
  func names() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    let features = [FeatureName(layer: 0, index: 14), FeatureName(layer: 1, index: 3)]
    try store.export(to: folder.file("out").path, as: .circuitTracer, features)
    // (k1 + k2)(k1 + k2 + 1) / 2 + k2 of (0, 14) and (1, 3).
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out").path).sorted()
    #expect(names == ["119.json", "13.json"])
    #expect(throws: ModelFileError.self) {
      try store.export(to: folder.file("out").path, as: .circuitTracer)
    }
  }

  @Test("An archive's records are where its index says: four bytes of length, and compressed JSON")
  func archive() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    let names = [FeatureName(layer: 1, index: 2), FeatureName(layer: 1, index: 5)]
    try store.export(to: folder.file("out").path, as: .circuitTracerArchive, names)
    struct Layer: Decodable {
      var filename: String
      var offsets: [Int]
    }
    let index = try CompressedFile.contents(folder.file("out").path + "/index.json.gz", atMost: 1 << 20)
    let layers = try JSONDecoder().decode([String: Layer].self, from: Data(index))
    let layer = try #require(layers["1"])
    #expect(layers.count == 1 && layer.offsets.count == 7)
    // Features without a dashboard have no bytes.
    #expect(layer.offsets[0] == layer.offsets[2] && layer.offsets[3] == layer.offsets[5])
    let bytes = try Data(contentsOf: folder.file("out").appending(component: layer.filename))
    let record = Array(bytes[layer.offsets[5]..<layer.offsets[6]])
    let length = record.prefix(4).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    #expect(length == record.count - 4)
    let json = try #require(CompressedBytes.unpack(record.dropFirst(4), atMost: 1 << 20))
    let feature = try JSONDecoder().decode(CircuitTracerFeature.self, from: Data(json))
    #expect(
      feature == CircuitTracerFeature(try store.dashboard(names[1]), basis: "invented", texts: store.texts))
  }

  @Test(
    "Files that are not what they seem are refused in a sentence, and nothing is taken in",
    arguments: [
      ("7.json", "{}"), ("7.json", "[1, 2"), ("x.json", "{}"), ("features.jsonl", "{\"layer\": \"1-x\"}"),
      ("features.jsonl", "{\"layer\": \"x\", \"index\": 1}"),
      ("features.jsonl", "{\"layer\": \"9-x\", \"index\": 1}"),
      ("index.json.gz", "{\"0\": {\"filename\": \"../a.sqlite\", \"offsets\": [0, 10]}}"),
      ("index.json.gz", "{\"0\": {\"filename\": \"index.json.gz\", \"offsets\": [0, 999999]}}"),
      ("index.json.gz", "{\"0\": {\"filename\": \"index.json.gz\", \"offsets\": [0, 20]}}"),
      ("99999999999999999999.json", "{}"), ("-4.json", "{}"),
    ])
  func hostile(_ name: String, _ contents: String) throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    try FileManager.default.createDirectory(at: folder.file("in"), withIntermediateDirectories: true)
    try Data(contents.utf8).write(to: folder.file("in").appending(component: name))
    #expect(throws: (any Error).self) { try store.importFeatures(FeatureImport(folder.file("in").path)) }
    #expect(try store.all() == invented.dashboards)
  }
}

extension FeatureDashboard {
  /// The part that a form holds, with what it does not hold left empty.
  fileprivate func held(by form: FeatureFileForm) -> FeatureDashboard {
    var held = FeatureDashboard(
      name: name, density: density, activationRange: activationRange, histogram: histogram,
      exampleGroups: exampleGroups.map { group in
        ExampleGroup(name: group.name, examples: group.examples.map { $0.held(by: form) })
      })
    switch form {
    case .circuitTracer, .circuitTracerArchive:
      let silent = { (effects: [TokenEffects.Effect]) in
        effects.map { TokenEffects.Effect(token: $0.token, value: 0) }
      }
      held.logitEffects = TokenEffects(top: silent(logitEffects.top), bottom: silent(logitEffects.bottom))
    case .neuronpedia:
      (held.activePositions, held.meanActivation) = (activePositions, meanActivation)
      held.normedLogitEffects = normedLogitEffects
    }
    return held
  }
}

extension FeatureExample {
  fileprivate func held(by form: FeatureFileForm) -> FeatureExample {
    FeatureExample(
      passage: 0, start: 0, document: form == .neuronpedia ? document : 0, tokens: tokens,
      activations: activations, focus: focus)
  }
}
