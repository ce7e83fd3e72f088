// The strongest path from a token to a logit.

import { inputShare } from "./prune.js";

/**
 * Returns the path from any token to `target` whose product of input shares is largest, or null.
 *
 * 1. A node's strength is the largest product of shares on any way from it to the target; the target's is 1.
 * 2. Links lead upwards only, so visiting nodes from the top row down settles each before it is used.
 * 3. Among tokens, the strongest one starts the path; follow the remembered links up.
 */
export function strongestPath(graph, mask, target) {
  const strength = new Float64Array(graph.nodes.length);
  const next = new Array(graph.nodes.length).fill(null);
  strength[target] = 1;
  for (const node of [...graph.nodes].sort((a, b) => b.row - a.row)) {
    if (strength[node.index] === 0) continue;
    for (const link of graph.inputs[node.index]) relax(graph, mask, link, strength, next);
  }
  const start = strongestToken(graph, strength);
  return start === null ? null : follow(graph, start, target, strength[start], next);
}

/** The visible logit with the highest probability, or null. */
export function topLogit(graph) {
  const logits = graph.nodes.filter((node) => node.kind === "logit");
  if (!logits.length) return null;
  return logits.reduce((best, node) => (node.probability ?? 0) > (best.probability ?? 0) ? node : best).index;
}

function relax(graph, mask, link, strength, next) {
  const { source, target } = link;
  if (!mask[source] || graph.nodes[source].row >= graph.nodes[target].row) return;
  const reached = strength[target] * inputShare(graph, link);
  if (reached <= strength[source]) return;
  strength[source] = reached;
  next[source] = link;
}

function strongestToken(graph, strength) {
  let best = null;
  for (const node of graph.nodes) {
    if (node.kind !== "token" || strength[node.index] === 0) continue;
    if (best === null || strength[node.index] > strength[best]) best = node.index;
  }
  return best;
}

function follow(graph, start, target, share, next) {
  const nodes = [start];
  const links = [];
  while (nodes[nodes.length - 1] !== target) {
    const link = next[nodes[nodes.length - 1]];
    links.push(link);
    nodes.push(link.target);
  }
  return Object.freeze({ nodes: Object.freeze(nodes), links: Object.freeze(links), share });
}
