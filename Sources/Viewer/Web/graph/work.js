// What a reader does with a graph: pins, supernodes, where boxes lie. Frozen values and pure functions.

/** Nothing pinned. `labels` are a person's names of features, by "layer/index". */
export function emptyWork() {
  return freeze({ pinned: [], supernodes: [], positions: {}, labels: {} });
}

/** The work after pinning ids, or taking pins away. */
export function pinning(work, ids, on = true) {
  const others = work.pinned.filter((id) => !ids.includes(id));
  if (on) return freeze({ ...work, pinned: [...work.pinned, ...ids.filter((id) => !work.pinned.includes(id))] });
  return tidied({ ...work, pinned: others });
}

/** The work after grouping ids into one supernode; they leave the supernodes in which they were. */
export function grouping(work, name, ids) {
  const pinned = pinning(work, ids);
  const rest = pinned.supernodes.map((group) => ({ ...group, ids: group.ids.filter((id) => !ids.includes(id)) }));
  return tidied({ ...pinned, supernodes: [...rest, { name, ids: [...ids] }] });
}

/** The work after breaking a supernode up; its members stay pinned. */
export function ungrouping(work, at) {
  return tidied({ ...work, supernodes: work.supernodes.filter((_, index) => index !== at) });
}

/** The work after naming a supernode. */
export function naming(work, at, name) {
  return freeze({ ...work, supernodes: work.supernodes.map((group, index) => (index === at ? { ...group, name } : group)) });
}

/** The work after taking one member out of its supernode; it stays pinned. */
export function releasing(work, id) {
  return tidied({ ...work, supernodes: work.supernodes.map((group) => ({ ...group,
    ids: group.ids.filter((each) => each !== id) })) });
}

/** The work after moving boxes: `{ boxId: [x, y] }`, each 0…1 of the panel. */
export function placing(work, positions) { return freeze({ ...work, positions: { ...work.positions, ...positions } }); }

/** The work with the positions of boxes forgotten, so that they are laid out again. */
export function unplaced(work) { return freeze({ ...work, positions: {} }); }

/** The work after naming a feature; an empty name takes the person's name away. */
export function labelling(work, feature, text) {
  const { [feature]: _, ...others } = work.labels;
  return freeze({ ...work, labels: text ? { ...others, [feature]: text } : others });
}

/** The supernode that holds an id, by index, or −1. */
export function groupOf(work, id) { return work.supernodes.findIndex((group) => group.ids.includes(id)); }

/** What stands in the subgraph: a box for each supernode and for each pinned node outside of one. */
export function boxes(work) {
  const groups = work.supernodes.map((group, at) => ({ id: boxId(group.ids), name: group.name, ids: group.ids, group: at }));
  const single = work.pinned.filter((id) => groupOf(work, id) < 0).map((id) => ({ id, name: null, ids: [id], group: null }));
  return [...groups, ...single];
}

/** A supernode's own id: it stays the same when the supernode is renamed. */
export function boxId(ids) { return `group:${[...ids].sort()[0]}`; }

// Supernodes of fewer than two members are none, and positions of what is no longer there are forgotten.
function tidied(work) {
  const supernodes = work.supernodes
    .map((group) => ({ ...group, ids: group.ids.filter((id) => work.pinned.includes(id)) }))
    .filter((group) => group.ids.length > 1);
  const kept = new Set([...work.pinned, ...supernodes.map((group) => boxId(group.ids))]);
  const positions = Object.fromEntries(Object.entries(work.positions).filter(([id]) => kept.has(id)));
  return freeze({ ...work, supernodes, positions });
}

// What is frozen already is kept as it is, so that a part that did not change stays the same value.
function freeze({ pinned, supernodes, positions, labels }) {
  const kept = (value, copy) => (Object.isFrozen(value) ? value : Object.freeze(copy(value)));
  return Object.freeze({
    pinned: kept(pinned, (ids) => [...ids]),
    supernodes: kept(supernodes, (groups) => groups.map(({ name, ids }) => Object.freeze({ name,
      ids: kept(ids, (list) => [...list]) }))),
    positions: kept(positions, (places) => ({ ...places })),
    labels: kept(labels, (names) => ({ ...names })),
  });
}
