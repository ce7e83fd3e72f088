public import Interventions

/// What calibrations of one specimen's model gave, for several bases side by side.
public struct CalibrationReport: Sendable, Codable {
  /// One basis.
  public struct Basis: Sendable, Codable {
    /// The set's name, or "neurons".
    public var name: String
    /// The scores against the answer key.
    public var key: CalibrationScores
    /// The scores of what features seem to encode when the key's values are dealt out anew: chance.
    public var control: CalibrationScores

    /// Names scores.
    public init(name: String, key: CalibrationScores, control: CalibrationScores) {
      self.name = name
      self.key = key
      self.control = control
    }
  }

  /// The specimen's name.
  public var specimen: String
  /// What the model is called.
  public var model: String
  /// How it was done.
  public var settings: CalibrationSettings
  /// How many of the drawn prompts the model answers rightly; only these are scored.
  public var answered: Rate
  /// The bases, in the order asked for.
  public var bases: [Basis]

  /// Puts a report together.
  public init(
    specimen: String, model: String, settings: CalibrationSettings, answered: Rate, bases: [Basis] = []
  ) {
    self.specimen = specimen
    self.model = model
    self.settings = settings
    self.answered = answered
    self.bases = bases
  }
}
