import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultDock, moving, PANELS, readDock, resizing, showing, ZONES, zoneOf } from "../../../Sources/Viewer/Web/core/dock.js";
import { readPreferences } from "../../../Sources/Viewer/Web/core/preferences.js";

const all = (dock) => ZONES.flatMap((zone) => dock.zones[zone]).sort();

test("every panel stands in exactly one zone, however it is moved", () => {
  let dock = defaultDock();
  for (const panel of PANELS) for (const zone of ZONES) {
    dock = moving(dock, panel, zone);
    assert.equal(zoneOf(dock, panel), zone);
    assert.equal(dock.shown[zone], panel);
    assert.deepEqual(all(dock), [...PANELS].sort());
    for (const each of ZONES) assert.ok(dock.shown[each] === null ? !dock.zones[each].length
      : dock.zones[each].includes(dock.shown[each]));
  }
});

test("a panel is put before the one it was dropped on", () => {
  assert.deepEqual(moving(defaultDock(), "subgraph", "right", "features").zones.right, ["node", "subgraph", "features", "filters"]);
});

test("a zone is never sized away or beyond the window", () => {
  assert.equal(resizing(defaultDock(), "right", 5).sizes.right, 220);
  assert.equal(resizing(defaultDock(), "bottom", 99999).sizes.bottom, 800);
  assert.equal(resizing(defaultDock(), "right", 401.4).sizes.right, 401);
});

test("an arrangement survives being written and read", () => {
  const dock = resizing(showing(moving(defaultDock(), "scatter", "left"), "filters"), "left", 300);
  assert.deepEqual(readDock(JSON.parse(JSON.stringify(dock))), dock);
});

test("a damaged arrangement becomes the first one", () => {
  const damaged = [null, 7, {}, { zones: { left: [], centre: [], right: [], bottom: [] } },
    { ...defaultDock(), zones: { ...defaultDock().zones, left: ["links"] } }, { zones: { left: "x" } }];
  for (const value of damaged) assert.deepEqual(readDock(value), defaultDock());
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
