// Writes SVG through the methods of a canvas's context, as far as the page's figures use them.

/** A context that collects SVG elements. `measure(text, font)` gives a text's width; without it, it is estimated. */
export class SVGContext {
  constructor(width, height, measure = estimatedWidth) {
    Object.assign(this, {
      width, height, measure, fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, globalAlpha: 1, font: "11px sans-serif",
      textAlign: "start", textBaseline: "alphabetic",
    });
    this.parts = [];
    this.path = [];
    this.dash = [];
    this.transforms = [];
    this.saved = [];
  }

  save() {
    const { fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign, textBaseline, dash, transforms } = this;
    this.saved.push({ fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign, textBaseline, dash,
      transforms: [...transforms] });
  }

  restore() { Object.assign(this, this.saved.pop()); }
  translate(x, y) { this.transforms.push(`translate(${round(x)} ${round(y)})`); }
  rotate(angle) { this.transforms.push(`rotate(${round(angle * 180 / Math.PI)})`); }
  setLineDash(dash) { this.dash = dash; }
  clip() { /* figures for paper show what lies inside; nothing is cut */ }
  measureText(text) { return { width: this.measure(text, this.font) }; }

  beginPath() { this.path = []; }
  moveTo(x, y) { this.path.push(`M${round(x)} ${round(y)}`); this.at = [x, y]; }
  lineTo(x, y) { this.path.push(`L${round(x)} ${round(y)}`); this.at = [x, y]; }
  bezierCurveTo(a, b, c, d, x, y) { this.path.push(`C${[a, b, c, d, x, y].map(round).join(" ")}`); this.at = [x, y]; }
  closePath() { this.path.push("Z"); }
  rect(x, y, width, height) { this.path.push(`M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}Z`); }

  arc(x, y, radius, from, to) {
    const whole = Math.abs(to - from) >= 2 * Math.PI - 1e-6;
    const start = [x + radius * Math.cos(from), y + radius * Math.sin(from)];
    if (whole) {
      const r = round(radius);
      this.path.push(`M${round(x + radius)} ${round(y)}a${r} ${r} 0 1 1 ${round(-2 * radius)} 0a${r} ${r} 0 1 1 ${round(2 * radius)} 0Z`);
      return;
    }
    const end = [x + radius * Math.cos(to), y + radius * Math.sin(to)];
    const large = Math.abs(to - from) > Math.PI ? 1 : 0;
    this.path.push(`${this.path.length ? "L" : "M"}${start.map(round).join(" ")}A${round(radius)} ${round(radius)} 0 ${large} 1 ${end.map(round).join(" ")}`);
  }

  // A corner rounded towards the next point; figures use it for right angles only.
  arcTo(x1, y1, x2, y2, radius) {
    const [x0, y0] = this.at;
    const back = unit(x0 - x1, y0 - y1);
    const on = unit(x2 - x1, y2 - y1);
    const start = [x1 + back[0] * radius, y1 + back[1] * radius];
    const end = [x1 + on[0] * radius, y1 + on[1] * radius];
    this.path.push(`L${start.map(round).join(" ")}Q${round(x1)} ${round(y1)} ${end.map(round).join(" ")}`);
    this.at = end;
  }

  fill() { this.add(`<path d="${this.path.join("")}" fill="${colour(this.fillStyle)}"${opacity(this.fillStyle, this.globalAlpha, "fill")}`); }

  stroke() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    this.add(`<path d="${this.path.join("")}" fill="none" stroke="${colour(this.strokeStyle)}" stroke-width="${round(this.lineWidth)}"` +
      `${opacity(this.strokeStyle, this.globalAlpha, "stroke")}${dash}`);
  }

  fillRect(x, y, width, height) {
    this.add(`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${colour(this.fillStyle)}"` +
      opacity(this.fillStyle, this.globalAlpha, "fill"));
  }

  fillText(text, x, y) {
    const [, style, size, family] = this.font.match(/^((?:\S+ )*?)([\d.]+)px (.*)$/) ?? [null, "", "11", "sans-serif"];
    const weight = style.trim() ? ` font-weight="${style.trim()}"` : "";
    const anchor = { center: "middle", right: "end", end: "end" }[this.textAlign] ?? "start";
    const lower = this.textBaseline === "middle" ? Number(size) * 0.35 : this.textBaseline === "top" ? Number(size) * 0.85 : 0;
    this.add(`<text x="${round(x)}" y="${round(y + lower)}" font-size="${size}" font-family="${escape(family)}"${weight} text-anchor="${anchor}"` +
      ` fill="${colour(this.fillStyle)}"${opacity(this.fillStyle, this.globalAlpha, "fill")} xml:space="preserve"`,
        escape(text), "text");
  }

  /** The SVG file. */
  text(ground = "#ffffff") {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}" ` +
      `viewBox="0 0 ${this.width} ${this.height}">\n<rect width="100%" height="100%" fill="${ground}"/>\n${this.parts.join("\n")}\n</svg>\n`;
  }

  add(opening, content = null, name = null) {
    const place = this.transforms.length ? ` transform="${this.transforms.join(" ")}"` : "";
    this.parts.push(content === null ? `${opening}${place}/>` : `${opening}${place}>${content}</${name}>`);
  }
}

function round(value) { return String(Math.round(value * 100) / 100); }

function unit(x, y) {
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length];
}

// Colours with an alpha ("rgb(60 70 80 / 0.13)") are split, because many programs read only plain ones.
function parts(style) { return /^rgba?\(\s*([\d.]+)[ ,]+([\d.]+)[ ,]+([\d.]+)\s*(?:[/,]\s*([\d.]+)\s*)?\)$/.exec(style); }

function colour(style) {
  const found = parts(style);
  if (!found) return escape(style);
  return `#${found.slice(1, 4).map((each) => Math.round(Number(each)).toString(16).padStart(2, "0")).join("")}`;
}

function opacity(style, alpha, name) {
  const own = parts(style)?.[4];
  const value = alpha * (own === undefined ? 1 : Number(own));
  return value < 1 ? ` ${name}-opacity="${round(value)}"` : "";
}

function escape(text) {
  return String(text).replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);
}

function estimatedWidth(text, font) {
  const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 11);
  return [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e7f ? 1 : 0.56), 0) * size;
}
