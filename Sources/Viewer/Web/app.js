// Starts the page: one store, the actions on it, and the views that show what it holds.

import { paths, read, send } from "./core/api.js";
import { mount } from "./core/mount.js";
import { keepPreferences, readPreferences } from "./core/preferences.js";
import { initialState, makeStore, readHash, writeHash } from "./core/state.js";
import { speak, t } from "./core/words.js";
import { comparingActions } from "./actions/comparing.js";
import { graphActions } from "./actions/graphs.js";
import { liveActions } from "./actions/live.js";
import { pageActions } from "./actions/page.js";
import { makeScoring } from "./actions/scoring.js";
import { makeSaving, workActions } from "./actions/works.js";

const embedded = readEmbedded();
const preferences = { ...readPreferences(), ...(embedded ? { language: embedded.language, theme: embedded.theme } : {}) };
speak(preferences.language);
const store = makeStore(Object.freeze({ ...initialState, ...preferences }));
const actions = {};
Object.assign(actions, pageActions(store), graphActions(store, actions, embedded?.graph ?? null), workActions(store, actions),
  liveActions(store, actions), comparingActions(store, actions), {
    nameInSet: (set, layer, index, text) => send("PUT", paths.label(set, layer, index),
      { text }).then(() => actions.notify(t("features.renamed"))).catch(actions.fail),
  });
Object.freeze(actions);

mount(document.getElementById("page"), { store, actions, embedded });
store.subscribe(keepChosen);
if (!embedded) {
  store.subscribe(makeSaving(store, actions));
  store.subscribe(makeScoring(store));
  store.subscribe(rememberInAddress);
  addEventListener("hashchange", followAddress);
}
start();

async function start() {
  try {
    if (embedded) { store.change({ abilities: Object.freeze({ isLive: false }) }); await actions.open(embedded.slug); return; }
    const [abilities, { sets }] = await Promise.all([read(paths.about()), read(paths.sets()), actions.list()]);
    store.change({ abilities: Object.freeze(abilities), sets: Object.freeze(sets) });
    const wanted = readHash(location.hash);
    const slug = wanted.slug ?? (wanted.view ? null : store.read().graphs.graphs[0]?.slug ?? null);
    if (slug) await actions.open(slug, wanted);
    if (wanted.view === "compare" && slug && wanted.other) await actions.compare(slug, wanted.other);
    else if (wanted.view || !slug) actions.show(wanted.view ?? "gallery");
  } catch (error) {
    store.change({ failure: error.message });
  }
}

function readEmbedded() {
  const element = document.getElementById("embedded");
  return element ? JSON.parse(element.textContent) : null;
}

function keepChosen(state, previous) {
  if (["language", "theme", "dock"].some((name) => state[name] !== previous[name])) keepPreferences(state);
}

function rememberInAddress(state) {
  if (!state.graph && state.view === "graph") return;
  const node = state.selected === null || !state.graph ? null : state.graph.nodes[state.selected].key;
  const threshold = state.graph && state.threshold < state.graph.maxInfluence ? state.threshold : null;
  const other = state.view === "compare" ? state.comparison?.rightSlug : null;
  const hash = writeHash({ view: state.view, slug: state.slug, other, node, threshold });
  if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname);
}

async function followAddress() {
  const wanted = readHash(location.hash);
  const { slug, graph, view } = store.read();
  if (wanted.slug && (wanted.slug !== slug || !graph)) await actions.open(wanted.slug, wanted);
  if ((wanted.view ?? "graph") !== view) actions.show(wanted.view ?? "graph");
  const index = store.read().graph?.byKey.get(wanted.node);
  if (index !== undefined) actions.select(index);
}
