// Which panel stands in which zone of the window, and how large the zones are. Pure functions.

/** The panels, in the order of their number keys. */
export const PANELS = Object.freeze(["links", "node", "subgraph", "features", "scatter", "intervene", "filters"]);

/** The zones; `centre` takes what the others leave. */
export const ZONES = Object.freeze(["left", "centre", "right", "bottom"]);

const SIZES = Object.freeze({ left: 240, right: 352, bottom: 190 });
const SMALLEST = Object.freeze({ left: 150, right: 220, bottom: 110 });
const LARGEST = Object.freeze({ left: 700, right: 900, bottom: 800 });

/** The arrangement at first: link graph, node at its right, subgraph and intervention below. */
export function defaultDock() {
  return freeze({
    zones: {
      left: [], centre: ["links", "scatter"], right: ["node", "features", "filters"], bottom: ["subgraph", "intervene"],
    },
    shown: { left: null, centre: "links", right: "node", bottom: "subgraph" },
    sizes: SIZES,
  });
}

/** The zone in which a panel stands. */
export function zoneOf(dock, panel) { return ZONES.find((zone) => dock.zones[zone].includes(panel)); }

/** The arrangement after bringing a panel to the front of its zone. */
export function showing(dock, panel) {
  return freeze({ ...dock, shown: { ...dock.shown, [zoneOf(dock, panel)]: panel } });
}

/** The arrangement after moving a panel to a zone, before another panel or at the end. */
export function moving(dock, panel, zone, before = null) {
  const zones = {};
  for (const each of ZONES) zones[each] = dock.zones[each].filter((name) => name !== panel);
  const at = before === null ? -1 : zones[zone].indexOf(before);
  zones[zone].splice(at < 0 ? zones[zone].length : at, 0, panel);
  const shown = {};
  for (const each of ZONES) {
    shown[each] = zones[each].includes(dock.shown[each]) ? dock.shown[each] : zones[each][0] ?? null;
  }
  shown[zone] = panel;
  return freeze({ ...dock, zones, shown });
}

/** The arrangement after setting a zone's width or height, in pixels. */
export function resizing(dock, zone, pixels) {
  const size = Math.round(Math.min(Math.max(pixels, SMALLEST[zone]), LARGEST[zone]));
  return freeze({ ...dock, sizes: { ...dock.sizes, [zone]: size } });
}

/** Reads a remembered arrangement; the default when it is damaged or names other panels. */
export function readDock(value) {
  const standard = defaultDock();
  const lists = ZONES.map((zone) => value?.zones?.[zone]);
  if (!lists.every(Array.isArray)) return standard;
  const named = lists.flat();
  if (named.length !== PANELS.length || !PANELS.every((panel) => named.includes(panel))) return standard;
  let dock = freeze({ zones: Object.fromEntries(ZONES.map((zone, at) => [zone, lists[at]])), shown: {}, sizes: SIZES });
  dock = freeze({ ...dock, shown: Object.fromEntries(ZONES.map((zone) => [zone, shownIn(dock, zone, value.shown)])) });
  for (const zone of Object.keys(SIZES)) {
    const size = Number(value.sizes?.[zone]);
    if (Number.isFinite(size)) dock = resizing(dock, zone, size);
  }
  return dock;
}

function shownIn(dock, zone, wanted) {
  const panels = dock.zones[zone];
  return panels.includes(wanted?.[zone]) ? wanted[zone] : panels[0] ?? null;
}

function freeze({ zones, shown, sizes }) {
  const frozen = {};
  for (const zone of ZONES) frozen[zone] = Object.freeze([...zones[zone]]);
  return Object.freeze({ zones: Object.freeze(frozen), shown: Object.freeze({ ...shown }), sizes: Object.freeze({ ...sizes }) });
}
