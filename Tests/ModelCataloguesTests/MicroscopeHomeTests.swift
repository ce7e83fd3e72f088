import Foundation
import ModelCatalogues
import Testing

@Suite("Where things are kept")
struct MicroscopeHomeTests {
  @Test("MICROSCOPE_HOME wins over everything")
  func askedFor() {
    let home = MicroscopeHome(environment: [
      "MICROSCOPE_HOME": "/srv/scope", "XDG_DATA_HOME": "/data", "HOME": "/home/ada",
    ])
    #expect(home.root.path == "/srv/scope")
    #expect(home.models.path == "/srv/scope/models")
    #expect(home.transcoders.path == "/srv/scope/transcoders")
    #expect(home.graphs.path == "/srv/scope/graphs")
    #expect(home.folder(of: .transcoders) == home.transcoders)
  }

  #if os(macOS)
    @Test("On macOS things go to Application Support")
    func macOS() {
      let home = MicroscopeHome(environment: ["HOME": "/Users/ada", "XDG_DATA_HOME": "/data"])
      #expect(home.root.path == "/Users/ada/Library/Application Support/Microscope")
    }
  #else
    @Test("Elsewhere the XDG data folder is used, and relative ones are ignored")
    func xdg() {
      let absolute = MicroscopeHome(environment: ["HOME": "/home/ada", "XDG_DATA_HOME": "/data"])
      #expect(absolute.root.path == "/data/microscope")
      let relative = MicroscopeHome(environment: ["HOME": "/home/ada", "XDG_DATA_HOME": "data"])
      #expect(relative.root.path == "/home/ada/.local/share/microscope")
      let empty = MicroscopeHome(environment: ["HOME": "/home/ada", "MICROSCOPE_HOME": ""])
      #expect(empty.root.path == "/home/ada/.local/share/microscope")
    }
  #endif

  @Test("Without HOME the account's own folder is used")
  func noHome() {
    #expect(MicroscopeHome(environment: [:]).root.path.hasPrefix("/"))
  }

  @Test("A model's default transcoders are the home's, else those that ship, else none")
  func defaultTranscoders() async throws {
    try await TestHome.use { test in
      let share = MicroscopeShare(environment: ["MICROSCOPE_SHARE": test.folder.path + "/share"])
      let find = { (model: String, share: MicroscopeShare) in
        Catalogue.builtIn.defaultTranscoders(model: model, home: test.home, share: share)?.path
      }
      let (id, hub) = ("smollm2-135m-instruct", "HuggingFaceTB/SmolLM2-135M-Instruct")
      #expect(
        find(id, share) == nil && find(id, MicroscopeShare(environment: ["MICROSCOPE_SHARE": ""])) == nil)
      for shelf in [try #require(share.transcoders), test.home.transcoders] {
        let folder = shelf.appendingPathComponent(id)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #expect(find(id, share) != folder.path)
        try Data().write(to: folder.appendingPathComponent("config.yaml"))
        #expect(find(id, share) == folder.path && find(hub, share) == folder.path)
      }
      #expect(find("gemma-3-270m", share) == nil && find("model.gguf", share) == nil)
    }
  }
}
