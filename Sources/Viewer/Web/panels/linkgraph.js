// The link graph: columns are tokens, rows are layers, nodes are what the model computed.

import { make, signButton } from "../core/dom.js";
import { count } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { MARGIN, shownRadius } from "../draw/figure.js";
import { makeStage } from "../draw/stage.js";
import { neighbour } from "../graph/layout.js";
import { makeControls, makeLegend } from "./controls.js";
import { makeFinder } from "./finder.js";
import { makePathStrip } from "./pathstrip.js";
import { connectPointer } from "./pointer.js";
import { makeTooltip } from "./tooltip.js";

const STEP = 1.4;  // magnification of one key press or click
const REST = ["graph", "visible", "links", "path", "route"];
const OVER = ["selected", "hovered", "chosen", "work"];

/** Builds the panel. */
export function makeLinkGraph({ store, actions }) {
  const canvas = make("canvas", {
    id: "graph", tabindex: 0, role: "application", "aria-roledescription": t("links.role"), "aria-describedby": "graph-help",
  });
  const box = make("div", { class: "stage", id: "stage" }, canvas,
    make("p", { id: "graph-help", class: "unseen" }, t("links.help")));
  let lasso = null;
  const stage = makeStage(canvas, box, () => sceneOf(store.read(), lasso));
  const tooltip = makeTooltip(box, stage);
  const parts = [makeFinder, makeControls, makePathStrip].map((part) => part({ store, actions }));
  const [finder, controls, path] = parts;
  const tools = makeTools(store, actions, stage);

  connectPointer(canvas, (event) => plotPoint(canvas, event), {
    hover: (point) => {
      const node = stage.hit(point);
      canvas.classList.toggle("over", node !== null);
      actions.hover(node);
    },
    leave: () => actions.hover(null),
    click: (point, event) => clicked(stage.hit(point), event, actions),
    drag: stage.pan,
    pinch: stage.zoom,
    drawsLasso: (event) => event.shiftKey || store.read().tool === "lasso",
    lasso: (points, ended, event) => {
      lasso = ended ? null : points;
      if (ended) actions.choose(stage.inside(points), event.ctrlKey || event.metaKey);
      stage.redraw();
    },
  });
  connectWheel(canvas, stage);
  connectKeys(canvas, stage, store, actions);
  const fill = (keepView) => { const { graph } = store.read(); if (graph && box.clientWidth) stage.measure(graph, keepView); };
  new ResizeObserver(() => fill(true)).observe(box);
  canvas.describeNodes = () => describeNodes(stage, store.read());

  return {
    element: make("div", { class: "links-panel" },
      make("div", { class: "figure-head" }, finder.element, makeLegend(), tools.element), box, controls.element, path.element),
    update: (state, previous) => {
      for (const part of parts) part.update(state, previous);
      tools.update(state, previous);
      if (!state.graph) return;
      if (state.graph !== previous.graph) fill(state.slug === previous.slug);
      if (state.theme !== previous.theme) stage.recolour();
      if (changed(state, previous, ...REST)) stage.refresh();
      if (state.selected !== previous.selected && state.selected !== null) stage.reveal(state.selected);
      if (changed(state, previous, ...OVER)) stage.redraw();
      if (changed(state, previous, "visible")) canvas.setAttribute("aria-label", summary(state));
      tooltip(state);
    },
    recolour: stage.recolour,
    focus: () => canvas.focus(),
  };
}

/** What the figure draws of a state. */
export function sceneOf(state, lasso = null) {
  const pins = state.graph ? state.work.pinned.map((key) => state.graph.byKey.get(key)).filter((index) => index !== undefined) : [];
  return { ...state, pins, lasso };
}

function summary({ graph, visible }) {
  return t("links.summary", {
    nodes: count(visible.nodeCount), links: count(visible.linkCount), layers: graph.layerCount, tokens: graph.tokens.length,
  });
}

function plotPoint(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left - MARGIN.left, y: event.clientY - box.top - MARGIN.top };
}

function clicked(node, event, actions) {
  const adds = event.shiftKey || event.ctrlKey || event.metaKey;
  if (node === null) { if (!adds) actions.choose([]); return; }
  if (adds) actions.choose([node], true);
  else actions.select(node);
}

function connectWheel(canvas, stage) {
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? 16 : 1;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (sideways && !event.ctrlKey) stage.pan(-(event.deltaX || event.deltaY) * pixels, 0);
    else stage.zoom(Math.exp(-event.deltaY * pixels * 0.0015), plotPoint(canvas, event));
  }, { passive: false });
}

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

// Arrows walk along links; with Alt they go to the nearest node in their direction.
function connectKeys(canvas, stage, store, actions) {
  canvas.addEventListener("keydown", (event) => {
    if (!stage.figure.layout || event.ctrlKey || event.metaKey) return;
    const direction = ARROWS[event.key];
    if (direction && event.altKey) {
      const { selected, visible } = store.read();
      const next = selected === null ? null : neighbour(stage.figure.layout, visible.mask, selected, direction);
      if (next !== null) actions.select(next);
    } else if (direction) actions.step(direction);
    else if (event.key === "+" || event.key === "=") stage.zoom(STEP);
    else if (event.key === "-") stage.zoom(1 / STEP);
    else if (event.key === "0") stage.fit();
    else if (event.key === " ") actions.choose([store.read().selected], true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function makeTools(store, actions, stage) {
  const lasso = signButton("◌", t("links.lasso"), () =>
    actions.setTool(store.read().tool === "lasso" ? "move" : "lasso"), { id: "lasso-tool", "aria-pressed": "false" });
  const element = make("div", { class: "zoom", role: "toolbar", "aria-label": t("links.tools") },
    signButton("+", t("links.zoomIn"), () => stage.zoom(STEP), { id: "zoom-in" }),
    signButton("−", t("links.zoomOut"), () => stage.zoom(1 / STEP), { id: "zoom-out" }),
    signButton("⤢", t("links.fit"), () => stage.fit(), { id: "zoom-fit" }), lasso);
  return { element, update: (state) => lasso.setAttribute("aria-pressed", String(state.tool === "lasso")) };
}

/** Where each visible node is drawn, in the canvas's CSS pixels: for scripts and checks, not for the page. */
function describeNodes(stage, { graph, visible }) {
  if (!graph || !stage.figure.layout) return [];
  return graph.nodes.filter((node) => visible.mask[node.index]).map((node) => {
    const point = stage.at(node.index);
    return {
      index: node.index, key: node.key, kind: node.kind,
      x: point.x + MARGIN.left, y: point.y + MARGIN.top, radius: shownRadius(stage.figure, node.index),
    };
  });
}
