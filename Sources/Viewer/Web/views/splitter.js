// The bars between parts of the window: dragged with the pointer, moved with arrow keys.

import { make } from "../core/dom.js";
import { t } from "../core/words.js";

const STEP = 16;

/** Makes the bar behind part `at` of the split at a path; between parts beside each other it stands upright. */
export function makeSplitter(path, at, upright, { actions }) {
  const bar = make("div", {
    class: "splitter", role: "separator", tabindex: 0, "aria-label": t(`splitter.${upright ? "across" : "down"}`),
    "aria-orientation": upright ? "vertical" : "horizontal", "aria-valuemin": 0, "aria-valuemax": 100,
  });
  const move = (pixels) => {
    const { clientWidth, clientHeight } = bar.parentElement;
    actions.sizePanels(path, at, pixels / (upright ? clientWidth : clientHeight));
  };
  const along = (event) => (upright ? event.clientX : event.clientY);
  let held = null;
  bar.addEventListener("pointerdown", (event) => {
    held = along(event);
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  // What the bar could not follow, at a smallest part, is made up for before it moves back.
  bar.addEventListener("pointermove", (event) => {
    if (held === null) return;
    const { left, top } = bar.getBoundingClientRect();
    move(along(event) - held);
    const now = bar.getBoundingClientRect();
    held += upright ? now.left - left : now.top - top;
  });
  for (const name of ["pointerup", "pointercancel"]) bar.addEventListener(name, () => { held = null; });
  bar.addEventListener("keydown", (event) => {
    const step = (upright ? { ArrowLeft: -1, ArrowRight: 1 } : { ArrowUp: -1, ArrowDown: 1 })[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    move(step * STEP);
  });
  return bar;
}
