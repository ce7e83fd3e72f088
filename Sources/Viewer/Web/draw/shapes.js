// Shapes that several figures trace.

/** Adds a diamond to the path. */
export function diamond(context, x, y, radius) {
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

/** Adds a rounded rectangle to the path. */
export function roundBox(context, x, y, width, height, radius) {
  const r = Math.min(radius, width / 2, height / 2);
  context.moveTo(x + r, y);
  context.arcTo(x + width, y, x + width, y + height, r);
  context.arcTo(x + width, y + height, x, y + height, r);
  context.arcTo(x, y + height, x, y, r);
  context.arcTo(x, y, x + width, y, r);
  context.closePath();
}

/** Cuts a text until it fits a width. */
export function fitText(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  const letters = [...text];
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(letters.slice(0, middle).join("") + "…").width <= width) low = middle;
    else high = middle - 1;
  }
  return low ? letters.slice(0, low).join("") + "…" : "…";
}

/** Breaks a text into at most `most` lines of a width, at spaces where there are some. */
export function wrapText(context, text, width, most) {
  const lines = [];
  let rest = text;
  while (rest && lines.length < most - 1 && context.measureText(rest).width > width) {
    const cut = breakAt(context, rest, width);
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  if (rest) lines.push(fitText(context, rest, width));
  return lines;
}

function breakAt(context, text, width) {
  let fits = 1;
  while (fits < text.length && context.measureText(text.slice(0, fits + 1)).width <= width) fits += 1;
  const space = text.lastIndexOf(" ", fits);
  return space > fits * 0.4 ? space + 1 : fits;
}
