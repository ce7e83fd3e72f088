// Draws a scatterplot on its canvas.

import { makeScale, tickText } from "../graph/scale.js";

const PLOT = Object.freeze({ left: 54, right: 14, top: 10, bottom: 38 });
const REACH = 8;

/** Draws the points of a plot `{ points, lasso, logarithmic }`; keeps in `plot.scale` where each lies. */
export function drawScatter(canvas, { clientWidth, clientHeight }, plot, state, theme, names) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(clientWidth * ratio);
  canvas.height = Math.round(clientHeight * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const scales = [makeScale(plot.points.map((point) => point.x)), makeScale(plot.points.map((point) => point.y))];
  const area = { width: clientWidth - PLOT.left - PLOT.right, height: clientHeight - PLOT.top - PLOT.bottom };
  const along = (scale, value) => (value - scale.low) / (scale.high - scale.low);
  plot.scale = ({ x, y }) => ({
    x: PLOT.left + along(scales[0], x) * area.width, y: PLOT.top + (1 - along(scales[1], y)) * area.height,
  });
  drawTicks(context, plot, scales, area, theme, names);
  drawPoints(context, plot, state, theme);
  if (plot.lasso) drawOutline(context, plot.lasso, theme);
}

/** The node whose point is nearest to a place, within reach, or null. */
export function pointAt({ points, scale }, place) {
  let [best, least] = [null, REACH];
  for (const point of scale ? points : []) {
    const at = scale(point);
    const distance = Math.hypot(at.x - place.x, at.y - place.y);
    if (distance < least) { best = point.index; least = distance; }
  }
  return best;
}

function drawTicks(context, plot, [across, up], area, theme, names) {
  context.font = `11px ${theme.font}`;
  context.fillStyle = theme.soft;
  context.textBaseline = "middle";
  const text = (value, at) => (plot.logarithmic[at] ? tickText(10 ** value) : tickText(value));
  for (const tick of up.ticks) {
    const { y } = plot.scale({ x: across.low, y: tick });
    context.fillStyle = theme.grid;
    context.fillRect(PLOT.left, Math.round(y), area.width, 1);
    context.fillStyle = theme.soft;
    context.textAlign = "right";
    context.fillText(text(tick, 1), PLOT.left - 6, y);
  }
  context.textAlign = "center";
  for (const tick of across.ticks) {
    const { x } = plot.scale({ x: tick, y: up.low });
    context.fillStyle = theme.grid;
    context.fillRect(Math.round(x), PLOT.top, 1, area.height);
    context.fillStyle = theme.soft;
    context.fillText(text(tick, 0), x, PLOT.top + area.height + 10);
  }
  context.fillText(names[0], PLOT.left + area.width / 2, PLOT.top + area.height + 27);
  context.save();
  context.translate(10, PLOT.top + area.height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(names[1], 0, 0);
  context.restore();
}

function drawPoints(context, plot, { selected, hovered, chosen }, theme) {
  const marked = new Set(chosen);
  context.globalAlpha = plot.points.length > 800 ? 0.45 : 0.7;
  context.fillStyle = theme.feature;
  for (let from = 0; from < plot.points.length; from += 300) {
    context.beginPath();
    for (const point of plot.points.slice(from, from + 300)) {
      const { x, y } = plot.scale(point);
      context.moveTo(x + 2.6, y);
      context.arc(x, y, 2.6, 0, 2 * Math.PI);
    }
    context.fill();
  }
  context.globalAlpha = 1;
  for (const point of plot.points) {
    if (point.index !== selected && point.index !== hovered && !marked.has(point.index)) continue;
    const { x, y } = plot.scale(point);
    context.beginPath();
    context.arc(x, y, point.index === selected ? 5.5 : 4.5, 0, 2 * Math.PI);
    context.fillStyle = theme.accent;
    context.fill();
    context.strokeStyle = theme.ground;
    context.lineWidth = 1.2;
    context.stroke();
  }
}

function drawOutline(context, points, theme) {
  context.beginPath();
  context.moveTo(points[0].x, points[0].y);
  for (const { x, y } of points.slice(1)) context.lineTo(x, y);
  context.closePath();
  context.strokeStyle = theme.accent;
  context.setLineDash([4, 3]);
  context.stroke();
  context.setLineDash([]);
}
