import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import Transcoders
import _TestSupport

@Suite("Sets written in circuit-tracer's format")
struct WriterTests {
  @Test(
    "A set that is written and read is the same set, bit for bit",
    arguments: ["plt-relu", "plt-jumprelu", "plt-topk-skip", "clt-jumprelu"])
  func roundTrip(kind: String) throws {
    var set = try ForeignFormatTests.reference(kind)
    set.name = "odd \"name\"\n\\ ü"
    try inFolder { folder in
      try set.write(to: folder + "/set")
      let read = try TranscoderSet(path: folder + "/set")
      try expectSame(read, set)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == ["set"])
    }
  }

  @Test("Sets of other formats, stored by input or by target, round-trip too")
  func foreign() throws {
    for name in ["gemma-scope", "gemma-scope-2", "gemma-scope-2-clt", "saelens-skip", "listed"] {
      let set = try TranscoderSet(path: ForeignFormatTests.path(name))
      try inFolder { folder in
        try set.write(to: folder + "/set/")
        try expectSame(try TranscoderSet(path: folder + "/set"), set)
      }
    }
  }

  @Test(
    "Numbers keep their format, and a cross-layer set its skip connections",
    arguments: [ElementFormat.f16, .bf16])
  func formats(format: ElementFormat) throws {
    for base in [TranscoderFolder.perLayer(thresholds: true, skip: true), .crossLayer(skip: true)] {
      var source = base
      source.store(in: format)
      try source.written { path in
        let set = try TranscoderSet(path: path)
        try inFolder { folder in
          try set.write(to: folder + "/set")
          let read = try TranscoderSet(path: folder + "/set")
          try expectSame(read, set)
          #expect(
            read.transcoders.allSatisfy { $0.encoder.weights.format == format && $0.skip?.format == format })
        }
      }
    }
  }

  @Test("Nothing is left behind, and the refusal is one sentence, when a set cannot be written")
  func refusal() throws {
    var set = try ForeignFormatTests.reference("plt-relu")
    try inFolder { folder in
      expectSentence(mention: "exists") { try set.write(to: folder) }
      expectSentence(mention: "does not exist") { try set.write(to: folder + "/none/set") }
      set.activation = .rectifiedTopK(4)
      expectSentence(mention: "activation function") { try set.write(to: folder + "/set") }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left.isEmpty)
    }
  }

  private func expectSentence(mention: String, _ body: () throws -> Void) {
    let error = #expect(throws: (any Error).self) { try body() }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.isOneSentence && text.contains(mention), "\(text)")
  }

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "written-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private func expectSame(_ read: TranscoderSet, _ set: TranscoderSet) throws {
    #expect(read.name == set.name && read.modelName == set.modelName)
    #expect(read.input == set.input && read.output == set.output && read.activation == set.activation)
    #expect(read.layerCount == set.layerCount)
    for (new, old) in zip(read.transcoders, set.transcoders) {
      let rows = old.encoder.isByInput ? old.encoder.weights.transposed() : old.encoder.weights
      #expect(new.encoder.weights.floats() == rows.floats())
      #expect(new.encoderBias == old.encoderBias && new.decoderBias == old.decoderBias)
      #expect(new.thresholds == old.thresholds)
      #expect(new.decoders.map { $0.floats() } == old.decoders.map { $0.floats() })
      #expect(new.skip?.floats() == old.skip?.floats())
    }
  }
}
