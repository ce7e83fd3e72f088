// The tabs of a zone: choose a panel, drag it elsewhere, or move it with the menu or the keyboard.

import { choice, make } from "../core/dom.js";
import { SIDES, zoneBeside, zoneOf, zonesOf } from "../core/dock.js";
import { t } from "../core/words.js";
import { connectDragging } from "./dragging.js";

const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "above", ArrowDown: "below" };

/** Makes the tabs of a zone whose body has an id; `update(panels, shown)` draws them. */
export function makeTabs(id, { store, actions }) {
  const list = make("div", { class: "tabs", role: "tablist" });
  const element = make("div", { class: "tab-bar" }, list);
  return {
    element,
    update: (panels, shown) => {
      list.setAttribute("aria-label", t("zone", { panels: panels.map((panel) => t(`panel.${panel}`)).join(", ") }));
      list.replaceChildren(...panels.map((panel) => makeTab(panel, id, panel === shown, { store, actions })));
      element.replaceChildren(list, makeMenu(shown, store.read().dock, actions));
    },
  };
}

function makeTab(panel, id, isShown, { store, actions }) {
  const element = make("button", {
    type: "button", role: "tab", id: `tab-${panel}`, "aria-selected": String(isShown), "aria-controls": id,
    tabindex: isShown ? 0 : -1, "data-panel": panel, title: t("tab.help"),
    onclick: () => actions.showPanel(panel),
    onkeydown: (event) => {
      const side = ARROWS[event.key];
      if (!side || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.altKey) move(panel, side, event.shiftKey, store.read().dock, actions);
      else if (side === "left" || side === "right") step(panel, side === "right" ? 1 : -1, store.read().dock, actions);
    },
  }, t(`panel.${panel}`));
  connectDragging(element, panel, actions);
  return element;
}

function step(panel, by, dock, actions) {
  const { panels } = zoneOf(dock, panel);
  const next = panels[(panels.indexOf(panel) + by + panels.length) % panels.length];
  actions.showPanel(next);
  document.getElementById(`tab-${next}`).focus();
}

// To the tabs of the zone at a side, or to that side of the window; or to that side of its own zone.
function move(panel, side, splits, dock, actions) {
  const next = splits ? null : zoneBeside(dock, panel, side);
  if (splits) actions.splitPanel(panel, panel, side);
  else if (next) actions.joinPanel(panel, next.shown);
  else actions.splitPanel(panel, null, side);
  document.getElementById(`tab-${panel}`).focus();
}

function makeMenu(panel, dock, actions) {
  const own = zoneOf(dock, panel);
  const others = zonesOf(dock).filter((zone) => zone !== own).map(({ shown }) => [`join ${shown}`,
    t("tab.join", { panel: t(`panel.${shown}`) })]);
  const apart = own.panels.length > 1 ? SIDES.map((side) => [`split ${side}`, t(`tab.split.${side}`)]) : [];
  const whole = zonesOf(dock).length > 1 ? SIDES.map((side) => [`edge ${side}`, t(`tab.edge.${side}`)]) : [];
  const options = [["", "⋯"], ...others, ...apart, ...whole, ["reset", t("tab.reset")]];
  return choice(t("tab.move", { panel: t(`panel.${panel}`) }), options, "", (value) => {
    const [what, where] = value.split(" ");
    if (what === "reset") actions.resetDock();
    else if (what === "join") actions.joinPanel(panel, where);
    else if (what === "split") actions.splitPanel(panel, panel, where);
    else if (what === "edge") actions.splitPanel(panel, null, where);
  }, { class: "mover", id: `mover-${panel}` });
}
