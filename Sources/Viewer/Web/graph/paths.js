// Paths through a graph: the strongest one, and all that lead from one node to another.

import { inputShare } from "./prune.js";

/**
 * Returns the path to `target` whose product of input shares is largest, or null; from any token, or from `origin`.
 *
 * 1. A node's strength is the largest product of shares on any way from it to the target; the target's is 1.
 * 2. Links lead upwards only, so visiting nodes from the top row down settles each before it is used.
 * 3. Among tokens, the strongest one starts the path; follow the remembered links up.
 */
export function strongestPath(graph, mask, target, origin = null) {
  const strength = new Float64Array(graph.nodes.length);
  const next = new Array(graph.nodes.length).fill(null);
  strength[target] = 1;
  for (const index of graph.downwards) {
    if (strength[index] === 0) continue;
    for (const link of graph.inputs[index]) relax(graph, mask, link, strength, next);
  }
  const start = origin ?? strongestToken(graph, strength);
  if (start === null || strength[start] === 0 || start === target) return null;
  return follow(graph, start, target, strength[start], next);
}

/**
 * Returns everything that lies between two nodes: `{ nodes, links, share }`, or null when nothing does.
 *
 * The share of a link is what flows through it from `origin` to `target`: the input share of the link times what of
 * the link's source comes from the origin, times what of its target reaches the target. Links that carry less than
 * `least` of the whole are left out.
 */
export function routesBetween(graph, mask, origin, target, least = 0.01) {
  const reaching = flow(graph, mask, graph.downwards, target, "inputs");
  const coming = flow(graph, mask, [...graph.downwards].reverse(), origin, "outputs");
  const whole = reaching[origin];
  if (!(whole > 0)) return null;
  const links = graph.links.filter((link) => mask[link.source] && mask[link.target] &&
    graph.nodes[link.source].row < graph.nodes[link.target].row &&
    coming[link.source] * inputShare(graph, link) * reaching[link.target] >= least * whole);
  const nodes = new Set([origin, target, ...links.flatMap((link) => [link.source, link.target])]);
  return Object.freeze({ nodes, links: Object.freeze(links), share: whole });
}

/** The visible logit with the highest probability, or null. */
export function topLogit(graph) {
  const logits = graph.nodes.filter((node) => node.kind === "logit");
  if (!logits.length) return null;
  return logits.reduce((best, node) => (node.probability ?? 0) > (best.probability ?? 0) ? node : best).index;
}

// The sum over all ways, of the products of input shares, between a start and every node.
function flow(graph, mask, order, start, direction) {
  const amount = new Float64Array(graph.nodes.length);
  amount[start] = 1;
  for (const index of order) {
    if (amount[index] === 0) continue;
    for (const link of graph[direction][index]) {
      const far = direction === "inputs" ? link.source : link.target;
      if (!mask[far] || graph.nodes[link.source].row >= graph.nodes[link.target].row) continue;
      amount[far] += amount[index] * inputShare(graph, link);
    }
  }
  return amount;
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
