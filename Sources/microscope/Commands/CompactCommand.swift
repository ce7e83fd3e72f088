import ArgumentParser
import Foundation
import LinearAlgebra
import Transcoders

struct CompactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Store transcoders in 8 bits a number.",
    discussion: """
      Rounds encoders, decoders and skips to 8 bits with a scale for each 32 numbers (4.25 times smaller than float32; \
      thresholds and biases stay), in few files. Decoder rows that are short beside their feature's others can be dropped, \
      which shrinks cross-layer sets. `evaluate` on both sets tells what it costs.

      Examples:
        microscope compact transcoders small
        microscope compact clt small-clt --drop 0.01
      """)

  @Argument(help: "A folder of transcoders in any format.")
  var set: String

  @Argument(help: "The folder to make.")
  var output: String

  @Option(
    help: ArgumentHelp(
      "Drop decoder rows that are no longer than this share of their feature's rows together.",
      valueName: "share"))
  var drop: Float = 0

  @Flag(help: "Print JSON.")
  var json = false

  /// What came of it.
  private struct Report: Encodable {
    struct Layer: Encodable {
      var decoderRows: Int
      var droppedRows: Int
      var largestError: Float
    }
    var bytesBefore: Int
    var bytes: Int
    var files: Int
    var layers: [Layer]
  }

  func validate() throws {
    guard drop >= 0, drop < 1 else { throw ValidationError("--drop is a share from 0 to below 1.") }
  }

  func run() throws {
    let source = try TranscoderSet(path: set)
    let settings = set + "/training.yaml"
    let interrupt = Interrupt(nil)
    let losses = try interrupt.finishing {
      try source.writeCompact(
        to: output, dropping: drop,
        documents: FileManager.default.fileExists(atPath: settings) ? [settings] : []
      ) { Terminal.progress("\($0) of \($1) files") }
    }
    Terminal.progress("")
    let after = Inspection.size(of: output)
    let report = Report(
      bytesBefore: source.weightBytes, bytes: after.bytes, files: after.files,
      layers: losses.map {
        .init(decoderRows: $0.decoderRows, droppedRows: $0.droppedRows, largestError: $0.largestError)
      })
    if json { try Terminal.printJSON(report) } else { try Terminal.say(text(report)) }
  }

  private func text(_ report: Report) -> String {
    let megabytes = { (bytes: Int) in "\((Double(bytes) / 1e6).rounded(to: 1)) MB" }
    let rows = report.layers.enumerated().map { index, layer in
      [
        "layer \(index)", "\((100 * Double(layer.largestError)).rounded(to: 2))%",
        "\(layer.droppedRows.grouped) of \(layer.decoderRows.grouped)",
      ]
    }
    return
      (Table.lines([["", "largest error of a row", "decoder rows dropped"]] + rows) + [
        "",
        "\(megabytes(report.bytesBefore)) became \(megabytes(report.bytes)) in \(report.files) files: \(output)",
      ]).joined(separator: "\n")
  }
}

extension TranscoderSet {
  /// The bytes of encoders, decoders and skips in their formats.
  fileprivate var weightBytes: Int {
    let matrices = transcoders.flatMap { [$0.encoder.weights] + $0.decoders + ($0.skip.map { [$0] } ?? []) }
    return matrices.reduce(0) { $0 + $1.rows * ($1.format.byteCount(elements: $1.columns) ?? 0) }
  }
}
