/// The specimens that there are.
public enum SpecimenShelf {
  /// All specimens, in the order in which they are listed.
  public static let all: [any Specimen] = [
    Couplets(), Sums(), TwoHop(), Babel(), Names(), Hints(), Refusal(), Acrostic(), Boolean(),
  ]

  /// The specimen of a name.
  public static func specimen(named name: String) -> (any Specimen)? { all.first { $0.name == name } }
}

extension Specimen {
  /// The name by which a model of the specimen is asked for, such as `specimen/babel-large` or `specimen/refusal-before`.
  ///
  /// - Parameters:
  ///   - size: One of the sizes; the usual one has no name of its own.
  ///   - phase: The name of a phase; nil for the last one.
  public func modelName(size: String, phase: String? = nil) -> String {
    (["specimen/" + name] + (size == sizes.first ? [] : [size]) + [phase].compactMap { $0 })
      .joined(separator: "-")
  }
}
