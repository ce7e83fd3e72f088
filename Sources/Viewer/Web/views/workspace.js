// The view of one graph: its head, and the panels in their zones.

import { make } from "../core/dom.js";
import { PANELS, ZONES } from "../core/dock.js";
import { t } from "../core/words.js";
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
  const zones = Object.fromEntries(ZONES.map((zone) => [zone, makeZone(zone, context)]));
  const grid = make("div", { class: "dock" }, ...ZONES.map((zone) => zones[zone].element),
    ...["left", "right", "bottom"].map((zone) => makeSplitter(zone, context)));
  const element = make("main", { id: "main", class: "workspace" }, header.element, grid);

  const panelOf = (name) => {
    if (!panels.has(name)) panels.set(name, BUILDERS[name](context));
    return panels.get(name);
  };
  const update = (state, previous) => {
    element.hidden = state.view !== "graph" || !state.graph;
    if (element.hidden) return;
    header.update(state, previous);
    if (state.dock !== previous.dock || !grid.dataset.ready) arrange(grid, zones, state.dock, panelOf);
    for (const zone of ZONES) {
      const name = state.dock.shown[zone];
      if (!name) continue;
      panelOf(name).update(state, drawn.get(name) ?? {});
      drawn.set(name, state);
    }
  };
  return {
    element, update,
    recolour: () => { for (const panel of panels.values()) panel.recolour?.(); },
    /** Moves the keyboard into a panel. */
    focus: (name) => panelOf(name).focus?.(),
  };
}

function makeZone(zone, context) {
  const tabs = makeTabs(zone, context);
  const body = make("div", { class: "zone-body", id: `zone-${zone}`, role: "tabpanel" });
  const element = make("section", { class: `zone zone-${zone}`, "data-zone": zone }, tabs.element, body);
  return { element, body, tabs };
}

function arrange(grid, zones, dock, panelOf) {
  grid.dataset.ready = "true";
  for (const [zone, size] of Object.entries(dock.sizes)) grid.style.setProperty(`--${zone}`, `${dock.shown[zone] ? size : 0}px`);
  for (const zone of ZONES) {
    const { element, body, tabs } = zones[zone];
    const name = dock.shown[zone];
    element.hidden = !name;
    grid.classList.toggle(`no-${zone}`, !name);
    tabs.update(dock.zones[zone], name);
    body.setAttribute("aria-labelledby", `tab-${name}`);
    const wanted = name ? panelOf(name).element : null;
    if (body.firstElementChild !== wanted) body.replaceChildren(...(wanted ? [wanted] : []));
  }
}

/** The name that a panel's tab shows. */
export function panelTitle(panel) { return t(`panel.${panel}`); }

/** The panel of a number key, from 1. */
export function panelOfKey(digit) { return PANELS[digit - 1] ?? null; }

