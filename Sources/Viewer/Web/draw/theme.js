// The figure's colours and font, from the style sheet.

const NAMES = [
  "ground", "panel", "ink", "soft", "line", "faint", "grid", "band", "positive", "negative", "accent",
  "feature", "error", "fixed", "left-only", "right-only", "supernode",
];

/** Reads the theme that an element stands in. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const theme = { font: style.fontFamily };
  for (const name of NAMES) theme[name] = style.getPropertyValue(`--${name}`).trim();
  return Object.freeze(theme);
}
