// Draws a subgraph: boxes for pinned nodes and supernodes, edges between them, and what an intervention changed.
//
// Works on any context with the methods of a canvas's; the panel, PNG, SVG and thumbnails share it.

import { roundBox, wrapText } from "./shapes.js";

/** Width of a box, in pixels; boxes are as high as their names need. */
export const BOX = Object.freeze({ width: 132, line: 14, pad: 6 });

/**
 * Measures boxes: `{ x, y, width, height, lines }` for each, with `places` 0…1 mapped into the area.
 *
 * `items` are `{ name, note }`; the area is `{ width, height }`; a name takes two lines, or three where there is room.
 */
export function measureBoxes(context, items, places, area, font, mostLines = 2) {
  context.font = `12px ${font}`;
  const width = Math.min(BOX.width, Math.max(area.width / 3.2, 64));
  return items.map((item, at) => {
    const lines = wrapText(context, item.name, width - 2 * BOX.pad, mostLines);
    const height = lines.length * BOX.line + (item.note ? BOX.line : 0) + 2 * BOX.pad - 2;
    const [x, y] = places[at];
    const across = Math.max(area.width - width - 12, 0);
    const down = Math.max(area.height - height - 12, 0);
    return { x: 6 + x * across, y: 6 + y * down, width, height, lines };
  });
}

/** Draws edges, then boxes. `scene` holds `items`, `frames` (from `measureBoxes`), `edges`, `active` and `theme`. */
export function drawBoxes(context, scene) {
  const strongest = scene.edges.reduce((most, edge) => Math.max(most, Math.abs(edge.weight)), 0) || 1;
  for (const edge of [...scene.edges].reverse()) drawEdge(context, scene, edge, Math.abs(edge.weight) / strongest);
  scene.items.forEach((item, at) => drawBox(context, scene, item, scene.frames[at], at === scene.active));
}

function drawEdge(context, { frames, theme, active }, { source, target, weight }, strength) {
  const [from, to] = ends(frames[source], frames[target]);
  const [across, down] = from.way;
  const bend = 0.45 * (Math.abs(across) ? Math.abs(to.x - from.x) : Math.abs(to.y - from.y));
  const touches = active === null || active === source || active === target;
  context.globalAlpha = (0.25 + 0.65 * Math.sqrt(strength)) * (touches ? 1 : 0.45);
  context.strokeStyle = weight < 0 ? theme.negative : theme.positive;
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 0.8 + 5 * strength;
  if (weight < 0) context.setLineDash([6, 3]);
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.bezierCurveTo(from.x + across * bend, from.y + down * bend, to.x - across * bend, to.y - down * bend, to.x, to.y);
  context.stroke();
  context.setLineDash([]);
  drawHead(context, to, weight < 0, 3.5 + 2.5 * strength);
  context.globalAlpha = 1;
}

// An arrow head for promotion, a bar for inhibition: the sign can be read without colour.
function drawHead(context, { x, y, way: [across, down] }, inhibits, size) {
  context.beginPath();
  if (inhibits) {
    const [wide, high] = across ? [2.4, 2 * size] : [2 * size, 2.4];
    context.rect(x - wide / 2, y - high / 2, wide, high);
  } else {
    const [backX, backY] = [x - across * size * 1.5, y - down * size * 1.5];
    context.moveTo(x, y);
    context.lineTo(backX - down * size * 0.8, backY + across * size * 0.8);
    context.lineTo(backX + down * size * 0.8, backY - across * size * 0.8);
    context.closePath();
  }
  context.fill();
}

// Edges leave on the side that faces the target: rightwards or leftwards when the boxes stand apart, else up or down.
function ends(source, target) {
  const centre = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
  const [from, to] = [centre(source), centre(target)];
  const apart = Math.abs(from.x - to.x) - (source.width + target.width) / 2;
  const above = Math.abs(from.y - to.y) - (source.height + target.height) / 2;
  if (apart > above && apart > 8) {
    const way = Math.sign(to.x - from.x);
    return [{ x: from.x + way * source.width / 2, y: from.y, way: [way, 0] },
      { x: to.x - way * (target.width / 2 + 2), y: to.y, way: [way, 0] }];
  }
  const way = Math.sign(to.y - from.y) || -1;
  return [{ x: from.x, y: from.y + way * source.height / 2, way: [0, way] },
    { x: to.x, y: to.y - way * (target.height / 2 + 2), way: [0, way] }];
}

function drawBox(context, { theme }, item, frame, isActive) {
  const { x, y, width, height, lines } = frame;
  const isEnd = item.kind === "token" || item.kind === "logit";
  const outline = () => {
    context.beginPath();
    roundBox(context, x, y, width, height, isEnd ? 2 : 7);
  };
  if (isGroup(item)) drawStack(context, theme, frame);
  outline();
  context.fillStyle = theme.ground;
  context.fill();
  if (isGroup(item)) {
    context.fillStyle = theme.supernode;
    context.globalAlpha = 0.45;
    context.fill();
    context.globalAlpha = 1;
  }
  if (Number.isFinite(item.level)) drawLevel(context, theme, item.level, frame);
  context.strokeStyle = isActive ? theme.accent : isEnd ? theme.fixed : theme.feature;
  context.lineWidth = isActive ? 2.2 : 1;
  if (item.kind === "error") context.setLineDash([3, 2]);
  outline();
  context.stroke();
  context.setLineDash([]);
  writeLines(context, theme, item, frame, lines);
}

function isGroup(item) { return item.group !== null && item.group !== undefined; }

// A supernode looks like a stack of cards.
function drawStack(context, theme, { x, y, width, height }) {
  context.beginPath();
  roundBox(context, x + 3, y - 3, width, height, 7);
  context.fillStyle = theme.ground;
  context.fill();
  context.strokeStyle = theme.feature;
  context.lineWidth = 0.8;
  context.stroke();
}

// How much of its original activation a box has left: filled from the left, 100 % is full.
function drawLevel(context, theme, level, { x, y, width, height }) {
  context.globalAlpha = 0.22;
  context.fillStyle = level < 0 ? theme.negative : theme.positive;
  context.fillRect(x + 1, y + 1, (width - 2) * Math.min(Math.abs(level), 1), height - 2);
  context.globalAlpha = 1;
}

function writeLines(context, theme, item, { x, y, width }, lines) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = theme.ink;
  context.font = `${isGroup(item) ? "600 " : ""}12px ${theme.font}`;
  lines.forEach((line, at) => context.fillText(line, x + width / 2, y + BOX.pad + BOX.line * (at + 0.5) - 1));
  if (!item.note) return;
  context.font = `11px ${theme.font}`;
  context.fillStyle = theme.soft;
  context.fillText(item.note, x + width / 2, y + BOX.pad + BOX.line * (lines.length + 0.5) - 1);
}
