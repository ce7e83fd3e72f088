// Scores of a graph, and what a node's input is made of.

import { inputShare } from "./prune.js";

/**
 * The scores to show: `{ name, value }`; the value is null when the file does not state it.
 *
 * They are never guessed from the file's own nodes: pruning drops many weak links, and what remains
 * overstates the errors.
 */
export function shownScores({ facts }) {
  return [
    Object.freeze({ name: "replacement", value: facts.replacementScore }),
    Object.freeze({ name: "completeness", value: facts.completenessScore }),
    Object.freeze({ name: "coverage", value: facts.coverage }),
  ];
}

/** How a node's input (by |weight|) divides over kinds of sources; the shares sum to 1, or are all 0. */
export function inputMix(graph, node) {
  const mix = { feature: 0, token: 0, error: 0, logit: 0 };
  for (const link of graph.inputs[node]) mix[graph.nodes[link.source].kind] += inputShare(graph, link);
  return mix;
}
