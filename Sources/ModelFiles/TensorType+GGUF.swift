import LinearAlgebra

extension TensorType {
  /// The type that GGUF numbers `code`, nil when it is not read here.
  init?(gguf code: UInt32) {
    switch code {
    case 0: self = .float(.f32)
    case 1: self = .float(.f16)
    case 2: self = .float(.q4_0)
    case 3: self = .float(.q4_1)
    case 6: self = .float(.q5_0)
    case 7: self = .float(.q5_1)
    case 8: self = .float(.q8_0)
    case 12: self = .float(.q4_K)
    case 13: self = .float(.q5_K)
    case 14: self = .float(.q6_K)
    case 24: self = .integer(.i8)
    case 25: self = .integer(.i16)
    case 26: self = .integer(.i32)
    case 27: self = .integer(.i64)
    case 28: self = .float64
    case 30: self = .float(.bf16)
    default: return nil
    }
  }

  /// The name of the type that GGUF numbers `code`, for messages: the number when it has no well-known name.
  static func ggufName(_ code: UInt32) -> String {
    let names: [UInt32: String] = [
      10: "Q2_K", 11: "Q3_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL",
      21: "IQ3_S",
      22: "IQ2_S", 23: "IQ4_XS", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
    ]
    return names[code] ?? "number \(code)"
  }
}
