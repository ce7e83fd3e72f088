// Bands for the tokens, labels for tokens and layers.

import { shortToken } from "../core/format.js";
import { t } from "../core/words.js";
import { rowMiddle } from "../graph/layout.js";
import { toArea } from "../graph/viewport.js";

const LABEL = 11;    // font size of all labels, in pixels
const LONGEST = 58;  // widest token label, in pixels
const GAP = 6;       // free pixels between level labels
const LEVEL = 36;    // a column of at least this width has a level label, shortened to it

/** Draws the bands of the tokens and the lines of the layers, under the data. */
export function drawGrid(context, figure, { graph }, margin) {
  drawBands(context, figure, graph, margin);
  drawLines(context, figure, graph, margin);
}

/** Draws the labels of layers and tokens; those of the marked node's row and column are bold. */
export function drawAxes(context, figure, { graph }, margin, focus) {
  const marked = focus === null ? null : graph.nodes[focus];
  drawRows(context, figure, graph, margin, marked);
  drawTokens(context, figure, graph, margin, marked);
  drawExtent(context, figure, margin);
}

function drawBands(context, { layout, view, area, theme }, graph, margin) {
  context.fillStyle = theme.band;
  layout.columns.forEach((column, position) => {
    if (position % 2 === 0) return;
    const left = Math.max(toArea(view, column.left, 0).x, 0);
    const right = Math.min(toArea(view, column.left + column.width, 0).x, area.width);
    if (right > left) context.fillRect(margin.left + left, margin.top, right - left, area.height);
  });
}

function drawLines(context, { layout, view, area, theme }, graph, margin) {
  context.fillStyle = theme.grid;
  for (let row = 0; row < graph.rowCount; row += 1) {
    const y = margin.top + toArea(view, 0, rowMiddle(layout, row)).y;
    if (y < margin.top - 1 || y > margin.top + area.height + 1) continue;
    context.fillRect(margin.left, Math.round(y), area.width, 1);
  }
}

// Rows too close for a label of their own are labelled every second, fifth, or tenth.
function drawRows(context, { layout, view, area, theme }, graph, margin, marked) {
  const height = layout.rowHeight * view.zoom;
  const every = [1, 2, 5, 10, 20].find((step) => step * height >= LABEL + 2) ?? 50;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let row = 0; row < graph.rowCount; row += 1) {
    const y = margin.top + toArea(view, 0, rowMiddle(layout, row)).y;
    if (y < margin.top - 1 || y > margin.top + area.height + 1) continue;
    const ends = row === 0 || row === graph.rowCount - 1;
    const here = marked?.row === row;
    const crowded = marked && !here && Math.abs(marked.row - row) * height < LABEL;
    const nearEnd = !ends && Math.min(row, graph.rowCount - 1 - row) * height < LABEL;
    if (!here && (crowded || (!ends && ((row - 1) % every !== 0 || nearEnd)))) continue;
    context.font = `${here ? "600 " : ""}${LABEL}px ${theme.font}`;
    context.fillStyle = here ? theme.ink : theme.soft;
    const name = row === 0 ? t("axis.token") : row === graph.rowCount - 1 ? t("axis.logit") : String(row - 1);
    context.fillText(name, margin.left - 9, y);
  }
  drawAxisTitle(context, area, theme, margin);
}

function drawAxisTitle(context, area, theme, margin) {
  context.save();
  context.translate(9, margin.top + area.height / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.font = `${LABEL}px ${theme.font}`;
  context.fillStyle = theme.soft;
  context.fillText(t("axis.layer"), 0, 0);
  context.restore();
}

/** The labels of the tokens, and whether they can stand level at a zoom: else they slant and need more room. */
export function tokenLabels(context, { columns }, { font }, tokens, zoom = 1) {
  const key = `${font} ${zoom} ${tokens.length}`;
  const known = kept.get(columns);
  if (known?.key === key) return known.value;
  const value = measuredLabels(context, columns, font, tokens, zoom);
  kept.set(columns, { key, value });
  return value;
}

// Labels stand level when each fits into its column, or when those that overhang theirs leave their neighbours in peace.
// Measuring texts is slow, and needed only when the layout or the zoom is another.
const kept = new WeakMap();

function measuredLabels(context, columns, font, tokens, zoom) {
  context.font = `${LABEL}px ${font}`;
  const width = (text) => context.measureText(text).width;
  const room = columns.map((column) => column.width * zoom - GAP);
  const short = tokens.map((token) => fitted(context, token, LONGEST));
  if (room.every((pixels, at) => pixels >= LEVEL || width(short[at]) <= pixels)) {
    return { level: true, labels: tokens.map((token, at) => fitted(context, token, Math.max(room[at], 12))) };
  }
  const wide = tokens.map((token, at) => (room[at] > LONGEST ? fitted(context, token, room[at]) : short[at]));
  const apart = columns.slice(1).every((column, at) => (column.middle - columns[at].middle) * zoom >=
    (width(wide[at]) + width(wide[at + 1])) / 2 + GAP);
  return { level: apart, labels: apart ? wide : short };
}

// Below 11 pixels a column only some labels are written.
function drawTokens(context, { layout, view, area, theme }, graph, margin, marked) {
  const { labels, level } = tokenLabels(context, layout, theme, graph.tokens, area.level ? view.zoom : 1);
  const y = margin.top + area.height + 9;
  let free = -Infinity;
  labels.forEach((text, position) => {
    const x = toArea(view, layout.columns[position].middle, 0).x;
    const here = marked?.position === position;
    if (x < 0 || x > area.width) return;
    if (x - free < 11 && !here) return;
    free = x;
    context.font = `${here ? "600 " : ""}${LABEL}px ${theme.font}`;
    context.fillStyle = here ? theme.ink : theme.soft;
    writeToken(context, text, margin.left + x, y, level);
  });
}

// The longest beginning of a token that fits below the plot.
function fitted(context, token, widest) {
  for (let length = 14; length > 3; length -= 1) {
    const text = shortToken(token, length);
    if (context.measureText(text).width <= widest) return text;
  }
  return shortToken(token, 3);
}

function writeToken(context, text, x, y, level) {
  context.save();
  context.translate(x, y);
  if (!level) context.rotate(-Math.PI / 3.2);
  context.textAlign = level ? "center" : "right";
  context.textBaseline = "middle";
  context.fillText(text, 0, level ? 2 : 0);
  context.restore();
}

// A thin bar above the plot tells which part of a wide graph is in view.
function drawExtent(context, { layout, view, area, theme }, margin) {
  const whole = layout.width * view.zoom;
  if (whole <= area.width + 1) return;
  context.fillStyle = theme.grid;
  context.fillRect(margin.left, 2, area.width, 3);
  context.fillStyle = theme.soft;
  context.fillRect(margin.left + area.width * view.x / whole, 2, area.width * area.width / whole, 3);
}
