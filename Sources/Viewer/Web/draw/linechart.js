// Line charts over the steps of a run.

import { make } from "../core/dom.js";
import { plain } from "../core/format.js";
import { t } from "../core/words.js";
import { makeRuns, makeScale, nearest, tickText } from "../graph/scale.js";

const SVG = "http://www.w3.org/2000/svg";
const FRAME = { width: 420, height: 170, left: 44, right: 8, top: 8, bottom: 20 };

/** A chart: `{ title, unit, steps, lines: [{ name, values }], fromZero, format, stepName }`. */
export function lineChart({ title, unit, steps, lines, fromZero = true, format = plain, stepName = t("chart.step") }) {
  const scale = makeScale(lines.flatMap((line) => line.values), { fromZero });
  const axes = makeAxes(steps, scale);
  const svg = element("svg", {
    viewBox: `0 0 ${FRAME.width} ${FRAME.height}`, role: "img", preserveAspectRatio: "none",
    "aria-label": `${title}: ${lines.map((line) => `${line.name} ${format(lastOf(line.values))}`).join(", ")}`,
  });
  drawAxes(svg, axes, scale, stepName);
  lines.forEach((line, at) => drawLine(svg, steps, line, at, axes));
  const key = make("ol", { class: "key" });
  const cursor = element("line", { class: "cursor", y1: FRAME.top, y2: FRAME.height - FRAME.bottom, visibility: "hidden" });
  svg.append(cursor);
  const show = (place) => key.replaceChildren(...keyEntries(title, lines, place ?? steps.length - 1, format),
    ...(place === null ? [] : [make("li", {}, `${stepName} ${plain(steps[place])}`)]));
  show(null);
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const place = nearest(steps, axes.step(((event.clientX - box.left) / box.width) * FRAME.width));
    for (const name of ["x1", "x2"]) cursor.setAttribute(name, axes.x(steps[place]));
    cursor.setAttribute("visibility", "visible");
    show(place);
  });
  svg.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    show(null);
  });
  return make("section", { class: "chart" },
    make("h3", {}, title, make("span", { class: "unit" }, unit ?? "")), svg, key);
}

function makeAxes(steps, { low, high }) {
  const [first, last] = [steps[0], steps.at(-1)];
  const width = FRAME.width - FRAME.left - FRAME.right;
  const height = FRAME.height - FRAME.top - FRAME.bottom;
  const span = Math.max(last - first, 1);
  return {
    first, last,
    x: (step) => FRAME.left + ((step - first) / span) * width,
    y: (value) => FRAME.top + (1 - (value - low) / (high - low)) * height,
    step: (x) => first + ((x - FRAME.left) / width) * span,
  };
}

function drawAxes(svg, axes, scale, stepName) {
  for (const tick of scale.ticks) {
    const y = axes.y(tick);
    svg.append(element("line", { class: "grid", x1: FRAME.left, x2: FRAME.width - FRAME.right, y1: y, y2: y }));
    svg.append(text(tickText(tick), FRAME.left - 6, y + 3.5, "end"));
  }
  svg.append(text(`${stepName} ${tickText(axes.first)}`, FRAME.left, FRAME.height - 5, "start"));
  if (axes.last > axes.first) {
    svg.append(text(tickText(axes.last), FRAME.width - FRAME.right, FRAME.height - 5, "end"));
  }
}

function drawLine(svg, steps, line, at, axes) {
  const style = `series-${at % 5}`;
  for (const run of makeRuns(steps, line.values, axes.x, axes.y)) {
    if (run.length === 1) {
      svg.append(element("circle", { class: `dot ${style}`, cx: run[0][0], cy: run[0][1], r: 2.5 }));
    } else {
      svg.append(element("polyline", {
        class: `line ${style}`, "vector-effect": "non-scaling-stroke",
        points: run.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
      }));
    }
  }
}

function keyEntries(title, lines, place, format) {
  return lines.map((line, at) => make("li", { class: `series-${at % 5}` }, make("i", {}),
    line.name === title ? "" : line.name, make("b", {}, format(line.values[place] ?? null))));
}

function lastOf(values) { return values.findLast((value) => value !== null && value !== undefined) ?? null; }

function text(content, x, y, anchor) {
  const node = element("text", { x, y, "text-anchor": anchor });
  node.textContent = content;
  return node;
}

function element(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
