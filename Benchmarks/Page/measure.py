#!/usr/bin/env python3
"""Measures the page in a real browser: first paint of a 2,000-node graph, and frames while hovering, panning and zooming
over one of 5,000 nodes and 50,000 links. `hubs` hovers over the nodes with the most links only: outputs have thousands.

    measure.py ADDRESS --first SLUG --large SLUG [--browser /usr/bin/chromium] [--scale 1]

ADDRESS is a running viewer that has both graphs (make_graph.py writes them). Prints medians and 95th percentiles.
"""
import argparse
import collections
import json
import statistics
import urllib.request

from playwright.sync_api import sync_playwright

# Frames follow each other as soon as they are drawn, so the time between two is what one takes: script, layout, paint.
UNLIMITED = ["--disable-frame-rate-limit", "--disable-gpu-vsync"]

# Milliseconds between animation frames while `work(at)` is done in each.
FRAMES = """async ([kind, links]) => {
  const canvas = document.querySelector('#graph');
  const box = canvas.getBoundingClientRect();
  const nodes = canvas.describeNodes();
  const degree = key => links[key] ?? 0;
  const hubs = [...nodes].sort((a, b) => degree(b.key) - degree(a.key)).slice(0, 40);
  const send = (name, x, y, more = {}) => canvas.dispatchEvent(new PointerEvent(name, {
    clientX: box.left + x, clientY: box.top + y, pointerId: 1, pointerType: 'mouse', button: 0, bubbles: true, ...more }));
  const wheel = (delta, more = {}) => canvas.dispatchEvent(new WheelEvent('wheel', {
    clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, deltaY: delta, bubbles: true, cancelable: true, ...more }));
  const work = {
    hover: at => { const node = nodes[(at * 37) % nodes.length]; send('pointermove', node.x, node.y); },
    hubs: at => { const node = hubs[at % hubs.length]; send('pointermove', node.x, node.y); },
    pan: at => wheel(at % 60 < 30 ? 24 : -24, { shiftKey: true }),
    zoom: at => wheel(at % 40 < 20 ? -40 : 40),
  }[kind];
  if (kind === 'pan') for (let at = 0; at < 6; at += 1) wheel(-200);
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let at = 0; at < 3; at += 1) await frame();
  const gaps = [];
  let before = await frame();
  for (let at = 0; at < 180; at += 1) {
    work(at);
    const now = await frame();
    gaps.push(now - before);
    before = now;
  }
  send('pointerleave', 0, 0);
  return gaps;
}"""

PAINT = """() => {
  const answer = performance.getEntriesByType('resource').filter(e => e.name.includes('/graphs/') && !e.name.endsWith('/query'))[0];
  return { response: answer.responseEnd, drawn: performance.getEntriesByName('graph-drawn')[0]?.startTime ?? null };
}"""


def summary(values):
    ordered = sorted(values)
    return {"median": round(statistics.median(ordered), 1), "p95": round(ordered[int(len(ordered) * 0.95)], 1), "worst": round(ordered[-1], 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--first", required=True)
    parser.add_argument("--large", required=True)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--display", action="store_true", help="keep the display's period of 16.7 ms: frames are never shorter")
    options = parser.parse_args()
    base = options.address.rstrip("/") + "/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox", *([] if options.display else UNLIMITED)])
        context = browser.new_context(viewport={"width": 1600, "height": 1000}, device_scale_factor=options.scale)
        page = context.new_page()
        paints = []
        for _ in range(5):
            page.goto("about:blank")
            page.goto(f"{base}#graph={options.first}")
            wait_for(page, "() => performance.getEntriesByName('graph-drawn').length > 0")
            times = page.evaluate(PAINT)
            paints.append(times["drawn"] - times["response"])
        print("first paint after the response, ms:", json.dumps(summary(paints)))
        links = link_counts(base, options.large)
        page.goto("about:blank")
        page.goto(f"{base}#graph={options.large}")
        wait_for(page, "() => document.querySelector('#graph')?.describeNodes?.().length > 0")
        page.wait_for_timeout(1500)
        for kind in ["hover", "hubs", "pan", "zoom"]:
            print(f"frames, {kind}, ms:", json.dumps(summary(page.evaluate(FRAMES, [kind, links]))))
        browser.close()


def link_counts(base, slug):
    """How many links each node of a graph has."""
    with urllib.request.urlopen(f"{base}api/v1/graphs/{slug}") as response:
        links = json.load(response)["links"]
    return collections.Counter(link[end] for link in links for end in ["source", "target"])


def wait_for(page, condition):
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise SystemExit(f"waited in vain for {condition}")


if __name__ == "__main__":
    main()
