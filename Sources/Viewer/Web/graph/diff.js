// Two graphs as one: positions aligned by their tokens, the same features matched. Pure functions.

/**
 * Aligns two lists of tokens by their longest common subsequence; what is left between two common tokens is paired
 * in order. Returns the columns `{ left, right }` with positions, or null where a side has none.
 */
export function alignTokens(left, right) {
  const table = commonLengths(left, right);
  const columns = [];
  let [a, b] = [0, 0];
  const gap = { left: [], right: [] };
  const flush = () => {
    const longest = Math.max(gap.left.length, gap.right.length);
    for (let at = 0; at < longest; at += 1) columns.push({ left: gap.left[at] ?? null, right: gap.right[at] ?? null });
    gap.left = [];
    gap.right = [];
  };
  while (a < left.length && b < right.length) {
    if (left[a] === right[b]) { flush(); columns.push({ left: a, right: b }); a += 1; b += 1; }
    else if (table[a + 1][b] >= table[a][b + 1]) { gap.left.push(a); a += 1; }
    else { gap.right.push(b); b += 1; }
  }
  for (; a < left.length; a += 1) gap.left.push(a);
  for (; b < right.length; b += 1) gap.right.push(b);
  flush();
  return columns;
}

/**
 * Merges two graphs: `{ graph, sides, pairs, columns }`. `graph` can be laid out and drawn like any other; `sides` holds
 * "both", "left" or "right" for each of its nodes, and `pairs` the node's index in either graph, or null.
 */
export function mergeGraphs(left, right) {
  const columns = alignTokens(left.tokens, right.tokens);
  const spots = { left: new Map(), right: new Map() };
  columns.forEach((column, at) => {
    if (column.left !== null) spots.left.set(column.left, at);
    if (column.right !== null) spots.right.set(column.right, at);
  });
  const layerCount = Math.max(left.layerCount, right.layerCount);
  const entries = new Map();
  for (const [side, graph] of [["left", left], ["right", right]]) {
    for (const node of graph.nodes) collect(entries, side, node, spots[side].get(node.position));
  }
  const list = [...entries.values()];
  const nodes = list.map((entry, index) => mergedNode(entry, index, layerCount));
  const links = mergedLinks(list, left, right);
  return Object.freeze({
    graph: mergedGraph(nodes, links, layerCount, columns.map((column) => columnToken(column, left, right))),
    sides: list.map((entry) => (entry.left && entry.right ? "both" : entry.left ? "left" : "right")),
    pairs: list.map((entry) => ({ left: entry.left?.index ?? null, right: entry.right?.index ?? null })),
    columns,
  });
}

/** The merged nodes that differ: `{ index, side, change }`, features that one side lacks first, then by difference. */
export function differences({ graph, sides, pairs }, left, right) {
  const rows = [];
  for (const node of graph.nodes) {
    if (node.kind !== "feature" && node.kind !== "logit") continue;
    const [a, b] = [left.nodes[pairs[node.index].left], right.nodes[pairs[node.index].right]];
    const value = (one) => (one ? (node.kind === "logit" ? one.probability : one.activation) ?? 0 : null);
    rows.push({ index: node.index, side: sides[node.index], left: value(a), right: value(b), influence: node.influence ?? 1 });
  }
  const change = (row) => Math.abs((row.right ?? 0) - (row.left ?? 0));
  return rows.sort((a, b) => (a.side === "both") - (b.side === "both") || change(b) - change(a) || a.index - b.index);
}

function commonLengths(left, right) {
  const table = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let a = left.length - 1; a >= 0; a -= 1) {
    for (let b = right.length - 1; b >= 0; b -= 1) {
      table[a][b] = left[a] === right[b] ? table[a + 1][b + 1] + 1 : Math.max(table[a + 1][b], table[a][b + 1]);
    }
  }
  return table;
}

function collect(entries, side, node, column) {
  const what = node.kind === "logit" ? node.token : node.kind === "feature" ? node.featureKey : "";
  let key = `${node.kind} ${node.layer} ${what} ${column}`;
  while (entries.get(key)?.[side]) key += "+";
  entries.set(key, { ...entries.get(key), [side]: node, column });
}

function mergedNode(entry, index, layerCount) {
  const node = entry.left ?? entry.right;
  const least = Math.min(entry.left?.influence ?? 1, entry.right?.influence ?? 1);
  return Object.freeze({
    ...node, index, key: String(index), position: entry.column,
    row: node.kind === "token" ? 0 : node.kind === "logit" ? layerCount + 1 : node.layer + 1,
    influence: node.influence === null ? null : least,
    probability: node.kind === "logit" ? Math.max(entry.left?.probability ?? 0, entry.right?.probability ?? 0) : null,
  });
}

function mergedLinks(list, left, right) {
  const links = new Map();
  for (const [side, graph] of [["left", left], ["right", right]]) {
    const index = new Int32Array(graph.nodes.length);
    list.forEach((entry, at) => { if (entry[side]) index[entry[side].index] = at; });
    for (const { source, target, weight } of graph.links) {
      const key = `${index[source]} ${index[target]}`;
      const link = links.get(key) ?? { source: index[source], target: index[target], left: 0, right: 0 };
      link[side] += weight;
      links.set(key, link);
    }
  }
  return [...links.values()].map((link, index) =>
    Object.freeze({ ...link, index, weight: Math.abs(link.left) > Math.abs(link.right) ? link.left : link.right }));
}

function mergedGraph(nodes, links, layerCount, tokens) {
  const inputs = nodes.map(() => []);
  const outputs = nodes.map(() => []);
  const inputTotals = new Float64Array(nodes.length);
  for (const link of [...links].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))) {
    inputs[link.target].push(link);
    outputs[link.source].push(link);
    inputTotals[link.target] += Math.abs(link.weight);
  }
  return Object.freeze({
    nodes, links, tokens, layerCount, rowCount: layerCount + 2, inputs, outputs, inputTotals,
    maxInfluence: nodes.reduce((most, node) => Math.max(most, node.influence ?? 0), 0),
  });
}

function columnToken({ left, right }, a, b) {
  if (left === null) return b.tokens[right];
  if (right === null || a.tokens[left] === b.tokens[right]) return a.tokens[left];
  return `${a.tokens[left]} | ${b.tokens[right].trimStart()}`;
}
