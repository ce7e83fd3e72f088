// Where the boxes of a subgraph lie: rows by depth, neighbours under each other. Pure functions over 0…1.

const SWEEPS = 8;
const INSET = 0.14;  // how far inside of the ends two things stand

/**
 * Returns `{ places, lines, widest }`: `{ boxId: [x, y] }` for every box, 0…1, y downwards; boxes that were moved stay
 * where they are. With `across` lines are columns from left to right, which suits a wide and low area; `inset` is how far inside of
 * their ends two boxes stand.
 *
 * 1. Boxes of similar depth share a line: tokens below, outputs above, as in the link graph.
 * 2. In a line they stand by position, then by the mean place of what they are joined to, a few sweeps up and down.
 * 3. A line's boxes share its width evenly.
 */
export function layOutBoxes({ boxes, edges }, moved = {}, { perLine = 6, across = false, inset = INSET } = {}) {
  const lines = makeLines(boxes, perLine);
  order(lines, boxes, edges);
  const places = {};
  lines.forEach((line, at) => {
    const depth = spread(at, lines.length);
    line.forEach((box, place) => {
      const along = spread(place, line.length, across ? inset : INSET);
      places[boxes[box].id] = Object.freeze(moved[boxes[box].id] ?? (across ? [depth, along] : [along, 1 - depth]));
    });
  });
  return Object.freeze({ places: Object.freeze(places), lines: lines.length,
    widest: Math.max(0, ...lines.map((line) => line.length)) });
}

// The place of one of some things along a way: one stands in the middle, two a bit inside of both ends, many reach them.
function spread(at, count, inset = INSET) {
  if (count === 1) return 0.5;
  return count === 2 ? inset + (1 - 2 * inset) * at : at / (count - 1);
}

// Lines of at most `perLine` boxes, tokens and outputs by themselves.
function makeLines(boxes, perLine) {
  const sorted = boxes.map((_, at) => at).sort((a, b) => boxes[a].row - boxes[b].row || boxes[a].position - boxes[b].position);
  const ends = { token: [], middle: [], logit: [] };
  for (const at of sorted) (ends[boxes[at].kind] ?? ends.middle).push(at);
  const lines = [...split(ends.token, perLine)];
  lines.push(...split(ends.middle, Math.min(perLine, Math.max(3, Math.ceil(ends.middle.length / 4)))));
  lines.push(...split(ends.logit, perLine));
  return lines.map((line) => line.sort((a, b) => boxes[a].position - boxes[b].position || a - b));
}

function split(list, most) {
  const count = Math.ceil(list.length / most);
  const size = Math.ceil(list.length / Math.max(count, 1));
  return Array.from({ length: count }, (_, at) => list.slice(at * size, (at + 1) * size));
}

function order(lines, boxes, edges) {
  const place = new Map();
  const note = (line) => line.forEach((box, at) => place.set(box, (at + 0.5) / line.length));
  lines.forEach(note);
  const joined = boxes.map(() => []);
  for (const { source, target, weight } of edges) {
    joined[source].push([target, Math.abs(weight)]);
    joined[target].push([source, Math.abs(weight)]);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const way = sweep % 2 ? lines : [...lines].reverse();
    for (const line of way) {
      if (boxes[line[0]].kind === "token") continue;
      const wanted = new Map(line.map((box) => [box, centre(joined[box], place) ?? place.get(box)]));
      line.sort((a, b) => wanted.get(a) - wanted.get(b) || a - b);
      note(line);
    }
  }
}

function centre(neighbours, place) {
  const whole = neighbours.reduce((sum, [, weight]) => sum + weight, 0);
  if (!(whole > 0)) return null;
  return neighbours.reduce((sum, [box, weight]) => sum + place.get(box) * weight, 0) / whole;
}
