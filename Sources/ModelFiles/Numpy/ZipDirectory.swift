import LinearAlgebra

/// The members that a zip archive lists (PKWARE's APPNOTE, with its 64-bit extensions), checked against the file's size.
struct ZipDirectory {
  /// One member.
  struct Member {
    /// The path inside the archive.
    let name: String
    /// The member's bytes in the file, packed or not.
    let range: Range<Int>
    /// Whether the bytes are packed with the deflate method.
    let isDeflated: Bool
    /// The length of the member once unpacked.
    let count: Int
    /// The CRC-32 of the unpacked member.
    let checksum: UInt32
  }

  /// The members, in the order of the directory.
  private(set) var members: [Member] = []

  private static let directoryEntry: UInt32 = 0x0201_4b50
  private static let localHeader: UInt32 = 0x0403_4b50
  private static let endRecord: UInt32 = 0x0605_4b50
  private static let wideEndRecord: UInt32 = 0x0606_4b50
  private static let wideLocator: UInt32 = 0x0706_4b50

  /// Reads the directory of a whole archive.
  ///
  /// 1. The end record is the last one whose comment reaches exactly to the end of the file.
  /// 2. With its 64-bit form, the directory's place and the number of entries come from there.
  /// 3. Each entry tells a member's lengths and where its local header is; the bytes follow that header.
  /// 4. Every member must lie before the directory; encrypted ones and other methods are refused.
  @unsafe init(of bytes: UnsafeRawBufferPointer, file: String) throws(ModelFileError) {
    let archive = unsafe Archive(bytes: bytes, file: file)
    let directory = try unsafe archive.directory()
    var cursor = try unsafe archive.cursor(at: directory.start, of: "its directory")
    guard directory.count <= cursor.remaining / 46 else {
      throw cursor.malformed("it claims \(directory.count) members, more than it can hold")
    }
    for _ in 0..<directory.count {
      members.append(try unsafe archive.member(&cursor, before: directory.start))
    }
  }

  /// The bytes of an archive, and the places in it.
  @unsafe private struct Archive {
    let bytes: UnsafeRawBufferPointer
    let file: String

    func malformed(_ problem: String) -> ModelFileError { unsafe .malformed(path: file, problem: problem) }

    /// A cursor from a place on.
    func cursor(at offset: Int, of what: String) throws(ModelFileError) -> ByteCursor {
      guard offset >= 0, unsafe offset <= bytes.count else {
        throw unsafe malformed("\(what) begins at byte \(offset), outside the file")
      }
      return unsafe ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[offset...]), file: file)
    }

    /// Where the directory begins, and how many entries it has.
    func directory() throws(ModelFileError) -> (start: Int, count: Int) {
      let end = try unsafe endOfDirectory()
      var cursor = try unsafe cursor(at: end, of: "its end record")
      try cursor.skip(10, of: "its end record")
      let count = Int(try cursor.integer(UInt16.self, of: "its end record"))
      try cursor.skip(4, of: "its end record")
      let start = Int(try cursor.integer(UInt32.self, of: "its end record"))
      guard count == 0xFFFF || start == 0xFFFF_FFFF, end >= 20 else { return (start, count) }
      var locator = try unsafe self.cursor(at: end - 20, of: "its 64-bit locator")
      guard try locator.integer(UInt32.self, of: "its locator") == wideLocator else { return (start, count) }
      try locator.skip(4, of: "its locator")
      let place = try locator.integer(UInt64.self, of: "its locator")
      var wide = try unsafe self.cursor(at: Int(exactly: place) ?? -1, of: "its 64-bit end record")
      guard try wide.integer(UInt32.self, of: "its 64-bit end record") == wideEndRecord else {
        throw unsafe malformed("its 64-bit end record is missing")
      }
      try wide.skip(28, of: "its 64-bit end record")
      let entries = try wide.integer(UInt64.self, of: "its 64-bit end record")
      try wide.skip(8, of: "its 64-bit end record")
      let offset = try wide.integer(UInt64.self, of: "its 64-bit end record")
      return (Int(exactly: offset) ?? -1, Int(exactly: entries) ?? .max)
    }

    private func endOfDirectory() throws(ModelFileError) -> Int {
      var offset = unsafe bytes.count - 22
      let first = max(0, offset - 0xFFFF)
      while offset >= first {
        var cursor = try unsafe cursor(at: offset, of: "its end record")
        if try cursor.integer(UInt32.self, of: "its end record") == endRecord {
          try cursor.skip(16, of: "its end record")
          if Int(try cursor.integer(UInt16.self, of: "its end record")) == cursor.remaining { return offset }
        }
        offset -= 1
      }
      throw unsafe malformed("it is no zip archive, or its end is missing")
    }

    /// Reads one entry of the directory.
    func member(_ cursor: inout ByteCursor, before limit: Int) throws(ModelFileError) -> Member {
      let what = "its directory"
      guard try cursor.integer(UInt32.self, of: what) == directoryEntry else {
        throw cursor.malformed("its directory has a faulty entry")
      }
      try cursor.skip(4, of: what)
      let flags = try cursor.integer(UInt16.self, of: what)
      let method = try cursor.integer(UInt16.self, of: what)
      try cursor.skip(4, of: what)
      let checksum = try cursor.integer(UInt32.self, of: what)
      var sizes = Sizes(
        packed: UInt64(try cursor.integer(UInt32.self, of: what)),
        count: UInt64(try cursor.integer(UInt32.self, of: what)), offset: 0)
      let nameLength = Int(try cursor.integer(UInt16.self, of: what))
      let extraLength = Int(try cursor.integer(UInt16.self, of: what))
      let commentLength = Int(try cursor.integer(UInt16.self, of: what))
      try cursor.skip(8, of: what)
      sizes.offset = UInt64(try cursor.integer(UInt32.self, of: what))
      let name = try cursor.text(nameLength, of: "a member's name")
      try sizes.widen(&cursor, extraLength)
      try cursor.skip(commentLength, of: what)
      guard flags & 1 == 0, method == 0 || method == 8 else {
        throw unsafe .unsupported(
          path: file, feature: flags & 1 == 0 ? "zip method \(method) for \(quoted(name))" : "encryption",
          remedy: "save it again with numpy.savez")
      }
      guard let packed = Int(exactly: sizes.packed), let count = Int(exactly: sizes.count),
        method == 8 || packed == count, count / Inflation.mostBytesPerByte <= packed
      else { throw unsafe malformed("its member \(quoted(name)) has impossible lengths") }
      let start = try unsafe data(at: sizes.offset, of: name)
      guard start <= limit, packed <= limit - start else {
        throw unsafe malformed("its member \(quoted(name)) reaches into the directory")
      }
      return Member(
        name: name, range: start..<start + packed, isDeflated: method == 8, count: count, checksum: checksum)
    }

    /// Where the bytes behind a local header begin.
    private func data(at offset: UInt64, of name: String) throws(ModelFileError) -> Int {
      let what = "the header of \(quoted(name))"
      let offset = Int(exactly: offset) ?? -1
      var cursor = try unsafe cursor(at: offset, of: what)
      guard try cursor.integer(UInt32.self, of: what) == localHeader else {
        throw unsafe malformed("\(what) is missing")
      }
      try cursor.skip(22, of: what)
      let nameLength = Int(try cursor.integer(UInt16.self, of: what))
      let extraLength = Int(try cursor.integer(UInt16.self, of: what))
      return offset + 30 + nameLength + extraLength
    }
  }

  /// The numbers of an entry that may need 64 bits.
  private struct Sizes {
    var packed: UInt64
    var count: UInt64
    var offset: UInt64

    /// Takes from the extra fields what did not fit: in this order, and only what is marked by all ones.
    mutating func widen(_ cursor: inout ByteCursor, _ length: Int) throws(ModelFileError) {
      let what = "the extra fields of a member"
      guard length <= cursor.remaining else { throw cursor.malformed("it ends inside \(what)") }
      let end = cursor.offset + length
      while cursor.offset + 4 <= end {
        let id = try cursor.integer(UInt16.self, of: what)
        let size = Int(try cursor.integer(UInt16.self, of: what))
        let next = cursor.offset + size
        guard next <= end else { throw cursor.malformed("\(what) overlap") }
        if id == 1 {
          for field in [\Sizes.count, \Sizes.packed, \Sizes.offset] where self[keyPath: field] == 0xFFFF_FFFF
          {
            guard cursor.offset + 8 <= next else { throw cursor.malformed("\(what) are too short") }
            self[keyPath: field] = try cursor.integer(UInt64.self, of: what)
          }
        }
        try cursor.skip(next - cursor.offset, of: what)
      }
      try cursor.skip(end - cursor.offset, of: what)
    }
  }
}
