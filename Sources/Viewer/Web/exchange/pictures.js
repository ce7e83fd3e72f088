// Pictures of the figures, in the quality of a paper: SVG, and PNG at three times the size. Always on white.

import { arrange } from "../draw/stage.js";
import { readTheme } from "../draw/theme.js";
import { drawBoxes, measureBoxes } from "../draw/boxes.js";
import { drawFigure, MARGIN } from "../draw/figure.js";
import { fitted } from "../graph/viewport.js";
import { layOut } from "../graph/layout.js";
import { subgraph } from "../graph/subgraph.js";
import { boxScene } from "../panels/subgraph.js";
import { sceneOf } from "../panels/linkgraph.js";
import { SVGContext } from "./svgcontext.js";

const SIZES = { links: { width: 1200, height: 720 }, subgraph: { width: 900, height: 560 } };
const SCALE = 3;

/** The figure "links" or "subgraph" of a state as an SVG file. */
export function svgFile(state, name) {
  const { width, height } = sizeOf(state, name);
  const measuring = document.createElement("canvas").getContext("2d");
  const context = new SVGContext(width, height, (text, font) => {
    measuring.font = font;
    return measuring.measureText(text).width;
  });
  draw(context, state, name, { width, height });
  return new Blob([context.text()], { type: "image/svg+xml" });
}

/** The figure "links" or "subgraph" of a state as a PNG file. */
export function pngFile(state, name) {
  const { width, height } = sizeOf(state, name);
  const canvas = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  draw(context, state, name, { width, height });
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

// A long prompt makes the figure wider instead of crowded.
function sizeOf(state, name) {
  const { width, height } = SIZES[name];
  if (name === "subgraph") return boxScene(state, subgraph(state.graph, state.work), { width, height }).size;
  const layout = layOut(state.graph, { width: width - MARGIN.left - MARGIN.right, height });
  return { width: Math.max(width, Math.ceil(layout.width) + MARGIN.left + MARGIN.right), height };
}

function draw(context, state, name, { width, height }) {
  const theme = lightTheme();
  if (name === "subgraph") {
    const scene = boxScene(state, subgraph(state.graph, state.work), { width, height });
    const frames = measureBoxes(context, scene.items, scene.places, { width, height }, theme.font, 3);
    drawBoxes(context, { ...scene, frames, theme, active: null });
    return;
  }
  const { area, layout } = arrange(context, state.graph, theme, width, height);
  drawFigure(context, { layout, area, theme, view: fitted(layout, area) },
    { ...sceneOf(state), hovered: null, selected: state.route ? null : state.selected });
}

function lightTheme() {
  const probe = document.createElement("div");
  probe.dataset.theme = "light";
  document.body.append(probe);
  const theme = readTheme(probe);
  probe.remove();
  return { ...theme, font: theme.font.replace(/"/g, "'") };
}
