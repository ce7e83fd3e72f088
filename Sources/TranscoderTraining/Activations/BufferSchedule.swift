/// Which text is in the buffer of activations at each step, and which of its rows are a batch: a rolling shuffle.
///
/// 1. The buffer has four parts (one, when four would leave less than a batch for a period, or when what fills it changes
///    from period to period). Before every period but the first, the part that is oldest is filled with new text.
/// 2. A part that is filled serves as many periods as there are parts. Its rows, `passes` times over and each time in
///    another order, are dealt out to them evenly.
/// 3. What the parts deal to a period is shuffled together and cut into batches.
///
/// So every batch mixes text of four ages, rows are used `passes` times each (but for some of the first three parts), and the
/// model runs for a quarter of the buffer at a time. All of it follows from the seed.
package struct BufferSchedule: Sendable, Equatable {
  /// The parts of the buffer.
  package let parts: Int
  /// The rows of a part.
  package let partRows: Int
  /// The steps of a period.
  package let stepsPerPeriod: Int
  private let batch: Int
  private let passes: Int
  private let seed: UInt64
  /// The rows that a part gives a period.
  private let share: Int

  /// Divides a buffer of at least `tokens` rows.
  package init(tokens: Int, batch: Int, passes: Int, seed: UInt64, isRolling: Bool) {
    parts = isRolling && passes * (tokens / 4) / 4 * 4 >= batch ? 4 : 1
    partRows = tokens / parts
    share = passes * partRows / parts
    stepsPerPeriod = parts * share / batch
    self.batch = batch
    self.passes = passes
    self.seed = seed
  }

  /// The rows of the buffer.
  package var rows: Int { parts * partRows }

  /// Whether one part after the other is filled anew.
  var isRolling: Bool { parts > 1 }

  /// The period of a step.
  package func period(_ step: Int) -> Int { step / stepsPerPeriod }

  /// The part that is filled before a period, which is not the first.
  package func part(filledBefore period: Int) -> Int { (period - 1) % parts }

  /// Returns the rows of a period, in the order of its batches.
  package func order(_ period: Int) -> [Int] {
    // The fillings that are in the buffer, of which that of number g is in part g mod parts.
    let dealt = (period..<period + parts).flatMap { filling in
      let age = period + parts - 1 - filling
      return rows(filling, age * share..<(age + 1) * share).map { filling % parts * partRows + $0 }
    }
    var order = SeededOrder(seed: seed, stream: 3_000_000_000 &+ UInt64(period))
    return order.permutation(dealt.count).map { dealt[$0] }
  }

  /// The rows of a step's batch among those of its period.
  package func batch(_ step: Int) -> Range<Int> {
    let place = step % stepsPerPeriod
    return place * batch..<(place + 1) * batch
  }

  /// Some of a filling's rows, `passes` times over.
  private func rows(_ filling: Int, _ range: Range<Int>) -> [Int] {
    (range.lowerBound / partRows...(range.upperBound - 1) / partRows).flatMap { pass in
      var order = SeededOrder(seed: seed, stream: 2_000_000 &+ UInt64(filling * passes + pass))
      let begin = pass * partRows
      return order.permutation(partRows)[
        max(range.lowerBound - begin, 0)..<min(range.upperBound - begin, partRows)]
    }
  }
}
