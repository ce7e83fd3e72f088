import ArgumentParser
import Foundation
import LinearAlgebra

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check that this machine computes correctly, and how fast.",
    discussion: """
      Compares matrix products with a plain loop on random shapes: some builds of a BLAS compute wrong results on \
      new processors. If it fails, setting OPENBLAS_CORETYPE=Haswell chooses older kernels.

      Example:
        microscope doctor
      """)

  @Option(help: ArgumentHelp("Worker threads. (default: all cores)", valueName: "count"))
  var threads: Int?

  @Flag(help: "Print JSON.")
  var json = false

  private struct Report: Encodable {
    var machine: String
    var processors: Int
    var memoryBytes: UInt64
    var blas: String
    var products: String
    var largestErrorOfBLAS: Double
    var largestErrorOfProducts: Double
    var bfloat16Products: String
    var largestErrorOfBFloat16: Double
    var isCorrect: Bool
    var gigaflopsOneThread: Double
    var gigaflopsAllThreads: Double
    var gigaflopsAllThreadsBFloat16: Double
  }

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
  }

  func run() throws {
    let workers = Workers(count: threads)
    let errors = BLASCheck.largestErrors(seed: 1, shapes: 60)
    let report = Report(
      machine: DoctorCommand.processorName, processors: Workers.processorCount,
      memoryBytes: ProcessInfo.processInfo.physicalMemory, blas: BLAS.description,
      products: BLASCheck.usesOwnKernel ? "own kernel, AVX-512" : "BLAS", largestErrorOfBLAS: errors.blas,
      largestErrorOfProducts: errors.products,
      bfloat16Products: ProductPrecision.hasBFloat16Kernel ? "own kernel, AVX512-BF16" : "as exact ones",
      largestErrorOfBFloat16: errors.rounded,
      isCorrect: max(errors.blas, errors.products, errors.rounded) < BLASCheck.tolerance,
      gigaflopsOneThread: BLASCheck.rate(Workers(count: 1)), gigaflopsAllThreads: BLASCheck.rate(workers),
      gigaflopsAllThreadsBFloat16: BLASCheck.rate(Workers(count: threads, precision: .bfloat16)))
    if json { try Terminal.printJSON(report) } else { try printText(report, workers) }
    guard report.isCorrect else {
      throw CommandError(
        "Matrix products are wrong on this machine: set OPENBLAS_CORETYPE=Haswell and run the doctor again.")
    }
  }

  private func printText(_ report: Report, _ workers: Workers) throws {
    let error = { (value: Double) in
      String(format: "%.1e", value) + (value < BLASCheck.tolerance ? "" : " WRONG")
    }
    try Terminal.say(
      """
      machine   \(report.machine), \(report.processors) processors, \(Int(report.memoryBytes / 1_000_000).grouped) MB
      BLAS      \(report.blas)
                largest error on 60 random shapes, against a plain loop: \(error(report.largestErrorOfBLAS))
      products  \(report.products), largest error \(error(report.largestErrorOfProducts))
      bfloat16  \(report.bfloat16Products), largest error \(error(report.largestErrorOfBFloat16)) (for training)
      rate      \(report.gigaflopsOneThread.rounded(to: 0)) GFLOP/s with 1 thread, \(report.gigaflopsAllThreads.rounded(to: 0)) with \(workers.count), \
      \(report.gigaflopsAllThreadsBFloat16.rounded(to: 0)) at bfloat16
      """)
  }

  /// The processor's name, as the system tells it.
  private static var processorName: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return name.map { $0.trimmingPrefix { $0 == " " } }.map { String($0) }
      ?? ProcessInfo.processInfo.operatingSystemVersionString
  }
}
