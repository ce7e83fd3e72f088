// The tabs of a zone: choose a panel, drag it to another zone, or move it with the menu or the keyboard.

import { choice, make } from "../core/dom.js";
import { ZONES } from "../core/dock.js";
import { t } from "../core/words.js";

const SLACK = 6;

/** Makes the tabs of a zone; `update(panels, shown)` draws them. */
export function makeTabs(zone, { actions }) {
  const list = make("div", { class: "tabs", role: "tablist", "aria-label": t(`zone.${zone}`) });
  const element = make("div", { class: "tab-bar" }, list);
  return {
    element,
    update: (panels, shown) => {
      const focused = list.contains(document.activeElement);
      list.replaceChildren(...panels.map((panel) => tab(panel, zone, panel === shown, panels, actions)));
      element.replaceChildren(list, ...(shown ? [mover(shown, zone, actions)] : []));
      if (focused) list.querySelector("[aria-selected=true]")?.focus();
    },
  };
}

function tab(panel, zone, isShown, panels, actions) {
  const element = make("button", {
    type: "button", role: "tab", id: `tab-${panel}`, "aria-selected": String(isShown), "aria-controls": `zone-${zone}`,
    tabindex: isShown ? 0 : -1, "data-panel": panel, title: t("tab.help"),
    onclick: () => actions.showPanel(panel),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.altKey) actions.movePanel(panel, ZONES[(ZONES.indexOf(zone) + step + ZONES.length) % ZONES.length]);
      else actions.showPanel(panels[(panels.indexOf(panel) + step + panels.length) % panels.length]);
    },
  }, t(`panel.${panel}`));
  connectDrag(element, panel, actions);
  return element;
}

function mover(panel, zone, actions) {
  const options = [["", "⋯"], ...ZONES.filter((each) => each !== zone).map((each) => [each,
    t("tab.moveTo", { zone: t(`zone.${each}`) })]), ["reset", t("tab.reset")]];
  return choice(t("tab.move", { panel: t(`panel.${panel}`) }), options, "", (value) => {
    if (value === "reset") actions.resetDock();
    else if (value) actions.movePanel(panel, value);
  }, { class: "mover" });
}

// A tab that is dragged far enough shows where it would land.
function connectDrag(element, panel, actions) {
  let start = null;
  const under = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".zone, .dock");
  const mark = (zone) => {
    for (const each of document.querySelectorAll(".drop-target")) each.classList.remove("drop-target");
    zone?.classList.add("drop-target");
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = { x: event.clientX, y: event.clientY, moved: false };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (!start) return;
    if (!start.moved && Math.hypot(event.clientX - start.x, event.clientY - start.y) < SLACK) return;
    start.moved = true;
    mark(under(event));
  });
  element.addEventListener("pointerup", (event) => {
    const wasMoved = start?.moved;
    start = null;
    mark(null);
    if (!wasMoved) return;
    const target = zoneAt(event);
    if (target) actions.movePanel(panel, target, before(event, panel));
  });
  element.addEventListener("pointercancel", () => { start = null; mark(null); });
}

// The window's left edge stands for the left zone, which is not there while it is empty.
function zoneAt(event) {
  const dock = document.querySelector(".dock").getBoundingClientRect();
  if (event.clientX - dock.left < 40) return "left";
  if (dock.right - event.clientX < 40) return "right";
  if (dock.bottom - event.clientY < 30) return "bottom";
  return document.elementFromPoint(event.clientX, event.clientY)?.closest(".zone")?.dataset.zone ?? null;
}

function before(event, panel) {
  const other = document.elementFromPoint(event.clientX, event.clientY)?.closest("[role=tab]")?.dataset.panel;
  return other && other !== panel ? other : null;
}
