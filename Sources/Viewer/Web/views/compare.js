// Two graphs: side by side, or merged with what only one of them has in a colour of its own.

import { choice, make } from "../core/dom.js";
import { percent, plain, shortToken, truncate } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { makeStage } from "../draw/stage.js";
import { MARGIN } from "../draw/figure.js";
import { differences } from "../graph/diff.js";
import { prune } from "../graph/prune.js";
import { brief } from "../graph/reading.js";
import { connectPointer } from "../panels/pointer.js";

const LISTED = 300;

/** Builds the view. */
export function makeCompare({ store, actions }) {
  const head = make("div", { class: "page-head" });
  const figures = make("div", { class: "compare-figures" });
  const table = make("div", { class: "compare-table" });
  const element = make("main", { class: "compare", id: "compare" }, head, make("div", { class: "compare-body" }, figures, table));
  let shown = [];
  return {
    element,
    update: (state, previous) => {
      element.hidden = state.view !== "compare";
      if (element.hidden) return;
      if (changed(state, previous, "graphs", "comparison", "slug", "view")) head.replaceChildren(...headParts(state, actions));
      const { comparison } = state;
      if (!comparison) { figures.replaceChildren(make("p", { class: "hint" }, t("compare.choose"))); shown = []; return; }
      const was = previous.comparison;
      if (!was || !shown.length || ["merged", "mode"].some((name) => comparison[name] !== was[name])) {
        shown = comparison.mode === "sides" ? sides(store, actions, figures) : [merged(store, actions, figures)];
        table.replaceChildren(...rows(comparison, actions));
      }
      for (const figure of shown) figure.redraw();
      const row = table.querySelector(".here");
      row?.classList.remove("here");
      if (comparison.focus !== null) table.querySelector(`[data-index="${comparison.focus}"]`)?.classList.add("here");
    },
    recolour: () => { for (const figure of shown) figure.recolour(); },
    focus: () => head.querySelector("select")?.focus(),
  };
}

function headParts({ graphs, comparison, slug }, actions) {
  const options = (graphs?.graphs ?? []).map((graph) => [graph.slug, truncate(graph.prompt || graph.slug, 48)]);
  const [left, right] = [comparison?.leftSlug ?? slug ?? "", comparison?.rightSlug ?? ""];
  const pick = (a, b) => { if (a && b) actions.compare(a, b); };
  const parts = [
    make("h2", {}, t("view.compare")),
    choice(t("compare.left"), options, left, (value) => pick(value, right || options.find(([key]) => key !== value)?.[0]),
      { id: "compare-left" }),
    choice(t("compare.right"), [["", t("compare.other")], ...options], right, (value) => pick(left || options[0]?.[0], value),
      { id: "compare-right" }),
  ];
  if (!comparison) return parts;
  parts.push(choice(t("compare.mode"), ["sides", "diff"].map((mode) => [mode, t(`compare.${mode}`)]), comparison.mode,
    (mode) => actions.setComparison({ mode }), { id: "compare-mode" }), key(comparison));
  return parts;
}

function key({ merged: { sides: all, graph } }) {
  const count = (side) => graph.nodes.filter((node) => node.kind === "feature" && all[node.index] === side).length;
  return make("ul", { class: "legend" }, ...["left", "both", "right"].map((side) =>
    make("li", {}, make("i", { class: `swatch ${side}` }), t(`compare.${side}Only`, { n: count(side) }))));
}

function sides(store, actions, figures) {
  const built = ["left", "right"].map((side) => figure(store, actions, (comparison) => comparison[side],
    (comparison, index) => comparison.merged.pairs.findIndex((pair) => pair[side] === index),
    (comparison, focus) => comparison.merged.pairs[focus]?.[side] ?? null,
    (comparison) => ownSides(comparison, side)));
  figures.replaceChildren(...built.map((each, at) => make("figure", { class: "compare-figure" },
    make("figcaption", {}, store.read().comparison[at ? "right" : "left"].prompt), each.box)));
  return built.map((each) => each.stage);
}

function merged(store, actions, figures) {
  const built = figure(store, actions, (comparison) => comparison.merged.graph, (_, index) => index, (_, focus) => focus,
    (comparison) => comparison.merged.sides);
  figures.replaceChildren(make("figure", { class: "compare-figure" }, built.box));
  return built.stage;
}

// What of one graph the other has not, so that both figures are coloured as the merged one is.
function ownSides({ merged: { sides: all, pairs } }, side) {
  const result = [];
  pairs.forEach((pair, at) => { if (pair[side] !== null) result[pair[side]] = all[at]; });
  return result;
}

// One link graph of the comparison; `toMerged` and `toOwn` translate node indices.
function figure(store, actions, graphOf, toMerged, toOwn, sidesOf) {
  const canvas = make("canvas", { tabindex: 0, role: "img", "aria-label": t("compare.figure") });
  const box = make("div", { class: "stage" }, canvas);
  const { comparison } = store.read();
  const graph = graphOf(comparison);
  const visible = prune(graph, graph.maxInfluence);
  const scene = () => {
    const now = store.read().comparison;
    const focus = now?.focus ?? null;
    return { graph, visible, links: "strongest", path: null, route: null, sides: sidesOf(now), selected: null,
      hovered: focus === null ? null : toOwn(now, focus), chosen: [], pins: [] };
  };
  const stage = makeStage(canvas, box, scene);
  const at = (event) => {
    const frame = canvas.getBoundingClientRect();
    return { x: event.clientX - frame.left - MARGIN.left, y: event.clientY - frame.top - MARGIN.top };
  };
  const point = (index) => actions.setComparison({ focus: index === null ? null : toMerged(store.read().comparison, index) });
  connectPointer(canvas, at, {
    hover: (place) => { const index = stage.hit(place); if (index !== null) point(index); },
    leave: () => {}, click: (place) => point(stage.hit(place)), drag: stage.pan, pinch: stage.zoom, drawsLasso: () => false,
      lasso: () => {},
  });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); stage.zoom(Math.exp(-event.deltaY * 0.0015),
    at(event)); }, { passive: false });
  new ResizeObserver(() => { if (box.clientWidth) stage.measure(graph, true); }).observe(box);
  return { box, stage };
}

// The token at which a node stands, or both where the graphs have different ones there.
function tokensOf({ merged: { pairs }, left, right }, index, length) {
  const pair = pairs[index];
  const tokens = [[left, pair.left], [right, pair.right]].filter(([, at]) => at !== null)
    .map(([graph, at]) => shortToken(graph.tokens[graph.nodes[at].position] ?? "", length));
  return [...new Set(tokens)].join(" | ");
}

function rows(comparison, actions) {
  const { merged: { graph }, left, right } = comparison;
  const list = differences(comparison.merged, left, right).slice(0, LISTED);
  const value = (node, number) => (number === null ? "–" : node.kind === "logit" ? percent(number) : plain(number));
  return [make("table", { class: "table" }, make("caption", {}, t("compare.caption")),
    make("thead", {}, make("tr", {}, ...["what", "where", "left", "right"].map((name) => make("th", { scope: "col" },
      t(`compare.column.${name}`))))),
    make("tbody", {}, ...list.map((row) => {
      const node = graph.nodes[row.index];
      return make("tr", { "data-index": row.index, class: row.side, tabindex: 0,
        onclick: () => actions.setComparison({ focus: row.index }), onfocus: () => actions.setComparison({ focus: row.index }) },
      make("td", { title: node.label }, brief(node.label)), make("td", { class: "where" },
        node.kind === "logit" ? t("kind.logit") : `L${node.layer} “${tokensOf(comparison, row.index, 10)}”`),
      make("td", { class: "number" }, value(node, row.left)), make("td", { class: "number" }, value(node, row.right)));
    })))];
}
