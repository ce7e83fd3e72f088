// Which nodes are looked at: by kind, layer, position, sign, and density. Pure functions.

/** Filters that let everything through. Ranges are inclusive; null means no limit. */
export function noFilters() {
  return Object.freeze({
    kinds: Object.freeze({ feature: true, error: true, token: true, logit: true }),
    layers: Object.freeze([null, null]),
    positions: Object.freeze([null, null]),
    sign: "both",         // the sign of a node's strongest output: "both", "positive", or "negative"
    density: null,        // largest share of tokens on which a feature is active
    text: "",
  });
}

/** Whether the filters let everything through. */
export function areOpen(filters) {
  const { kinds, layers, positions, sign, density, text } = filters;
  return Object.values(kinds).every(Boolean) && [...layers, ...positions].every((each) => each === null) &&
    sign === "both" && density === null && text === "";
}

/** Whether a node passes. `name(node)` gives its label, `density(node)` its density or null. */
export function passes(node, filters, { graph, name, density }) {
  if (!filters.kinds[node.kind]) return false;
  if (node.layer !== null && !within(node.layer, filters.layers)) return false;
  if (!within(node.position, filters.positions)) return false;
  if (filters.density !== null && node.kind === "feature" && (density(node) ?? 0) > filters.density) return false;
  if (filters.sign !== "both" && !hasSign(graph, node, filters.sign)) return false;
  return filters.text === "" || matches(node, filters.text, name);
}

/** Whether a node's label, token, or id holds every word of a query, in any case. */
export function matches(node, query, name) {
  const text = `${name(node)} ${node.token} ${node.id} ${node.featureKey ?? ""}`.toLowerCase();
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((word) => text.includes(word));
}

/** The nodes that a query finds, the most influential first. */
export function findNodes(graph, query, name) {
  if (!query.trim()) return [];
  return graph.nodes.filter((node) => matches(node, query, name))
    .sort((a, b) => (a.influence ?? 0) - (b.influence ?? 0) || a.index - b.index);
}

function within(value, [low, high]) { return (low === null || value >= low) && (high === null || value <= high); }

// A token or an output has no sign of its own; a node without outputs shows its strongest input's.
function hasSign(graph, node, sign) {
  if (node.kind === "token" || node.kind === "logit") return true;
  const link = graph.outputs[node.index][0] ?? graph.inputs[node.index][0];
  return !link || (link.weight < 0) === (sign === "negative");
}
