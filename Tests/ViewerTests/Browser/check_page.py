#!/usr/bin/env python3
"""Drives the viewer's page in a real browser and checks what is drawn.

    check_page.py URL [--screenshots DIR] [--browser /usr/bin/chromium]

URL is the address of a running viewer with at least one graph that has features and links; with two or more
graphs the picker is checked too. Needs Playwright for Python and Chromium. Exits 0 when every check holds.
"""
import argparse
import contextlib
import json
import os
import sys
import urllib.parse
import urllib.request

from playwright.sync_api import sync_playwright

SIZES = [(1280, 720), (1600, 1000)]
SCHEMES = ["light", "dark"]

# Counts pixels of the canvas that are nearer to a theme colour than to anything else on the figure.
COUNT_COLOUR = """name => {
  const canvas = document.querySelector('#graph');
  const probe = document.createElement('i');
  probe.style.color = getComputedStyle(canvas).getPropertyValue('--' + name);
  document.body.append(probe);
  const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
  probe.remove();
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d', { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const far = Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b);
    if (data[at + 3] > 100 && far < 60) count += 1;
  }
  return count;
}"""

# Tells for each visible node inside the plot whether the canvas holds solid ink where it should be.
INKED = """() => {
  const canvas = document.querySelector('#graph');
  const ratio = canvas.width / canvas.clientWidth;
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d', { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return canvas.describeNodes().filter(n => n.x > 70 && n.x < canvas.clientWidth - 14).map(node => {
    const half = Math.max(Math.ceil(node.radius * 1.3), 3);
    const size = Math.ceil(2 * half * ratio);
    const [left, top] = [node.x - half, node.y - half].map(edge => Math.round(edge * ratio));
    const { data } = context.getImageData(left, top, size, size);
    let ink = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 180) ink += 1;
    return { key: node.key, ink };
  });
}"""

# What sticks out of the window, or out of its own box without a way to scroll there.
OVERFLOWING = """() => {
  const bad = [];
  const boxes = '.bar, .band, .scores, .score, #logits button, .controls, .slider, .legend, .path, ' +
    '.detail, #stage';
  for (const element of document.querySelectorAll(boxes)) {
    const box = element.getBoundingClientRect();
    if (box.width === 0) continue;
    const outside = box.right > innerWidth + 1 || box.left < -1 || box.bottom > innerHeight + 1;
    if (outside) bad.push(element.className || element.id);
  }
  if (document.documentElement.scrollWidth > innerWidth) bad.push('page is wider than the window');
  return bad;
}"""


def fetch(url):
    with urllib.request.urlopen(url) as response:
        return json.load(response)


class Check:
    def __init__(self, page, base, screenshots):
        self.page, self.base, self.screenshots = page, base, screenshots

    def open(self, slug, fragment=""):
        self.page.goto("about:blank")
        self.page.goto(f"{self.base}#graph={urllib.parse.quote(slug)}{fragment}")
        self.until("() => document.querySelector('#graph').describeNodes?.().length > 0")
        self.settle()

    def until(self, condition, argument=None):
        """Polls from outside the page, whose content security policy forbids the browser driver's own way."""
        for _ in range(200):
            if self.page.evaluate(condition, argument):
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"waited in vain for {condition}")

    def settle(self):
        """Waits until what changed has been drawn: two frames."""
        frame = "() => new Promise(done => requestAnimationFrame(() => done()))"
        self.page.evaluate(frame)
        self.page.evaluate(frame)

    def nodes(self):
        return self.page.evaluate("document.querySelector('#graph').describeNodes()")

    def at(self, node):
        box = self.page.locator("#graph").bounding_box()
        return box["x"] + node["x"], box["y"] + node["y"]

    def shoot(self, name):
        if self.screenshots:
            self.page.screenshot(path=os.path.join(self.screenshots, name + ".png"))

    def hash(self):
        return urllib.parse.parse_qs(urllib.parse.urlparse(self.page.url).fragment)

    def drawn(self, slug, graph):
        self.open(slug)
        nodes = self.nodes()
        assert len(nodes) == len(graph["nodes"]), f"{slug}: {len(nodes)} drawn of {len(graph['nodes'])}"
        assert {n["kind"] for n in nodes} >= {"token", "logit"}, f"{slug}: tokens or logits are missing"
        inked = self.page.evaluate(INKED)
        blank = [n["key"] for n in inked if n["ink"] < 3]
        assert inked and not blank, f"{slug}: no ink at {blank[:5]} of {len(inked)}"
        counts = self.page.locator("#counts").inner_text()
        assert str(len(graph["nodes"])) in counts.replace("\u2009", ""), counts
        tokens = self.page.locator("#prompt .token").count()
        assert tokens == len(graph["metadata"]["prompt_tokens"]), f"{slug}: {tokens} tokens"
        assert self.page.locator("#logits button").count() >= 1

    def hovers(self, graph):
        links = {}
        for link in graph["links"]:
            links[link["target"]] = links.get(link["target"], 0) + 1
        ids = {n["node_id"]: n for n in graph["nodes"]}
        inside = [n for n in self.nodes() if n["kind"] == "feature" and n["x"] > 70]
        target = max(inside, key=lambda n: links.get(n["key"].split("~")[0], 0))
        before = self.colours()
        self.page.mouse.move(*self.at(target))
        self.settle()
        tooltip = self.page.locator("#tooltip")
        assert tooltip.is_visible(), "no tooltip over a node"
        text = tooltip.inner_text()
        node = ids[target["key"].split("~")[0]]
        assert "activation" in text and "influence" in text, text
        label = node["clerp"] or "/".join(node["node_id"].split("_")[:2])
        assert label in text, f"{label!r} is not in {text!r}"
        assert self.colours() != before, "hovering drew no other links"
        return target

    def colours(self):
        return self.page.evaluate(COUNT_COLOUR, "positive"), self.page.evaluate(COUNT_COLOUR, "negative")

    def selects(self, target):
        self.page.mouse.click(*self.at(target))
        self.settle()
        assert self.hash()["node"] == [target["key"]], self.page.url
        assert self.page.locator("#detail .kind").inner_text().strip() == "Feature"
        assert self.page.locator("#detail .numbers").inner_text().count("influence") == 1
        self.page.mouse.move(2, 2)
        self.settle()
        assert sum(self.colours()) > 60, "the selected node's links are not drawn"

    def walks(self):
        row = self.page.locator("#detail .links button").first
        end = int(row.get_attribute("data-node"))
        row.click()
        self.settle()
        key = next(n["key"] for n in self.nodes() if n["index"] == end)
        assert self.hash()["node"] == [key], "a click on a link's row did not walk to its node"
        self.page.locator("#graph").focus()
        self.page.keyboard.press("ArrowUp")
        self.settle()
        assert self.hash()["node"] != [key], "an arrow key did not walk"

    def prunes(self):
        whole = len(self.nodes())
        slider = self.page.locator("#threshold")
        most = float(slider.get_attribute("max"))
        slider.fill(str(round(most * 0.6, 2)))
        self.settle()
        kept = self.nodes()
        assert 0 < len(kept) < whole, f"the slider kept {len(kept)} of {whole}"
        assert {"token", "logit"} <= {n["kind"] for n in kept}
        assert " of " in self.page.locator("#counts").inner_text()
        before = (len(kept), self.hash()["node"], self.hash()["influence"])
        self.page.reload()
        self.until("() => document.querySelector('#graph').describeNodes?.().length > 0")
        after = (len(self.nodes()), self.hash()["node"], self.hash()["influence"])
        assert before == after, f"reload changed {before} into {after}"
        self.shoot("pruned")
        slider.fill(str(most))
        self.settle()
        assert len(self.nodes()) == whole

    def strip(self):
        steps = self.page.locator("#path button")
        assert steps.count() >= 2, "no strongest path"
        kinds = {n["index"]: n["kind"] for n in self.nodes()}
        order = [kinds[int(steps.nth(at).get_attribute("data-node"))] for at in range(steps.count())]
        assert order[0] == "token" and order[-1] == "logit", order
        steps.first.click()
        self.settle()
        assert self.page.locator("#detail .kind").inner_text().strip() == "Prompt token"

    def zooms(self):
        before = self.nodes()
        box = self.page.locator("#graph").bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.wheel(0, -600)
        self.settle()
        spread = lambda nodes: max(n["y"] for n in nodes) - min(n["y"] for n in nodes)
        assert spread(self.nodes()) > spread(before) * 1.3, "the wheel did not zoom"
        self.shoot("zoomed")
        self.page.locator("#graph").focus()
        self.page.keyboard.press("0")
        self.settle()
        assert abs(spread(self.nodes()) - spread(before)) < 1, "0 did not show everything"

    def picks(self, graphs):
        other = graphs[-1]
        self.page.locator("#picker .current").click()
        options = self.page.locator("[role=option]")
        assert options.count() == len(graphs), f"{options.count()} of {len(graphs)} graphs listed"
        self.shoot("picker")
        self.page.locator("#picker input").fill(other["slug"])
        assert 1 <= options.count() <= len(graphs)
        self.page.keyboard.press("Enter")
        self.until("slug => new URLSearchParams(location.hash.slice(1)).get('graph') === slug", other["slug"])
        shown = "count => document.querySelectorAll('#prompt .token').length === count"
        self.until(shown, other["tokenCount"])

    def fits(self, name):
        bad = self.page.evaluate(OVERFLOWING)
        assert not bad, f"{name}: sticks out: {bad}"


@contextlib.contextmanager
def quiet_page(browser, size, scheme):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = context.new_page()
    noise = []
    page.on("console", lambda message: noise.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: noise.append(f"error: {error}"))
    page.on("requestfailed", lambda request: noise.append(f"failed: {request.url}"))
    yield page
    context.close()
    assert not noise, f"the console is not quiet: {noise[:5]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--screenshots")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    options = parser.parse_args()
    base = options.url.rstrip("/") + "/"
    if options.screenshots:
        os.makedirs(options.screenshots, exist_ok=True)
    graphs = fetch(base + "api/graphs")["graphs"]
    assert graphs, "the viewer lists no graph"
    address = lambda graph: base + "api/graphs/" + urllib.parse.quote(graph["slug"], safe="")
    loaded = [(graph["slug"], fetch(address(graph))) for graph in graphs[:12]]
    # The richest graph that is not so crowded that one node hides another.
    main_slug, main_graph = max(loaded, key=lambda each: len(each[1]["links"]) * (len(each[1]["nodes"]) < 1000))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
        with quiet_page(browser, SIZES[0], "light") as page:
            check = Check(page, base, options.screenshots)
            for slug, graph in loaded:
                check.drawn(slug, graph)
            check.open(main_slug)
            target = check.hovers(main_graph)
            check.shoot("hover")
            check.selects(target)
            check.shoot("selected")
            check.walks()
            check.prunes()
            check.strip()
            check.zooms()
            if len(graphs) > 1:
                check.picks(graphs)
        for size in SIZES:
            for scheme in SCHEMES:
                with quiet_page(browser, size, scheme) as page:
                    check = Check(page, base, options.screenshots)
                    for slug, _ in loaded:
                        check.open(slug)
                        name = f"{slug}-{size[0]}x{size[1]}-{scheme}"
                        check.fits(name)
                        check.shoot(name)
        browser.close()
    print(f"ok: {len(loaded)} graphs, {len(SIZES) * len(SCHEMES)} window kinds")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as failure:
        sys.exit(f"check_page: {failure}")
