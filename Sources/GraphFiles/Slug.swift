/// The name of a graph, safe as a file name on every system and in a URL.
public struct Slug: Hashable, Sendable {
  /// The name itself.
  public let text: String

  /// The longest name allowed, in characters.
  public static let maximumLength = 200

  /// Accepts 1 to 200 ASCII letters, digits, `.`, `_` and `-` that do not begin with a dot.
  ///
  /// `graph-metadata` is refused, because the index of a folder's graphs has that name.
  ///
  /// - Throws: ``GraphFileError/invalidSlug(_:)``.
  public init(_ text: String) throws(GraphFileError) {
    let isSafe = text.utf8.allSatisfy { byte in
      Slug.isLetterOrDigit(byte) || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
    }
    guard
      isSafe, (1...Slug.maximumLength).contains(text.utf8.count), !text.hasPrefix("."),
      text.lowercased() != GraphIndex.reservedName
    else { throw .invalidSlug(text) }
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }

  /// The name of the graph's file.
  public var fileName: String { text + ".json" }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}

extension Slug {
  /// Makes a readable name from a prompt, the same for the same prompt.
  ///
  /// 1. Runs of ASCII letters and digits, in lower case, are joined by `-` up to 48 characters.
  /// 2. If that leaves something out (the end of a long prompt, or letters beyond ASCII), eight digits of the
  ///    prompt's FNV-1a hash follow, to tell such prompts apart.
  public static func slug(from prompt: String) -> Slug {
    let words = prompt.utf8.split { !isLetterOrDigit($0) }.map { String(decoding: $0, as: UTF8.self) }
    var name = ""
    var isWhole = prompt.utf8.allSatisfy { $0 < 0x80 }
    for word in words {
      let joined = name.isEmpty ? word.lowercased() : name + "-" + word.lowercased()
      if joined.utf8.count > 48 {
        isWhole = false
        break
      }
      name = joined
    }
    if name.isEmpty || name == GraphIndex.reservedName { (name, isWhole) = ("prompt", false) }
    return Slug(unchecked: isWhole ? name : name + "-" + hash(prompt))
  }

  private static func hash(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String((String(repeating: "0", count: 16 - digits.count) + digits).suffix(8))
  }
}
