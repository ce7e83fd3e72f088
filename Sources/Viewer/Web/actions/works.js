// Pins, supernodes, labels: every change is one step of undo, and is saved by itself.

import { paths, read, send } from "../core/api.js";
import { afterPause } from "../core/dom.js";
import { redone, remembered, undone } from "../core/history.js";
import { t } from "../core/words.js";
import {
  grouping, groupOf, labelling, naming, pinning, placing, releasing, ungrouping, unplaced,
} from "../graph/work.js";
import { hasStore } from "../graph/reading.js";
import { readQuery, writeQuery } from "../graph/qparams.js";

/** Builds the actions. */
export function workActions(store, actions) {
  const edit = (work, tag = null) => {
    const state = store.read();
    store.change({ work, history: remembered(state.history, state.work, tag) });
  };
  const move = (step) => {
    const state = store.read();
    const result = step(state.history, state.work);
    if (result) store.change({ work: result.value, history: result.history });
  };
  const ids = (indices) => indices.map((index) => store.read().graph.nodes[index].key);

  return {
    undo: () => move(undone),
    redo: () => move(redone),
    pin: (indices, on = true) => edit(pinning(store.read().work, ids(indices), on)),
    unpin: (keys) => edit(pinning(store.read().work, keys, false)),
    togglePin: () => {
      const { work } = store.read();
      const indices = wanted(store.read());
      if (!indices.length) return;
      const on = !ids(indices).every((id) => work.pinned.includes(id));
      edit(pinning(work, ids(indices), on));
    },
    /** Groups what is chosen, and asks for a name by showing the new box's. */
    group: (keys = null, name = null) => {
      const state = store.read();
      const members = keys ?? ids(wanted(state));
      if (members.length < 2) { actions.notify(t("group.few")); return; }
      edit(grouping(state.work, name ?? t("group.name", { n: state.work.supernodes.length + 1 }), members));
      store.change({ chosen: Object.freeze([]) });
      actions.showPanel("subgraph");
    },
    ungroup: (at = null) => {
      const state = store.read();
      const index = at ?? (state.selected === null ? -1 : groupOf(state.work, ids([state.selected])[0]));
      if (index >= 0) edit(ungrouping(state.work, index));
    },
    nameGroup: (at, name) => edit(naming(store.read().work, at, name)),
    release: (id) => edit(releasing(store.read().work, id)),
    labelFeature: (feature, text) => edit(labelling(store.read().work, feature, text.trim())),
    place: (positions) => edit(placing(store.read().work, positions), `place ${Object.keys(positions).join()}`),
    tidy: () => edit(unplaced(store.read().work)),
    takeWork: (query) => {
      const { graph, work } = store.read();
      const taken = readQuery(query, graph.byKey);
      edit(Object.freeze({ ...taken, labels: Object.freeze({ ...work.labels, ...taken.labels }) }));
    },
  };
}

/** What an action without a target means: the chosen nodes, else the selected one. */
function wanted({ chosen, selected }) { return chosen.length ? chosen : selected === null ? [] : [selected]; }

// One save at a time: the next begins with the revision that the last one gave.
let underWay = null;

/** Waits until what is being saved is on the server. */
export async function savesUnderWay() { await underWay; }

function queue(save) {
  const mine = (underWay ?? Promise.resolve()).then(save).finally(() => { if (underWay === mine) underWay = null; });
  underWay = mine;
}

/** Saves work and labels whenever they change. Returns a listener of the store. */
export function makeSaving(store, actions) {
  const save = afterPause(350, () => queue(async () => {
    while (isUnsaved(store.read()) && await saveWork(store, actions));
  }));
  // Behind a save under way, which was this page's own, another one writes over what that one wrote.
  const revisionOf = (state) => (underWay ? null : state.revision);
  // A page that goes cannot wait for it.
  addEventListener("pagehide", () => {
    const state = store.read();
    if (isUnsaved(state)) saveWork(store, actions, state, revisionOf(state));
  });
  return (state, previous) => {
    // The pause ends for a graph that is left: what is unsaved goes to its own file.
    if (previous.savedWork && !state.savedWork && isUnsaved(previous)) {
      const revision = revisionOf(previous);
      queue(() => saveWork(store, actions, previous, revision));
    }
    if (state.work === previous.work || state.slug !== previous.slug || !state.graph) return;
    if (hasStore(state) && state.work.labels !== previous.work.labels && state.work.labels !== state.savedLabels) {
      saveLabels(state, previous.work.labels).catch(actions.fail);
    }
    if (isUnsaved(state)) save();
  };
}

// Labels go to the store of their set; where there is none, they are saved with the graph.
function isUnsaved(state) {
  const { work, savedWork } = state;
  if (!savedWork) return false;
  const names = ["pinned", "supernodes", "positions", ...(hasStore(state) ? [] : ["labels"])];
  return names.some((name) => work[name] !== savedWork[name]);
}

// Returns whether the server answered, be it that somebody else had saved.
async function saveWork(store, actions, state = store.read(), revision = state.revision) {
  const { slug, work, file, selected, graph } = state;
  const clickedId = selected === null ? "" : graph.nodes[selected].key;
  const query = writeQuery(work, { clickedId, before: file.qParams ?? {}, withLabels: !hasStore(state) });
  try {
    const answer = await send("PUT", paths.query(slug), { revision, query });
    if (store.read().slug === slug) store.change({ revision: answer.revision, savedWork: work });
  } catch (error) {
    if (error.code !== "conflict") { actions.fail(error); return false; }
    await resolve(store, actions, slug);
  }
  return true;
}

// Somebody saved in between: theirs stays in the file until the reader decides.
async function resolve(store, actions, slug) {
  const theirs = await read(paths.query(slug));
  if (store.read().slug !== slug || !store.read().savedWork) return;
  const mine = store.read().work;
  const work = Object.freeze({ ...readQuery(theirs.query), labels: mine.labels });
  store.change({ revision: theirs.revision, work, savedWork: work, history: remembered(store.read().history, mine) });
  actions.notify(t("save.conflict"), t("save.mine"), () => actions.undo());
}

async function saveLabels({ graph, work }, before) {
  const names = new Set([...Object.keys(work.labels), ...Object.keys(before)]);
  for (const name of names) {
    if (work.labels[name] === before[name]) continue;
    const [layer, index] = name.split("/");
    if (work.labels[name]) await send("PUT", paths.label(graph.set, layer, index), { text: work.labels[name] });
    else await send("DELETE", paths.label(graph.set, layer, index));
  }
}
