// Undo and redo: a history of frozen values. Pure functions.

const LONGEST = 200;

/** A history without steps. */
export function emptyHistory() { return Object.freeze({ past: Object.freeze([]), future: Object.freeze([]) }); }

/**
 * Remembers `value` before a change. Steps with the same tag in a row (moving a box, typing) are one step:
 * only the value before the first of them is kept.
 */
export function remembered(history, value, tag = null) {
  const last = history.past.at(-1);
  if (tag !== null && last?.tag === tag && !history.future.length) return history;
  const past = [...history.past, Object.freeze({ value, tag })].slice(-LONGEST);
  return Object.freeze({ past: Object.freeze(past), future: Object.freeze([]) });
}

/** The history with every remembered value changed: for what is no step of its own. */
export function rewritten(history, change) {
  const list = (steps) => Object.freeze(steps.map(({ value, tag }) => Object.freeze({ value: change(value), tag })));
  return Object.freeze({ past: list(history.past), future: list(history.future) });
}

/** One step back from `value`: `{ history, value }`, or null. */
export function undone(history, value) { return step(history.past, history.future, value, makeBack); }

/** One step forward from `value`: `{ history, value }`, or null. */
export function redone(history, value) { return step(history.future, history.past, value, makeForward); }

function step(from, to, value, build) {
  if (!from.length) return null;
  const rest = Object.freeze(from.slice(0, -1));
  const other = Object.freeze([...to, Object.freeze({ value, tag: null })]);
  return { history: build(rest, other), value: from.at(-1).value };
}

function makeBack(past, future) { return Object.freeze({ past, future }); }
function makeForward(future, past) { return Object.freeze({ past, future }); }
