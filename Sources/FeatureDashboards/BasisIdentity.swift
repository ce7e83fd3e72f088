import Foundation
import LinearAlgebra
public import Transcoders
public import Transformers

#if canImport(CryptoKit)
  import CryptoKit
#else
  import Crypto
#endif

/// What tells features apart whose names are the same: a digest of their form, their biases and some of their weights.
///
/// A set that was trained further, or stored in another number format, is another one.
public struct BasisIdentity: Sendable, Hashable, CustomStringConvertible {
  /// 64 hexadecimal digits.
  public let description: String

  /// Identifies transcoders.
  public init(_ set: TranscoderSet) {
    var hasher = SHA256()
    hasher.add("\(set.input.rawValue) \(set.output.rawValue) \(set.activation)")
    for transcoder in set.transcoders {
      hasher.add("\(transcoder.featureCount) \(transcoder.span)")
      for numbers in [transcoder.encoderBias, transcoder.thresholds, transcoder.decoderBias] {
        hasher.add(numbers)
      }
      hasher.add(transcoder.decoders[0])
    }
    description = hasher.digits
  }

  /// Identifies a model's neurons.
  public init(neuronsOf transformer: Transformer) {
    var hasher = SHA256()
    hasher.add("neurons \(transformer.configuration.activation)")
    for block in transformer.weights.blocks {
      hasher.add(block.mlpNorm.weight)
      hasher.add(block.down.weight)
    }
    description = hasher.digits
  }
}

extension SHA256 {
  fileprivate mutating func add(_ text: String) { update(data: Data((text + "\n").utf8)) }

  fileprivate mutating func add(_ numbers: [Float]) {
    var writer = ByteWriter()
    for number in numbers { writer.append(number) }
    update(data: Data(writer.bytes))
  }

  /// Adds a few rows.
  fileprivate mutating func add(_ matrix: StoredMatrix) {
    add("\(matrix.rows) \(matrix.columns)")
    guard matrix.rows > 0 else { return }
    add(matrix.gathered([0, matrix.rows / 3, matrix.rows / 2, matrix.rows - 1]).storage)
  }

  fileprivate var digits: String {
    finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
