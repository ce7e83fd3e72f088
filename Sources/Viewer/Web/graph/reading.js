// How nodes are called: a person's label first, then the store's, then the file's.

/** A feature's name: the person's, the store's, the file's, or layer/index; other kinds keep their own. */
export function nameOf({ work, cards }, node) {
  if (node.kind !== "feature") return node.label;
  return work.labels[node.featureKey] || storedName(cards?.[node.featureKey]) || node.clerp || node.featureKey;
}

// A person's labels are part of the work, where they can be undone; the store's copy of them is not asked.
function storedName(card) { return card?.label && card.label.origin !== "person" ? card.label.text : null; }

/**
 * A node's name for a narrow place: a label by rule without its words, “‘Paris’ ‘France’ → ‘French’”; what a person wrote as it is.
 */
export function briefNameOf(state, node) {
  if (node.kind !== "feature" || state.work.labels[node.featureKey]) return nameOf(state, node);
  return brief(nameOf(state, node));
}

/** A label by rule without its words; other labels are left alone. */
export function brief(label) {
  if (!/^(fires on|says) [‘'"“]/.test(label)) return label;
  return label.replace(/^fires on /, "").replace(/(^|\s*·\s*)says /,
    (_, before) => (before ? " → " : "→ ")).replace(/([’'"”]), (?=[‘'"“])/g, "$1 ");
}

/** Whether the server keeps dashboards and labels of the features of a state's graph. */
export function hasStore({ sets, graph }) { return sets.some((set) => set.id === graph.set && set.hasDashboards); }

/** What pure functions ask about the shown graph: names, densities, and the most probable output. */
export function readingOf(state, logit = null) {
  return {
    graph: state.graph, logit,
    name: (node) => nameOf(state, node),
    density: (node) => state.cards?.[node.featureKey]?.density ?? null,
  };
}
