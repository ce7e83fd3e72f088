// The bars between zones: dragged with the pointer, moved with arrow keys.

import { make } from "../core/dom.js";
import { t } from "../core/words.js";

const STEP = 16;

/** Makes the bar that sizes a zone. */
export function makeSplitter(zone, { store, actions }) {
  const upright = zone !== "bottom";
  const grows = zone === "left" ? 1 : -1;
  const bar = make("div", {
    class: `splitter splitter-${zone}`, role: "separator", tabindex: 0, "aria-label": t("splitter", { zone: t(`zone.${zone}`) }),
    "aria-orientation": upright ? "vertical" : "horizontal", "aria-valuemin": 110, "aria-valuemax": 900,
    "aria-valuenow": store.read().dock.sizes[zone],
  });
  const set = (pixels) => {
    actions.resizeZone(zone, pixels);
    bar.setAttribute("aria-valuenow", store.read().dock.sizes[zone]);
  };
  let held = null;
  bar.addEventListener("pointerdown", (event) => {
    held = { at: upright ? event.clientX : event.clientY, size: store.read().dock.sizes[zone] };
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  bar.addEventListener("pointermove", (event) => {
    if (held) set(held.size + grows * ((upright ? event.clientX : event.clientY) - held.at));
  });
  bar.addEventListener("pointerup", () => { held = null; });
  bar.addEventListener("pointercancel", () => { held = null; });
  bar.addEventListener("keydown", (event) => {
    const step = (upright ? { ArrowLeft: -1, ArrowRight: 1 } : { ArrowUp: -1, ArrowDown: 1 })[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    set(store.read().dock.sizes[zone] + grows * step * STEP);
  });
  return bar;
}
