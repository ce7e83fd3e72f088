import assert from "node:assert/strict";
import { test } from "node:test";
import { copy, covers, take } from "../../../Sources/Viewer/Web/draw/picture.js";

const area = { width: 1000, height: 600 };
const view = (zoom, x, y) => ({ zoom, x, y });

// A context that only remembers the transformation and what was copied where.
function sheet() {
  const calls = [];
  const context = { clearRect: () => {}, setTransform: (...at) => calls.push(["at", ...at]), drawImage: (...at) => calls.push(at.slice(1)) };
  return { calls, context, canvas: { width: 0, height: 0, getContext: () => context } };
}

test("a picture serves as long as it fills the plot", () => {
  const from = view(2, 500, 300);
  assert.ok(covers(from, { area, view: from }));
  assert.ok(covers(from, { area, view: view(2, 500 + 349, 300) }));
  assert.ok(!covers(from, { area, view: view(2, 500 + 352, 300) }));
  assert.ok(!covers(from, { area, view: view(2, 500, 300 - 212) }));
  assert.ok(!covers(null, { area, view: from }));
});

test("a picture serves until it is magnified or shrunk too much", () => {
  const from = view(1, 0, 0);
  assert.ok(covers(from, { area, view: view(2.4, 200, 200) }));
  assert.ok(!covers(from, { area, view: view(2.6, 200, 200) }));
  assert.ok(covers(view(4, 1500, 900), { area, view: view(2.5, 750, 450) }));
  assert.ok(!covers(view(4, 1500, 900), { area, view: view(2, 500, 300) }));
});

test("a point of the picture is copied to where the other view has it", () => {
  const { calls, context, canvas } = sheet();
  const picture = { canvas, view: null, of: null };
  take(picture, { area, view: view(1, 40, 10) }, 2, "graph", () => {});
  assert.equal(picture.of, "graph");
  const [, scale, , , , left, top] = calls.filter(([name]) => name === "at").at(-1);
  copy(context, picture, { area, view: view(3, 130, 90) }, 2);
  const [x, y, width, height] = calls.at(-1);
  // The layout's point (100, 50) lies at (60, 40) of the first view and at (170, 60) of the second.
  const across = x + (left + scale * 60) * width / canvas.width;
  const down = y + (top + scale * 40) * height / canvas.height;
  assert.ok(Math.abs(across - 170) < 1e-9 && Math.abs(down - 60) < 1e-9, `${across}, ${down}`);
});
