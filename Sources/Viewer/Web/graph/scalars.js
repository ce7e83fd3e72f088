// The numbers of nodes that a scatterplot can show. Pure functions.

/** The scalars by name: each gives a node's number, or null. */
export const SCALARS = Object.freeze({
  activation: (node) => node.activation,
  influence: (node) => node.influence,
  layer: (node) => node.layer,
  position: (node) => node.position,
  density: (node, { density }) => density(node),
  inDegree: (node, { graph }) => graph.inputs[node.index].length,
  outDegree: (node, { graph }) => graph.outputs[node.index].length,
  inWeight: (node, { graph }) => graph.inputTotals[node.index] || null,
  outWeight: (node, { graph }) => sum(graph.outputs[node.index]),
  toOutput: (node, { graph, logit }) => direct(graph, node.index, logit),
});

/** Those that can be shown on a logarithmic axis: never negative, over orders of magnitude. */
export const LOGARITHMIC = Object.freeze(["activation", "density", "inDegree", "outDegree", "inWeight", "outWeight"]);

/** The visible features as points `{ index, x, y }` of two scalars; nodes without either number are left out. */
export function pointsOf(reading, mask, first, second, logarithmic = [false, false]) {
  const scaled = [first, second].map((name, at) => {
    const value = SCALARS[name];
    if (!logarithmic[at]) return (node) => value(node, reading);
    return (node) => { const number = value(node, reading); return number > 0 ? Math.log10(number) : null; };
  });
  const points = [];
  for (const node of reading.graph.nodes) {
    if (node.kind !== "feature" || !mask[node.index]) continue;
    const [x, y] = scaled.map((value) => value(node));
    if (Number.isFinite(x) && Number.isFinite(y) && x !== null && y !== null) points.push({ index: node.index, x, y });
  }
  return points;
}

/** Spearman's rank correlation of points, or null for fewer than three. */
export function rankCorrelation(points) {
  if (points.length < 3) return null;
  const [a, b] = [ranks(points.map((point) => point.x)), ranks(points.map((point) => point.y))];
  const mean = (points.length - 1) / 2;
  let [both, one, other] = [0, 0, 0];
  for (let at = 0; at < a.length; at += 1) {
    both += (a[at] - mean) * (b[at] - mean);
    one += (a[at] - mean) ** 2;
    other += (b[at] - mean) ** 2;
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : null;
}

// Equal values share the mean of their ranks.
function ranks(values) {
  const order = values.map((_, at) => at).sort((a, b) => values[a] - values[b]);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]] === values[order[from]]) to += 1;
    for (let at = from; at <= to; at += 1) result[order[at]] = (from + to) / 2;
    from = to + 1;
  }
  return result;
}

function sum(links) { return links.reduce((total, link) => total + Math.abs(link.weight), 0) || null; }

function direct(graph, index, logit) {
  if (logit === null || logit === undefined) return null;
  return graph.outputs[index].filter((link) => link.target === logit).reduce((total, link) => total + link.weight, 0);
}
