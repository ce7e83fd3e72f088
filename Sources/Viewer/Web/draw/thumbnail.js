// A small picture of a graph: its most influential nodes and strongest links.

import { diamond } from "./shapes.js";

const EDGE = 14;

/** Draws a thumbnail `{ columns, rows, nodes, links }` on a canvas. */
export function drawThumbnail(canvas, { columns, rows, nodes, links }, theme) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const places = spread(nodes).map(({ x, y, along }) => ({
    x: EDGE + (x + along) / Math.max(columns, 1) * (width - 2 * EDGE), y: height - EDGE - (y + 0.5) / rows * (height - 2 * EDGE),
  }));
  const most = links.reduce((best, link) => Math.max(best, Math.abs(link.share)), 0) || 1;
  for (const { source, target, share } of links) drawLink(context, places[source], places[target], share,
    Math.abs(share) / most, theme);
  nodes.forEach((node, at) => drawNode(context, places[at], node, theme));
}

// Nodes of one cell stand side by side.
function spread(nodes) {
  const cells = new Map();
  nodes.forEach(({ x, y }) => cells.set(`${x} ${y}`, (cells.get(`${x} ${y}`) ?? 0) + 1));
  const seen = new Map();
  return nodes.map(({ x, y }) => {
    const key = `${x} ${y}`;
    const at = seen.get(key) ?? 0;
    seen.set(key, at + 1);
    return { x, y, along: (at + 1) / (cells.get(key) + 1) };
  });
}

function drawLink(context, from, to, share, strength, theme) {
  if (!from || !to) return;
  const bend = (from.y - to.y) * 0.45;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.bezierCurveTo(from.x, from.y - bend, to.x, to.y + bend, to.x, to.y);
  context.strokeStyle = share < 0 ? theme.negative : theme.positive;
  context.globalAlpha = 0.15 + 0.6 * strength;
  context.lineWidth = 0.7 + 3 * strength;
  context.stroke();
  context.globalAlpha = 1;
}

function drawNode(context, { x, y }, { kind }, theme) {
  const radius = kind === "feature" || kind === "error" ? 3.4 : 4;
  context.beginPath();
  if (kind === "error") diamond(context, x, y, radius);
  else if (kind === "feature") context.arc(x, y, radius, 0, 2 * Math.PI);
  else context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  context.fillStyle = kind === "error" ? theme.ground : kind === "feature" ? theme.feature : theme.fixed;
  context.strokeStyle = kind === "error" ? theme.error : theme.ground;
  context.fill();
  context.stroke();
}
