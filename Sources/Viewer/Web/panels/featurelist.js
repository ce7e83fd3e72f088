// All active features of the graph with their labels, and how each is joined to the selected node.

import { choice, glyph, make } from "../core/dom.js";
import { count, plain, shortToken, signedWeight } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { briefNameOf, nameOf } from "../graph/reading.js";

const HEIGHT = 26;
const SPARE = 8;

/** Builds the panel: a long list of which only what can be seen is made. */
export function makeFeatureList({ store, actions }) {
  const body = make("div", { class: "rows" });
  const scroll = make("div", { class: "scroll", tabindex: 0, role: "listbox", "aria-label": t("list.label"),
    id: "feature-list" }, body);
  const total = make("span", { class: "note" });
  let order = "influence";
  let rows = [];
  const sort = choice(t("list.order"), ["influence", "activation", "layer", "link",
    "name"].map((name) => [name, t(`list.${name}`)]), order,
    (value) => { order = value; refill(store.read()); });
  const paint = () => paintRows(body, scroll, rows, store.read(), actions);
  const refill = (state) => {
    rows = sorted(state, order);
    body.style.blockSize = `${rows.length * HEIGHT}px`;
    total.textContent = t("count.features", { n: rows.length, shown: count(rows.length) });
    paint();
  };
  scroll.addEventListener("scroll", paint, { passive: true });
  scroll.addEventListener("keydown", (event) => moveBy(event, rows, scroll, store, actions));
  new ResizeObserver(paint).observe(scroll);
  return {
    element: make("div", { class: "list-panel" }, make("div", { class: "panel-tools" }, total, sort), scroll),
    update: (state, previous) => {
      if (!state.graph) return;
      if (changed(state, previous, "graph", "visible", "cards", "work") ||
        (order === "link" && state.selected !== previous.selected)) refill(state);
      else if (changed(state, previous, "selected", "chosen")) paint();
    },
    focus: () => scroll.focus(),
  };
}

function sorted(state, order) {
  const { graph, visible, selected } = state;
  const joined = new Map();
  if (selected !== null) {
    for (const link of graph.inputs[selected]) joined.set(link.source, link.weight);
    for (const link of graph.outputs[selected]) joined.set(link.target, link.weight);
  }
  const rows = graph.nodes.filter((node) => node.kind === "feature" && visible.mask[node.index])
    .map((node) => ({ node, weight: joined.get(node.index) ?? null }));
  const by = {
    influence: (a, b) => (a.node.influence ?? 1) - (b.node.influence ?? 1),
    activation: (a, b) => (b.node.activation ?? 0) - (a.node.activation ?? 0),
    layer: (a, b) => a.node.layer - b.node.layer || a.node.position - b.node.position,
    link: (a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0),
    name: (a, b) => briefNameOf(state, a.node).localeCompare(briefNameOf(state, b.node)),
  }[order];
  return rows.sort((a, b) => by(a, b) || a.node.index - b.node.index);
}

function paintRows(body, scroll, rows, state, actions) {
  const from = Math.max(0, Math.floor(scroll.scrollTop / HEIGHT) - SPARE);
  const to = Math.min(rows.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / HEIGHT) + SPARE);
  body.replaceChildren(...rows.slice(from, to).map(({ node, weight }, at) => {
    const element = row(state, node, weight, from + at, rows.length, actions);
    element.style.insetBlockStart = `${(from + at) * HEIGHT}px`;
    return element;
  }));
  const active = rows.findIndex(({ node }) => node.index === state.selected);
  scroll.setAttribute("aria-activedescendant", active >= from && active < to ? `feature-row-${active}` : "");
}

function row(state, node, weight, at, size, actions) {
  const isHere = node.index === state.selected;
  return make("div", {
    id: `feature-row-${at}`, role: "option", class: state.chosen.includes(node.index) ? "row chosen" : "row",
    "aria-selected": String(isHere), "aria-posinset": at + 1, "aria-setsize": size,
    onclick: (event) => (event.ctrlKey || event.shiftKey || event.metaKey ? actions.choose([node.index], true)
      : actions.select(node.index)),
    onpointerenter: () => actions.hover(node.index), onpointerleave: () => actions.hover(null),
  }, glyph("feature"), make("span", { class: "name", title: nameOf(state, node) }, briefNameOf(state, node)),
  make("span", { class: "where" }, `L${node.layer} “${shortToken(state.graph.tokens[node.position] ?? "", 8)}”`),
  make("span", { class: "value", title: t("scalar.activation") }, plain(node.activation)),
  make("span", { class: weight === null ? "weight" : weight < 0 ? "weight negative" : "weight positive", title: t("list.link") },
    weight === null ? "" : signedWeight(weight)));
}

function moveBy(event, rows, scroll, store, actions) {
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined || !rows.length) return;
  event.preventDefault();
  event.stopPropagation();
  const here = rows.findIndex(({ node }) => node.index === store.read().selected);
  const next = Math.min(Math.max(here + step, 0), rows.length - 1);
  actions.select(rows[next].node.index);
  if (next * HEIGHT < scroll.scrollTop) scroll.scrollTop = next * HEIGHT;
  else if ((next + 1) * HEIGHT > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = (next + 1) * HEIGHT - scroll.clientHeight;
}
