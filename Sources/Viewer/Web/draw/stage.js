// The canvas of a link graph: its size, layout and view, and a picture of what rests, so that frames stay cheap.

import { drawAxes, drawGrid, tokenLabels } from "./axes.js";
import { drawFocus, drawRest, MARGIN } from "./figure.js";
import { readTheme } from "./theme.js";
import { layOut, nearestNode } from "../graph/layout.js";
import { fitted, panned, revealing, toArea, toLayout, zoomed } from "../graph/viewport.js";

const REACH = 9;          // how far from a node, in pixels, the pointer still means it
const OVERSCAN = 0.35;    // how far the picture goes beyond the plot, as a share of it
const CALM = 90;          // milliseconds without a move until the picture is drawn anew
const QUICK = 1500;       // with fewer things than this, the picture is drawn anew at every move

/**
 * Makes the stage of a canvas. `scene()` gives what to draw.
 *
 * What rests is drawn into a picture of its own. Hovering only copies it; moving and zooming copy it shifted and scaled,
 * and it is drawn anew once the view has come to rest, or sooner when it no longer covers the plot.
 */
export function makeStage(canvas, box, scene) {
  const figure = { layout: null, view: null, area: null, theme: readTheme(canvas) };
  const picture = { canvas: document.createElement("canvas"), view: null, stale: true, told: false };
  let due = false;
  let timer = null;

  const redraw = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; drawFrame(canvas, figure, picture, scene(), later); });
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { picture.stale = true; redraw(); }, CALM);
  };
  const look = (view) => {
    if (!figure.layout) return;
    figure.view = view(figure.layout, figure.area);
    redraw();
  };

  return Object.freeze({
    figure, redraw,
    /** Draws everything anew: another graph, other filters, other colours. */
    refresh: () => { picture.stale = true; redraw(); },
    recolour: () => { figure.theme = readTheme(canvas); picture.stale = true; redraw(); },
    /** Takes the size of the box, lays the graph out in it, and shows all of it unless the view is kept. */
    measure: (graph, keepView) => {
      figure.theme = readTheme(canvas);
      fitCanvas(canvas, box, figure, graph);
      picture.stale = true;
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

function fitCanvas(canvas, { clientWidth, clientHeight }, figure, graph) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(clientWidth * ratio);
  canvas.height = Math.round(clientHeight * ratio);
  Object.assign(figure, arrange(canvas.getContext("2d"), graph, figure.theme, clientWidth, clientHeight));
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

function drawFrame(canvas, figure, picture, scene, later) {
  if (!scene.graph || !figure.layout || figure.layout.x.length !== scene.graph.nodes.length) return;
  const ratio = devicePixelRatio || 1;
  const context = canvas.getContext("2d");
  if (picture.stale || !covers(picture, figure) || scene.visible.nodeCount < QUICK && picture.view !== figure.view) {
    drawPicture(picture, figure, scene, ratio);
  } else if (picture.view !== figure.view) later();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.width / ratio, canvas.height / ratio);
  drawGrid(context, figure, scene, MARGIN);
  context.save();
  context.beginPath();
  context.rect(MARGIN.left - 6, MARGIN.top - 6, figure.area.width + 12, figure.area.height + 6);
  context.clip();
  context.translate(MARGIN.left, MARGIN.top);
  const [x, y, scale] = shift(picture.view, figure.view);
  const { width, height } = figure.area;
  context.drawImage(picture.canvas, x - width * OVERSCAN * scale, y - height * OVERSCAN * scale,
    picture.canvas.width / ratio * scale, picture.canvas.height / ratio * scale);
  drawFocus(context, figure, scene);
  drawLasso(context, figure, scene.lasso);
  context.restore();
  drawAxes(context, figure, scene, MARGIN, scene.hovered ?? scene.selected);
  if (!picture.told) { picture.told = true; performance.mark("graph-drawn"); }
}

function drawPicture(picture, figure, scene, ratio) {
  const { width, height } = figure.area;
  const [wide, high] = [width, height].map((each) => Math.round(each * (1 + 2 * OVERSCAN) * ratio));
  if (picture.canvas.width !== wide || picture.canvas.height !== high) Object.assign(picture.canvas, { width: wide, height: high });
  const context = picture.canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, wide, high);
  context.setTransform(ratio, 0, 0, ratio, width * OVERSCAN * ratio, height * OVERSCAN * ratio);
  drawRest(context, figure, scene);
  Object.assign(picture, { view: figure.view, stale: false });
}

// Where a picture of one view lies in another: left, top, and scale.
function shift(from, to) {
  const scale = to.zoom / from.zoom;
  return [from.x * scale - to.x, from.y * scale - to.y, scale];
}

function covers(picture, figure) {
  if (!picture.view) return false;
  const [x, y, scale] = shift(picture.view, figure.view);
  const { width, height } = figure.area;
  const over = OVERSCAN * scale;
  const inner = (at, length, seen) => at - length * over <= seen && at + length * (scale + over) >= length - seen;
  return scale > 0.55 && scale < 2.5 && inner(x, width, 1) && inner(y, height, 1);
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
