/// What is wrong with a prompt or with what is asked about it, told in one sentence.
public struct PromptError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// Says what is wrong and what to do.
  public init(_ description: String) { self.description = description }
}
