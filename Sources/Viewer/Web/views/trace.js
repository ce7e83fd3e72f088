// A new trace: a prompt or a chat, what the model would say next, targets and budget, and progress.

import { afterPause, button, check, choice, make, signButton, sized } from "../core/dom.js";
import { paths, read, send } from "../core/api.js";
import { duration, percent, visibleToken } from "../core/format.js";
import { t } from "../core/words.js";
import { makeMessages } from "./messages.js";
import { makeProgress } from "./progress.js";

const KEPT = { text: "", chat: false };

/** Builds the sheet. */
export function makeTrace({ actions, store }) {
  const form = {
    models: [], model: "", transcoders: "", targets: [], minus: null, maxFeatureNodes: "", nodeThreshold: 0.8,
      edgeThreshold: 0.98, ...KEPT,
  };
  const text = make("textarea", { id: "trace-text", rows: 4, "aria-label": t("trace.prompt"),
    placeholder: t("trace.placeholder"), spellcheck: "false",
    oninput: () => { form.text = KEPT.text = text.value; ask(); } }, form.text);
  const messages = makeMessages(() => ask());
  const tokens = make("ol", { class: "tokens trace-tokens", "aria-label": t("trace.tokens") });
  const next = make("ol", { class: "bars trace-next", "aria-label": t("head.next") });
  const note = make("p", { class: "note", role: "status" });
  const settings = make("div", { class: "trace-settings" });
  const progress = makeProgress(actions, (job) => actions.opened(job.result.slug));
  const start = button(t("trace.start"), () => run(), { class: "plain main", id: "trace-start" });
  let abort = null;

  const prompt = () => (form.chat ? { messages: messages.read() } : { text: form.text });
  const isEmpty = () => (form.chat ? !messages.read().some((each) => each.content.trim()) : !form.text.trim());
  const basis = () => ({ model: form.model || undefined, transcoders: form.transcoders || undefined });
  const ask = afterPause(110, async () => {
    abort?.abort();
    abort = new AbortController();
    start.disabled = isEmpty();
    if (isEmpty()) { tokens.replaceChildren(); next.replaceChildren(); note.textContent = ""; return; }
    try {
      const answer = await send("POST", paths.nextTokens(), { ...prompt(), ...basis(), count: 12, stream: "trace" }, abort.signal);
      showAnswer(answer);
    } catch (error) { if (error.name !== "AbortError" && error.code !== "superseded") note.textContent = error.message; }
  });
  const showAnswer = ({ tokens: pieces, next: likely, seconds }) => {
    tokens.replaceChildren(...pieces.map(({ piece, id }) => make("li", { class: "token", title: `${id}` }, visibleToken(piece))));
    next.replaceChildren(...likely.map((each) => nextRow(each, form, () => showAnswer({ tokens: pieces, next: likely, seconds }))));
    note.textContent = t("trace.tokenCount", { n: pieces.length, time: duration(seconds) }) + (form.targets.length
      ? ` · ${targetSentence(form)}` : "");
  };
  const run = async () => {
    start.disabled = true;
    const body = { ...prompt(), ...basis(), nodeThreshold: form.nodeThreshold, edgeThreshold: form.edgeThreshold };
    if (form.maxFeatureNodes) body.maxFeatureNodes = Number(form.maxFeatureNodes);
    if (form.targets.length) body.targets = form.targets.map((each) => each.id);
    if (form.minus) body.minus = form.minus.id;
    try { progress.follow(await actions.trace(body)); } catch (error) { note.textContent = error.message; }
    start.disabled = false;
  };
  const settle = () => settings.replaceChildren(...settingFields(form, () => { settle(); ask(); }));
  const choose = (chat) => {
    form.chat = KEPT.chat = chat;
    text.hidden = chat;
    messages.element.hidden = !chat;
    ask();
  };
  read(paths.models()).then(({ models }) => {
    form.models = models;
    const shown = models.find((each) => each.id === store.read().graph?.facts.model) ?? models.find((each) => each.isDefault) ?? models[0];
    form.model = shown?.id ?? "";
    form.transcoders = shown?.transcoders.find((each) => each.isDefault)?.id ?? shown?.transcoders[0]?.id ?? "";
    settle();
    ask();
  }).catch((error) => { note.textContent = error.message; });
  choose(form.chat);
  start.disabled = isEmpty();
  const element = make("div", { class: "trace" },
    make("div", { class: "trace-input" }, check(t("trace.chat"), form.chat, choose, { id: "trace-chat" }), text,
      messages.element, tokens, note),
    make("div", { class: "trace-side" }, make("h3", {}, t("head.next")), make("p", { class: "note" }, t("trace.targetsHelp")),
      next),
    make("div", { class: "trace-foot" }, settings, start), progress.element);
  return { element, focus: () => (form.chat ? messages.focus() : text.focus()), close: () => { abort?.abort(); progress.stop(); } };
}

// A click makes a token a target; a second token can be taken away from it.
function nextRow({ id, piece, probability }, form, redraw) {
  const isTarget = form.targets.some((each) => each.id === id);
  const isMinus = form.minus?.id === id;
  const toggle = () => {
    form.targets = isTarget ? form.targets.filter((each) => each.id !== id) : [...form.targets, { id, piece }];
    if (form.targets.length !== 1) form.minus = null;
    redraw();
  };
  const row = make("li", { class: isTarget ? "target" : isMinus ? "minus" : null },
    make("button", { type: "button", "aria-pressed": String(isTarget), onclick: toggle },
    make("span", { class: "name" }, visibleToken(piece)), make("span", { class: "track", "aria-hidden": true },
      sized(make("i"), probability)),
    make("span", { class: "value" }, percent(probability))));
  if (form.targets.length === 1 && !isTarget) {
    row.append(signButton("−", t("trace.minus", { token: piece }),
      () => { form.minus = isMinus ? null : { id, piece }; redraw(); }, { "aria-pressed": String(isMinus) }));
  }
  return row;
}

function targetSentence({ targets, minus }) {
  const names = targets.map((each) => `‘${visibleToken(each.piece)}’`).join(" ");
  return minus ? t("trace.difference", { target: names, minus: `‘${visibleToken(minus.piece)}’` })
    : t("trace.targets", { targets: names });
}

function settingFields(form, changed) {
  const model = form.models.find((each) => each.id === form.model);
  const field = (name, control) => make("label", { class: "field" }, make("span", { class: "field-name" }, name), control);
  const number = (name, label, low, high, step) => field(label,
    make("input", { type: "number", min: low, max: high, step, value: form[name],
    placeholder: t("trace.standard"), onchange: (event) => { form[name] = event.target.value === "" ? ""
      : Number(event.target.value); } }));
  return [
    field(t("trace.model"), choice(t("trace.model"), form.models.map((each) => [each.id, each.title ?? each.id]), form.model,
      (value) => {
      form.model = value;
      const next = form.models.find((each) => each.id === value);
      form.transcoders = next?.transcoders.find((each) => each.isDefault)?.id ?? "";
      changed();
    }, { id: "trace-model" })),
    field(t("trace.transcoders"), choice(t("trace.transcoders"), (model?.transcoders ?? []).map((each) => [each.id, each.id]),
      form.transcoders,
      (value) => { form.transcoders = value; changed(); }, { id: "trace-transcoders" })),
    number("maxFeatureNodes", t("trace.budget"), 1, 100000, 1), number("nodeThreshold", t("prune.nodes"), 0.1, 1, 0.01),
      number("edgeThreshold", t("prune.edges"), 0.1, 1, 0.005),
  ];
}

