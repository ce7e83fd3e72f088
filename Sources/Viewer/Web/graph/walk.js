// Walking along links with arrow keys: up to what a node feeds, down to what feeds it, sideways among the choices.

/** A walk that starts anew. */
export function noTrail() { return Object.freeze({ from: null, links: null, at: 0 }); }

/**
 * One step from a node: `{ index, trail }`, or null when there is nowhere to go.
 *
 * "up" follows the strongest visible output, "down" the strongest visible input; "left" and "right" go to the
 * stronger or weaker one of the links that the last step chose among.
 */
export function walk(graph, mask, selected, trail, direction) {
  if (direction === "up" || direction === "down") {
    const links = choices(graph, mask, selected, direction);
    return links.length ? arrive(links, 0, direction, selected) : null;
  }
  if (!trail.links || trail.links.length < 2) return null;
  const at = trail.at + (direction === "right" ? 1 : -1);
  if (at < 0 || at >= trail.links.length) return null;
  return arrive(trail.links, at, trail.direction, trail.from);
}

function choices(graph, mask, selected, direction) {
  const seen = new Set();
  return graph[direction === "up" ? "outputs" : "inputs"][selected].filter((link) => {
    const end = farEnd(link, direction);
    if (!mask[end] || seen.has(end)) return false;
    seen.add(end);
    return true;
  });
}

function arrive(links, at, direction, from) {
  return { index: farEnd(links[at], direction), trail: Object.freeze({ from, links, at, direction }) };
}

function farEnd(link, direction) { return direction === "up" ? link.target : link.source; }
