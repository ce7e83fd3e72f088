import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fitted, MAX_ZOOM, panned, revealing, toArea, toLayout, zoomed,
} from "../../../Sources/Viewer/Web/graph/viewport.js";

const layout = { width: 2000, height: 400 };
const area = { width: 800, height: 400 };

test("a wide graph opens at its right end", () => {
  assert.deepEqual(fitted(layout, area), { zoom: 1, x: 1200, y: 0 });
  assert.deepEqual(fitted({ width: 800, height: 400 }, area), { zoom: 1, x: 0, y: 0 });
});

test("zooming keeps the point under the pointer in place", () => {
  const point = { x: 300, y: 200 };
  const before = fitted(layout, area);
  const under = toLayout(before, point);
  const after = toArea(zoomed(before, 2, point, layout, area), under.x, under.y);
  assert.ok(Math.abs(after.x - 300) < 1e-9 && Math.abs(after.y - 200) < 1e-9);
});

test("zoom and pan stay within the graph", () => {
  const view = zoomed(fitted(layout, area), 1e6, { x: 0, y: 0 }, layout, area);
  assert.equal(view.zoom, MAX_ZOOM);
  assert.deepEqual(panned(fitted(layout, area), -9999, 50, layout, area), { zoom: 1, x: 1200, y: 0 });
  assert.equal(zoomed(view, 1e-6, { x: 0, y: 0 }, layout, area).zoom, 1);
});

test("a selected node outside the view is scrolled into it", () => {
  const view = revealing(fitted(layout, area), { x: 100, y: 10 }, layout, area);
  assert.ok(toArea(view, 100, 10).x >= 0);
  assert.deepEqual(revealing(view, { x: 300, y: 200 }, layout, area), view);
});
