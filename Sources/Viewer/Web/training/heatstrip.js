// The unexplained fraction of every layer over the steps, as a strip of colours.

import { make } from "../core/dom.js";
import { twoDecimals } from "../core/format.js";
import { t } from "../core/words.js";

// Dark is well explained; the same in light and dark pages, as numbers must not change their colour.
const RAMP = [[27, 42, 92], [28, 96, 140], [46, 148, 135], [160, 190, 90], [250, 225, 110], [214, 92, 40]];

/** The colour of a share from 0 to 1; 1 and above, nothing explained, is the last. */
export function heatColour(share) {
  const place = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const low = Math.min(Math.floor(place), RAMP.length - 2);
  return RAMP[low].map((part, at) => Math.round(part + (RAMP[low + 1][at] - part) * (place - low)));
}

/** The strip of `{ steps, layers }`; null when no step has numbers of layers. */
export function heatStrip({ steps, layers }) {
  const layerCount = Math.max(0, ...layers.map((values) => values.length));
  if (!layerCount) return null;
  const map = painted(layers, layerCount);
  const reading = make("p", { class: "reading" }, worst(layers.at(-1)));
  map.addEventListener("pointermove", (event) => {
    const box = map.getBoundingClientRect();
    const column = within((event.clientX - box.left) / box.width, steps.length);
    const layer = layerCount - 1 - within((event.clientY - box.top) / box.height, layerCount);
    const value = layers[column][layer];
    reading.textContent = value === undefined ? ""
      : t("training.heatAt", { layer, step: steps[column], value: twoDecimals(value) });
  });
  map.addEventListener("pointerleave", () => { reading.textContent = worst(layers.at(-1)); });
  return [
    make("h3", {}, t("training.heat"), make("span", { class: "unit scale" }, "0", scaleBar(), t("training.more"))),
    make("div", { class: "map" }, rowNames(layerCount), map,
      make("p", { class: "under" }, make("span", {}, `${t("chart.step")} ${steps[0]}`), make("span", {}, String(steps.at(-1))))),
    reading,
  ];
}

function painted(layers, layerCount) {
  const canvas = make("canvas", { width: layers.length, height: layerCount, role: "img", "aria-label": worst(layers.at(-1)) });
  canvas.style.blockSize = `${Math.min(Math.max(layerCount * 7, 60), 320)}px`;
  const context = canvas.getContext("2d");
  layers.forEach((values, column) => values.forEach((value, layer) => {
    context.fillStyle = `rgb(${heatColour(value).join(" ")})`;
    context.fillRect(column, layerCount - 1 - layer, 1, 1);
  }));
  return canvas;
}

function rowNames(layerCount) {
  const names = make("div", { class: "rows", "aria-hidden": true });
  for (const layer of new Set([0, Math.floor((layerCount - 1) / 2), layerCount - 1])) {
    const name = make("span", {}, t("place.layer", { layer }));
    name.style.insetBlockStart = `${((layerCount - layer - 0.5) / layerCount) * 100}%`;
    names.append(name);
  }
  return names;
}

function scaleBar() {
  const canvas = make("canvas", { width: 90, height: 1, "aria-hidden": true });
  const context = canvas.getContext("2d");
  for (let x = 0; x < 90; x += 1) {
    context.fillStyle = `rgb(${heatColour(x / 89).join(" ")})`;
    context.fillRect(x, 0, 1, 1);
  }
  return canvas;
}

function worst(values) {
  if (!values?.length) return "";
  const most = Math.max(...values);
  return t("training.now", { best: twoDecimals(Math.min(...values)), worst: twoDecimals(most), layer: values.indexOf(most) });
}

function within(share, count) { return Math.min(Math.max(Math.floor(share * count), 0), count - 1); }
