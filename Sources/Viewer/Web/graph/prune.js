// Which nodes and links are visible: the slider on cumulative influence, and the filters.

import { areOpen, passes } from "./filters.js";

/**
 * Returns the nodes that are visible at a threshold and with filters.
 *
 * 1. Tokens and logits stay; a feature or error stays if its cumulative influence is at most the threshold.
 * 2. Drop features and errors that no longer lead anywhere, and features that nothing visible feeds.
 * 3. Repeat 2 until nothing changes.
 * 4. The filters hide nodes without touching what stays.
 */
export function prune(graph, threshold, filters = null, reading = plainReading(graph)) {
  const mask = new Uint8Array(graph.nodes.length);
  const everything = threshold >= graph.maxInfluence;
  for (const node of graph.nodes) {
    mask[node.index] = everything || isFixed(node) || (node.influence ?? 0) <= threshold ? 1 : 0;
  }
  if (!everything) dropStranded(graph, mask);
  if (filters && !areOpen(filters)) {
    for (const node of graph.nodes) if (!passes(node, filters, reading)) mask[node.index] = 0;
  }
  return Object.freeze({ threshold, mask, ...count(graph, mask) });
}

/** The share of a node's input (by |weight|, of what the file holds) that one link carries, 0…1. */
export function inputShare(graph, link) {
  const total = graph.inputTotals[link.target];
  return total > 0 ? Math.abs(link.weight) / total : 0;
}

function plainReading(graph) { return { graph, name: (node) => node.label, density: () => null }; }

function isFixed(node) { return node.kind === "token" || node.kind === "logit"; }

function dropStranded(graph, mask) {
  const leadsOn = (node) => graph.outputs[node.index].some((link) => mask[link.target]);
  const isFed = (node) => node.kind === "error" || graph.inputs[node.index].some((link) => mask[link.source]);
  let changed = true;
  while (changed) {
    changed = false;
    for (const node of graph.nodes) {
      if (!mask[node.index] || isFixed(node) || (leadsOn(node) && isFed(node))) continue;
      mask[node.index] = 0;
      changed = true;
    }
  }
}

function count(graph, mask) {
  const kinds = { feature: 0, error: 0, token: 0, logit: 0 };
  for (const node of graph.nodes) if (mask[node.index]) kinds[node.kind] += 1;
  let linkCount = 0;
  for (const link of graph.links) if (mask[link.source] && mask[link.target]) linkCount += 1;
  const nodeCount = kinds.feature + kinds.error + kinds.token + kinds.logit;
  return { nodeCount, linkCount, kinds: Object.freeze(kinds) };
}
