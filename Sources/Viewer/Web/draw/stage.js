// The canvas of a link graph: its size, layout and view, and a picture of what rests, so that frames stay cheap.

import { drawAxes, drawGrid, tokenLabels } from "./axes.js";
import { drawFocus, drawOutstanding, drawRest, drawVeil, linksInFocus, MARGIN } from "./figure.js";
import { copy, covers, makePicture, take } from "./picture.js";
import { readTheme } from "./theme.js";
import { layOut, nearestNode } from "../graph/layout.js";
import { fitted, panned, revealing, toArea, toLayout, zoomed } from "../graph/viewport.js";

const REACH = 9;          // how far from a node, in pixels, the pointer still means it
const CALM = 90;          // milliseconds without a move until the pictures are taken anew
const QUICK = 1500;       // with fewer nodes than this, the picture of what rests is taken anew at every move
const HEAVY = 600;        // a focus of more links than this has a picture, too

// What of a scene the focus is drawn from.
const FOCUS = ["graph", "visible", "route", "hovered", "selected", "chosen", "work", "sides"];

/**
 * Makes the stage of a canvas. `scene()` gives what to draw.
 *
 * There are two layers: below, the grid and what rests; on the given canvas, what the pointer and the selection change.
 * Hovering draws the upper one only. What rests, and a focus of many links, are drawn into pictures: moving and zooming
 * copy them shifted and scaled, and they are taken anew once the view has come to rest, or sooner when they no longer
 * cover the plot.
 */
export function makeStage(canvas, box, scene) {
  const figure = { layout: null, view: null, area: null, theme: readTheme(canvas) };
  const layers = {
    under: document.createElement("canvas"), over: canvas, rest: makePicture(), focus: makePicture(),
    shown: null, seen: null, told: false,  // the views that the lower and the upper layer show; whether anything was drawn yet
  };
  layers.under.setAttribute("aria-hidden", "true");
  box.prepend(layers.under);
  let due = false;
  let timer = null;

  const redraw = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; drawFrame(layers, figure, scene(), later); });
  };
  const outdate = () => { layers.rest.view = null; layers.focus.view = null; };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { outdate(); redraw(); }, CALM);
  };
  const look = (view) => {
    if (!figure.layout) return;
    figure.view = view(figure.layout, figure.area);
    redraw();
  };

  return Object.freeze({
    figure, redraw,
    /** Draws everything anew: another graph, other filters, other colours. */
    refresh: () => { outdate(); redraw(); },
    recolour: () => { figure.theme = readTheme(canvas); outdate(); redraw(); },
    /** Takes the size of the box, lays the graph out in it, and shows all of it unless the view is kept. */
    measure: (graph, keepView) => {
      figure.theme = readTheme(canvas);
      fitCanvas(layers, box, figure, graph);
      outdate();
      look((layout, area) => (keepView && figure.view ? panned(figure.view, 0, 0, layout, area) : fitted(layout, area)));
    },
    fit: () => look((layout, area) => fitted(layout, area)),
    pan: (dx, dy) => look((layout, area) => panned(figure.view, dx, dy, layout, area)),
    zoom: (factor, point) => look((layout, area) => zoomed(figure.view, factor, point ?? centre(figure, scene()), layout, area)),
    reveal: (node) => look((layout, area) => revealing(figure.view, { x: layout.x[node], y: layout.y[node] }, layout, area)),
    /** The visible node at a point of the plot, or null. */
    hit: (point) => {
      const { visible } = scene();
      if (!visible || !figure.layout) return null;
      return nearestNode(figure.layout, visible.mask, toLayout(figure.view, point), REACH, figure.view.zoom);
    },
    /** Where a node is drawn, in the plot's pixels. */
    at: (index) => toArea(figure.view, figure.layout.x[index], figure.layout.y[index]),
    /** The visible nodes inside a polygon of plot points. */
    inside: (polygon) => scene().graph.nodes.filter((node) => scene().visible.mask[node.index] &&
      contains(polygon, toArea(figure.view, figure.layout.x[node.index], figure.layout.y[node.index]))).map((node) => node.index),
  });
}

function fitCanvas({ under, over }, { clientWidth, clientHeight }, figure, graph) {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [clientWidth, clientHeight].map((each) => Math.round(each * ratio));
  for (const canvas of [under, over]) Object.assign(canvas, { width, height });
  Object.assign(figure, arrange(over.getContext("2d"), graph, figure.theme, clientWidth, clientHeight));
}

/** The area and layout of a graph in a figure of a size: token labels that can stand level leave more room to the plot. */
export function arrange(context, graph, theme, width, height) {
  const wide = Math.max(width - MARGIN.left - MARGIN.right, 50);
  const area = (below, level) => ({ width: wide, height: Math.max(height - MARGIN.top - below, 50), level });
  const flat = area(MARGIN.level, true);
  const layout = layOut(graph, flat);
  if (tokenLabels(context, layout, theme, graph.tokens).level) return { area: flat, layout };
  const tall = area(MARGIN.bottom, false);
  return { area: tall, layout: layOut(graph, tall) };
}

function drawFrame(layers, figure, scene, later) {
  if (!scene.graph || !figure.layout || figure.layout.x.length !== scene.graph.nodes.length) return;
  const ratio = devicePixelRatio || 1;
  const { rest } = layers;
  const isQuick = scene.visible.nodeCount < QUICK;
  if (!covers(rest.view, figure) || isQuick && rest.view !== figure.view) {
    take(rest, figure, ratio, null, (context) => drawRest(context, figure, scene));
    layers.shown = null;
  } else if (rest.view !== figure.view) later();
  if (layers.shown !== figure.view) drawUnder(layers, figure, scene, ratio);
  drawOver(layers, figure, scene, ratio);
  if (!layers.told) { layers.told = true; performance.mark("graph-drawn"); }
}

// The lower layer: the grid, and what rests.
function drawUnder(layers, figure, scene, ratio) {
  const context = begun(layers.under, ratio);
  drawGrid(context, figure, scene, MARGIN);
  enterPlot(context, figure);
  copy(context, layers.rest, figure, ratio);
  context.restore();
  layers.shown = figure.view;
}

// The upper layer: the focus, the lasso, and the axes, on which the focus is marked. A focus that the pointer only passes
// is worth no picture.
function drawOver(layers, figure, scene, ratio) {
  const { over, focus } = layers;
  const context = begun(over, ratio);
  enterPlot(context, figure);
  const serves = covers(focus.view, figure) && FOCUS.every((name) => focus.of[name] === scene[name]);
  const passes = scene.hovered !== null && !serves && layers.seen === figure.view;
  layers.seen = figure.view;
  if (passes || linksInFocus(scene).length < HEAVY) drawFocus(context, figure, scene);
  else {
    if (!serves) take(focus, figure, ratio, scene, (sheet) => drawOutstanding(sheet, figure, scene));
    drawVeil(context, figure);
    copy(context, focus, figure, ratio);
  }
  drawLasso(context, figure, scene.lasso);
  context.restore();
  drawAxes(context, figure, scene, MARGIN, scene.hovered ?? scene.selected);
}

function begun(canvas, ratio) {
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.width / ratio, canvas.height / ratio);
  return context;
}

function enterPlot(context, { area }) {
  context.save();
  context.beginPath();
  context.rect(MARGIN.left - 6, MARGIN.top - 6, area.width + 12, area.height + 6);
  context.clip();
  context.translate(MARGIN.left, MARGIN.top);
}

function drawLasso(context, { theme }, polygon) {
  if (!polygon || polygon.length < 2) return;
  context.beginPath();
  context.moveTo(polygon[0].x, polygon[0].y);
  for (const point of polygon.slice(1)) context.lineTo(point.x, point.y);
  context.closePath();
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.1;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.2;
  context.setLineDash([4, 3]);
  context.stroke();
  context.setLineDash([]);
}

function centre(figure, { selected }) {
  const { width, height } = figure.area;
  const point = selected === null ? null : toArea(figure.view, figure.layout.x[selected], figure.layout.y[selected]);
  const inside = point && point.x >= 0 && point.x <= width && point.y >= 0 && point.y <= height;
  return inside ? point : { x: width / 2, y: height / 2 };
}

/** Whether a point lies inside a polygon, by the even-odd rule. */
export function contains(polygon, { x, y }) {
  let inside = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at, at += 1) {
    const [a, b] = [polygon[at], polygon[before]];
    if ((a.y > y) !== (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}
