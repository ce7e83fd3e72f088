public import Foundation

/// A small model whose circuit is known, as people call it: `specimen/twohop`, or `twohop` alone.
public struct SpecimenName: Sendable, Hashable {
  /// What stands before the name of a model that is a specimen.
  public static let prefix = "specimen/"

  /// The name by itself, such as `babel-large`: lower-case letters, digits and hyphens.
  public let name: String

  /// The specimen that a text may mean; nil for texts that can be no specimen's name.
  public init?(_ text: String) {
    let name = text.hasPrefix(Self.prefix) ? String(text.dropFirst(Self.prefix.count)) : text
    let allowed = { (byte: UInt8) in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
    }
    guard !name.isEmpty, name.utf8.allSatisfy(allowed) else { return nil }
    self.name = name
  }

  /// The name of its model, `specimen/twohop`.
  public var model: String { Self.prefix + name }

  /// The kinds of transcoder sets that specimens have, that of the default first.
  public static let sets = ["clt", "plt"]
}

extension MicroscopeShare {
  /// Specimens that ship, one subfolder each: a Hugging Face folder with the sets `clt` and `plt` in it.
  public var specimens: URL? { root?.appendingPathComponent("Specimens", isDirectory: true) }
}

extension Catalogue {
  /// The folder of a specimen's model: the one that was made on this machine, else the one that ships; nil without either.
  public func specimen(_ specimen: SpecimenName, home: MicroscopeHome, share: MicroscopeShare) -> URL? {
    [home.folder(ofModel: specimen.model), share.folder(of: specimen)].compactMap { $0 }.first {
      FileManager.default.fileExists(atPath: $0.appendingPathComponent(Self.weights).path)
    }
  }

  /// The transcoder sets of a specimen that are on this machine, the default first.
  ///
  /// 1. `MICROSCOPE_HOME/transcoders/specimen--NAME-clt`, and `-plt`, are taken where they are.
  /// 2. Sets that ship belong to the model that ships: they are taken unless another one was made on this machine.
  public func transcoders(
    of specimen: SpecimenName, home: MicroscopeHome, share: MicroscopeShare
  ) -> [PresentItem] {
    SpecimenName.sets.compactMap { kind in
      let own = home.folder(ofModel: specimen.model).lastPathComponent + "-" + kind
      var places = [home.transcoders.appendingPathComponent(own, isDirectory: true)]
      if let shipped = share.folder(of: specimen), isShipped(specimen, home: home, share: share) {
        places.append(shipped.appendingPathComponent(kind, isDirectory: true))
      }
      return places.first {
        FileManager.default.fileExists(atPath: $0.appendingPathComponent("config.yaml").path)
      }.map { PresentItem(name: kind, location: $0) }
    }
  }

  /// Whether the weights by which a specimen is called are those that ship.
  private func isShipped(_ specimen: SpecimenName, home: MicroscopeHome, share: MicroscopeShare) -> Bool {
    guard let found = self.specimen(specimen, home: home, share: share),
      let shipped = share.folder(of: specimen)
    else { return false }
    return found == shipped
      || FileManager.default.contentsEqual(
        atPath: found.appendingPathComponent(Self.weights).path,
        andPath: shipped.appendingPathComponent(Self.weights).path)
  }

  /// The specimens whose models are on this machine, in the order of their names.
  func presentSpecimens(home: MicroscopeHome, share: MicroscopeShare) -> [PresentItem] {
    let names = { (folder: URL?) in
      (folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) } ?? [])
    }
    let own = names(home.models).compactMap { name in
      name.hasPrefix("specimen--") ? String(name.dropFirst("specimen--".count)) : nil
    }
    return Set(own + names(share.specimens)).sorted().compactMap { name in
      guard let specimen = SpecimenName(name),
        let place = self.specimen(specimen, home: home, share: share)
      else { return nil }
      return PresentItem(name: specimen.model, location: place)
    }
  }

  private static let weights = "model.safetensors"
}

extension MicroscopeShare {
  fileprivate func folder(of specimen: SpecimenName) -> URL? {
    specimens?.appendingPathComponent(specimen.name, isDirectory: true)
  }
}
