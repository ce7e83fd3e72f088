// Two graphs beside each other, and merged into one.

import { paths, read } from "../core/api.js";
import { decodeGraph } from "../graph/decode.js";
import { mergeGraphs } from "../graph/diff.js";

/** Builds the actions. */
export function comparingActions(store, actions) {
  const load = async (slug) => {
    const { graph, slug: shown } = store.read();
    return slug === shown && graph ? graph : decodeGraph(await read(paths.graph(slug)));
  };
  return {
    /** Compares the shown graph with another. */
    compareWith: async (other) => actions.compare(store.read().slug, other),
    compare: async (left, right) => {
      try {
        const [a, b] = await Promise.all([load(left), load(right)]);
        const mode = store.read().comparison?.mode ?? "sides";
        store.change({
          view: "compare", sheet: null,
          comparison: Object.freeze({ leftSlug: left, rightSlug: right, left: a, right: b, merged: mergeGraphs(a, b), mode,
            focus: null }),
        });
      } catch (error) { actions.fail(error); }
    },
    setComparison: (patch) => store.change({ comparison: Object.freeze({ ...store.read().comparison, ...patch }) }),
  };
}
