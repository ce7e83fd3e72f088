// The link graph: keeps the canvas's size, zoom, and pointer; draw.js does the drawing.

import { byId } from "./dom.js";
import { drawFigure, MARGIN, readTheme } from "./draw.js";
import { layOut, nearestNode, neighbour } from "./layout.js";
import { makeTooltip } from "./tooltip.js";
import { fitted, panned, revealing, toArea, toLayout, zoomed } from "./viewport.js";

const REACH = 9;   // how far from a node, in pixels, the pointer still means it
const STEP = 1.4;  // magnification of one key press or click

/** Builds the figure; it draws again after every change of the state, the window, or the colour scheme. */
export function makeLinkGraph(store, actions) {
  const canvas = byId("graph");
  const stage = byId("stage");
  const tooltip = makeTooltip(byId("tooltip"), stage);
  const figure = { layout: null, view: null, area: null, theme: readTheme(canvas) };
  const redraw = oncePerFrame(() => {
    const state = store.read();
    if (state.graph && figure.layout) drawFigure(canvas, figure, state);
  });
  const camera = makeCamera(figure, redraw, () => store.read().selected);
  const fill = (graph, keepView) => {
    if (!graph) return;
    measure(canvas, stage, figure, graph);
    if (keepView && figure.view) camera.pan(0, 0);
    else camera.fit();
  };

  connectPointer(canvas, figure, camera, store, actions);
  connectKeys(canvas, figure, camera, store, actions);
  connectButtons(camera);
  new ResizeObserver(() => fill(store.read().graph, true)).observe(stage);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    figure.theme = readTheme(canvas);
    redraw();
  });
  canvas.describeNodes = () => describeNodes(figure, store.read());

  return (state, previous) => {
    if (!state.graph) return;
    if (state.graph !== previous.graph) fill(state.graph, false);
    if (state.selected !== previous.selected && state.selected !== null) camera.reveal(state.selected);
    const { nodeCount, linkCount } = state.visible;
    canvas.setAttribute("aria-label", `Link graph: ${nodeCount} nodes, ${linkCount} links, ` +
      `${state.graph.layerCount} layers, ${state.graph.tokens.length} tokens`);
    tooltip(state, figure);
    redraw();
  };
}

/** Sets the canvas to the stage's size in device pixels, and lays the graph out in it. */
function measure(canvas, { clientWidth, clientHeight }, figure, graph) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(clientWidth * ratio);
  canvas.height = Math.round(clientHeight * ratio);
  figure.area = {
    width: Math.max(clientWidth - MARGIN.left - MARGIN.right, 50),
    height: Math.max(clientHeight - MARGIN.top - MARGIN.bottom, 50),
  };
  figure.layout = layOut(graph, figure.area);
}

function oncePerFrame(work) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; work(); });
  };
}

/** Moves the figure's view; each move draws it again. Keys and buttons zoom around the selected node. */
function makeCamera(figure, redraw, selected) {
  const look = (view) => {
    if (!figure.layout) return;
    figure.view = view(figure.layout, figure.area);
    redraw();
  };
  const centre = ({ x, y }, { width, height }) => {
    const point = selected() === null ? null : toArea(figure.view, x[selected()], y[selected()]);
    const inside = point && point.x >= 0 && point.x <= width && point.y >= 0 && point.y <= height;
    return inside ? point : { x: width / 2, y: height / 2 };
  };
  return Object.freeze({
    fit: () => look((layout, area) => fitted(layout, area)),
    pan: (dx, dy) => look((layout, area) => panned(figure.view, dx, dy, layout, area)),
    zoom: (factor, point) => look((layout, area) =>
      zoomed(figure.view, factor, point ?? centre(layout, area), layout, area)),
    reveal: (node) => look((layout, area) =>
      revealing(figure.view, { x: layout.x[node], y: layout.y[node] }, layout, area)),
  });
}

function connectPointer(canvas, figure, camera, store, actions) {
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left - MARGIN.left, y: event.clientY - box.top - MARGIN.top };
  };
  const hit = (event) => {
    const { visible } = store.read();
    if (!visible || !figure.layout) return null;
    return nearestNode(figure.layout, visible.mask, toLayout(figure.view, at(event)), REACH, figure.view.zoom);
  };
  connectDrag(canvas, {
    hover: (event) => {
      const node = hit(event);
      canvas.classList.toggle("over", node !== null);
      actions.hover(node);
    },
    click: (event) => { const node = hit(event); if (node !== null) actions.select(node); },
    drag: camera.pan,
  });
  canvas.addEventListener("pointerleave", () => actions.hover(null));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? 16 : 1;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (sideways && !event.ctrlKey) camera.pan(-(event.deltaX || event.deltaY) * pixels, 0);
    else camera.zoom(Math.exp(-event.deltaY * pixels * 0.0015), at(event));
  }, { passive: false });
}

/** Tells moving, clicking, and dragging the pointer apart. */
function connectDrag(canvas, { hover, click, drag }) {
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = { x: event.clientX, y: event.clientY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return hover(event);
    const dx = event.clientX - held.x;
    const dy = event.clientY - held.y;
    if (!held.moved && Math.hypot(dx, dy) < 4) return;
    held = { x: event.clientX, y: event.clientY, moved: true };
    drag(dx, dy);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (held && !held.moved) click(event);
    held = null;
  });
  canvas.addEventListener("pointercancel", () => { held = null; });
}

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

function connectKeys(canvas, figure, camera, store, actions) {
  const walk = (direction) => {
    const { selected, visible } = store.read();
    const next = selected === null ? null : neighbour(figure.layout, visible.mask, selected, direction);
    if (next !== null) actions.select(next);
  };
  canvas.addEventListener("keydown", (event) => {
    if (!figure.layout || event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[event.key]) walk(ARROWS[event.key]);
    else if (event.key === "+" || event.key === "=") camera.zoom(STEP);
    else if (event.key === "-") camera.zoom(1 / STEP);
    else if (event.key === "0") camera.fit();
    else if (event.key === "Escape") actions.select(null);
    else return;
    event.preventDefault();
  });
}

function connectButtons(camera) {
  byId("zoom-in").addEventListener("click", () => camera.zoom(STEP));
  byId("zoom-out").addEventListener("click", () => camera.zoom(1 / STEP));
  byId("zoom-fit").addEventListener("click", () => camera.fit());
}

/** Where each visible node is drawn, in the canvas's CSS pixels: for scripts and checks, not for the page. */
function describeNodes({ layout, view }, { graph, visible }) {
  if (!graph || !layout) return [];
  return graph.nodes.filter((node) => visible.mask[node.index]).map((node) => {
    const point = toArea(view, layout.x[node.index], layout.y[node.index]);
    return {
      index: node.index, key: node.key, kind: node.kind,
      x: point.x + MARGIN.left, y: point.y + MARGIN.top, radius: layout.radius[node.index],
    };
  });
}
