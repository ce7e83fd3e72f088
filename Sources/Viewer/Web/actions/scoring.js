// Replacement and completeness of what is pinned, as the server computes them of the whole graph behind a file.

import { paths, send } from "../core/api.js";
import { afterPause } from "../core/dom.js";

const PAUSE = 120;  // milliseconds after the last pin

/** Returns a listener that asks for the scores of the pins whenever they change. Without an answer the page's own stay. */
export function makeScoring(store) {
  const ask = afterPause(PAUSE, async () => {
    const { slug, work: { pinned } } = store.read();
    if (!slug || !pinned.length) return;
    try {
      const { subgraph } = await send("POST", paths.scores(slug), { pinnedIds: pinned });
      const state = store.read();
      if (state.slug === slug && state.work.pinned === pinned) store.change({ pinScores: Object.freeze({ pinned, ...subgraph }) });
    } catch { /* the server cannot score this graph, or is gone */ }
  });
  return (state, previous) => { if (state.slug !== previous.slug || state.work.pinned !== previous.work.pinned) ask(); };
}
