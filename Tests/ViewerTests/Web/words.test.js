import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { commandOf, KEYS } from "../../../Sources/Viewer/Web/core/keys.js";
import { preferredLanguage, speak, t } from "../../../Sources/Viewer/Web/core/words.js";
import { english } from "../../../Sources/Viewer/Web/strings/en.js";
import { chinese } from "../../../Sources/Viewer/Web/strings/zh.js";

const web = new URL("../../../Sources/Viewer/Web/", import.meta.url);
const sources = readdirSync(web, { recursive: true }).filter((name) => name.endsWith(".js") && !name.startsWith("strings"))
  .map((name) => readFileSync(new URL(name, web), "utf8")).join("\n");
const places = (entry) => [...new Set([...[entry].flat().join(" ").matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();

test("both languages have the same keys with the same places", () => {
  assert.deepEqual(Object.keys(chinese), Object.keys(english));
  for (const key of Object.keys(english)) {
    assert.deepEqual(places(chinese[key]), places(english[key]), key);
    assert.equal(Array.isArray(chinese[key]), Array.isArray(english[key]), key);
  }
});

test("every key that the page asks for is there, and every key is asked for", () => {
  const literal = [...sources.matchAll(/\bt\("([^"]+)"/g)].map((match) => match[1]);
  for (const key of literal) assert.ok(key in english, `${key} has no text`);
  const built = [...sources.matchAll(/\bt\(`([^`]+)`/g)].map((match) => match[1]);
  const patterns = built.map((text) => new RegExp(`^${text.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&")).join(".+")}$`));
  const listed = new Set([...sources.matchAll(/key: "([^"]+)"/g)].map((match) => match[1]));
  for (const pattern of patterns) assert.ok(Object.keys(english).some((key) => pattern.test(key)), String(pattern));
  for (const key of Object.keys(english)) {
    assert.ok(literal.includes(key) || listed.has(key) || patterns.some((pattern) => pattern.test(key)), `${key} is never shown`);
  }
});

test("Chinese texts are Chinese, but for names and signs", () => {
  for (const [key, entry] of Object.entries(chinese)) {
    if (["scores.sentence", "format.percent", "format.thousands", "trace.placeholder",
      "import.placeholder"].includes(key)) continue;
    assert.match([entry].flat().join(""), /[\u4e00-\u9fff]/, key);
  }
});

test("numbers choose between one and many, and places are filled", () => {
  speak("en");
  assert.equal(t("count.nodes", { n: 1 }), "1 node");
  assert.equal(t("count.nodes", { n: 21345, shown: "21 345" }), "21 345 nodes");
  assert.equal(t("place.at", { position: 3, token: "Rome" }), "position 3 “Rome”");
  speak("zh");
  assert.equal(t("count.nodes", { n: 1 }), "1 个节点");
  speak("en");
  assert.equal(t("no.such.key"), "no.such.key");
});

test("the language follows the browser's list", () => {
  assert.equal(preferredLanguage(["de", "zh-TW"]), "zh");
  assert.equal(preferredLanguage(["en-GB", "zh"]), "en");
  assert.equal(preferredLanguage(undefined), "en");
});

test("every key of the page has a text for the help sheet, and no key means two things", () => {
  const taken = new Set();
  for (const { group, entries } of KEYS) {
    for (const { name, keys, run } of entries) {
      assert.ok(`keys.${group}.${name}` in english, `keys.${group}.${name}`);
      for (const key of run ? keys : []) { assert.ok(!taken.has(key), key); taken.add(key); }
    }
  }
});

test("keys typed into a field stay there, and those with Alt are the panels' own", () => {
  const press = (key, rest = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...rest });
  assert.equal(commandOf(press("p"), false).name, "pin");
  assert.equal(commandOf(press("z", { ctrlKey: true }), false).name, "undo");
  assert.equal(commandOf(press("z", { metaKey: true }), false).name, "undo");
  assert.equal(commandOf(press("p"), true), null);
  assert.equal(commandOf(press("p", { altKey: true }), false), null);
  assert.equal(commandOf(press("q"), false), null);
});
