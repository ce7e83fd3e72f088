// The one state object, and its part that lives in the address bar.

/** What the page shows; replaced as a whole by every change, never mutated. */
export const initialState = Object.freeze({
  graphs: null,        // the list from the server: { graphs, unreadable }
  slug: null,          // which graph is shown
  graph: null,         // the decoded graph
  visible: null,       // the result of pruning
  path: null,          // the strongest path
  threshold: null,     // the slider
  selected: null,      // index of the selected node
  hovered: null,       // index of the node under the pointer
  failure: null,       // one sentence, when loading failed
});

/** A store: `read()`, `change(patch)`, and `subscribe(listener(state, previous))`. */
export function makeStore(start = initialState) {
  let state = start;
  const listeners = [];
  return Object.freeze({
    read: () => state,
    subscribe: (listener) => { listeners.push(listener); },
    change: (patch) => {
      const previous = state;
      state = Object.freeze({ ...previous, ...patch });
      for (const listener of listeners) listener(state, previous);
    },
  });
}

/** Writes slug, selected node's key and slider as the address's fragment. */
export function writeHash({ slug, node, threshold }) {
  const fields = new URLSearchParams();
  if (slug) fields.set("graph", slug);
  if (node) fields.set("node", node);
  if (threshold !== null && threshold !== undefined) fields.set("influence", threshold.toFixed(2));
  const text = fields.toString();
  return text ? `#${text}` : "";
}

/** Reads a fragment back; anything missing or malformed is null. */
export function readHash(hash) {
  const fields = new URLSearchParams(String(hash).replace(/^#/, ""));
  const written = fields.get("influence");
  const threshold = written ? Number(written) : NaN;
  const usable = threshold >= 0 && threshold <= 1;
  return {
    slug: fields.get("graph") || null,
    node: fields.get("node") || null,
    threshold: usable ? threshold : null,
  };
}
