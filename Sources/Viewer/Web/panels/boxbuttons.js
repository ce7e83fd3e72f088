// The buttons over a subgraph's boxes: select, choose, drag, rename, and the keys for all of it.

import { make, signButton } from "../core/dom.js";
import { beginEditing, makeEditor } from "../core/edit.js";
import { t } from "../core/words.js";
import { boxName } from "./subgraph.js";

const SLACK = 4;
const NUDGE = 0.03;

/** Makes the buttons of a layer; `build` after the boxes changed, `place` after they were drawn. */
export function makeBoxButtons(layer, stage, view, { store, actions, redraw }) {
  const context = { layer, stage, view, store, actions, redraw };
  // A name that is being written keeps its box; what changed meanwhile is built once it is written.
  const build = () => {
    if (layer.querySelector(".box-name")) return;
    const focused = layer.contains(document.activeElement) ? document.activeElement.closest(".box")?.dataset.box : null;
    layer.replaceChildren(...view.sub.boxes.map((box) => boxButton(context, box)));
    if (focused) layer.querySelector(`[data-box="${CSS.escape(focused)}"] button`)?.focus();
  };
  context.build = build;
  return {
    build,
    place: ({ scene, sub }) => {
      if (!scene || scene.frames.length !== sub.boxes.length) return;
      [...layer.children].forEach((element, at) => {
        const { x, y, width, height } = scene.frames[at];
        Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
        element.classList.toggle("chosen", sub.boxes[at].members.every((index) => store.read().chosen.includes(index)));
      });
    },
  };
}

function boxButton(context, box) {
  const { store, actions } = context;
  const state = store.read();
  const hit = make("button", {
    type: "button", class: "hit", "aria-label": boxLabel(state, box), title: t("box.help"),
    onfocus: () => actions.hover(box.members[0]), onblur: () => actions.hover(null),
    onpointerenter: () => actions.hover(box.members[0]), onpointerleave: () => actions.hover(null),
    ondblclick: () => rename(context, box, element), onkeydown: (event) => keyed(event, context, box, element),
  });
  connectDrag(hit, context, box);
  const element = make("div", { class: "box", "data-box": box.id }, hit,
    signButton("×", t("box.unpin", { name: boxName(state, box) }), () => actions.unpin(keysOf(state, box)),
      { class: "sign unpin" }));
  return element;
}

function boxLabel(state, box) {
  const name = boxName(state, box);
  return box.group === null ? name : `${name}, ${t("group.members", { n: box.members.length })}`;
}

function keysOf({ graph }, box) { return box.members.map((index) => graph.nodes[index].key); }

function choose({ actions }, box, adds) {
  if (adds) actions.choose(box.members, true);
  else { actions.choose([]); actions.select(box.members[0]); }
}

function keyed(event, context, box, element) {
  const { actions, store } = context;
  const move = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (move && event.altKey) shift(context, box, move[0] * NUDGE, move[1] * NUDGE);
  else if (event.key === "Enter") choose(context, box, event.shiftKey);
  else if (event.key === " ") choose(context, box, true);
  else if (event.key === "F2" || event.key === "r") rename(context, box, element);
  else if (event.key === "Delete" || event.key === "Backspace") actions.unpin(keysOf(store.read(), box));
  else if (event.key === "u" && box.group !== null) actions.ungroup(box.group);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

// Moves a box by parts of the area; where it was laid out by itself counts as its place.
function shift({ view, actions }, box, dx, dy) {
  const at = view.sub.boxes.findIndex((each) => each.id === box.id);
  const [x, y] = view.scene.places[at];
  const inside = (value) => Math.min(Math.max(value, 0), 1);
  actions.place({ [box.id]: Object.freeze([inside(x + dx), inside(y + dy)]) });
}

function connectDrag(hit, context, box) {
  let held = null;
  hit.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = { x: event.clientX, y: event.clientY, moved: false };
    hit.setPointerCapture(event.pointerId);
  });
  hit.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(dx, dy) < SLACK) return;
    held = { x: event.clientX, y: event.clientY, moved: true };
    const { width, height } = context.view.scene.size;
    const at = context.view.sub.boxes.findIndex((each) => each.id === box.id);
    const frame = context.view.scene.frames[at];
    shift(context, box, dx / Math.max(width - frame.width - 12, 1), dy / Math.max(height - frame.height - 12, 1));
  });
  hit.addEventListener("pointerup", (event) => {
    if (held && !held.moved) choose(context, box, event.shiftKey || event.ctrlKey || event.metaKey);
    held = null;
  });
  hit.addEventListener("pointercancel", () => { held = null; });
}

// A supernode's name, or the label of a pinned feature, edited in its box.
function rename({ store, actions, redraw, build }, box, element) {
  const state = store.read();
  const node = state.graph.nodes[box.members[0]];
  if (box.group === null && node.kind !== "feature") return;
  const name = boxName(state, box);
  const input = makeEditor({
    class: "box-name", value: name, label: t("group.rename"), longest: 200,
    done: (text, isLeft) => {
      input.remove();
      if (!isLeft) element.querySelector("button").focus();
      if (text && box.group === null) actions.labelFeature(node.featureKey, text);
      else if (text) actions.nameGroup(box.group, text);
      build();
      redraw();
    },
  });
  element.append(input);
  beginEditing(input);
}
