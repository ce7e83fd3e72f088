import Testing
import TranscoderTraining

@Suite("The rolling buffer")
struct BufferScheduleTests {
  @Test("Every row that comes in is used as often as there are passes", arguments: [1, 2, 4, 5])
  func uses(_ passes: Int) {
    let schedule = BufferSchedule(tokens: 256, batch: 16, passes: passes, seed: 3, isRolling: true)
    #expect(schedule.parts == 4 && schedule.rows == 256 && schedule.stepsPerPeriod == 4 * passes)
    // The filling of period 5 is in its part until period 8.
    let part = schedule.part(filledBefore: 5)
    var uses = [Int](repeating: 0, count: 256)
    for period in 5..<9 { for row in schedule.order(period) { uses[row] += 1 } }
    let range = part * schedule.partRows..<(part + 1) * schedule.partRows
    #expect(uses[range].allSatisfy { $0 == passes })
    #expect((6..<9).allSatisfy { schedule.part(filledBefore: $0) != part })
    #expect(schedule.part(filledBefore: 9) == part)
  }

  @Test("A period mixes all parts evenly, and its batches follow each other")
  func mixing() {
    let schedule = BufferSchedule(tokens: 4096, batch: 128, passes: 1, seed: 3, isRolling: true)
    for period in [0, 1, 7] {
      let order = schedule.order(period)
      #expect(order.count == 1024 && Set(order).count == 1024)
      for step in period * 8..<period * 8 + 8 {
        #expect(schedule.period(step) == period)
        let rows = order[schedule.batch(step)]
        for part in 0..<4 { #expect((12...52).contains(rows.count { $0 / 1024 == part })) }
      }
      #expect(order != schedule.order(period + 4))
    }
  }

  @Test("A buffer of hardly a batch, and one that changes from period to period, is filled whole")
  func whole() {
    let replaced = BufferSchedule(tokens: 4096, batch: 32, passes: 2, seed: 3, isRolling: false)
    #expect(replaced.parts == 1 && replaced.stepsPerPeriod == 256)
    #expect(Set(replaced.order(3)).count == 4096)
    for tokens in 32..<200 {
      for passes in 1..<4 {
        let schedule = BufferSchedule(tokens: tokens, batch: 32, passes: passes, seed: 1, isRolling: true)
        #expect(schedule.stepsPerPeriod >= 1)
        #expect(schedule.order(2).count >= schedule.batch(schedule.stepsPerPeriod - 1).upperBound)
      }
    }
  }
}
