// The strip with the strongest path from a token to the top output, or with the route that a reader asked for.

import { button, draw, glyph, make } from "../core/dom.js";
import { nodeLabel, percent, signedWeight, truncate } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { inputShare } from "../graph/prune.js";
import { briefNameOf, nameOf } from "../graph/reading.js";
import { strongestPath } from "../graph/paths.js";
import { choice } from "../core/dom.js";

/** Builds the strip; every step can be clicked, and the path's two ends chosen. */
export function makePathStrip({ store, actions }) {
  const list = make("ol", { id: "path" });
  const note = make("p", { id: "path-note", class: "note" });
  const ends = make("div", { class: "ends" });
  const pin = button(t("path.pin"), () => { const path = shownPath(store.read()); if (path) actions.pin(path.nodes); },
    { id: "pin-path" });
  const dashed = draw("svg", { viewBox: "0 0 22 12", class: "wide", "aria-hidden": true },
    draw("path", { class: "dashed", d: "M1 6H21" }));
  return {
    element: make("section", { class: "path", "aria-labelledby": "path-title" },
      make("h2", { id: "path-title" }, dashed, t("path.title")), ends, list, note, pin),
    update: (state, previous) => {
      if (!state.graph) return;
      if (changed(state, previous, "graph", "path", "route", "cards") || state.work.labels !== previous.work?.labels) {
        const path = shownPath(state);
        list.replaceChildren(...steps(state, path, actions));
        note.textContent = path ? percent(path.share) : t("path.none");
        note.title = path ? t("path.share", { share: percent(path.share) }) : "";
        pin.hidden = !path;
        ends.replaceChildren(...endChoices(state, actions));
      }
      if (!changed(state, previous, "selected", "hovered", "path", "route", "graph", "cards", "work")) return;
      for (const step of list.querySelectorAll("button")) {
        step.classList.toggle("here", Number(step.dataset.node) === state.selected);
        step.classList.toggle("hover", Number(step.dataset.node) === state.hovered);
      }
    },
  };
}

// A route highlights everything between its ends; the strip lists the strongest way through it.
function shownPath({ graph, visible, path, route }) {
  if (!route) return path;
  const [from, to] = [...route.nodes];
  return strongestPath(graph, visible.mask, to, from);
}

function endChoices({ graph, route }, actions) {
  const [from, to] = route ? [...route.nodes] : ["", ""];
  const named = (kind) => graph.nodes.filter((node) => node.kind === kind)
    .sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0) || a.position - b.position);
  const tokens = named("token").map((node) => [node.index, `${node.position} ${truncate(nodeLabel(node), 14)}`]);
  const logits = named("logit").map((node) => [node.index, truncate(nodeLabel(node), 14)]);
  const set = (a, b) => (a === "" ? actions.setRoute(null, null) : actions.setRoute(Number(a), Number(b)));
  return [
    choice(t("path.from"), [["", t("path.any")], ...tokens], from, (value) => set(value, to === "" ? logits[0]?.[0] : to),
      { id: "route-from" }),
    make("span", { "aria-hidden": true }, "→"),
    choice(t("path.to"), logits, to === "" ? logits[0]?.[0] : to,
      (value) => set(from === "" ? tokens.at(-1)?.[0] : from, value), { id: "route-to" }),
  ];
}

function steps(state, path, actions) {
  return (path?.nodes ?? []).flatMap((index, at) =>
    [at ? arrow(state.graph, path.links[at - 1]) : null, step(state, index, actions)].filter(Boolean));
}

function step(state, index, actions) {
  const node = state.graph.nodes[index];
  const name = node.kind === "feature" ? briefNameOf(state, node) : nodeLabel(node);
  return make("li", {}, make("button", {
    type: "button", "data-node": index, title: node.kind === "feature" ? nameOf(state, node) : name,
      onclick: () => actions.select(index),
    onpointerenter: () => actions.hover(index), onpointerleave: () => actions.hover(null),
    onfocus: () => actions.hover(index), onblur: () => actions.hover(null),
  }, glyph(node.kind), truncate(name, 24)));
}

function arrow(graph, link) {
  const sign = link.weight < 0 ? "negative" : "positive";
  const share = percent(inputShare(graph, link));
  return make("li", { class: `arrow ${sign}`, title: t("path.step", { weight: signedWeight(link.weight), share }) },
    make("span", {}, share), make("span", { "aria-hidden": true }, "→"));
}
