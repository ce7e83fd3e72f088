// Tells moving, clicking, dragging, drawing a lasso, and pinching with two fingers apart.

const SLACK = 4;       // pixels that a click may wander
const HOLD = 450;      // milliseconds after which a resting finger draws a lasso

/**
 * Connects an element's pointers. `at(event)` gives the point that the handlers get:
 * `hover(point, event)`, `click(point, event)`, `drag(dx, dy)`, `lasso(points, ended)`, `pinch(factor, point)`, `leave()`;
 * `drawsLasso(event)` says whether a drag draws.
 */
export function connectPointer(element, at, handlers) {
  const fingers = new Map();
  let held = null;
  let spread = 0;

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    element.setPointerCapture(event.pointerId);
    if (fingers.size === 2) { held = null; spread = distance(fingers); return; }
    held = { x: event.clientX, y: event.clientY, time: event.timeStamp, moved: false, points: [at(event)],
      draws: handlers.drawsLasso(event) };
  });

  element.addEventListener("pointermove", (event) => {
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2) { spread = pinch(event, spread); return; }
    if (!held) { handlers.hover(at(event), event); return; }
    moveHeld(event);
  });

  element.addEventListener("pointerup", (event) => {
    fingers.delete(event.pointerId);
    if (held && !held.moved) handlers.click(at(event), event);
    else if (held?.draws) handlers.lasso(held.points, true, event);
    held = null;
  });
  element.addEventListener("pointercancel", (event) => { fingers.delete(event.pointerId); held = null; });
  element.addEventListener("pointerleave", () => { if (!held) handlers.leave(); });

  function moveHeld(event) {
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved) {
      if (Math.hypot(dx, dy) < SLACK) return;
      held.moved = true;
      if (event.pointerType === "touch" && event.timeStamp - held.time > HOLD) held.draws = true;
    }
    Object.assign(held, { x: event.clientX, y: event.clientY });
    if (held.draws) { held.points.push(at(event)); handlers.lasso(held.points, false, event); }
    else handlers.drag(dx, dy);
  }

  function pinch(event, before) {
    const now = distance(fingers);
    if (before > 0 && now > 0) handlers.pinch(now / before, at(event));
    return now;
  }
}

function distance(fingers) {
  const [a, b] = [...fingers.values()];
  return Math.hypot(a.x - b.x, a.y - b.y);
}
