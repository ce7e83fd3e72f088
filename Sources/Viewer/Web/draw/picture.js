// A picture of one layer of the figure, drawn beyond the plot's edges: moving and zooming only copy it.

const OVERSCAN = 0.35;      // how far a picture goes beyond the plot, as a share of it
const COARSEST = 2.5;       // a picture is not magnified further
const SMALLEST = 0.55;      // nor shrunk further

/** Makes a picture that has yet to be taken. `of` is whatever its owner wants to remember of what it shows. */
export function makePicture() { return { canvas: document.createElement("canvas"), view: null, of: null }; }

/** Takes a picture in the figure's view; `work(context)` draws in the plot's own coordinates. */
export function take(picture, { area, view }, ratio, of, work) {
  const [width, height] = [area.width, area.height].map((each) => Math.round(each * (1 + 2 * OVERSCAN) * ratio));
  if (picture.canvas.width !== width || picture.canvas.height !== height) Object.assign(picture.canvas, { width, height });
  const context = picture.canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(ratio, 0, 0, ratio, area.width * OVERSCAN * ratio, area.height * OVERSCAN * ratio);
  work(context);
  Object.assign(picture, { view, of });
}

/** Copies a picture to where the figure's view wants it, in the plot's own coordinates. */
export function copy(context, picture, { area, view }, ratio) {
  const [x, y, scale] = shift(picture.view, view);
  context.drawImage(picture.canvas, x - area.width * OVERSCAN * scale, y - area.height * OVERSCAN * scale,
    picture.canvas.width / ratio * scale, picture.canvas.height / ratio * scale);
}

/** Whether a picture that was taken in one view fills the plot in another, neither too coarse nor too small. */
export function covers(from, { area, view }) {
  if (!from) return false;
  const [x, y, scale] = shift(from, view);
  const over = OVERSCAN * scale;
  const inner = (at, length) => at - length * over <= 1 && at + length * (scale + over) >= length - 1;
  return scale > SMALLEST && scale < COARSEST && inner(x, area.width) && inner(y, area.height);
}

// Where a picture of one view lies in another: left, top, and scale.
function shift(from, to) {
  const scale = to.zoom / from.zoom;
  return [from.x * scale - to.x, from.y * scale - to.y, scale];
}
