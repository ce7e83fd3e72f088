import Foundation
public import LinearAlgebra
import ModelFiles
import Tokenizers
public import Transcoders
public import Transformers

/// Trains transcoders on what a model computes over text.
///
/// A run is a row of periods: fill a part of a buffer of `roundTokens` positions from the model, and take some steps with
/// batches drawn from all of it (`BufferSchedule`). What the steps of a period leave idle already fills the next part
/// (`PartHarvest`); the rest of it all workers do when it is needed, so no processor waits. What is in the buffer at a
/// step, and the order of the batches, follow from the seed: a run that was stopped goes on bit by bit as if it had not been.
/// In the replaced stage the transcoders of a period's beginning replace the MLPs while the buffer, of one part, is filled;
/// they are part of what a checkpoint keeps. In the stage `kl` a step reads contexts instead (`ReplacementTeaching`), and the
/// buffer only serves to measure activations.
public struct TranscoderTrainer {
  /// What the run was asked to do.
  public var configuration: TrainingConfiguration { state.configuration }
  /// The steps that are done.
  public var step: Int { state.step }

  var state: TrainingState
  var stream: ContextStream
  private let harvester: ActivationHarvester
  let model: LanguageModel
  let firstToken: Int?
  let workers: Workers
  let schedule: BufferSchedule
  var round: ActivationRound
  /// Whether the buffer holds what the state says of it.
  var isFilled = false
  /// What fills the part that the next period needs.
  private var ahead: PartHarvest?
  /// The rows of a period in the order of its batches.
  private var order: (period: Int, rows: [Int]) = (-1, [])
  /// What replaced the MLPs when the buffer was filled; nil for the model as it is.
  var replacement: TranscoderSet?
  let shouldStop: @Sendable () -> Bool

  /// What the run reads.
  public struct Source: Sendable {
    /// The model.
    public var model: LanguageModel
    /// The text to train on.
    public var corpus: TextCorpus
    /// The token that begins contexts, as it begins prompts.
    public var firstToken: Int?

    /// Names what the run reads.
    public init(model: LanguageModel, corpus: TextCorpus, firstToken: Int?) {
      self.model = model
      self.corpus = corpus
      self.firstToken = firstToken
    }
  }

  /// Starts a run: fills the first round, measures the activations, computes the first weights.
  ///
  /// - Parameters:
  ///   - start: Transcoders to begin with instead.
  ///   - report: Told, in a few words, what is being done.
  ///   - shouldStop: Asked now and then; on true the run ends at the next step.
  /// - Returns: Nil when it was stopped before it began.
  public init?(
    _ configuration: TrainingConfiguration, _ source: Source, start: TranscoderSet? = nil,
    workers: Workers, report: (String) -> Void, shouldStop: @escaping @Sendable () -> Bool
  ) throws {
    try configuration.check()
    let sizes = source.model.transformer.configuration
    let need = configuration.memory(layerCount: sizes.layerCount, width: sizes.dModel)
    let available = Double(ProcessInfo.processInfo.physicalMemory)
    guard need < 0.9 * available else {
      throw TrainingError.tooLarge(gigabytes: Int(need / 1e9) + 1, available: Int(available / 1e9))
    }
    let state = TrainingState(
      configuration: configuration, scales: [], layers: [], step: 0, place: ContextStream.Place())
    self.init(state, source, workers, shouldStop)
    report("running the model over the first \(configuration.roundTokens) tokens")
    guard try fillBuffer() else { return nil }
    let rows = Array(0..<round.rowCount)
    for layer in 0..<model.transformer.configuration.layerCount {
      self.state.scales.append(LayerScale(round, layer: layer, rows: rows[...], workers))
    }
    if let start {
      self.state.layers = try start.unfolded(configuration, self.state.scales)
      for layer in self.state.layers.indices {
        let inputs = self.state.scales[layer].inputs(round, layer, rows[...], workers)
        self.state.layers[layer] = self.state.layers[layer].narrowed(
          to: configuration.features, over: inputs, workers)
      }
    } else {
      try computeStart(rows, report)
    }
    roundWeights()
    if configuration.stage == .replaced { beginReplaced(source, report) }
    if configuration.stage == .kl, configuration.stepCount > 0 { forgetBuffer() }
    if shouldStop() { return nil }
  }

  /// Goes on with the run that a folder's checkpoint holds.
  public init(
    resuming folder: String, _ source: Source, workers: Workers, shouldStop: @escaping @Sendable () -> Bool
  ) throws {
    let state = try Checkpoint(folder: folder).load()
    let sizes = source.model.transformer.configuration
    guard state.layers.count == sizes.layerCount,
      state.scales.allSatisfy({ $0.inputMean.count == sizes.dModel && $0.outputMean.count == sizes.dModel })
    else {
      throw TrainingError.badCheckpoint(
        path: folder, problem: "its run was on another model; name the model it was started with")
    }
    self.init(state, source, workers, shouldStop)
    if configuration.stage == .replaced {
      replacement = try Checkpoint(folder: folder).loadReplacement(step: state.step)
    }
  }

  private init(
    _ state: TrainingState, _ source: Source, _ workers: Workers, _ shouldStop: @escaping @Sendable () -> Bool
  ) {
    self.state = state
    self.workers = workers
    self.shouldStop = shouldStop
    // Every step makes the same large matrices again.
    LargePages.keepFreed()
    model = source.model
    firstToken = source.firstToken
    let configuration = state.configuration
    let sizes = source.model.transformer.configuration
    let spare =
      0.7 * Double(ProcessInfo.processInfo.physicalMemory)
      - configuration.memory(layerCount: sizes.layerCount, width: sizes.dModel)
    harvester = ActivationHarvester(
      source.model, configuration, first: source.firstToken, memory: spare, workers)
    let training = source.corpus.divided(heldOut: configuration.heldOut, seed: configuration.seed).training
    stream = ContextStream(
      training, tokenizer: source.model.tokenizer, first: source.firstToken, length: configuration.context,
      seed: configuration.seed, place: state.place)
    schedule = configuration.schedule
    round = ActivationRound(
      configuration.stage == .kl && !state.layers.isEmpty ? nil : schedule,
      layerCount: sizes.layerCount, width: sizes.dModel)
  }

  /// Brings the buffer to the period of the next step; false when stopped.
  mutating func fillBuffer() throws -> Bool {
    let wanted = schedule.period(state.step)
    if !isFilled {
      let places = state.buffer.places
      if places.isEmpty { state.buffer = .init(period: wanted, places: []) }
      for part in 0..<schedule.parts {
        if !places.isEmpty { stream.move(to: places[part]) }
        guard try fill(part, replacing: replacement) else { return false }
      }
      if places.isEmpty { state.place = stream.place } else { stream.move(to: state.place) }
      isFilled = true
    }
    while state.buffer.period < wanted {
      let part = schedule.part(filledBefore: state.buffer.period + 1)
      let set = configuration.stage == .replaced ? folded(thresholdRows: 4096) : nil
      guard try fill(part, replacing: set) else { return false }
      replacement = set
      state.buffer.period += 1
      state.place = stream.place
    }
    lookAhead()
    return true
  }

  /// Begins to fill the part that the next period needs, if there will be one, where it is in nobody's way.
  private mutating func lookAhead() {
    let period = state.buffer.period + 1
    guard ahead == nil, round.hasSpare, period * schedule.stepsPerPeriod < configuration.stepCount else {
      return
    }
    ahead = harvest(schedule.part(filledBefore: period), replacing: nil)
    ahead?.begin(threads: workers.count)
  }

  /// Settles what fills a part with the text that comes next; nil when there is no text.
  private func harvest(_ part: Int, replacing set: TranscoderSet?) -> PartHarvest? {
    PartHarvest(part, of: round, from: stream, by: harvester, replacing: set, shouldStop: shouldStop)
  }

  /// Fills a part of the buffer with the text that comes next; when stopped, false, and the buffer has to be filled again.
  private mutating func fill(_ part: Int, replacing set: TranscoderSet?) throws -> Bool {
    let place = stream.place
    let harvest = ahead ?? harvest(part, replacing: set)
    ahead = nil
    guard let harvest, harvest.finish(workers) else {
      isFilled = isFilled && round.hasSpare
      if state.buffer.places.count < schedule.parts { state.buffer.places = [] }
      stream.move(to: state.place)
      if harvest != nil { return false }
      throw TrainingError.tooLittleText(tokens: 0, wanted: configuration.roundTokens)
    }
    stream = harvest.end
    round.replace(part, clean: harvest.cleanRows)
    if part < state.buffer.places.count {
      state.buffer.places[part] = place
    } else {
      state.buffer.places.append(place)
    }
    return true
  }

  /// Rounds the weights where they are kept as bfloat16 numbers.
  mutating func roundWeights() {
    guard configuration.weights == .bfloat16 else { return }
    for layer in state.layers.indices { state.layers[layer].roundWeights() }
  }

  private mutating func computeStart(_ rows: [Int], _ report: (String) -> Void) throws {
    let sizes = model.transformer.configuration
    for layer in 0..<sizes.layerCount where !shouldStop() {
      guard configuration.start == .closedForm else {
        state.layers.append(
          .random(configuration, layer: layer, layerCount: sizes.layerCount, width: sizes.dModel))
        continue
      }
      report("computing the first weights of layer \(layer + 1) of \(sizes.layerCount)")
      let closedForm = ClosedFormStart(configuration: configuration, workers: workers)
      state.layers.append(
        closedForm.layer(
          inputs: state.scales[layer].inputs(round, layer, rows[...], workers),
          outputs: state.scales[layer].outputs(round, layer, rows[...], workers),
          span: configuration.span(layer: layer, layerCount: sizes.layerCount),
          seed: configuration.seed &+ UInt64(layer)))
    }
  }

  /// Takes the next step; nil when the run is done or was asked to stop.
  public mutating func advance() throws -> LossParts? {
    guard state.step < configuration.stepCount, !shouldStop() else { return nil }
    guard configuration.stage != .kl else { return try teach() }
    guard try fillBuffer() else { return nil }
    let period = state.buffer.period
    if order.period != period { order = (period, schedule.order(period)) }
    let batch = RoundBatch(round, state.scales, rows: order.rows[schedule.batch(state.step)], workers)
    let step = try TrainingStep(batch, &state.layers, number: state.step, configuration, products)
    state.step += 1
    return step.parts
  }

  /// The workers, as exact as training's products shall be.
  var products: Workers { Workers(count: workers.count, precision: configuration.precision.products) }

  /// Whether all steps are done.
  public var isComplete: Bool { state.step >= configuration.stepCount }

  /// Writes the state of the run into a folder, in place of the last one.
  public func save(to folder: String) throws {
    try Checkpoint(folder: folder).save(state, replacement: replacement)
  }

  /// Returns the transcoders as they are now, with the sizes of the activations folded in; top-k kinds become JumpReLU.
  public mutating func transcoders(name: String, modelName: String?) throws -> TranscoderSet? {
    guard try configuration.stage == .kl ? fillFirstBuffer() : isFilled || fillBuffer() else { return nil }
    var set = folded(thresholdRows: 16_384)
    (set.name, set.modelName) = (name, modelName)
    return set
  }

  func folded(thresholdRows: Int) -> TranscoderSet {
    TranscoderSet(
      folding: state, thresholds: calibrated(rows: thresholdRows), name: "training", modelName: nil)
  }

  /// The layers' thresholds; those of the top-k kinds come from so many clean positions of the buffer, or from any when it
  /// holds none.
  func calibrated(rows: Int) -> [[Float]] {
    let all = round.cleanRows.isEmpty ? Array(0..<round.rowCount) : round.cleanRows
    return state.layers.indices.map { layer in
      state.layers[layer].finalThresholds(
        state.scales[layer].inputs(round, layer, all.prefix(rows), workers), configuration, workers)
    }
  }
}
