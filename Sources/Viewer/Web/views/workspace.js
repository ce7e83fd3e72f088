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

// Returns a function that brings zones and bars into an arrangement. Only another shape of the tree is built anew.
function makeArranging(dock, context, panelOf) {
  const zones = [];
  let known = null;
  let shape = null;
  return (tree) => {
    if (tree === known) return;
    const held = zonesOf(tree);
    while (zones.length < held.length) zones.push(makeZone(zones.length, context));
    if (shapeOf(tree) !== shape) {
      shape = shapeOf(tree);
      const focused = dock.contains(document.activeElement) ? document.activeElement.id : null;
      const waiting = zones.slice(0, held.length);
      dock.replaceChildren(build(tree, [], waiting, context));
      held.forEach((zone, at) => fill(zones[at], zone, panelOf));
      if (focused) document.getElementById(focused)?.focus();
    } else held.forEach((zone, at) => fill(zones[at], zone, panelOf));
    share(dock.firstElementChild, tree);
    known = tree;
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
