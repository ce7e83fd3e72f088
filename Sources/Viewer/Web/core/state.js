// The one state object, and its part that lives in the address bar.

import { emptyHistory } from "./history.js";
import { emptyWork } from "../graph/work.js";
import { defaultDock } from "./dock.js";
import { noFilters } from "../graph/filters.js";

/** What the page shows; replaced as a whole by every change, never mutated. */
export const initialState = Object.freeze({
  language: "en",        // "en" or "zh"
  theme: "auto",         // "auto", "light", or "dark"
  view: "graph",         // "graph", "gallery", "compare", or "features"
  dock: defaultDock(),   // which panel stands where, and how large
  sheet: null,           // the dialog that is open: { name: "help", "trace", or "export", about }
  notice: null,          // { text, action, run }: one remark at the bottom, such as an undo

  abilities: null,       // what the server can do
  graphs: null,          // the list from the server: { graphs, unreadable }
  sets: Object.freeze([]),  // the sets of transcoders that the server has a store for
  slug: null,            // which graph is shown
  file: null,            // the graph file as it came
  graph: null,           // the decoded graph
  failure: null,         // one sentence, when loading failed

  thresholds: null,      // { node, edge }: what the server pruned to, when it can prune again
  threshold: null,       // the slider on the influence of the file's nodes
  filters: noFilters(),  // kinds, layers, positions, sign, density
  visible: null,         // the result of slider and filters
  path: null,            // the strongest path
  route: null,           // { from, to }: the token and the logit whose paths are highlighted
  links: "strongest",    // which links lie under the nodes: "strongest", "all", or "none"

  selected: null,        // index of the selected node
  hovered: null,         // index of the node under the pointer
  chosen: Object.freeze([]),  // indices of nodes chosen together
  trail: Object.freeze({ from: null, links: null, at: 0 }),  // where arrow keys walk
  tool: "move",          // what dragging does: "move" or "lasso"

  work: emptyWork(),     // pins, supernodes, positions, labels: what undo and redo change
  history: emptyHistory(),
  cards: null,           // what the store knows of the features of this graph, by "layer/feature"

  pinScores: null,       // the server's scores of what is pinned: { pinned, replacement, completeness }

  savedWork: null,       // the pins and supernodes that the server has
  savedLabels: null,     // the labels that the server has
  revision: null,        // handed back when work is saved
  pruning: null,         // what the last pruning on the server said: { isLimited, reach, influenceShare }

  intervention: null,    // { factors, generate, freezeAttention, running, failure, result, sweep }
  comparison: null,      // { left, right, merged, mode }
});

/** A store: `read()`, `change(patch)`, and `subscribe(listener(state, previous))`, which returns the way out. */
export function makeStore(start = initialState) {
  let state = start;
  let listeners = [];
  return Object.freeze({
    read: () => state,
    subscribe: (listener) => {
      listeners = [...listeners, listener];
      return () => { listeners = listeners.filter((each) => each !== listener); };
    },
    change: (patch) => {
      const previous = state;
      state = Object.freeze({ ...previous, ...patch });
      for (const listener of listeners) listener(state, previous);
    },
  });
}

/** Whether any of the named parts of the state differ. */
export function changed(state, previous, ...names) {
  return names.some((name) => state[name] !== previous[name]);
}

const VIEWS = ["graph", "gallery", "compare", "features"];

/** Writes view, slug, selected node's key and slider as the address's fragment. */
export function writeHash({ view, slug, other, node, threshold }) {
  const fields = new URLSearchParams();
  if (view && view !== "graph") fields.set("view", view);
  if (slug) fields.set("graph", slug);
  if (other) fields.set("with", other);
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
    view: VIEWS.includes(fields.get("view")) ? fields.get("view") : null,
    slug: fields.get("graph") || null,
    other: fields.get("with") || null,
    node: fields.get("node") || null,
    threshold: usable ? threshold : null,
  };
}
