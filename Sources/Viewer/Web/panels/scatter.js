// A scatterplot of any two numbers of the graph's features.

import { check, choice, make, oncePerFrame } from "../core/dom.js";
import { plain } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { drawScatter, pointAt } from "../draw/scatter.js";
import { contains } from "../draw/stage.js";
import { readTheme } from "../draw/theme.js";
import { topLogit } from "../graph/paths.js";
import { readingOf } from "../graph/reading.js";
import { LOGARITHMIC, pointsOf, rankCorrelation, SCALARS } from "../graph/scalars.js";
import { connectPointer } from "./pointer.js";

/** Builds the panel. */
export function makeScatter({ store, actions }) {
  const canvas = make("canvas", { tabindex: 0, role: "img", id: "scatter" });
  const stage = make("div", { class: "scatter-stage" }, canvas);
  const note = make("span", { class: "note", role: "status" });
  const plot = { x: "influence", y: "activation", logarithmic: [false, true], points: [], lasso: null, scale: null };
  const redraw = oncePerFrame(() => {
    if (!stage.clientWidth || !store.read().graph) return;
    drawScatter(canvas, stage, plot, store.read(), readTheme(canvas), [axisName(plot, 0), axisName(plot, 1)]);
  });
  const refill = () => {
    const state = store.read();
    if (!state.graph) return;
    plot.points = pointsOf(readingOf(state, topLogit(state.graph)), state.visible.mask, plot.x, plot.y, plot.logarithmic);
    const rank = rankCorrelation(plot.points);
    note.textContent = t("scatter.note", { n: plot.points.length, rank: rank === null ? "–" : plain(rank) });
    canvas.setAttribute("aria-label", t("scatter.label", { x: t(`scalar.${plot.x}`), y: t(`scalar.${plot.y}`),
      n: plot.points.length }));
    redraw();
  };
  const axes = makeAxes(plot, refill);
  connect(canvas, plot, actions, redraw, store);
  new ResizeObserver(redraw).observe(stage);
  return {
    element: make("div", { class: "scatter-panel" }, make("div", { class: "panel-tools" }, axes, note), stage),
    update: (state, previous) => {
      if (changed(state, previous, "graph", "visible", "cards")) refill();
      else if (changed(state, previous, "selected", "hovered", "chosen")) redraw();
    },
    recolour: redraw,
    focus: () => canvas.focus(),
  };
}

function axisName(plot, at) {
  const name = t(`scalar.${at ? plot.y : plot.x}`);
  return plot.logarithmic[at] ? t("scatter.log", { name }) : name;
}

function makeAxes(plot, refill) {
  const names = Object.keys(SCALARS).map((name) => [name, t(`scalar.${name}`)]);
  const part = (axis, at) => {
    const log = check(t("scatter.logShort"), plot.logarithmic[at], (value) => { plot.logarithmic[at] = value; refill(); });
    const box = log.querySelector("input");
    const select = choice(t(`scatter.${axis}`), names, plot[axis], (value) => {
      plot[axis] = value;
      box.disabled = !LOGARITHMIC.includes(value);
      if (box.disabled) plot.logarithmic[at] = box.checked = false;
      refill();
    }, { id: `scatter-${axis}` });
    box.disabled = !LOGARITHMIC.includes(plot[axis]);
    return make("span", { class: "axis" }, make("span", { "aria-hidden": true }, axis), select, log);
  };
  return make("div", { class: "tool-row" }, part("x", 0), part("y", 1));
}

function connect(canvas, plot, actions, redraw, store) {
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const hit = (point) => pointAt(plot, point);
  connectPointer(canvas, at, {
    hover: (point) => actions.hover(hit(point)),
    leave: () => actions.hover(null),
    click: (point, event) => {
      const node = hit(point);
      if (node === null) actions.choose([]);
      else if (event.shiftKey || event.ctrlKey) actions.choose([node], true);
      else actions.select(node);
    },
    drag: () => {},
    pinch: () => {},
    drawsLasso: () => true,
    lasso: (points, ended) => {
      plot.lasso = ended ? null : points;
      if (ended && plot.scale) {
        actions.choose(plot.points.filter((point) => contains(points, plot.scale(point))).map((point) => point.index));
      }
      redraw();
    },
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !plot.points.length) return;
    event.preventDefault();
    const order = [...plot.points].sort((a, b) => a.x - b.x || a.y - b.y);
    const here = order.findIndex((point) => point.index === store.read().selected);
    actions.select(order[Math.min(Math.max(here + step, 0), order.length - 1)].index);
  });
}

