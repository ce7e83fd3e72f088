import Calibrations
import Interventions
import LinearAlgebra
import Tokenizers
import Transformers

/// What the model did on a set of prompts, prompt by prompt.
struct StudyAnswers: Sendable, Codable {
  var behaviour: StudyReport.Behaviour
  var isRight: [Bool]
}

extension StudyRun {
  /// How many examples a report shows of each set.
  private static let exampleCount = 6

  /// Puts each set with a behaviour to the model; nil when it was asked to stop.
  func behaviours(
    _ plan: StudyPlan, _ cache: StudyCache, _ progress: (Progress) -> Void, _ shouldStop: () -> Bool
  ) throws -> [StudyAnswers]? {
    var answers: [StudyAnswers] = []
    for gate in study.behaviours {
      let key = "behaviour-" + StudyRun.fileName(gate.prompts)
      if let kept = cache.value(key, as: StudyAnswers.self) {
        answers.append(kept)
        continue
      }
      guard let found = try self.answers(gate, plan, progress, shouldStop) else { return nil }
      try cache.keep(found, key)
      answers.append(found)
    }
    return answers
  }

  private func answers(
    _ gate: BehaviourGate, _ plan: StudyPlan, _ progress: (Progress) -> Void, _ shouldStop: () -> Bool
  ) throws -> StudyAnswers? {
    let prompts = plan.prompts[gate.prompts] ?? []
    let workers = subject.model.transformer.workers
    let speaker = Speaker(subject: subject, gate: gate)
    var sayings: [Speaker.Saying] = []
    while sayings.count < prompts.count {
      guard !shouldStop() else { return nil }
      progress(Progress(phase: "asking '\(gate.prompts)'", done: sayings.count, all: prompts.count))
      let batch = Array(prompts[sayings.count..<min(sayings.count + 4 * workers.count, prompts.count)])
      let found = workers.map(batch) { prompt in Result { try StudyRun.saying(prompt, speaker, plan) } }
      sayings += try found.map { try $0.get() }
    }
    let isRight = zip(prompts, sayings).map { prompt, saying in
      speaker.passes(saying, answers: gate.answers(prompt))
    }
    let wrong = isRight.indices.filter { !isRight[$0] }.prefix(StudyRun.exampleCount / 2)
    let right = isRight.indices.filter { isRight[$0] }.prefix(StudyRun.exampleCount - wrong.count)
    let examples = (Array(right) + Array(wrong)).map { place in
      StudyReport.Example(
        prompt: String(subject.model.tokenizer.decode(prompts[place].tokens).suffix(160)),
        answer: gate.answers(prompts[place]).joined(separator: " or "), said: sayings[place].text,
        isRight: isRight[place])
    }
    return StudyAnswers(
      behaviour: .init(
        prompts: gate.prompts, answered: Rate(successes: isRight.count { $0 }, trials: prompts.count),
        required: gate.share, examples: examples), isRight: isRight)
  }

  /// What the model says by itself.
  private static func saying(
    _ prompt: StudyPrompt, _ speaker: Speaker, _ plan: StudyPlan
  ) throws -> Speaker.Saying {
    let engine = try InterventionEngine(plan.transformer, plan.activity.basis, tokens: prompt.tokens)
    return try speaker.saying(
      engine, [], .iterative(freezesAttention: true), logits: engine.unmodified.logits)
  }

  /// For each hypothesis about overlap, how much more each pair of prompts shares than prompts of different rows do.
  ///
  /// The Jaccard index of the features active anywhere, of the first set's prompt with the second set's of its row, less that with
  /// the second set's next one.
  func overlaps(_ plan: StudyPlan, all: [String: [StudyPrompt]]) -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    for hypothesis in study.hypotheses {
      guard case .overlap(let first, let second, _) = hypothesis.test else { continue }
      let sets = [first, second].map { name in
        subject.model.transformer.workers.map(all[name] ?? []) { prompt in
          Set(plan.activity.numbers(prompt.tokens).dropFirst().joined())
        }
      }
      let count = min(sets[0].count, sets[1].count)
      // Under the control a pair is of two rows, so that it has nothing in common but chance.
      let shift = plan.control == nil ? 0 : count / 2
      result[hypothesis.name] = (0..<count).map { row in
        StudyRun.jaccard(sets[0][row], sets[1][(row + shift) % count])
          - StudyRun.jaccard(sets[0][row], sets[1][(row + shift + 1) % count])
      }
    }
    return result
  }

  private static func jaccard(_ a: Set<Int32>, _ b: Set<Int32>) -> Double {
    let both = a.intersection(b).count
    let any = a.count + b.count - both
    return any > 0 ? Double(both) / Double(any) : 0
  }
}

extension BehaviourGate {
  /// The texts that are right behind a prompt.
  func answers(_ prompt: StudyPrompt) -> [String] {
    answers.isEmpty ? [prompt.columns["answer"]].compactMap { $0 } : answers.compactMap { prompt.text($0) }
  }
}
