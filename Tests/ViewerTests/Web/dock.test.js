import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultDock, joining, PANELS, readDock, showing, SIDES, sizing, splitting, zoneBeside, zoneOf, zonesOf,
} from "../../../Sources/Viewer/Web/core/dock.js";
import { readPreferences } from "../../../Sources/Viewer/Web/core/preferences.js";

// What must hold of every arrangement.
function sound(dock, parent = null) {
  if (parent === null) assert.deepEqual(zonesOf(dock).flatMap((zone) => zone.panels).sort(), [...PANELS].sort());
  if (dock.panels) { assert.ok(dock.panels.includes(dock.shown)); return dock; }
  assert.ok(dock.parts.length >= 2 && dock.parts.length === dock.shares.length);
  assert.notEqual(dock.across, parent?.across);
  assert.ok(Math.abs(dock.shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  assert.ok(dock.shares.every((share) => share > 0));
  for (const part of dock.parts) sound(part, dock);
  return dock;
}

const panels = (dock) => zonesOf(dock).map((zone) => zone.panels.join(" "));

test("every panel stands in exactly one zone, however it is moved", () => {
  let dock = sound(defaultDock());
  let seed = 5;
  const chance = (count) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 2147483648 * count); };
  for (let step = 0; step < 400; step += 1) {
    const [panel, other] = [PANELS[chance(7)], PANELS[chance(7)]];
    const before = dock;
    if (step % 3 === 0) dock = joining(dock, panel, other);
    else dock = splitting(dock, panel, step % 7 ? other : null, SIDES[chance(4)]);
    sound(dock);
    if (dock !== before) assert.equal(zoneOf(dock, panel).shown, panel);
  }
});

test("a panel joins the tabs of another, before the one it was dropped on", () => {
  assert.deepEqual(panels(joining(defaultDock(), "subgraph", "node", "features")),
    ["links scatter", "intervene", "node subgraph features filters"]);
  assert.deepEqual(panels(joining(defaultDock(), "scatter", "links", "links"))[0], "scatter links");
});

test("a zone that its last panel left is gone, and its room goes to the others", () => {
  let dock = joining(joining(defaultDock(), "subgraph", "node"), "intervene", "node");
  assert.deepEqual(panels(dock), ["links scatter", "node features filters subgraph intervene"]);
  assert.deepEqual(dock.shares, [0.725, 0.275]);
  for (const panel of PANELS) dock = joining(dock, panel, "links");
  assert.deepEqual(sound(dock).panels.length, PANELS.length);
  assert.equal(splitting(splitting(dock, "links", null, "left"), "links", "links", "above").parts.length, 2);
});

test("a panel is split off at each side of a zone, and of the window", () => {
  const dock = defaultDock();
  assert.deepEqual(panels(splitting(dock, "scatter", "links", "left")), ["scatter", "links", "subgraph intervene", "node features filters"]);
  assert.deepEqual(panels(splitting(dock, "filters", "node", "below")), ["links scatter", "subgraph intervene", "node features", "filters"]);
  const below = splitting(dock, "subgraph", null, "below");
  assert.equal(below.across, false);
  assert.deepEqual(below.shares, [0.75, 0.25]);
  assert.equal(splitting(below, "subgraph", "subgraph", "left"), below);
});

test("a border moves between its two parts, and neither is sized away", () => {
  const dock = sizing(defaultDock(), [], 0, 0.1);
  assert.ok(Math.abs(dock.shares[0] - 0.825) < 1e-12 && Math.abs(dock.shares[1] - 0.175) < 1e-12);
  assert.ok(Math.abs(sizing(dock, [], 0, 5).shares[1] - 0.08) < 1e-9);
  assert.ok(Math.abs(sizing(dock, [0], 0, -5).parts[0].shares[0] - 0.08) < 1e-9);
  assert.deepEqual(sizing(dock, [0], 0, 0.05).parts[1], dock.parts[1]);
});

test("the zone beside another is the one that touches it and lies most level", () => {
  const dock = defaultDock();
  const shown = (panel, side) => zoneBeside(dock, panel, side)?.shown ?? null;
  assert.equal(shown("links", "right"), "node");
  assert.equal(shown("links", "below"), "subgraph");
  assert.equal(shown("subgraph", "above"), "links");
  assert.equal(shown("node", "left"), "links");
  assert.equal(shown("links", "left"), null);
  assert.equal(shown("node", "below"), null);
});

test("an arrangement survives being written and read", () => {
  const dock = sizing(splitting(showing(defaultDock(), "scatter"), "filters", "subgraph", "right"), [0], 0, 0.123);
  assert.deepEqual(readDock(JSON.parse(JSON.stringify(dock))), dock);
});

test("a damaged arrangement becomes the first one", () => {
  let deep = { panels: [...PANELS] };
  for (let at = 0; at < 50; at += 1) deep = { across: at % 2 === 0, parts: [deep, deep], shares: [0.5, 0.5] };
  const damaged = [null, 7, {}, { parts: [] }, { parts: "x" }, { panels: ["links"] }, { panels: [...PANELS, "links"] },
    { across: true, parts: [{ panels: [...PANELS] }, { panels: ["links"] }], shares: [1, 1] }, deep];
  for (const value of damaged) assert.deepEqual(readDock(value), defaultDock());
  const wild = { across: true, parts: [{ panels: PANELS.slice(0, 3), shown: "no" }, { panels: PANELS.slice(3) }], shares: [-3, NaN] };
  assert.deepEqual(sound(readDock(wild)).shares, [0.5, 0.5]);
});

test("the language is the browser's first that there is a table for, unless another was chosen", () => {
  const storage = (text) => ({ getItem: () => text });
  assert.equal(readPreferences(storage(null), ["fr-FR", "zh-Hans-CN", "en"]).language, "zh");
  assert.equal(readPreferences(storage(null), ["fr"]).language, "en");
  assert.equal(readPreferences(storage('{"language":"en","theme":"dark"}'), ["zh"]).language, "en");
  assert.equal(readPreferences(storage('{"language":"en","theme":"dark"}'), ["zh"]).theme, "dark");
  for (const text of ["{", "null", '{"theme":"pink","dock":[]}']) {
    assert.deepEqual(readPreferences(storage(text), ["en"]), { language: "en", theme: "auto", dock: defaultDock() });
  }
});
