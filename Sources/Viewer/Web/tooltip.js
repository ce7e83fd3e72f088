// The small box beside the node under the pointer.

import { make } from "./dom.js";
import { MARGIN } from "./draw.js";
import { nodeLabel, percent, place, plain } from "./format.js";
import { toArea } from "./viewport.js";

/** Returns a function that shows the hovered node's facts beside it, inside the stage. */
export function makeTooltip(box, stage) {
  let shown = null;
  return ({ graph, hovered }, { layout, view, area }) => {
    if (hovered === null || !layout) { box.hidden = true; shown = null; return; }
    if (hovered === shown) return;
    shown = hovered;
    const node = graph.nodes[hovered];
    const where = make("span", {}, place(node, graph.tokens));
    box.replaceChildren(make("b", {}, nodeLabel(node)), where, facts(node));
    box.hidden = false;
    const point = toArea(view, layout.x[hovered], layout.y[hovered]);
    const inside = point.x >= 0 && point.y >= 0 && point.x <= area.width && point.y <= area.height;
    box.hidden = !inside;
    if (inside) move(box, stage, point.x + MARGIN.left, point.y + MARGIN.top);
  };
}

function facts(node) {
  const parts = [];
  if (node.probability !== null) parts.push(`probability ${percent(node.probability)}`);
  if (node.activation !== null) parts.push(`activation ${plain(node.activation)}`);
  if (node.influence !== null) parts.push(`influence ${plain(node.influence)} (cumulative)`);
  return make("span", {}, parts.join(" · ") || node.kind);
}

function move(box, stage, x, y) {
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = x + 14 + width > stage.clientWidth ? x - 14 - width : x + 14;
  box.style.left = `${Math.max(left, 4)}px`;
  box.style.top = `${Math.min(Math.max(y - height / 2, 4), stage.clientHeight - height - 4)}px`;
}
