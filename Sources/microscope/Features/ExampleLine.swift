import FeatureDashboards

/// An example on one line of a terminal, around its middle.
struct ExampleLine {
  let example: FeatureExample
  let texts: TokenTexts
  /// The activation that has the full heat.
  let greatest: Float

  /// The line, cut to some columns.
  func text(columns: Int, colours: Bool) -> String {
    var (first, last) = (example.focus, example.focus)
    var used = piece(example.focus).columns
    // One token to the left, one to the right, as long as both fit.
    while true {
      let left = first > 0 ? piece(first - 1).columns : .max
      let right = last + 1 < example.tokens.count ? piece(last + 1).columns : .max
      if left <= columns - used, example.focus - first <= last - example.focus || right > columns - used {
        first -= 1
        used += left
      } else if right <= columns - used {
        last += 1
        used += right
      } else {
        break
      }
    }
    return (first...last).map { Terminal.heated(shown($0), heat($0), colours: colours) }.joined()
  }

  private func heat(_ place: Int) -> Float { greatest > 0 ? example.activations[place] / greatest : 0 }

  private func shown(_ place: Int) -> String { Terminal.visible(texts[example.tokens[place]]) }

  /// A token with the room for its marks.
  private func piece(_ place: Int) -> String { heat(place) >= 0.3 ? "«\(shown(place))»" : shown(place) }
}
