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
}
