// The view of one graph: its head, and the panels in their zones.

import { make } from "../core/dom.js";
import { zonesOf } from "../core/dock.js";
import { makeDetail } from "../panels/detail.js";
import { makeFeatureList } from "../panels/featurelist.js";
import { makeFilters } from "../panels/filters.js";
import { makeHeader } from "../panels/header.js";
import { makeIntervene } from "../panels/intervene.js";
import { makeLinkGraph } from "../panels/linkgraph.js";
import { makeScatter } from "../panels/scatter.js";
import { makeSubgraph } from "../panels/subgraph.js";
import { makeSplitter } from "./splitter.js";
import { makeTabs } from "./tabs.js";

const BUILDERS = {
  links: makeLinkGraph, node: makeDetail, subgraph: makeSubgraph, features: makeFeatureList, scatter: makeScatter,
  intervene: makeIntervene, filters: makeFilters,
};

/** Builds the view. A panel that cannot be seen is drawn when it comes to the front. */
export function makeWorkspace(context) {
  const header = makeHeader(context);
  const panels = new Map();
  const drawn = new Map();
  const dock = make("div", { class: "dock" });
  const element = make("main", { id: "main", class: "workspace" }, header.element, dock);
  const panelOf = (name) => {
    if (!panels.has(name)) panels.set(name, BUILDERS[name](context));
    return panels.get(name);
  };
  const arrange = makeArranging(dock, context, panelOf);
  return {
    element,
    update: (state, previous) => {
      element.hidden = state.view !== "graph" || !state.graph;
      if (element.hidden) return;
      header.update(state, previous);
      arrange(state.dock);
      for (const { shown } of zonesOf(state.dock)) {
        panelOf(shown).update(state, drawn.get(shown) ?? {});
        drawn.set(shown, state);
      }
    },
    recolour: () => { for (const panel of panels.values()) panel.recolour?.(); },
    /** Moves the keyboard into a panel. */
    focus: (name) => panelOf(name).focus?.(),
  };
}

// Returns a function that brings zones and bars into an arrangement. The tree of elements is built anew only for another shape,
// and zones are filled anew only when one of them changed: sizing touches neither.
function makeArranging(dock, context, panelOf) {
  const zones = [];
  let known = { tree: null, shape: null, held: [] };
  return (tree) => {
    if (tree === known.tree) return;
    const [shape, held] = [shapeOf(tree), zonesOf(tree)];
    while (zones.length < held.length) zones.push(makeZone(zones.length, context));
    const focused = dock.contains(document.activeElement) ? document.activeElement.id : null;
    if (shape !== known.shape) dock.replaceChildren(build(tree, [], zones.slice(0, held.length), context));
    if (shape !== known.shape || held.some((zone, at) => zone !== known.held[at])) {
      held.forEach((zone, at) => fill(zones[at], zone, panelOf));
      if (focused) document.getElementById(focused)?.focus();
    }
    share(dock.firstElementChild, tree);
    known = { tree, shape, held };
  };
}

function shapeOf(part) { return part.panels ? "z" : `${part.across ? "a" : "b"}(${part.parts.map(shapeOf).join("")})`; }

function build(part, path, waiting, context) {
  if (part.panels) return waiting.shift().element;
  const children = part.parts.flatMap((each, at) => {
    const element = build(each, [...path, at], waiting, context);
    return at === 0 ? [element] : [makeSplitter(path, at - 1, part.across, context), element];
  });
  return make("div", { class: part.across ? "split across" : "split" }, ...children);
}

// Gives every part its share, and tells the bars between them.
function share(element, part) {
  if (part.panels) return;
  [...element.children].forEach((child, at) => {
    if (at % 2) { child.setAttribute("aria-valuenow", Math.round(part.shares[(at - 1) / 2] * 100)); return; }
    child.style.flexGrow = String(part.shares[at / 2] * 100);
    share(child, part.parts[at / 2]);
  });
}

function makeZone(at, context) {
  const tabs = makeTabs(`zone-${at}`, context);
  const body = make("div", { class: "zone-body", id: `zone-${at}`, role: "tabpanel" });
  return { element: make("section", { class: "zone" }, tabs.element, body), body, tabs };
}

function fill({ element, body, tabs }, { panels, shown }, panelOf) {
  element.dataset.shown = shown;
  tabs.update(panels, shown);
  body.setAttribute("aria-labelledby", `tab-${shown}`);
  const wanted = panelOf(shown).element;
  if (body.firstElementChild !== wanted) body.replaceChildren(wanted);
}
