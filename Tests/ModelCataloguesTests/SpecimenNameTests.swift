import Foundation
import ModelCatalogues
import Testing

@Suite("Finding specimens")
struct SpecimenNameTests {
  /// Makes a model's folder, with these bytes as its weights.
  private func model(_ folder: URL, _ weights: String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: folder.appendingPathComponent("config.json"))
    try Data(weights.utf8).write(to: folder.appendingPathComponent("model.safetensors"))
  }

  private func set(_ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data().write(to: folder.appendingPathComponent("config.yaml"))
  }

  private struct Shelves {
    let test: TestHome
    let share: MicroscopeShare
    let shipped: URL
    let made: URL
  }

  private func use(_ body: (Shelves) throws -> Void) async throws {
    try await TestHome.use { test in
      let share = MicroscopeShare(root: test.folder.appendingPathComponent("share"))
      let shipped = try #require(share.specimens).appendingPathComponent("tiny-x")
      try body(
        Shelves(
          test: test, share: share, shipped: shipped, made: test.home.folder(ofModel: "specimen/tiny-x")))
    }
  }

  @Test("Names are lower-case letters, digits and hyphens, with or without specimen/ before them")
  func names() {
    #expect(SpecimenName("specimen/babel-large")?.name == "babel-large")
    #expect(SpecimenName("twohop")?.model == "specimen/twohop")
    for text in ["", "specimen/", "specimen/../x", "a/b", "Twohop", "two hop", "a.gguf", ".", "é", "a\0"] {
      #expect(SpecimenName(text) == nil, "\(text)")
    }
  }

  @Test("A specimen that ships opens by both names; one that was made on this machine goes before it")
  func order() async throws {
    try await use { shelves in
      let resolve = { (name: String) in
        try? Catalogue.builtIn.resolve(name, home: shelves.test.home, share: shelves.share)
      }
      #expect(resolve("tiny-x") == nil && resolve("specimen/tiny-x") == nil)
      try model(shelves.shipped, "1")
      for name in ["tiny-x", "specimen/tiny-x"] {
        let found = try #require(resolve(name))
        #expect(found.location.path == shelves.shipped.path && found.name == "specimen/tiny-x")
        #expect(found.firstToken == .modelDefault)
      }
      // A run that was stopped has left no weights.
      try FileManager.default.createDirectory(at: shelves.made, withIntermediateDirectories: true)
      #expect(resolve("tiny-x")?.location.path == shelves.shipped.path)
      try model(shelves.made, "2")
      #expect(resolve("tiny-x")?.location.path == shelves.made.path)
      let names = Catalogue.builtIn.presentModels(home: shelves.test.home, share: shelves.share).map(\.name)
      #expect(names == ["specimen/tiny-x"])
    }
  }

  @Test("The clt is the default, and sets that ship belong to the weights that ship")
  func sets() async throws {
    try await use { shelves in
      let (home, share, catalogue) = (shelves.test.home, shelves.share, Catalogue.builtIn)
      let find = { catalogue.defaultTranscoders(model: "tiny-x", home: home, share: share)?.path }
      let named = { (name: String) in
        try? catalogue.resolve(transcoders: name, model: "specimen/tiny-x", home: home, share: share).location
          .path
      }
      try model(shelves.shipped, "1")
      #expect(find() == nil && named("clt") == nil)
      let (clt, plt) = (
        shelves.shipped.appendingPathComponent("clt"), shelves.shipped.appendingPathComponent("plt")
      )
      try set(plt)
      #expect(find() == plt.path)
      try set(clt)
      #expect(find() == clt.path && named("clt") == clt.path && named("plt") == plt.path)
      // The same weights, made here, are seen through the same sets; others are not.
      try model(shelves.made, "1")
      #expect(find() == clt.path)
      try model(shelves.made, "2")
      #expect(find() == nil && named("plt") == nil)
      let own = home.transcoders.appendingPathComponent("specimen--tiny-x-clt")
      try set(own)
      #expect(find() == own.path && named("clt") == own.path)
      let present = catalogue.presentTranscoders(model: "specimen/tiny-x", home: home, share: share)
      #expect(present.map(\.name) == ["clt"])
    }
  }

  @Test("A set that a specimen has not got is told with those that it has")
  func unknown() async throws {
    try await use { shelves in
      try model(shelves.shipped, "1")
      try set(shelves.shipped.appendingPathComponent("clt"))
      #expect(throws: PullError.unknownTranscoders(name: "x", model: "tiny-x", known: ["clt"])) {
        try Catalogue.builtIn.resolve(
          transcoders: "x", model: "tiny-x", home: shelves.test.home, share: shelves.share)
      }
    }
  }
}
