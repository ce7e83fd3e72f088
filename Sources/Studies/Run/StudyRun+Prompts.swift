import Tokenizers
import Transformers

extension StudyRun {
  /// Returns the first prompts of the study's first set, each as text and as the model reads it.
  public func prompts(_ count: Int) throws -> [(text: String, tokens: [Int])] {
    guard
      let set = study.behaviours.first.flatMap({ gate in study.prompts.first { $0.name == gate.prompts } })
    else { return [] }
    let made = try PromptMaker(subject: subject, seed: seed).prompts(set)
    return made.prefix(count).map { prompt in
      let tokenizer = subject.model.tokenizer
      // Marks are no part of what is asked.
      let words = prompt.tokens.filter { !tokenizer.isSpecial($0) }
      return (tokenizer.decode(words).trimmed, prompt.tokens)
    }
  }
}

extension String {
  /// The text without blanks around it.
  fileprivate var trimmed: String {
    let text = drop { $0.isWhitespace }
    return String(text.reversed().drop { $0.isWhitespace }.reversed())
  }
}
