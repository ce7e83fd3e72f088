import Foundation
import LinearAlgebra
import SpecimenTraining

/// The loss of a small transformer as plain loops in double precision.
struct NaiveTransformer {
  var settings: TransformerTrainingSettings
  var embedding: [[Double]]
  var blocks: [[TransformerParameters.Part: [[Double]]]]
  var finalNorm: [[Double]]
  var unembedding: [[Double]]

  init(_ parameters: TransformerParameters) {
    let rows = { (matrix: Matrix) in (0..<matrix.rows).map { matrix[row: $0].map { Double($0) } } }
    settings = parameters.settings
    embedding = rows(parameters.embedding)
    blocks = (0..<settings.layers).map { layer in
      Dictionary(
        uniqueKeysWithValues: TransformerParameters.Part.allCases.map {
          ($0, rows(parameters[$0, layer: layer]))
        })
    }
    finalNorm = rows(parameters.finalNorm)
    unembedding = rows(parameters.unembedding)
  }

  /// The rows of a part of a block.
  subscript(layer: Int, part: TransformerParameters.Part) -> [[Double]] {
    get { blocks[layer][part] ?? [] }
    set { blocks[layer][part] = newValue }
  }

  /// Σ weight · cross-entropy / Σ weight.
  func loss(_ sequences: [TrainingSequence]) -> Double {
    var (sum, total) = (0.0, 0.0)
    for sequence in sequences {
      let logits = logits(Array(sequence.tokens.dropLast()))
      for (place, weight) in sequence.weights.enumerated() {
        let row = logits[place]
        let top = row.max() ?? 0
        let partition = row.reduce(0) { $0 + exp($1 - top) }
        sum += Double(weight) * (log(partition) + top - row[sequence.tokens[place + 1]])
        total += Double(weight)
      }
    }
    return sum / total
  }

  func logits(_ tokens: [Int]) -> [[Double]] {
    var stream = tokens.map { embedding[$0] }
    for block in blocks {
      let read = norm(stream, part(block, .attentionNorm))
      let written = times(attention(block, read), part(block, .output))
      stream = zip(stream, written).map { zip($0, $1).map(+) }
      let input = norm(stream, part(block, .mlpNorm))
      let (gate, up) = (times(input, part(block, .gate)), times(input, part(block, .up)))
      let neurons = zip(gate, up).map { zip($0, $1).map { $0 / (1 + exp(-$0)) * $1 } }
      stream = zip(stream, times(neurons, part(block, .down))).map { zip($0, $1).map(+) }
    }
    return times(norm(stream, finalNorm), settings.tiesEmbeddings ? embedding : unembedding)
  }

  private func part(
    _ block: [TransformerParameters.Part: [[Double]]], _ part: TransformerParameters.Part
  ) -> [[Double]] { block[part] ?? [] }

  private func norm(_ x: [[Double]], _ weight: [[Double]]) -> [[Double]] {
    x.map { row in
      let mean = row.reduce(0) { $0 + $1 * $1 } / Double(row.count)
      let scale = (mean + Double(settings.normEpsilon)).squareRoot()
      return zip(row, weight[0]).map { $0 / scale * $1 }
    }
  }

  private func times(_ x: [[Double]], _ weight: [[Double]]) -> [[Double]] {
    x.map { row in weight.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
  }

  private func attention(_ block: [TransformerParameters.Part: [[Double]]], _ read: [[Double]]) -> [[Double]]
  {
    let width = settings.dHead
    let (q, k) = (turned(times(read, part(block, .query))), turned(times(read, part(block, .key))))
    let v = times(read, part(block, .value))
    return read.indices.map { query in
      (0..<settings.heads).flatMap { head in
        let group = head / (settings.heads / settings.kvHeads)
        let scores = (0...query).map { key in
          exp(
            (0..<width).reduce(0) { $0 + q[query][head * width + $1] * k[key][group * width + $1] }
              / Double(width).squareRoot())
        }
        let sum = scores.reduce(0, +)
        return (0..<width).map { column in
          (0...query).reduce(0) { $0 + scores[$1] / sum * v[$1][group * width + column] }
        }
      }
    }
  }

  private func turned(_ x: [[Double]]) -> [[Double]] {
    let (width, half) = (settings.dHead, settings.dHead / 2)
    return x.enumerated().map { position, row in
      var row = row
      for start in stride(from: 0, to: row.count, by: width) {
        for pair in 0..<half {
          let angle = Double(position) * pow(settings.rotaryBase, -2 * Double(pair) / Double(width))
          let (a, b) = (row[start + pair], row[start + half + pair])
          row[start + pair] = a * cos(angle) - b * sin(angle)
          row[start + half + pair] = b * cos(angle) + a * sin(angle)
        }
      }
      return row
    }
  }
}
