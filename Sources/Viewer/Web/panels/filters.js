// Filters: kinds, layers, positions, sign, density, text.

import { button, check, choice, make } from "../core/dom.js";
import { count, shortToken } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { areOpen } from "../graph/filters.js";

const DENSITIES = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.001];

/** Builds the panel. */
export function makeFilters({ store, actions }) {
  const body = make("div", { class: "filters" });
  return {
    element: body,
    update: (state, previous) => {
      if (!state.graph || !changed(state, previous, "graph", "filters", "visible")) return;
      if (changed(state, previous, "graph") || !body.children.length ||
        areOpen(state.filters)) body.replaceChildren(...fields(state, store, actions));
      body.querySelector(".note").textContent = t("filters.left",
        { n: state.visible.nodeCount, shown: count(state.visible.nodeCount) });
      body.querySelector("#clear-filters").disabled = areOpen(state.filters);
    },
    focus: () => body.querySelector("input")?.focus(),
  };
}

function fields({ graph, filters }, store, actions) {
  const set = (patch) => actions.setFilters(patch);
  const kinds = Object.keys(filters.kinds).map((kind) => check(t(`kind.${kind}`), filters.kinds[kind],
    (value) => set({ kinds: Object.freeze({ ...store.read().filters.kinds, [kind]: value }) }), { id: `filter-${kind}` }));
  const layers = Array.from({ length: graph.layerCount }, (_, layer) => [layer, String(layer)]);
  const positions = graph.tokens.map((token, position) => [position, `${position} ${shortToken(token, 10)}`]);
  const range = (name, options) => make("div", { class: "range" }, ...[0, 1].map((end) =>
    choice(t(`filters.${name}${end ? "To" : "From"}`), [["", t(end ? "filters.last" : "filters.first")], ...options],
      filters[name][end] ?? "", (value) => {
      const next = [...store.read().filters[name]];
      next[end] = value === "" ? null : Number(value);
      set({ [name]: Object.freeze(next) });
    }, { id: `filter-${name}-${end}` })));
  const text = make("input", { type: "search", id: "filter-text", value: filters.text, "aria-label": t("filters.text"),
    placeholder: t("filters.text"),
    oninput: (event) => set({ text: event.target.value }) });
  return [
    field(t("filters.text"), text), field(t("filters.kinds"), make("div", { class: "checks" }, ...kinds)),
    field(t("filters.layers"), range("layers", layers)), field(t("filters.positions"), range("positions", positions)),
    field(t("filters.sign"), choice(t("filters.sign"), ["both", "positive",
      "negative"].map((name) => [name, t(`filters.${name}`)]), filters.sign, (sign) => set({ sign }), { id: "filter-sign" })),
    field(t("filters.density"), choice(t("filters.density"), [["", t("filters.any")],
      ...DENSITIES.map((value) => [value, `≤ ${value * 100} %`])], filters.density ?? "",
      (value) => set({ density: value === "" ? null : Number(value) }), { id: "filter-density" })),
    make("p", { class: "note", role: "status" }), button(t("filters.clear"), actions.clearFilters, { id: "clear-filters" }),
  ];
}

function field(name, control) { return make("div", { class: "field" },
  make("span", { class: "field-name", "aria-hidden": true }, name), control); }
