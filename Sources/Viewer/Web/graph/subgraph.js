// The subgraph of pinned nodes: boxes, the edges between them, and how much of the computation they explain.

import { boxes } from "./work.js";
import { inputShare } from "./prune.js";

/**
 * Returns the boxes of pinned nodes and supernodes that the graph has, and the edges between them.
 *
 * A box: `{ id, name, group, members, row, position, kind }`; an edge: `{ source, target, weight, links }` with boxes'
 * indices and the paper's weight:
 *
 *   sn(t, s) = Σ over members nt of t of  ext(nt) · Σ over members ns of s of A'(nt, ns)   /   Σ over nt of ext(nt)
 *
 * where A' are signed weights divided by the target's whole absolute input, and ext(nt) is the share of a member's
 * absolute input that comes from outside of its own supernode.
 */
export function subgraph(graph, work) {
  const held = boxes(work).map((box) => makeBox(graph, box)).filter((box) => box.members.length);
  const owner = new Map();
  held.forEach((box, at) => box.members.forEach((index) => owner.set(index, at)));
  return Object.freeze({ boxes: Object.freeze(held), edges: Object.freeze(boxEdges(graph, held, owner)) });
}

function makeBox(graph, { id, name, ids, group }) {
  const members = ids.map((key) => graph.byKey.get(key)).filter((index) => index !== undefined);
  const nodes = members.map((index) => graph.nodes[index]);
  const mean = (of) => nodes.reduce((sum, node) => sum + of(node), 0) / Math.max(nodes.length, 1);
  return Object.freeze({
    id, name, group, members: Object.freeze(members),
    row: mean((node) => node.row), position: mean((node) => node.position),
    kind: nodes[0]?.kind ?? "feature",
  });
}

function boxEdges(graph, held, owner) {
  const edges = new Map();
  held.forEach((box, target) => {
    const outside = box.members.map((index) => externalShare(graph, index, box.members));
    const whole = outside.reduce((sum, share) => sum + share, 0);
    if (!(whole > 0)) return;
    box.members.forEach((index, at) => {
      for (const link of graph.inputs[index]) {
        const source = owner.get(link.source);
        if (source === undefined || source === target) continue;
        const weight = outside[at] * Math.sign(link.weight) * inputShare(graph, link) / whole;
        addTo(edges, source, target, weight, link);
      }
    });
  });
  return [...edges.values()].map((edge) => Object.freeze({ ...edge, links: Object.freeze(edge.links) }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

function addTo(edges, source, target, weight, link) {
  const key = `${source} ${target}`;
  const edge = edges.get(key) ?? { source, target, weight: 0, links: [] };
  edge.weight += weight;
  edge.links.push(link);
  edges.set(key, edge);
}

function externalShare(graph, index, members) {
  const inside = graph.inputs[index].filter((link) => members.includes(link.source))
    .reduce((sum, link) => sum + inputShare(graph, link), 0);
  return graph.inputTotals[index] > 0 ? 1 - inside : 0;
}

/**
 * Returns replacement and completeness of the pinned nodes, 0…1 or null.
 *
 * 1. Explained are pinned outputs, or all outputs when none is pinned, by their probabilities.
 * 2. Influence flows from them down the input shares, and only pinned nodes pass it on.
 * 3. What reaches tokens that are pinned is explained; what reaches anything else is not.
 * 4. Completeness is the influence-weighted mean, over outputs and pinned nodes, of the share of input from pinned ones.
 */
export function pinnedScores(graph, pinnedKeys) {
  const pinned = new Uint8Array(graph.nodes.length);
  for (const key of pinnedKeys) if (graph.byKey.has(key)) pinned[graph.byKey.get(key)] = 1;
  const influence = startingInfluence(graph, pinned);
  let explained = 0;
  let lost = 0;
  let complete = 0;
  let weighed = 0;
  for (const index of graph.downwards) {
    const amount = influence[index];
    if (amount === 0) continue;
    if (graph.nodes[index].kind === "token") { if (pinned[index]) explained += amount; else lost += amount; continue; }
    if (!isExplained(graph, pinned, index)) { lost += amount; continue; }
    const inside = passDown(graph, pinned, influence, index);
    complete += amount * inside;
    weighed += amount;
  }
  const total = explained + lost;
  return Object.freeze({
    replacement: total > 0 ? explained / total : null,
    completeness: weighed > 0 ? complete / weighed : null,
  });
}

function isExplained(graph, pinned, index) {
  const { kind } = graph.nodes[index];
  return kind === "logit" || (kind === "feature" && pinned[index] === 1);
}

function startingInfluence(graph, pinned) {
  const influence = new Float64Array(graph.nodes.length);
  const logits = graph.nodes.filter((node) => node.kind === "logit");
  const wanted = logits.filter((node) => pinned[node.index]);
  for (const node of wanted.length ? wanted : logits) influence[node.index] = node.probability ?? 1;
  return influence;
}

// Hands a node's influence to its inputs; returns the share that goes to what is pinned and no error.
function passDown(graph, pinned, influence, index) {
  let inside = 0;
  for (const link of graph.inputs[index]) {
    if (graph.nodes[link.source].row >= graph.nodes[index].row) continue;
    const share = inputShare(graph, link);
    influence[link.source] += influence[index] * share;
    if (pinned[link.source] && graph.nodes[link.source].kind !== "error") inside += share;
  }
  return inside;
}
