// Making elements. Text is always set as text, never parsed as HTML.

/** Makes an element with properties (`class`, `title`, `on*` handlers, attributes) and children. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The element with an id; the page always has it. */
export function byId(id) { return document.getElementById(id); }

/** Sets the width of a bar to a share, 0…1. */
export function sized(element, share) {
  element.style.inlineSize = `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(2)}%`;
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  feature: ["circle", { cx: 6, cy: 6, r: 4 }, "feature"],
  error: ["path", { d: "M6 1.5 10.5 6 6 10.5 1.5 6Z" }, "error"],
  token: ["rect", { x: 2, y: 2, width: 8, height: 8 }, "fixed"],
  logit: ["rect", { x: 2, y: 2, width: 8, height: 8 }, "fixed"],
};

/** The small sign of a kind of node: ● feature, ◆ error, ■ token or logit. */
export function glyph(kind) {
  const [name, attributes, style] = SHAPES[kind];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("class", "glyph");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
  shape.setAttribute("class", style);
  svg.append(shape);
  return svg;
}
