// Dragging a panel by its tab: to other tabs, to a side of a zone, or to an edge of the window. A frame shows where it would land.

import { make } from "../core/dom.js";

const SLACK = 6;     // pixels that a click may wander
const EDGE = 12;     // pixels at the window's edges that stand for the whole window
const SIDE = 0.26;   // the share of a zone, at each side, that splits it

/** Lets a tab drag its panel. */
export function connectDragging(tab, panel, actions) {
  const preview = make("div", { class: "landing", hidden: true });
  let start = null;
  const end = () => { start = null; preview.remove(); };
  tab.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = { x: event.clientX, y: event.clientY, moved: false };
    tab.setPointerCapture(event.pointerId);
  });
  tab.addEventListener("pointermove", (event) => {
    if (!start) return;
    if (!start.moved && Math.hypot(event.clientX - start.x, event.clientY - start.y) < SLACK) return;
    start.moved = true;
    show(preview, landing(event));
  });
  tab.addEventListener("pointerup", (event) => {
    const target = start?.moved ? landing(event) : null;
    end();
    if (target?.side) actions.splitPanel(panel, target.other, target.side);
    else if (target) actions.joinPanel(panel, target.other, target.before);
  });
  tab.addEventListener("pointercancel", end);
}

function show(preview, target) {
  preview.hidden = !target;
  if (!target) return;
  document.querySelector(".dock").append(preview);
  const { left, top, width, height } = target.frame;
  Object.assign(preview.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
}

// Where a panel dropped at a point lands: `other` panel's zone or all (null), at its `side` or among its tabs `before` one.
function landing({ clientX, clientY }) {
  const dock = document.querySelector(".dock").getBoundingClientRect();
  const edge = [["left", clientX - dock.left], ["right", dock.right - clientX], ["below", dock.bottom - clientY]]
    .find(([, distance]) => distance < EDGE)?.[0];
  if (edge) return { other: null, side: edge, frame: part(dock, edge, 0.25) };
  const under = document.elementFromPoint(clientX, clientY);
  const zone = under?.closest(".zone");
  if (!zone) return null;
  const other = zone.dataset.shown;
  const bar = zone.querySelector(".tab-bar").getBoundingClientRect();
  if (clientY < bar.bottom) return { other, side: null, before: under.closest("[role=tab]")?.dataset.panel ?? null, frame: bar };
  const body = zone.querySelector(".zone-body").getBoundingClientRect();
  const side = nearestSide((clientX - body.left) / body.width, (clientY - body.top) / body.height);
  return { other, side, before: null, frame: part(body, side, 0.5) };
}

// The side of a zone that a point is close to, or null in its middle.
function nearestSide(x, y) {
  const [side, distance] = Object.entries({ left: x, right: 1 - x, above: y, below: 1 - y }).sort((a, b) => a[1] - b[1])[0];
  return distance < SIDE ? side : null;
}

function part({ left, top, width, height }, side, share) {
  const across = side === "left" || side === "right" ? width * share : width;
  const down = side === "above" || side === "below" ? height * share : height;
  return {
    left: side === "right" ? left + width - across : left, top: side === "below" ? top + height - down : top,
    width: across, height: down,
  };
}
