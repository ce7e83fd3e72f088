// Making elements. Text is always set as text, never parsed as HTML.

/** Makes an element with properties (`class`, `title`, `on*` handlers, attributes) and children. */
export function make(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element. */
export function draw(name, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

function fill(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The element with an id; the page always has it. */
export function byId(id) { return document.getElementById(id); }

/** A button with a visible text. */
export function button(text, run, properties = {}) {
  return make("button", { type: "button", class: "plain", onclick: run, ...properties }, text);
}

/** A button that shows a sign, with a name for screen readers and the pointer. */
export function signButton(sign, name, run, properties = {}) {
  return make("button", { type: "button", class: "sign", "aria-label": name, title: name, onclick: run, ...properties },
    make("span", { "aria-hidden": true }, sign));
}

/** A labelled choice; `options` are `[value, text]`. */
export function choice(label, options, value, change, properties = {}) {
  const select = make("select", { "aria-label": label, onchange: () => change(select.value), ...properties },
    ...options.map(([key, text]) => make("option", { value: key, selected: String(key) === String(value) }, text)));
  return select;
}

/** A checkbox and its text. */
export function check(text, value, change, properties = {}) {
  const box = make("input", { type: "checkbox", checked: value, onchange: () => change(box.checked), ...properties });
  return make("label", { class: "check" }, box, make("span", {}, text));
}

/** Sets the width of a bar to a share, 0…1. */
export function sized(element, share) {
  element.style.inlineSize = `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(2)}%`;
  return element;
}

const SHAPES = {
  feature: ["circle", { cx: 6, cy: 6, r: 4 }, "feature"],
  error: ["path", { d: "M6 1.5 10.5 6 6 10.5 1.5 6Z" }, "error"],
  token: ["rect", { x: 2, y: 2, width: 8, height: 8 }, "fixed"],
  logit: ["rect", { x: 2, y: 2, width: 8, height: 8 }, "fixed"],
};

/** The small sign of a kind of node: ● feature, ◆ error, ■ token or logit. */
export function glyph(kind) {
  const [name, attributes, style] = SHAPES[kind];
  return draw("svg", { viewBox: "0 0 12 12", class: "glyph", "aria-hidden": "true" },
    draw(name, { ...attributes, class: style }));
}

/** Runs work at most once a frame, however often it is asked for. */
export function oncePerFrame(work) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; work(); });
  };
}

/** Runs work once nothing has asked for it during some milliseconds. */
export function afterPause(milliseconds, work) {
  let timer = null;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), milliseconds);
  };
}
