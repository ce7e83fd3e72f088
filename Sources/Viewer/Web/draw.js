// Draws the link graph on its canvas.

import { drawAxes } from "./axes.js";
import { inputShare } from "./prune.js";
import { toArea } from "./viewport.js";

/** Room around the plot, in CSS pixels: layer labels at the left, token labels at the bottom. */
export const MARGIN = Object.freeze({ left: 68, right: 12, top: 12, bottom: 62 });

const NAMES = [
  "ground", "ink", "soft", "faint", "grid", "band", "positive", "negative", "accent",
  "feature", "error", "fixed", "feature-far", "error-far", "fixed-far",
];

/** The figure's colours and font, from the style sheet. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const theme = { font: style.fontFamily };
  for (const name of NAMES) theme[name] = style.getPropertyValue(`--${name}`).trim();
  return Object.freeze(theme);
}

/**
 * Draws one frame.
 *
 * 1. Bands, grid, and axis labels.
 * 2. Every visible node's strongest input, faintly, as the skeleton of the graph.
 * 3. The strongest path.
 * 4. The links of the focused node (hovered, else selected): thickness by |weight|, colour by sign.
 * 5. Nodes; those that the focus does not touch step back.
 */
export function drawFigure(canvas, figure, state) {
  const context = canvas.getContext("2d");
  const ratio = window.devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.width / ratio, canvas.height / ratio);
  const focus = state.hovered ?? state.selected;
  drawAxes(context, figure, state, MARGIN, focus);
  context.save();
  context.beginPath();
  context.rect(MARGIN.left - 6, MARGIN.top - 6, figure.area.width + 12, figure.area.height + 6);
  context.clip();
  context.translate(MARGIN.left, MARGIN.top);
  const links = focus === null ? [] : focusLinks(state, focus);
  drawSkeleton(context, figure, state);
  drawPath(context, figure, state);
  drawLinks(context, figure, links);
  drawNodes(context, figure, state, focus, links);
  context.restore();
}

function focusLinks({ graph, visible }, focus) {
  if (!visible.mask[focus]) return [];
  return [...graph.inputs[focus], ...graph.outputs[focus]]
    .filter((link) => visible.mask[link.source] && visible.mask[link.target]);
}

function drawSkeleton(context, figure, { graph, visible }) {
  context.strokeStyle = figure.theme.faint;
  context.globalAlpha = Math.min(1, Math.max(0.35, 400 / visible.nodeCount));
  context.lineWidth = 0.8;
  context.beginPath();
  for (const node of graph.nodes) {
    if (!visible.mask[node.index]) continue;
    const link = graph.inputs[node.index].find((input) => visible.mask[input.source]);
    if (link) traceLink(context, figure, link);
  }
  context.stroke();
  context.globalAlpha = 1;
}

function drawPath(context, figure, { path }) {
  if (!path) return;
  context.strokeStyle = figure.theme.soft;
  context.lineWidth = 1.6;
  context.setLineDash([2, 3]);
  context.beginPath();
  for (const link of path.links) traceLink(context, figure, link);
  context.stroke();
  context.setLineDash([]);
}

// Weak links first, so that the strong ones lie on top.
function drawLinks(context, figure, links) {
  const strongest = links.reduce((most, link) => Math.max(most, Math.abs(link.weight)), 0) || 1;
  const ordered = [...links].sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight));
  for (const link of ordered) {
    const strength = Math.abs(link.weight) / strongest;
    context.globalAlpha = 0.1 + 0.75 * Math.sqrt(strength);
    context.lineWidth = 0.5 + 4 * strength;
    context.strokeStyle = link.weight < 0 ? figure.theme.negative : figure.theme.positive;
    context.beginPath();
    traceLink(context, figure, link);
    context.stroke();
  }
  context.globalAlpha = 1;
}

// Links leave upwards and arrive from below, so that direction can be read without arrow heads.
function traceLink(context, { layout, view }, { source, target }) {
  const from = toArea(view, layout.x[source], layout.y[source]);
  const to = toArea(view, layout.x[target], layout.y[target]);
  const bend = (from.y - to.y) * 0.45;
  context.moveTo(from.x, from.y);
  context.bezierCurveTo(from.x, from.y - bend, to.x, to.y + bend, to.x, to.y);
}

function drawNodes(context, figure, { graph, visible, selected, path }, focus, links) {
  const near = new Set(links.flatMap((link) => [link.source, link.target]));
  const onPath = new Set(path?.nodes ?? []);
  const fades = focus !== null && links.length > 0;
  for (const node of graph.nodes) {
    if (!visible.mask[node.index]) continue;
    const lively = !fades || near.has(node.index) || onPath.has(node.index) || node.index === focus;
    drawNode(context, figure, node, lively ? "" : "-far");
  }
  if (selected !== null && visible.mask[selected]) drawRing(context, figure, selected, 2);
  if (focus !== null && focus !== selected && visible.mask[focus]) drawRing(context, figure, focus, 1.2);
}

function drawNode(context, { layout, view, theme }, node, distance) {
  const { x, y } = toArea(view, layout.x[node.index], layout.y[node.index]);
  const radius = layout.radius[node.index] * Math.min(Math.sqrt(view.zoom), 2.2);
  context.beginPath();
  if (node.kind === "feature") context.arc(x, y, radius, 0, 2 * Math.PI);
  else if (node.kind === "error") traceDiamond(context, x, y, radius * 1.15);
  else context.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
  const colour = theme[(node.kind === "feature" || node.kind === "error" ? node.kind : "fixed") + distance];
  context.fillStyle = node.kind === "error" ? theme.ground : colour;
  context.fill();
  context.strokeStyle = node.kind === "error" ? colour : theme.ground;
  context.lineWidth = node.kind === "error" ? 1.1 : 0.8;
  context.stroke();
}

function traceDiamond(context, x, y, radius) {
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

function drawRing(context, { layout, view, theme }, index, width) {
  const { x, y } = toArea(view, layout.x[index], layout.y[index]);
  const radius = layout.radius[index] * Math.min(Math.sqrt(view.zoom), 2.2) + 3;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = theme.accent;
  context.lineWidth = width;
  context.stroke();
}
