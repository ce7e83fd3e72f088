// Where each node of the link graph sits: columns are tokens, rows are layers.

const SPACING = 11;      // distance between neighbours of one cell that a column asks room for, in pixels
const LOOSE = 15;        // largest such distance, where there is room
const TIGHT = 3.5;       // smallest such distance
const COLUMN_GAP = 10;   // free pixels a column keeps beside its nodes
const MIN_COLUMN = 17;   // narrowest column, so that slanted labels do not touch
const LONG_PROMPT = 0.6; // how much of its wish a column gets when the prompt is scrolled anyway
const MAX_COLUMN = 260;  // a crowded column stops growing here before its nodes move closer

/**
 * Returns the layout of a graph in a drawing area of the given size.
 *
 * 1. A column wants room for its fullest cell; all columns stretch or shrink together to fill the width,
 *    none below a minimum: a prompt too long for that becomes wider than the area and is scrolled.
 * 2. Rows share the height evenly, embeddings at the bottom.
 * 3. Nodes of one cell stand side by side around the middle of the column, the most influential first.
 */
export function layOut(graph, size) {
  const cells = groupByCell(graph);
  const columns = placeColumns(columnDemand(graph, cells), size.width);
  const rowHeight = size.height / graph.rowCount;
  const x = new Float32Array(graph.nodes.length);
  const y = new Float32Array(graph.nodes.length);
  const radius = radii(graph, rowHeight, columns);
  for (const cell of cells.values()) {
    const step = placeCell(cell, columns, rowHeight, size.height, x, y);
    const largest = Math.max(step * 0.46, 1.7);
    for (const node of cell.nodes) radius[node.index] = Math.min(radius[node.index], largest);
  }
  const last = columns[columns.length - 1];
  return Object.freeze({
    x, y, radius, columns, rowHeight,
    width: last ? last.left + last.width : size.width,
    height: size.height,
  });
}

/** The vertical middle of a row, in the layout's pixels. */
export function rowMiddle(layout, row) {
  return layout.height - (row + 0.5) * layout.rowHeight;
}

/** The node nearest to a point and no farther than `reach` pixels, or null. `scale` is the zoom. */
export function nearestNode(layout, mask, point, reach, scale = 1) {
  let best = null;
  let bestDistance = Infinity;
  for (let index = 0; index < layout.x.length; index += 1) {
    if (!mask[index]) continue;
    const distance = Math.hypot(layout.x[index] - point.x, layout.y[index] - point.y) * scale;
    if (distance < bestDistance && distance <= Math.max(reach, layout.radius[index] + 3)) {
      best = index;
      bestDistance = distance;
    }
  }
  return best;
}

/** The next visible node in a direction ("up", "down", "left", "right") from a node, or null. */
export function neighbour(layout, mask, from, direction) {
  const vertical = direction === "up" || direction === "down";
  const forward = direction === "right" || direction === "down" ? 1 : -1;
  let best = null;
  let bestCost = Infinity;
  for (let index = 0; index < layout.x.length; index += 1) {
    if (!mask[index] || index === from) continue;
    const dx = layout.x[index] - layout.x[from];
    const dy = layout.y[index] - layout.y[from];
    const along = (vertical ? dy : dx) * forward;
    if (along < 0.5) continue;
    const cost = along + 4 * Math.abs(vertical ? dx : dy);
    if (cost < bestCost) { best = index; bestCost = cost; }
  }
  return best;
}

/** Column boxes `{ left, width, middle }` from the pixels each column wants. */
export function placeColumns(demand, available) {
  const wanted = demand.reduce((sum, pixels) => sum + pixels, 0);
  let widths = demand;
  if (wanted > 0 && wanted < available) widths = stretch(demand, wanted, available);
  else if (wanted > available) widths = shrink(demand, available);
  let left = 0;
  return Object.freeze(widths.map((width) => {
    const column = Object.freeze({ left, width, middle: left + width / 2 });
    left += width;
    return column;
  }));
}

// Half of the spare room goes out evenly, half in proportion: sparse columns stay narrow but readable.
function stretch(demand, wanted, available) {
  const spare = available - wanted;
  return demand.map((pixels) => pixels + spare * (0.5 / demand.length + 0.5 * pixels / wanted));
}

function shrink(demand, available) {
  const floor = MIN_COLUMN * demand.length;
  if (floor >= available) return demand.map((pixels) => Math.max(MIN_COLUMN, pixels * LONG_PROMPT));
  const excess = demand.reduce((sum, pixels) => sum + (pixels - MIN_COLUMN), 0);
  return demand.map((pixels) => MIN_COLUMN + (pixels - MIN_COLUMN) * (available - floor) / excess);
}

function groupByCell(graph) {
  const cells = new Map();
  for (const node of graph.nodes) {
    const key = node.row * graph.tokens.length + node.position;
    if (!cells.has(key)) cells.set(key, { row: node.row, position: node.position, nodes: [] });
    cells.get(key).nodes.push(node);
  }
  for (const cell of cells.values()) cell.nodes.sort(byImportance);
  return cells;
}

// Features before the error of their cell; the likelier logit, the more influential feature first.
function byImportance(a, b) {
  if ((a.kind === "error") !== (b.kind === "error")) return a.kind === "error" ? 1 : -1;
  return (b.probability ?? 0) - (a.probability ?? 0)
    || (a.influence ?? 1) - (b.influence ?? 1) || a.index - b.index;
}

function columnDemand(graph, cells) {
  const fullest = new Array(Math.max(graph.tokens.length, 1)).fill(1);
  for (const cell of cells.values()) {
    fullest[cell.position] = Math.max(fullest[cell.position], cell.nodes.length);
  }
  return fullest.map((nodes) => Math.min(Math.max(nodes * SPACING + COLUMN_GAP, MIN_COLUMN), MAX_COLUMN));
}

// A cell that does not fit at the tight spacing goes on in further lines inside its row. Returns the distance
// between neighbours.
function placeCell(cell, columns, rowHeight, height, x, y) {
  const { middle, width } = columns[cell.position];
  const room = Math.max(width - COLUMN_GAP, TIGHT);
  const perLine = Math.max(Math.floor(room / TIGHT) + 1, 1);
  const lines = Math.ceil(cell.nodes.length / perLine);
  const inLine = Math.ceil(cell.nodes.length / lines);
  const step = inLine > 1 ? Math.min(LOOSE, room / (inLine - 1)) : 0;
  const lineStep = lines > 1 ? Math.min(6, rowHeight * 0.7 / (lines - 1)) : 0;
  const base = height - (cell.row + 0.5) * rowHeight;
  cell.nodes.forEach((node, at) => {
    const line = Math.floor(at / inLine);
    const held = Math.min(inLine, cell.nodes.length - line * inLine);
    x[node.index] = middle + (at - line * inLine - (held - 1) / 2) * step;
    y[node.index] = base + (line - (lines - 1) / 2) * lineStep;
  });
  return lines > 1 ? Math.min(step, lineStep) : inLine > 1 ? step : Infinity;
}

// More influential nodes are larger; small rows and narrow columns make all nodes smaller.
function radii(graph, rowHeight, columns) {
  const narrowest = columns.reduce((least, column) => Math.min(least, column.width), Infinity);
  const largest = Math.max(2.4, Math.min(5.8, rowHeight * 0.36, narrowest * 0.32));
  const reach = graph.maxInfluence || 1;
  return Float32Array.from(graph.nodes, (node) => {
    const importance = node.influence === null ? 1 : 1 - node.influence / reach;
    return largest * (0.58 + 0.42 * Math.min(Math.max(importance, 0), 1));
  });
}
