"""A browser on the page: what all topics share."""
import contextlib
import json
import urllib.parse
import urllib.request

PATIENCE = 90  # seconds, since a machine may be busy

READY = "() => document.querySelector('#graph')?.describeNodes?.().length > 0"


class Session:
    """One tab on the page, with the steps that a person takes."""

    def __init__(self, page, base):
        self.page, self.base = page, base

    def fetch(self, path):
        with urllib.request.urlopen(f"{self.base}api/v1/{path}".rstrip("/")) as response:
            return json.load(response)

    def visit(self, fragment=""):
        self.page.goto("about:blank")
        self.page.goto(self.base + fragment)

    def open(self, slug, fragment=""):
        self.visit(f"#graph={urllib.parse.quote(slug)}{fragment}")
        self.until(READY)
        self.settle()

    def until(self, condition, argument=None, seconds=PATIENCE):
        """Polls from outside of the page, whose content security policy forbids the browser driver's own way."""
        for _ in range(int(seconds * 40)):
            if self.page.evaluate(condition, argument):
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"waited in vain for {condition}")

    def wait_text(self, selector, text, seconds=PATIENCE):
        self.until("([selector, text]) => document.querySelector(selector)?.textContent.includes(text)", [selector, text], seconds)

    def settle(self):
        """Waits until what changed has been drawn: two frames."""
        for _ in range(2):
            self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => done()))")

    def saved(self):
        """Waits until pins have been written to the server."""
        self.page.wait_for_timeout(700)
        self.page.wait_for_load_state("networkidle")

    def nodes(self):
        return self.page.evaluate("document.querySelector('#graph').describeNodes()")

    def node(self, key):
        return next(node for node in self.nodes() if node["key"] == key)

    def at(self, node):
        box = self.page.locator("#graph").bounding_box()
        return box["x"] + node["x"], box["y"] + node["y"]

    def click_node(self, node, **options):
        self.page.mouse.move(*self.at(node))
        if options.get("add"):
            self.page.keyboard.down("Control")
        self.page.mouse.click(*self.at(node))
        if options.get("add"):
            self.page.keyboard.up("Control")
        self.settle()

    def key(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def focus_graph(self):
        self.page.locator("#graph").focus()

    def hash(self):
        return urllib.parse.parse_qs(urllib.parse.urlparse(self.page.url).fragment)

    def boxes(self):
        return [box.get_attribute("data-box") for box in self.page.locator(".box").all()]

    def tab(self, panel):
        self.page.locator(f"#tab-{panel}").click()
        self.settle()

    def clean(self, slug):
        """Forgets pins and supernodes of a graph."""
        send(self.base, "PUT", f"graphs/{slug}/query", {"query": {"pinnedIds": [], "supernodes": []}})


def send(base, method, path, body=None):
    data = json.dumps(body if body is not None else {}).encode()
    request = urllib.request.Request(base + "api/v1/" + path, data=data, method=method,
                                     headers={"Content-Type": "application/json", "X-Microscope": "1"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


@contextlib.contextmanager
def quiet_session(browser, base, size=(1280, 720), scheme="light", locale="en-US", touch=False, expected=()):
    """A tab that must say nothing on the console, and ask nobody but the server."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale=locale,
                                  timezone_id="UTC", has_touch=touch, accept_downloads=True, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    noise, abroad = [], []
    page.on("console", lambda message: noise.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: noise.append(f"error: {error}"))
    page.on("request", lambda request: None if belongs(request.url, base) else abroad.append(request.url))
    try:
        yield Session(page, base)
    except Exception:
        print("    said on the console:", noise[:5]) if noise else None
        raise
    finally:
        context.close()
    loud = [each for each in noise if not any(word in each for word in expected)]
    assert not loud, f"the console is not quiet: {loud[:5]}"
    assert not abroad, f"requests left the server: {abroad[:5]}"


def belongs(url, base):
    return url.startswith((base, "about:", "blob:" + base, "data:"))
