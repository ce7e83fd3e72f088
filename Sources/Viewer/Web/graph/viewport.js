// Zoom and pan: pure functions over `{ zoom, x, y }`, the scale and the scrolled pixels.

/** The largest magnification. */
export const MAX_ZOOM = 10;

/** Everything, at the right end when it is wider than the area: that is where the answer stands. */
export function fitted(layout, area) {
  return clampView({ zoom: 1, x: Infinity, y: 0 }, layout, area);
}

/** The view after zooming by a factor around a point of the area that stays where it is. */
export function zoomed(view, factor, point, layout, area) {
  const zoom = Math.min(Math.max(view.zoom * factor, 1), MAX_ZOOM);
  const ratio = zoom / view.zoom;
  return clampView({
    zoom, x: (view.x + point.x) * ratio - point.x, y: (view.y + point.y) * ratio - point.y,
  }, layout, area);
}

/** The view after moving its content by some pixels. */
export function panned(view, dx, dy, layout, area) {
  return clampView({ ...view, x: view.x - dx, y: view.y - dy }, layout, area);
}

/** The view moved as little as needed to bring a point of the layout at least `margin` inside the area. */
export function revealing(view, point, layout, area, margin = 24) {
  const x = nearest(point.x * view.zoom, view.x, area.width, margin);
  const y = nearest(point.y * view.zoom, view.y, area.height, margin);
  return clampView({ ...view, x, y }, layout, area);
}

/** From a point of the layout to the area's pixels. */
export function toArea(view, x, y) { return { x: x * view.zoom - view.x, y: y * view.zoom - view.y }; }

/** From the area's pixels to a point of the layout. */
export function toLayout(view, point) {
  return { x: (point.x + view.x) / view.zoom, y: (point.y + view.y) / view.zoom };
}

function nearest(at, start, length, margin) {
  if (at < start + margin) return at - margin;
  if (at > start + length - margin) return at - length + margin;
  return start;
}

function clampView({ zoom, x, y }, layout, area) {
  const most = (content, room) => Math.max(content * zoom - room, 0);
  return Object.freeze({
    zoom,
    x: Math.min(Math.max(x, 0), most(layout.width, area.width)),
    y: Math.min(Math.max(y, 0), most(layout.height, area.height)),
  });
}
