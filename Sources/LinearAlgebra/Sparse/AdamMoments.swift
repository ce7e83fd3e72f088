import _LinearAlgebraShims

/// How far Adam goes in one step.
public struct AdamStep: Sendable {
  /// The step's number, from 1.
  public var number: Int
  /// The learning rate.
  public var rate: Float
  /// The decay of the mean gradient.
  public var beta1: Float = 0.9
  /// The decay of the mean squared gradient.
  public var beta2: Float = 0.999
  /// What keeps the denominator above zero.
  public var epsilon: Float = 1e-8
  /// Decoupled decay (AdamW): parameters lose rate · decay of themselves first, where they have a gradient.
  public var decay: Float = 0
  /// What multiplies the gradient first.
  public var scale: Float = 1
  /// The seed of stochastic rounding of the parameters to bfloat16; nil to leave them as they are.
  public var rounding: UInt32?

  /// Describes a step.
  public init(number: Int, rate: Float, scale: Float = 1) {
    self.number = number
    self.rate = rate
    self.scale = scale
  }
}

/// Adam's memory of the gradients of a matrix, row by row.
///
/// A row without a gradient is moved on by its momentum like any other until that is spent (``restSteps`` steps: 0.9¹⁶⁰ is
/// below a float's precision); then it rests, and costs nothing. When a gradient comes again, the decay it missed is made
/// up for. The result is that of dense Adam.
public struct AdamMoments: Sendable, Equatable {
  /// The mean gradient.
  public var first: Matrix
  /// The mean squared gradient.
  public var second: Matrix
  /// The last step at which each row had a gradient.
  public var touched: [Int]

  /// Steps after the last gradient until a row rests.
  public static let restSteps = 160

  /// Makes the memory of a `[rows, columns]` matrix that has had no gradient.
  public init(rows: Int, columns: Int) {
    first = Matrix(rows: rows, columns: columns)
    second = first
    touched = Array(repeating: -AdamMoments.restSteps, count: rows)
  }

  /// Puts a saved memory back together.
  public init(first: Matrix, second: Matrix, touched: [Int]) {
    precondition(
      first.rows == touched.count && second.rows == first.rows && first.columns == second.columns,
      "\(first.shape), \(second.shape), \(touched.count) rows")
    self.first = first
    self.second = second
    self.touched = touched
  }

  /// Moves `parameters` against `gradient`; `isTouched` says of each row whether it has a gradient.
  public mutating func update(
    _ parameters: inout Matrix, gradient: Matrix, isTouched: (Int) -> Bool, step: AdamStep, _ workers: Workers
  ) {
    precondition(
      parameters.rows == first.rows && gradient.rows == first.rows && gradient.columns == first.columns,
      "\(parameters.shape) by \(gradient.shape)")
    let (rows, columns, block) = (first.rows, first.columns, 64)
    let rate = step.rate / (1 - power(step.beta1, step.number))
    let kept = 1 - step.rate * step.decay
    let root = 1 / (1 - power(step.beta2, step.number)).squareRoot()
    touched.withUnsafeMutableBufferPointer { touched in
      first.update { m in
        second.update { v in
          parameters.update { values in
            gradient.storage.withUnsafeBufferPointer { gradient in
              guard let gradient = gradient.baseAddress else { return }
              workers.forEach((rows + block - 1) / block) { task in
                for row in task * block..<min(rows, (task + 1) * block) {
                  let rest = step.number - touched[row] - AdamMoments.restSteps
                  if isTouched(row) {
                    if rest > 1 {
                      AdamMoments.wake(
                        m + row * columns, v + row * columns, columns, power(step.beta2, rest - 1))
                    }
                    touched[row] = step.number
                    if kept != 1 { for i in row * columns..<(row + 1) * columns { values[i] *= kept } }
                  } else if rest > 0 {
                    continue
                  }
                  la_adam(
                    columns, gradient + row * columns, step.scale, m + row * columns, v + row * columns,
                    values + row * columns, step.beta1, step.beta2, rate, root, step.epsilon)
                  if let seed = step.rounding {
                    la_round_stochastic(
                      values + row * columns, columns, seed, UInt32(truncatingIfNeeded: row * columns))
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private static func wake(
    _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>, _ count: Int, _ decay: Float
  ) {
    for index in 0..<count {
      m[index] = 0
      v[index] *= decay
    }
  }
}

extension Matrix {
  /// Rounds every entry to the nearest bfloat16 number, ties to even.
  public mutating func roundToBFloat16() {
    let count = storage.count
    update { base in
      for place in 0..<count where base[place].isFinite {
        let bits = base[place].bitPattern
        base[place] = Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
      }
    }
  }
}

/// Returns base^exponent.
private func power(_ base: Float, _ exponent: Int) -> Float {
  var (result, factor, rest) = (1.0, Double(base), exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return Float(result)
}
