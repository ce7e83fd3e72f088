// Starts the page: one store, and panels that draw what it holds.

import { fetchGraph, fetchIndex } from "./api.js";
import { makeControls } from "./controls.js";
import { decodeGraph } from "./decode.js";
import { makeDetail } from "./detail.js";
import { makeEmptyState } from "./empty.js";
import { makeHeader } from "./header.js";
import { makeLinkGraph } from "./linkgraph.js";
import { makePathStrip } from "./pathstrip.js";
import { makePicker } from "./picker.js";
import { strongestPath, topLogit } from "./paths.js";
import { prune } from "./prune.js";
import { makeStore, readHash, writeHash } from "./state.js";

const store = makeStore();

/** What panels may ask for. */
const actions = Object.freeze({ open, select, hover, setThreshold });

const panels = [
  makeEmptyState, makePicker, makeHeader, makeControls, makePathStrip, makeDetail, makeLinkGraph,
];
for (const makePanel of panels) {
  store.subscribe(makePanel(store, actions));
}
store.subscribe(rememberInAddress);
window.addEventListener("hashchange", followAddress);
start();

async function start() {
  try {
    const graphs = await fetchIndex();
    store.change({ graphs });
    const wanted = readHash(location.hash);
    const slug = wanted.slug ?? graphs.graphs[0]?.slug ?? null;
    if (slug) await open(slug, wanted);
  } catch (error) {
    store.change({ failure: error.message });
  }
}

/** Loads a graph and shows it, with the wanted node and threshold where they fit. */
async function open(slug, wanted = {}) {
  store.change({ slug, failure: null });
  try {
    const graph = decodeGraph(await fetchGraph(slug));
    if (store.read().slug !== slug) return;
    const threshold = Math.min(wanted.threshold ?? graph.maxInfluence, graph.maxInfluence);
    const node = graph.nodes.find((candidate) => candidate.key === wanted.node);
    const selected = node ? node.index : topLogit(graph);
    store.change({ graph, selected, hovered: null, ...pruned(graph, threshold) });
  } catch (error) {
    if (store.read().slug === slug) store.change({ graph: null, failure: error.message });
  }
}

function setThreshold(threshold) {
  const { graph } = store.read();
  if (graph) store.change(pruned(graph, threshold));
}

function pruned(graph, threshold) {
  const visible = prune(graph, threshold);
  const logit = topLogit(graph);
  return { threshold, visible, path: logit === null ? null : strongestPath(graph, visible.mask, logit) };
}

function select(index) {
  const { graph, selected } = store.read();
  const next = index ?? (graph ? topLogit(graph) : null);
  if (next === selected) return;
  store.change({ selected: next });
}

function hover(index) {
  if (index !== store.read().hovered) store.change({ hovered: index });
}

function rememberInAddress(state) {
  if (!state.graph) return;
  const node = state.selected === null ? null : state.graph.nodes[state.selected].key;
  const threshold = state.threshold < state.graph.maxInfluence ? state.threshold : null;
  const hash = writeHash({ slug: state.slug, node, threshold });
  if (hash !== location.hash) history.replaceState(null, "", hash);
}

async function followAddress() {
  const wanted = readHash(location.hash);
  const { slug, graph } = store.read();
  if (wanted.slug && (wanted.slug !== slug || !graph)) return open(wanted.slug, wanted);
  if (!graph) return;
  const node = graph.nodes.find((candidate) => candidate.key === wanted.node);
  const selected = node ? node.index : topLogit(graph);
  store.change({ selected, ...pruned(graph, wanted.threshold ?? graph.maxInfluence) });
}
