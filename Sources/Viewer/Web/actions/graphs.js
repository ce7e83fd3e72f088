// Opening graphs, pruning them, and moving about in them.

import { paths, read, send } from "../core/api.js";
import { afterPause } from "../core/dom.js";
import { emptyHistory, rewritten } from "../core/history.js";
import { t } from "../core/words.js";
import { decodeGraph } from "../graph/decode.js";
import { noFilters } from "../graph/filters.js";
import { routesBetween, strongestPath, topLogit } from "../graph/paths.js";
import { prune } from "../graph/prune.js";
import { readQuery } from "../graph/qparams.js";
import { hasStore, nameOf, readingOf } from "../graph/reading.js";
import { noTrail, walk } from "../graph/walk.js";
import { savesUnderWay } from "./works.js";

const MOST_NODES = 5000;
const MOST_EDGES = 50000;
const NOTHING_CHOSEN = Object.freeze([]);

/** Builds the actions; `embedded` is the graph file of a page that was saved, which has no server. */
export function graphActions(store, actions, embedded = null) {
  let pruning = null;

  const select = (index, trail = noTrail()) => {
    const { graph, selected } = store.read();
    const next = index ?? (graph ? topLogit(graph) : null);
    if (next !== selected || trail !== noTrail()) store.change({ selected: next, trail });
  };

  const list = async () => {
    store.change({ graphs: embedded ? { graphs: [], unreadable: [] } : await read(paths.graphs()) });
  };

  /** Loads a graph and shows it, with the wanted node and slider where they fit. */
  const open = async (slug, wanted = {}) => {
    // Without saved work nothing that is on its way reaches the wrong graph.
    store.change({ slug, view: "graph", sheet: null, failure: null, savedWork: null });
    try {
      await savesUnderWay();
      const [file, saved] = await Promise.all([
        embedded ?? read(paths.graph(slug)),
        embedded ? null : read(paths.query(slug)).catch(() => null),
      ]);
      if (store.read().slug !== slug) return;
      const graph = decodeGraph(file);
      const work = readQuery(saved?.query ?? file.qParams ?? {});
      const shown = { file, graph, filters: noFilters(), route: null, thresholds: thresholdsOf(store.read(), file, slug) };
      const threshold = Math.min(wanted.threshold ?? graph.maxInfluence, graph.maxInfluence);
      const selected = graph.byKey.get(wanted.node) ?? graph.byKey.get(saved?.query?.clickedId) ?? topLogit(graph);
      store.change({
        ...shown, selected, threshold, hovered: null, chosen: NOTHING_CHOSEN, trail: noTrail(), cards: null,
        revision: saved?.revision ?? null, work, savedWork: work, history: emptyHistory(), intervention: null,
        ...seen({ ...store.read(), ...shown, work, cards: null }, threshold),
      });
      if (!embedded) loadCards(store, slug, graph);
    } catch (error) {
      if (store.read().slug === slug) store.change({ graph: null, failure: error.message });
    }
  };

  /** Replaces the shown graph by a smaller or larger pruning of the same raw graph. */
  const reprune = afterPause(140, async () => {
    const { slug, thresholds, file, graph } = store.read();
    pruning?.abort();
    pruning = new AbortController();
    try {
      const answer = await read(paths.pruned(slug, { ...thresholds, maxNodes: MOST_NODES, maxEdges: MOST_EDGES }), pruning.signal);
      if (store.read().slug !== slug) return;
      const next = decodeGraph({ ...file, nodes: answer.nodes, links: answer.links });
      replaceGraph(store, next, graph, answer);
      loadCards(store, slug, next);
    } catch (error) { actions.fail(error); }
  });

  return {
    list, open, select,
    hover: (index) => { if (index !== store.read().hovered) store.change({ hovered: index }); },
    step: (direction) => {
      const { graph, visible, selected, trail } = store.read();
      const next = graph && selected !== null ? walk(graph, visible.mask, selected, trail, direction) : null;
      if (next) store.change({ selected: next.index, trail: next.trail });
    },
    choose: (indices, add = false) => {
      const { chosen } = store.read();
      const next = add ? toggled(chosen, indices) : indices;
      store.change({ chosen: Object.freeze([...new Set(next)]) });
    },
    setThreshold: (threshold) => { if (store.read().graph) store.change(seen(store.read(), threshold)); },
    setPruning: (patch) => {
      store.change({ thresholds: Object.freeze({ ...store.read().thresholds, ...patch }) });
      reprune();
    },
    setFilters: (patch) => {
      const filters = Object.freeze({ ...store.read().filters, ...patch });
      store.change({ filters, ...seen({ ...store.read(), filters }, store.read().threshold) });
    },
    clearFilters: () => actions.setFilters(noFilters()),
    setRoute: (from, to) => {
      const { graph, visible } = store.read();
      const route = from === null ? null : routesBetween(graph, visible.mask, from, to);
      if (from !== null && !route) actions.notify(t("route.none"));
      store.change({ route });
    },
    /** Forgets what is chosen and the route, and selects the most probable output. */
    startOver: () => {
      actions.choose(NOTHING_CHOSEN);
      actions.setRoute(null, null);
      select(null);
    },
    setLinks: (links) => store.change({ links }),
    setTool: (tool) => store.change({ tool }),
    remove: async (slug) => {
      const { trash } = await send("DELETE", paths.graph(slug));
      await list();
      actions.notify(t("gallery.deleted", { slug }), t("undo"), async () => {
        await send("POST", paths.restored(trash));
        await list();
      });
      if (store.read().slug === slug) store.change({ slug: null, graph: null, view: "gallery" });
    },
  };
}

function thresholdsOf({ graphs }, file, slug) {
  const entry = graphs?.graphs.find((graph) => graph.slug === slug);
  if (!entry?.canPrune) return null;
  const settings = file.metadata?.pruning_settings ?? {};
  return Object.freeze({ node: settings.node_threshold ?? 0.8, edge: settings.edge_threshold ?? 0.98 });
}

/** What slider and filters leave of a state's graph, and the strongest path in it. */
export function seen(state, threshold) {
  const { graph, filters } = state;
  const visible = prune(graph, threshold, filters, readingOf(state));
  const logit = topLogit(graph);
  return { threshold, visible, path: logit === null ? null : strongestPath(graph, visible.mask, logit) };
}

function replaceGraph(store, next, before, { isLimited, reach, influenceShare }) {
  const state = store.read();
  const key = (index) => (index === null ? undefined : next.byKey.get(before.nodes[index].key));
  const kept = { ...state, graph: next, route: null };
  store.change({
    graph: next, hovered: null, trail: noTrail(), route: null,
    selected: key(state.selected) ?? topLogit(next),
    chosen: Object.freeze(state.chosen.map(key).filter((index) => index !== undefined)),
    pruning: Object.freeze({ isLimited, reach, influenceShare }),
    ...seen(kept, next.maxInfluence),
  });
}

function toggled(chosen, indices) {
  const all = indices.every((index) => chosen.includes(index));
  return all ? chosen.filter((index) => !indices.includes(index)) : [...chosen, ...indices];
}

/** Asks the store for what it knows of a graph's features, a few hundred at a time. */
async function loadCards(store, slug, graph) {
  const known = store.read().cards ?? {};
  const keys = [...new Set(graph.nodes.map((node) => node.featureKey).filter((key) => key && !known[key]))];
  const { set } = graph;
  if (!hasStore({ ...store.read(), graph })) return;
  try {
    for (let from = 0; from < keys.length; from += 300) {
      const { cards } = await read(paths.cards(set, keys.slice(from, from + 300)));
      if (store.read().slug !== slug) return;
      takeCards(store, cards);
    }
  } catch { /* the file's labels are all there is */ }
}

function takeCards(store, cards) {
  const state = store.read();
  const found = Object.entries(cards).filter(([, card]) => card.label?.origin === "person")
    .map(([key, card]) => [key, card.label.text]);
  const known = Object.freeze({ ...state.cards, ...cards });
  if (!found.length) { store.change({ cards: known }); return; }
  // What the store already says is no step that undo could take back.
  const labelled = (work) => Object.freeze({ ...work, labels: Object.freeze({ ...Object.fromEntries(found), ...work.labels }) });
  const work = labelled(state.work);
  store.change({ cards: known, work, savedLabels: work.labels, history: rewritten(state.history, labelled) });
}

/** How a node of the state is called. */
export function shownName(state, index) { return nameOf(state, state.graph.nodes[index]); }
