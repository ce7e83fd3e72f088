import assert from "node:assert/strict";
import { test } from "node:test";
import { bundle, bundledPage, importsOf, resolve } from "../../../Sources/Viewer/Web/exchange/bundle.js";
import { SVGContext } from "../../../Sources/Viewer/Web/exchange/svgcontext.js";

test("imports are found in every form that the page uses, and resolved", () => {
  const text = 'import { a } from "./a.js";\nimport {\n  b,\n  c,\n} from "../core/b.js";\nimport "./c.js";\nexport { d } from "./d.js";\nconst e = "from ./no.js";';
  assert.deepEqual(importsOf(text), ["./a.js", "../core/b.js", "./c.js", "./d.js"]);
  assert.equal(resolve("/assets/graph/x.js", "../core/b.js"), "/assets/core/b.js");
  assert.equal(resolve("/assets/app.js", "./core/b.js"), "/assets/core/b.js");
});

test("a bundle holds every module once, even when they import each other", async () => {
  const files = { "/a/x.js": 'import "./y.js";', "/a/y.js": 'import "./x.js";\nimport "../z.js";', "/z.js": "export const z = 1;" };
  const read = [];
  const texts = await bundle("/a/x.js", async (path) => { read.push(path); return files[path]; });
  assert.deepEqual(Object.keys(texts).sort(), Object.keys(files).sort());
  assert.equal(read.length, 3);
});

test("the bundled page has no relative import left, and its content cannot close a script", () => {
  const texts = { "/a.js": 'import { b } from "./b.js";\nb();', "/b.js": "export const b = () => '图';" };
  const html = bundledPage({ texts, entry: "/a.js", style: "",
    content: { language: "en", graph: { prompt: "</script><script>alert(1)" } } });
  const map = JSON.parse(html.match(/<script type="importmap">(.*?)<\/script>/)[1]).imports;
  const decoded = Object.values(map).map((address) => Buffer.from(address.split(",")[1], "base64").toString("utf8"));
  assert.deepEqual(decoded, ['import { b } from "microscope:/b.js";\nb();', texts["/b.js"]]);
  assert.equal(html.match(/<script/g).length, 3);
  assert.equal(JSON.parse(html.match(/id="embedded">(.*?)<\/script>/)[1]).graph.prompt, "</script><script>alert(1)");
});

test("the SVG context writes well-formed elements with plain colours", () => {
  const context = new SVGContext(100, 50);
  context.save();
  context.translate(10, 5);
  context.beginPath();
  context.moveTo(0, 0);
  context.bezierCurveTo(1, 2, 3, 4, 5, 6);
  context.strokeStyle = "rgb(60 70 80 / 0.5)";
  context.globalAlpha = 0.5;
  context.setLineDash([2, 3]);
  context.stroke();
  context.restore();
  context.beginPath();
  context.arc(5, 5, 2, 0, 2 * Math.PI);
  context.fillStyle = "#123456";
  context.fill();
  context.fillText('<a & "b">', 1, 2);
  const svg = context.text();
  assert.match(svg, /<path d="M0 0C1 2 3 4 5 6" fill="none" stroke="#3c4650" stroke-width="1" stroke-opacity="0.25" stroke-dasharray="2 3" transform="translate\(10 5\)"\/>/);
  assert.match(svg, /<path d="M7 5a2 2 0 1 1 -4 0a2 2 0 1 1 4 0Z" fill="#123456"\/>/);
  assert.match(svg, />&lt;a &amp; &quot;b&quot;&gt;<\/text>/);
  assert.ok(!/NaN|undefined/.test(svg));
});
