// The link graph: keeps the canvas's size, zoom, and pointer; draw.js does the drawing.

import { byId } from "./dom.js";
import { drawFigure, MARGIN, readTheme } from "./draw.js";
import { layOut, nearestNode, neighbour } from "./layout.js";
import { makeTooltip } from "./tooltip.js";
import { fitted, panned, revealing, toArea, toLayout, zoomed } from "./viewport.js";

const REACH = 9;

/** Builds the figure; it draws again after every change of the state, the window, or the colour scheme. */
export function makeLinkGraph(store, actions) {
  const canvas = byId("graph");
  const tooltip = makeTooltip(byId("tooltip"), byId("stage"));
  const figure = { layout: null, view: null, area: null, theme: readTheme(canvas), due: false };

  const redraw = () => {
    if (figure.due) return;
    figure.due = true;
    requestAnimationFrame(() => {
      figure.due = false;
      const state = store.read();
      if (state.graph && figure.layout) drawFigure(canvas, figure, state);
    });
  };
  const resize = (keepView) => {
    const { graph } = store.read();
    if (!graph) return;
    const { clientWidth, clientHeight } = byId("stage");
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(clientWidth * ratio);
    canvas.height = Math.round(clientHeight * ratio);
    figure.area = {
      width: Math.max(clientWidth - MARGIN.left - MARGIN.right, 50),
      height: Math.max(clientHeight - MARGIN.top - MARGIN.bottom, 50),
    };
    figure.layout = layOut(graph, figure.area);
    figure.view = keepView && figure.view ? panned(figure.view, 0, 0, figure.layout, figure.area) : fitted(figure.layout, figure.area);
    redraw();
  };
  const look = (view) => { figure.view = view; redraw(); };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left - MARGIN.left, y: event.clientY - box.top - MARGIN.top };
  };
  const hit = (event) => {
    const { visible } = store.read();
    return visible ? nearestNode(figure.layout, visible.mask, toLayout(figure.view, at(event)), REACH, figure.view.zoom) : null;
  };

  connectPointer(canvas, figure, { at, hit, look, actions });
  connectKeys(canvas, figure, { look, store, actions });
  connectButtons(figure, look);
  new ResizeObserver(() => resize(true)).observe(byId("stage"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    figure.theme = readTheme(canvas);
    redraw();
  });
  canvas.describeNodes = () => describeNodes(figure, store.read());

  return (state, previous) => {
    if (!state.graph) return;
    if (state.graph !== previous.graph) resize(false);
    if (state.selected !== previous.selected && state.selected !== null) {
      const { x, y } = figure.layout;
      figure.view = revealing(figure.view, { x: x[state.selected], y: y[state.selected] }, figure.layout, figure.area);
    }
    canvas.setAttribute("aria-label", `Link graph: ${state.visible.nodeCount} nodes, ${state.visible.linkCount} links, ` +
      `${state.graph.layerCount} layers, ${state.graph.tokens.length} tokens`);
    tooltip(state, figure);
    redraw();
  };
}

function connectPointer(canvas, figure, { at, hit, look, actions }) {
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !figure.layout) return;
    drag = { x: event.clientX, y: event.clientY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!figure.layout) return;
    if (!drag) { const node = hit(event); canvas.classList.toggle("over", node !== null); actions.hover(node); return; }
    const dx = event.clientX - drag.x;
    const dy = event.clientY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag = { x: event.clientX, y: event.clientY, moved: true };
    look(panned(figure.view, dx, dy, figure.layout, figure.area));
  });
  canvas.addEventListener("pointerup", (event) => {
    if (drag && !drag.moved) { const node = hit(event); if (node !== null) actions.select(node); }
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => { drag = null; });
  canvas.addEventListener("pointerleave", () => actions.hover(null));
  canvas.addEventListener("wheel", (event) => {
    if (!figure.layout) return;
    event.preventDefault();
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const amount = event.deltaMode === 1 ? 16 : 1;
    look(sideways && !event.ctrlKey
      ? panned(figure.view, -(event.deltaX || event.deltaY) * amount, 0, figure.layout, figure.area)
      : zoomed(figure.view, Math.exp(-event.deltaY * amount * 0.0015), at(event), figure.layout, figure.area));
  }, { passive: false });
}

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

function connectKeys(canvas, figure, { look, store, actions }) {
  canvas.addEventListener("keydown", (event) => {
    const { selected, visible } = store.read();
    if (!figure.layout || event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[event.key] && selected !== null) {
      const next = neighbour(figure.layout, visible.mask, selected, ARROWS[event.key]);
      if (next !== null) actions.select(next);
    } else if (event.key === "+" || event.key === "=") look(zoomed(figure.view, 1.4, centre(figure), figure.layout, figure.area));
    else if (event.key === "-") look(zoomed(figure.view, 1 / 1.4, centre(figure), figure.layout, figure.area));
    else if (event.key === "0") look(fitted(figure.layout, figure.area));
    else if (event.key === "Escape") actions.select(null);
    else return;
    event.preventDefault();
  });
}

function connectButtons(figure, look) {
  const zoom = (factor) => figure.layout && look(zoomed(figure.view, factor, centre(figure), figure.layout, figure.area));
  byId("zoom-in").addEventListener("click", () => zoom(1.4));
  byId("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
  byId("zoom-fit").addEventListener("click", () => figure.layout && look(fitted(figure.layout, figure.area)));
}

function centre(figure) { return { x: figure.area.width / 2, y: figure.area.height / 2 }; }

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
