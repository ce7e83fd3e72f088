// How nodes are called: a person's label first, then the store's, then the file's.

/** A feature's name: the person's, the store's, the file's, or layer/index; other kinds keep their own. */
export function nameOf({ work, cards }, node) {
  if (node.kind !== "feature") return node.label;
  return work.labels[node.featureKey] || cards?.[node.featureKey]?.label?.text || node.clerp || node.featureKey;
}

/** What pure functions ask about the shown graph: names, densities, and the most probable output. */
export function readingOf(state, logit = null) {
  return {
    graph: state.graph, logit,
    name: (node) => nameOf(state, node),
    density: (node) => state.cards?.[node.featureKey]?.density ?? null,
  };
}
