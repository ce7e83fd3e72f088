// Scores of a graph, and what a node's input is made of.

import { inputShare } from "./prune.js";

/**
 * The scores to show: `{ name, value, meaning }`; the value is null when the file does not state it.
 *
 * They are never guessed from the file's own nodes: pruning drops many weak links, and what remains
 * overstates the errors.
 */
export function shownScores({ facts }) {
  return [
    score("replacement", facts.replacementScore,
      "share of the influence that reaches tokens rather than error nodes"),
    score("completeness", facts.completenessScore,
      "share of all inputs, weighted by influence, that comes from features and tokens rather than errors"),
    score("coverage", facts.coverage,
      "share of the influence that does not end in features too weak to be expanded, which count as errors"),
  ];
}

/** How a node's input (by |weight|) divides over kinds of sources; the shares sum to 1, or are all 0. */
export function inputMix(graph, node) {
  const mix = { feature: 0, token: 0, error: 0, logit: 0 };
  for (const link of graph.inputs[node]) mix[graph.nodes[link.source].kind] += inputShare(graph, link);
  return mix;
}

function score(name, value, meaning) { return Object.freeze({ name, value, meaning }); }
