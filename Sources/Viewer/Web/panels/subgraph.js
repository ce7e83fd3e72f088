// The subgraph of pinned nodes and supernodes: drawn on a canvas, with a button over each box for hand and keyboard.

import { button, make, oncePerFrame } from "../core/dom.js";
import { nodeLabel, percent, shortToken } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { drawBoxes, measureBoxes } from "../draw/boxes.js";
import { readTheme } from "../draw/theme.js";
import { briefNameOf } from "../graph/reading.js";
import { pinnedScores, subgraph } from "../graph/subgraph.js";
import { layOutBoxes } from "../graph/sublayout.js";
import { makeBoxButtons } from "./boxbuttons.js";
import { boxChanges } from "./boxchanges.js";

const ROOM = Object.freeze({ across: 150, down: 62 });  // what a box and its edges ask for, in pixels
const LOW = 220;  // an area of less height has no room to spare between its boxes

/** Builds the panel. */
export function makeSubgraph({ store, actions }) {
  const canvas = make("canvas", { "aria-hidden": true });
  const layer = make("div", { class: "box-layer", role: "group", "aria-label": t("subgraph.label") });
  const stage = make("div", { class: "subgraph-stage" }, canvas, layer);
  const empty = make("div", { class: "hint" });
  const scores = make("p", { id: "subgraph-scores", class: "note" });
  const tools = makeTools(store, actions);
  const view = { sub: null, scene: null, picked: Object.freeze([]), active: null };
  const redraw = oncePerFrame(() => { if (view.sub?.boxes.length && stage.clientWidth) drawPanel(canvas, stage, view,
    store.read()); buttons.place(view); });
  const buttons = makeBoxButtons(layer, stage, view, { store, actions, redraw });
  new ResizeObserver(redraw).observe(stage);

  return {
    element: make("div", { class: "subgraph-panel" }, make("div", { class: "panel-tools" }, tools.element, scores), stage, empty),
    update: (state, previous) => {
      if (!state.graph) return;
      const isOther = changed(state, previous, "graph", "cards") ||
        ["pinned", "supernodes", "labels"].some((name) => state.work[name] !== previous.work?.[name]);
      if (isOther || !view.sub) {
        view.sub = subgraph(state.graph, state.work);
        buttons.build(view);
      }
      if (isOther || changed(state, previous, "pinScores")) scores.textContent = scoreSentence(state);
      const isEmpty = view.sub.boxes.length === 0;
      stage.hidden = isEmpty;
      empty.hidden = !isEmpty;
      if (isEmpty && changed(state, previous, "graph", "work", "path")) empty.replaceChildren(...hint(state, actions));
      tools.update(state);
      if (!isEmpty) redraw();
    },
    recolour: redraw,
    focus: () => layer.querySelector("button")?.focus(),
  };
}

/**
 * What the figure of a subgraph shows in an area: items, edges, places, and the size that they need; the same for the panel
 * and for exports.
 */
export function boxScene(state, sub, { width, height }, picked = []) {
  const changes = boxChanges(state, sub);
  const items = sub.boxes.map((box, at) => ({
    name: boxName(state, box), kind: box.kind, group: box.group, picked: picked.includes(box.id),
    note: changes?.[at]?.note ?? boxNote(state, box), level: changes?.[at]?.level ?? null,
  }));
  const across = width > 1.7 * height;
  const perLine = across ? Math.max(2, Math.floor(height / ROOM.down)) : Math.max(3, Math.floor(width / ROOM.across));
  const { places, lines, widest } = layOutBoxes(sub, state.work.positions, { perLine, across, inset: height < LOW ? 0 : undefined });
  const [wide, high] = across ? [lines, widest] : [widest, lines];
  return {
    items, edges: sub.edges, places: sub.boxes.map((box) => places[box.id]),
    size: { width: Math.max(width, wide * ROOM.across), height: Math.max(height, high * ROOM.down) },
  };
}

/** How a box is called. */
export function boxName(state, box) {
  if (box.group !== null) return box.name || t("group.unnamed");
  const node = state.graph.nodes[box.members[0]];
  return node.kind === "feature" ? briefNameOf(state, node) : nodeLabel(node);
}

function boxNote({ graph }, box) {
  if (box.group !== null) return t("group.members", { n: box.members.length });
  const node = graph.nodes[box.members[0]];
  if (node.kind === "logit") return percent(node.probability);
  if (node.kind === "token") return t("place.position", { position: node.position });
  return `${t("place.layer", { layer: node.layer })} · “${shortToken(graph.tokens[node.position] ?? "", 8)}”`;
}

function drawPanel(canvas, stage, view, state) {
  const ratio = devicePixelRatio || 1;
  const scene = boxScene(state, view.sub, { width: stage.clientWidth, height: stage.clientHeight }, view.picked);
  const { width, height } = scene.size;
  Object.assign(canvas.style, { inlineSize: `${width}px`, blockSize: `${height}px` });
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const theme = readTheme(canvas);
  const frames = measureBoxes(context, scene.items, scene.places, { width, height }, theme.font);
  const selected = view.sub.boxes.findIndex((box) => box.members.includes(state.hovered ?? state.selected));
  view.scene = { ...scene, frames, theme, active: selected < 0 ? null : selected };
  drawBoxes(context, view.scene);
}

// The server's scores are of the whole graph; until they come, and without a server, those of the links that are here.
function scoreSentence({ graph, work, pinScores }) {
  if (!work.pinned.length) return "";
  const { replacement, completeness } = pinScores?.pinned === work.pinned ? pinScores : pinnedScores(graph, work.pinned);
  return t("subgraph.scores", { replacement: percent(replacement), completeness: percent(completeness) });
}

function makeTools(store, actions) {
  const group = button(t("subgraph.group"), () => actions.group(), { id: "group" });
  const undo = button(t("undo"), () => actions.undo(), { id: "undo" });
  const redo = button(t("redo"), () => actions.redo(), { id: "redo" });
  const tidy = button(t("subgraph.tidy"), () => actions.tidy(), { id: "tidy" });
  return {
    element: make("div", { class: "tool-row" }, group, tidy, undo, redo,
      button(t("subgraph.export"), () => actions.openSheet("export"), { id: "export" })),
    update: ({ history, chosen, work }) => {
      undo.disabled = !history.past.length;
      redo.disabled = !history.future.length;
      group.disabled = chosen.length < 2;
      tidy.disabled = !work.pinned.length;
    },
  };
}

function hint({ path }, actions) {
  return [
    make("p", {}, t("subgraph.empty")),
    path ? button(t("path.pin"), () => actions.pin(path.nodes), { class: "plain main", id: "pin-suggested" }) : null,
  ].filter(Boolean);
}
