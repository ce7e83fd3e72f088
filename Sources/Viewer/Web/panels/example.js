// A text in which a feature fires, token by token, with its activations as heat.

import { make } from "../core/dom.js";
import { plain, visibleToken } from "../core/format.js";

/** One line around an example's strongest token; `around` tokens on either side, or all of them. */
export function exampleLine({ tokens, activations, focus }, greatest, around = Infinity) {
  const from = Math.max(0, focus - around);
  const to = Math.min(tokens.length, focus + around + 1);
  const marks = tokens.slice(from, to).map((token, at) => heated(token, activations[from + at] ?? 0, greatest));
  return make("p", { class: "example" }, from > 0 ? "…" : null, ...marks, to < tokens.length ? "…" : null);
}

/** A token with its activation as heat, in five steps. */
export function heated(token, activation, greatest) {
  const text = token.replace(/\n/g, "⏎").replace(/\t/g, " ");
  if (!(activation > 0)) return make("span", {}, text);
  const step = Math.min(5, Math.max(1, Math.ceil(5 * activation / (greatest || activation))));
  return make("mark", { class: `heat-${step}`, title: `${visibleToken(token)}  ${plain(activation)}` }, text);
}
