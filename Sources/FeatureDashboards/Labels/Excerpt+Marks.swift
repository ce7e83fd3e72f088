extension FeatureExample {
  /// The example's text around its focus, with marks around the tokens at which the feature is active.
  ///
  /// - Parameters:
  ///   - reach: Tokens to both sides of the focus.
  ///   - marked: Which tokens get marks; nil for those with at least three tenths of the example's greatest activation.
  ///   - marks: What stands before and behind marked tokens; neighbours share them.
  func text(
    _ texts: TokenTexts, reach: Int, marked: Set<Int>? = nil, marks: (String, String) = ("<<", ">>")
  ) -> String {
    let marked = marked ?? strongPlaces
    var result = ""
    let range = window(reach)
    for place in range {
      if marked.contains(place), place == range.lowerBound || !marked.contains(place - 1) {
        result += marks.0
      }
      result += texts[tokens[place]]
      if marked.contains(place), place + 1 == range.upperBound || !marked.contains(place + 1) {
        result += marks.1
      }
    }
    return result
  }

  /// The places around the focus.
  func window(_ reach: Int) -> Range<Int> {
    max(0, focus - reach)..<min(tokens.count, focus + reach + 1)
  }

  /// The places with at least three tenths of the greatest activation.
  var strongPlaces: Set<Int> {
    let greatest = activations.max() ?? 0
    return Set(activations.indices.filter { activations[$0] > 0 && activations[$0] >= 0.3 * greatest })
  }
}
