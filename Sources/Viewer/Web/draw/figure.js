// Draws the link graph: what rests (links, nodes) and what changes with the pointer (focus, rings, axes).
//
// Everything here works on any context with the methods of a canvas's, so that the same code writes the screen, PNG and SVG.

import { drawAxes, drawGrid } from "./axes.js";
import { diamond } from "./shapes.js";
import { toArea } from "../graph/viewport.js";

/** Room around the plot, in CSS pixels: layer labels at the left, token labels at the bottom; less of it where they are level. */
export const MARGIN = Object.freeze({ left: 58, right: 12, top: 10, bottom: 58, level: 24 });

const VEIL = 0.55;
const SHARED = 250;     // how many lines share a stroke
const MOST_BOLD = 240;  // how many links of the focus have a line of their own, dashed if they inhibit

/**
 * Draws what rests, in the plot's own coordinates: bands, the links under the nodes, the strongest path, the nodes.
 *
 * `scene` holds `graph`, `visible`, `links`, `path`, `route`, and for a diff `sides`.
 */
export function drawRest(context, figure, scene) {
  drawUnderlay(context, figure, scene);
  if (!scene.route) drawPath(context, figure, scene.path);
  drawNodes(context, figure, scene, everyVisible(scene));
}

/** Draws what the pointer and the selection change, over what rests: a veil, and what stands out. */
export function drawFocus(context, figure, scene) {
  if (linksInFocus(scene).length) drawVeil(context, figure);
  drawOutstanding(context, figure, scene);
}

/** Draws a veil over the plot, so that everything out of focus steps back. */
export function drawVeil(context, { area, theme }) {
  context.globalAlpha = VEIL;
  context.fillStyle = theme.ground;
  context.fillRect(-MARGIN.left, -MARGIN.top, area.width + MARGIN.left + MARGIN.right, area.height + MARGIN.top);
  context.globalAlpha = 1;
}

/**
 * Draws what stands out.
 *
 * 1. The links of the focus: thickness by |weight|, colour by sign; the route when one is shown.
 * 2. Their nodes again, and rings around selected, hovered, chosen and pinned nodes.
 */
export function drawOutstanding(context, figure, scene) {
  const links = linksInFocus(scene);
  drawLinks(context, figure, links);
  const near = new Set(links.flatMap((link) => [link.source, link.target]));
  drawNodes(context, figure, scene, [...near].map((index) => scene.graph.nodes[index]));
  for (const index of scene.pins ?? []) drawPin(context, figure, scene, index);
  for (const index of scene.chosen ?? []) drawRing(context, figure, scene, index, 1.6, 2.5);
  if (scene.selected !== null) drawRing(context, figure, scene, scene.selected, 2.2, 3.5);
  if (scene.hovered !== null && scene.hovered !== scene.selected) drawRing(context, figure, scene, scene.hovered, 1.2, 3);
}

/** Draws a whole figure at once, as for an export. */
export function drawFigure(context, figure, scene) {
  drawGrid(context, figure, scene, MARGIN);
  context.save();
  context.translate(MARGIN.left, MARGIN.top);
  drawRest(context, figure, scene);
  drawFocus(context, figure, scene);
  context.restore();
  drawAxes(context, figure, scene, MARGIN, scene.hovered ?? scene.selected);
}

/** The links that stand out: the route's, or those of the node under the pointer, else of the selected one. */
export function linksInFocus(scene) {
  if (scene.route && scene.hovered === null) return scene.route.links;
  return focusLinks(scene, scene.hovered ?? scene.selected);
}

function focusLinks({ graph, visible }, focus) {
  if (focus === null || !visible.mask[focus]) return [];
  return [...graph.inputs[focus], ...graph.outputs[focus]]
    .filter((link) => visible.mask[link.source] && visible.mask[link.target]);
}

function everyVisible({ graph, visible }) { return graph.nodes.filter((node) => visible.mask[node.index]); }

function drawUnderlay(context, figure, scene) {
  const { graph, visible } = scene;
  if (scene.links === "none") return;
  context.strokeStyle = figure.theme.faint;
  context.lineWidth = 0.8;
  const links = scene.links === "all"
    ? graph.links.filter((link) => visible.mask[link.source] && visible.mask[link.target])
    : strongestInputs(graph, visible);
  context.globalAlpha = Math.min(1, Math.max(0.25, 500 / links.length));
  strokeInPieces(context, figure, links);
  context.globalAlpha = 1;
}

// Many curves in one path are slow to fill in; a few hundred at a time are not.
function strokeInPieces(context, figure, links) {
  for (let from = 0; from < links.length; from += SHARED) strokeLinks(context, figure, links.slice(from, from + SHARED));
}

function strongestInputs(graph, visible) {
  const links = [];
  for (const node of graph.nodes) {
    if (!visible.mask[node.index]) continue;
    const link = graph.inputs[node.index].find((input) => visible.mask[input.source]);
    if (link) links.push(link);
  }
  return links;
}

function drawPath(context, figure, path) {
  if (!path) return;
  context.strokeStyle = figure.theme.soft;
  context.lineWidth = 1.6;
  context.setLineDash([2, 3]);
  strokeLinks(context, figure, path.links);
  context.setLineDash([]);
}

// Weak links first, so that the strong ones lie on top. Beyond the strongest, links are fine lines that share a stroke: a
// dashed line by itself takes twenty times as long, and its dashes could not be seen among thousands.
function drawLinks(context, figure, links) {
  const strongest = links.reduce((most, link) => Math.max(most, Math.abs(link.weight)), 0) || 1;
  const ordered = [...links].sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight));
  const strength = (link) => Math.abs(link.weight) / strongest;
  const fine = ordered.slice(0, Math.max(ordered.length - MOST_BOLD, 0));
  for (let from = 0; from < fine.length; from += SHARED) {
    const batch = fine.slice(from, from + SHARED);
    for (const inhibits of [false, true]) {
      styleLink(context, figure, strength(batch.at(-1)), inhibits);
      context.lineWidth = Math.min(context.lineWidth, 1);
      strokeLinks(context, figure, batch.filter((link) => link.weight < 0 === inhibits));
    }
  }
  for (const link of ordered.slice(fine.length)) {
    styleLink(context, figure, strength(link), link.weight < 0);
    if (link.weight < 0) context.setLineDash([5, 2]);
    strokeLinks(context, figure, [link]);
    if (link.weight < 0) context.setLineDash([]);
  }
  context.globalAlpha = 1;
}

function styleLink(context, { theme }, strength, inhibits) {
  context.globalAlpha = 0.12 + 0.75 * Math.sqrt(strength);
  context.lineWidth = 0.5 + 4 * strength;
  context.strokeStyle = inhibits ? theme.negative : theme.positive;
}

function strokeLinks(context, figure, links) {
  context.beginPath();
  for (const link of links) traceLink(context, figure, link);
  context.stroke();
}

// Links leave upwards and arrive from below, so that direction can be read without arrow heads.
function traceLink(context, { layout, view }, { source, target }) {
  const from = toArea(view, layout.x[source], layout.y[source]);
  const to = toArea(view, layout.x[target], layout.y[target]);
  const bend = (from.y - to.y) * 0.45;
  context.moveTo(from.x, from.y);
  context.bezierCurveTo(from.x, from.y - bend, to.x, to.y + bend, to.x, to.y);
}

/** A node's radius on the screen: nodes grow more slowly than what is between them. */
export function shownRadius({ layout, view }, index) { return layout.radius[index] * Math.min(Math.sqrt(view.zoom), 2.2); }

// Nodes of one colour and kind in one path.
function drawNodes(context, figure, scene, nodes) {
  const groups = new Map();
  for (const node of nodes) {
    const colour = scene.sides && scene.sides[node.index] !== "both" ? `${scene.sides[node.index]}-only` : "";
    const key = `${node.kind === "feature" || node.kind === "error" ? node.kind : "fixed"} ${colour}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(node);
  }
  for (const kind of ["error", "feature", "fixed"]) {
    for (const colour of ["", "left-only", "right-only"]) {
      drawGroup(context, figure, kind, colour || kind, groups.get(`${kind} ${colour}`) ?? []);
    }
  }
}

function drawGroup(context, figure, kind, colour, nodes) {
  const { theme } = figure;
  context.fillStyle = kind === "error" ? theme.ground : theme[colour];
  context.strokeStyle = kind === "error" ? theme[colour] : theme.ground;
  context.lineWidth = kind === "error" ? 1.1 : 0.8;
  for (let from = 0; from < nodes.length; from += 200) {
    context.beginPath();
    for (const node of nodes.slice(from, from + 200)) traceNode(context, figure, kind, node.index);
    context.fill();
    context.stroke();
  }
}

function traceNode(context, figure, kind, index) {
  const { x, y } = toArea(figure.view, figure.layout.x[index], figure.layout.y[index]);
  const radius = shownRadius(figure, index);
  if (kind === "error") diamond(context, x, y, radius * 1.15);
  else if (kind === "feature") { context.moveTo(x + radius, y); context.arc(x, y, radius, 0, 2 * Math.PI); }
  else context.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
}

function drawRing(context, figure, { visible }, index, width, gap) {
  if (!visible.mask[index]) return;
  const { x, y } = toArea(figure.view, figure.layout.x[index], figure.layout.y[index]);
  context.beginPath();
  context.arc(x, y, shownRadius(figure, index) + gap, 0, 2 * Math.PI);
  context.strokeStyle = figure.theme.accent;
  context.lineWidth = width;
  context.stroke();
}

// A pinned node has a filled halo.
function drawPin(context, figure, scene, index) {
  if (!scene.visible.mask[index]) return;
  const { x, y } = toArea(figure.view, figure.layout.x[index], figure.layout.y[index]);
  context.beginPath();
  context.arc(x, y, shownRadius(figure, index) + 2.6, 0, 2 * Math.PI);
  context.fillStyle = figure.theme.supernode;
  context.fill();
  drawNodes(context, figure, scene, [scene.graph.nodes[index]]);
}
