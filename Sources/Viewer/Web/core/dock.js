// How the panels share the window: a tree of splits, with tabs of panels at its leaves. Pure functions.
//
// A zone is `{ panels, shown }`; a split is `{ across, parts, shares }`: its parts stand beside each other when `across`, else
// below each other, and `shares` add up to 1. No split holds a split of its own direction, and no zone is empty.

/** The panels, in the order of their number keys. */
export const PANELS = Object.freeze(["links", "node", "subgraph", "features", "scatter", "intervene", "filters"]);

/** The sides of a zone or of the window at which a panel can be put. */
export const SIDES = Object.freeze(["left", "right", "above", "below"]);

const SMALLEST = 0.08;  // the least share of a split
const BESIDE_ALL = 0.25;  // the share of a panel that is put beside all others
const DEEPEST = 8;      // of a remembered arrangement

/** The arrangement at first: link graph, node at its right, subgraph and intervention below. */
export function defaultDock() {
  return split(true, [
    [split(false, [[zone(["links", "scatter"]), 0.66], [zone(["subgraph", "intervene"]), 0.34]]), 0.725],
    [zone(["node", "features", "filters"]), 0.275],
  ]);
}

/** The zones, from left to right and from top to bottom. */
export function zonesOf(dock) { return dock.panels ? [dock] : dock.parts.flatMap(zonesOf); }

/** The zone in which a panel stands. */
export function zoneOf(dock, panel) { return zonesOf(dock).find((each) => each.panels.includes(panel)); }

/** The arrangement after bringing a panel to the front of its zone. */
export function showing(dock, panel) {
  return rebuilt(dock, (each) => (each.panels.includes(panel) ? zone(each.panels, panel) : each));
}

/** The arrangement after moving a panel to the tabs of another, before a third one or at the end. */
export function joining(dock, panel, other, before = null) {
  return rebuilt(dock, (each) => {
    const rest = each.panels.filter((name) => name !== panel);
    if (!each.panels.includes(other)) return zone(rest, each.shown);
    const at = rest.indexOf(before);
    return zone(rest.toSpliced(at < 0 ? rest.length : at, 0, panel), panel);
  });
}

/** The arrangement after giving a panel a zone of its own: beside another panel's zone, or beside all when that is null. */
export function splitting(dock, panel, other, side) {
  const host = other === null ? null : zoneOf(dock, other);
  if (host?.panels.length === 1 && other === panel) return dock;
  const rest = (each) => zone(each.panels.filter((name) => name !== panel), each.shown);
  if (host) return rebuilt(dock, (each) => (each === host ? beside(rest(each), panel, side, 0.5) : rest(each)));
  const others = rebuilt(dock, rest);
  return others ? beside(others, panel, side, BESIDE_ALL) : dock;
}

/** The arrangement after moving the border behind part `at` of the split at a path by a share of that split. */
export function sizing(dock, path, at, by) {
  if (path.length) {
    const [first, ...rest] = path;
    return split(dock.across, dock.parts.map((part, index) => [index === first ? sizing(part, rest, at, by) : part,
      dock.shares[index]]));
  }
  const [before, after] = [dock.shares[at], dock.shares[at + 1]];
  const step = Math.min(Math.max(by, Math.min(SMALLEST - before, 0)), Math.max(after - SMALLEST, 0));
  return split(dock.across, dock.parts.map((part, index) => [part,
    dock.shares[index] + (index === at ? step : index === at + 1 ? -step : 0)]));
}

/** The zone next to a panel's at a side, or null: of those that touch that side the one that lies most level with it. */
export function zoneBeside(dock, panel, side) {
  const frames = framesOf(dock);
  const own = frames.find((frame) => frame.zone.panels.includes(panel));
  const shared = (frame) => (side === "left" || side === "right" ? overlap(own.top, own.bottom, frame.top, frame.bottom)
    : overlap(own.left, own.right, frame.left, frame.right));
  const touches = (frame) => Math.abs({ left: frame.right - own.left, right: frame.left - own.right, above: frame.bottom - own.top,
    below: frame.top - own.bottom }[side]) < 1e-6;
  const near = frames.filter((frame) => frame !== own && touches(frame) && shared(frame) > 1e-6);
  return near.sort((a, b) => shared(b) - shared(a))[0]?.zone ?? null;
}

/** Reads a remembered arrangement; the default when it is damaged or names other panels. */
export function readDock(value) {
  const dock = readPart(value, DEEPEST);
  const named = dock ? zonesOf(dock).flatMap((each) => each.panels) : [];
  return named.length === PANELS.length && PANELS.every((panel) => named.includes(panel)) ? dock : defaultDock();
}

function readPart(value, deepest) {
  if (!value || deepest === 0) return null;
  if (Array.isArray(value.panels)) return zone(value.panels, value.shown);
  if (!Array.isArray(value.parts) || value.parts.length > PANELS.length) return null;
  const share = (at) => (Number(value.shares?.[at]) >= SMALLEST / 2 ? Number(value.shares[at]) : 1 / value.parts.length);
  return split(value.across === true, value.parts.map((part, at) => [readPart(part, deepest - 1), share(at)]));
}

function zone(panels, shown = null) {
  if (!panels.length) return null;
  return Object.freeze({ panels: Object.freeze([...panels]), shown: panels.includes(shown) ? shown : panels[0] });
}

// A split of `[part, share]`: parts that are null are left out, parts of the same direction are taken in.
function split(across, pieces) {
  const flat = pieces.filter(([part]) => part).flatMap(([part, share]) =>
    (part.parts && part.across === across ? part.parts.map((each, at) => [each, share * part.shares[at]]) : [[part, share]]));
  if (flat.length < 2) return flat[0]?.[0] ?? null;
  const whole = flat.reduce((sum, [, share]) => sum + share, 0);
  const shares = flat.map(([, share]) => (Math.abs(whole - 1) < 1e-9 ? share : share / whole));
  return Object.freeze({ across, parts: Object.freeze(flat.map(([part]) => part)), shares: Object.freeze(shares) });
}

// The tree with every zone changed; `change` gives another part, or null for none.
function rebuilt(part, change) {
  if (part.panels) return change(part);
  return split(part.across, part.parts.map((each, at) => [rebuilt(each, change), part.shares[at]]));
}

function beside(part, panel, side, share) {
  const pieces = [[zone([panel]), share], [part, 1 - share]];
  if (side === "right" || side === "below") pieces.reverse();
  return split(side === "left" || side === "right", pieces);
}

function framesOf(part, frame = { left: 0, right: 1, top: 0, bottom: 1 }) {
  if (part.panels) return [{ ...frame, zone: part }];
  const [from, to] = part.across ? ["left", "right"] : ["top", "bottom"];
  let at = frame[from];
  return part.parts.flatMap((each, index) => {
    const start = at;
    at += (frame[to] - frame[from]) * part.shares[index];
    return framesOf(each, { ...frame, [from]: start, [to]: at });
  });
}

function overlap(a, b, c, d) { return Math.min(b, d) - Math.max(a, c); }
