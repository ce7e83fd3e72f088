// Under the link graph: pruning, links shown, counts; and the legend above it.

import { choice, draw, glyph, make } from "../core/dom.js";
import { count, twoDecimals } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { areOpen } from "../graph/filters.js";

/** Builds the controls. */
export function makeControls({ store, actions }) {
  const influence = slider("threshold", t("prune.influence"), t("prune.influenceHelp"), (value, isMost) =>
    actions.setThreshold(isMost ? store.read().graph.maxInfluence : value));
  const node = slider("node-threshold", t("prune.nodes"), t("prune.nodesHelp"), (value) => actions.setPruning({ node: value }));
  const edge = slider("edge-threshold", t("prune.edges"), t("prune.edgesHelp"), (value) => actions.setPruning({ edge: value }));
  const counts = make("p", { id: "counts", class: "counts", "aria-live": "polite" });
  const filtered = make("button", { type: "button", class: "plain filtered", hidden: true,
    onclick: () => actions.clearFilters() }, t("filters.clear"));
  const links = choice(t("links.shown"), ["strongest", "all", "none"].map((name) => [name, t(`links.${name}`)]), "strongest",
    actions.setLinks, { id: "links-shown" });
  return {
    element: make("div", { class: "controls" },
      make("div", { class: "sliders" }, node.element, edge.element, influence.element, counts, filtered), links),
    update: (state, previous) => {
      if (!state.visible || !changed(state, previous, "graph", "visible", "thresholds", "pruning", "filters", "links")) return;
      const live = state.thresholds !== null;
      node.element.hidden = edge.element.hidden = !live;
      influence.element.hidden = live;
      if (live && state.thresholds !== previous.thresholds) {
        node.set(state.thresholds.node, 0.3, Math.max(state.pruning?.reach?.node ?? 0.98, state.thresholds.node));
        edge.set(state.thresholds.edge, 0.5, Math.max(state.pruning?.reach?.edge ?? 0.999, state.thresholds.edge));
      }
      if (state.visible !== previous.visible) influence.set(state.threshold, 0, state.graph.maxInfluence);
      counts.textContent = countsSentence(state);
      counts.title = kindsSentence(state.visible.kinds);
      filtered.hidden = areOpen(state.filters);
      links.value = state.links;
    },
  };
}

function slider(id, name, help, change) {
  const input = make("input", { type: "range", id, min: 0, max: 1, step: 0.005, "aria-describedby": `${id}-help` });
  const output = make("output", { id: `${id}-value`, for: id });
  input.addEventListener("input", () => { output.textContent = shown(Number(input.value)); change(Number(input.value),
    input.value === input.max); });
  return {
    element: make("div", { class: "slider", title: help }, make("label", { for: id }, name), input, output,
      make("span", { id: `${id}-help`, class: "unseen" }, help)),
    set: (value, low, high) => {
      const most = Math.ceil(high * 200) / 200;
      input.min = String(low);
      input.max = String(most);
      input.disabled = most <= low;
      input.value = String(Math.min(Math.ceil(value * 200 - 1e-6) / 200, most));
      output.textContent = shown(Number(input.value));
    },
  };
}

function shown(value) { return value > 0.9 ? value.toFixed(3) : twoDecimals(value); }

function countsSentence({ graph, visible, pruning }) {
  const all = graph.nodes.length;
  const nodes = visible.nodeCount === all ? t("count.nodes", { n: all, shown: count(all) })
    : t("count.nodesOf", { n: all, part: count(visible.nodeCount), shown: count(all) });
  const limited = pruning?.isLimited ? ` · ${t("prune.limited")}` : "";
  return `${nodes} · ${t("count.links", { n: visible.linkCount, shown: count(visible.linkCount) })}${limited}`;
}

function kindsSentence(kinds) {
  return ["feature", "error", "token", "logit"].map((kind) => t(`count.${kind}s`,
    { n: kinds[kind], shown: count(kinds[kind]) })).join(", ");
}

/** The meaning of the figure's signs. */
export function makeLegend() {
  const line = (style) => draw("svg", { viewBox: "0 0 22 12", class: "wide", "aria-hidden": true },
    draw("path", { class: style, d: "M1 6H21" }));
  return make("ul", { class: "legend", "aria-label": t("legend") },
    make("li", {}, glyph("feature"), t("kind.feature")), make("li", {}, glyph("error"), t("kind.error")),
    make("li", {}, glyph("token"), t("legend.fixed")),
    make("li", {}, line("positive"), t("legend.promotes")), make("li", {}, line("negative"), t("legend.inhibits")));
}
