// The keyboard of the page: one table, from which keys are read and the help sheet is written.

const NEXT_LINKS = { strongest: "all", all: "none", none: "strongest" };

/** Groups of `{ keys, name, run? }`: what is without `run` is handled where the focus is, and only listed. */
export const KEYS = Object.freeze([
  { group: "page", entries: [
    { keys: ["?"], name: "help", run: ({ actions }) => actions.openSheet("help") },
    { keys: ["1", "2", "3", "4", "5", "6", "7"], shown: "1 – 7", name: "panels",
      run: ({ focusPanel }, key) => focusPanel(Number(key)) },
    { keys: ["o"], name: "gallery", run: ({ actions }) => actions.show("gallery") },
    { keys: ["g"], name: "graph", run: ({ actions }) => actions.show("graph") },
    { keys: ["d"], name: "compare", run: ({ actions }) => actions.show("compare") },
    { keys: ["f"], name: "features", run: ({ actions }) => actions.show("features") },
    { keys: ["n"], name: "trace", run: ({ actions }) => actions.openSheet("trace") },
    { keys: ["e"], name: "export", run: ({ actions }) => actions.openSheet("export") },
  ] },
  { group: "graph", entries: [
    { keys: ["ArrowUp", "ArrowDown"], shown: "↑ ↓", name: "walk" },
    { keys: ["ArrowLeft", "ArrowRight"], shown: "← →", name: "siblings" },
    { keys: ["Alt+Arrow"], shown: "Alt + ← ↑ → ↓", name: "near" },
    { keys: ["+", "-", "0"], shown: "+ − 0", name: "zoom" },
    { keys: ["/"], name: "find", run: () => document.getElementById("find")?.focus() },
    { keys: ["Escape"], shown: "Esc", name: "escape", run: ({ actions }) => actions.startOver() },
    { keys: ["[", "]"], shown: "[ ]", name: "prune", run: ({ prune }, key) => prune(key === "]" ? 0.02 : -0.02) },
    { keys: ["a"], name: "links", run: ({ store, actions }) => actions.setLinks(NEXT_LINKS[store.read().links]) },
    { keys: ["t"], name: "lasso", run: ({ store, actions }) => actions.setTool(store.read().tool === "lasso" ? "move" : "lasso") },
  ] },
  { group: "work", entries: [
    { keys: ["p"], name: "pin", run: ({ actions }) => actions.togglePin() },
    { keys: [" "], shown: "Space", name: "choose" },
    { keys: ["s"], name: "group", run: ({ actions }) => actions.group() },
    { keys: ["u"], name: "ungroup", run: ({ actions }) => actions.ungroup() },
    { keys: ["r"], name: "rename", run: ({ rename }) => rename() },
    { keys: ["Ctrl+z"], shown: "Ctrl + Z", name: "undo", run: ({ actions }) => actions.undo() },
    { keys: ["Ctrl+Z", "Ctrl+y"], shown: "Ctrl + Shift + Z", name: "redo", run: ({ actions }) => actions.redo() },
  ] },
  { group: "boxes", entries: [
    { keys: ["Alt+Arrow"], shown: "Alt + ← ↑ → ↓", name: "move" },
    { keys: ["Enter"], name: "open" }, { keys: ["F2"], name: "rename" }, { keys: ["Delete"], name: "unpin" },
  ] },
  { group: "layout", entries: [
    { keys: ["Alt+Arrow"], shown: "Alt + ← ↑ → ↓", name: "moveTab" },
    { keys: ["Alt+Shift+Arrow"], shown: "Alt + Shift + ← ↑ → ↓", name: "splitTab" },
    { keys: ["Arrow"], shown: "← ↑ → ↓", name: "size" },
  ] },
]);

/** The command of a key press, or null. Keys typed into fields are theirs, except for undo outside of text. */
export function commandOf(event, inField) {
  if (event.altKey || inField) return null;
  const key = event.ctrlKey || event.metaKey ? `Ctrl+${event.key}` : event.key;
  for (const { entries } of KEYS) {
    const found = entries.find((entry) => entry.run && entry.keys.includes(key));
    if (found) return found;
  }
  return null;
}

/** Whether an element takes keys for itself. */
export function takesText(element) {
  if (!element) return false;
  if (element.tagName === "TEXTAREA" || element.tagName === "SELECT" || element.isContentEditable) return true;
  return element.tagName === "INPUT" && !["checkbox", "range", "button"].includes(element.type);
}
