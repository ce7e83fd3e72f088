"""Reading a graph: drawing, hovering, selecting, walking, finding, filtering, pruning, paths, zooming."""
from session import quiet_session

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
    if (data[at + 3] > 100 && far < 90) count += 1;
  }
  return count;
}"""

# Tells for each visible node inside the plot whether the canvas holds ink where it should be.
INKED = """() => {
  const canvas = document.querySelector('#graph');
  const ratio = canvas.width / canvas.clientWidth;
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d', { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return canvas.describeNodes().filter(n => n.x > 62 && n.x < canvas.clientWidth - 14).map(node => {
    const half = Math.max(Math.ceil(node.radius * 1.3), 3);
    const size = Math.ceil(2 * half * ratio);
    const [left, top] = [node.x - half, node.y - half].map(edge => Math.round(edge * ratio));
    const { data } = context.getImageData(left, top, size, size);
    let ink = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 90) ink += 1;
    return { key: node.key, ink };
  });
}"""


def check(browser, base, slugs):
    with quiet_session(browser, base) as session:
        graph = session.fetch(f"graphs/{slugs[0]}")
        session.clean(slugs[0])
        session.open(slugs[0])
        drawn(session, graph)
        target = hovers(session, graph)
        selects(session, target)
        walks(session)
        finds(session, graph)
        filters(session, graph)
        prunes(session)
        follows_a_path(session)
        zooms(session)
        lists(session, graph)
        scatters(session)


def drawn(session, graph):
    nodes = session.nodes()
    assert len(nodes) == len(graph["nodes"]), f"{len(nodes)} drawn of {len(graph['nodes'])}"
    blank = [n["key"] for n in session.page.evaluate(INKED) if n["ink"] < 2]
    assert len(blank) < len(nodes) / 50, f"no ink at {blank[:5]} of {len(nodes)}"
    assert str(len(graph["nodes"])) in session.page.locator("#counts").inner_text().replace("\u2009", "")
    assert session.page.locator("#prompt .token").count() == len(graph["metadata"]["prompt_tokens"])
    assert session.page.locator("#logits button").count() >= 1
    assert session.page.locator("#scores .score").count() == 3


def hovers(session, graph):
    links = {}
    for link in graph["links"]:
        links[link["target"]] = links.get(link["target"], 0) + 1
    inside = [n for n in session.nodes() if n["kind"] == "feature" and n["x"] > 70]
    target = max(inside, key=lambda n: links.get(n["key"].split("~")[0], 0))
    before = colours(session)
    session.page.mouse.move(*session.at(target))
    session.settle()
    tooltip = session.page.locator("#tooltip")
    assert tooltip.is_visible(), "no tooltip over a node"
    assert "activation" in tooltip.inner_text() and "influence" in tooltip.inner_text(), tooltip.inner_text()
    assert colours(session) != before, "hovering drew no other links"
    return target


def colours(session):
    return session.page.evaluate(COUNT_COLOUR, "positive"), session.page.evaluate(COUNT_COLOUR, "negative")


def selects(session, target):
    session.click_node(target)
    assert session.hash()["node"] == [target["key"]], session.page.url
    assert session.page.locator("#detail .kind").inner_text().startswith("feature")
    assert "influence" in session.page.locator("#detail .numbers").inner_text()
    session.page.mouse.move(2, 2)
    session.settle()
    assert sum(colours(session)) > 60, "the selected node's links are not drawn"


def walks(session):
    row = session.page.locator("#detail .links button[data-node]").first
    end = int(row.get_attribute("data-node"))
    row.click()
    session.settle()
    key = next(n["key"] for n in session.nodes() if n["index"] == end)
    assert session.hash()["node"] == [key], "a click on a link's row did not walk to its node"
    session.focus_graph()
    session.key("Escape")
    top = session.hash()["node"]
    session.key("ArrowDown")
    below = session.hash()["node"]
    assert below != top, "the down arrow did not walk along a link"
    session.key("ArrowRight")
    assert session.hash()["node"] not in (top, below), "the right arrow did not go to the next link"
    session.key("ArrowLeft")
    assert session.hash()["node"] == below
    session.key("Alt+ArrowUp")


def finds(session, graph):
    session.key("/")
    feature = next(node for node in graph["nodes"] if node["feature_type"] == "cross layer transcoder")
    session.page.keyboard.type(feature["node_id"])
    session.settle()
    assert session.page.locator("#found [role=option]").count() >= 1
    session.key("Enter")
    assert session.hash()["node"] == [feature["node_id"]]
    session.page.locator("#find").fill("no such label anywhere")
    session.settle()
    assert session.page.locator("#found [role=option]").count() == 0
    session.page.locator("#find").press("Escape")


def filters(session, graph):
    session.tab("filters")
    whole = len(session.nodes())
    errors = sum(node["feature_type"] == "mlp reconstruction error" for node in graph["nodes"])
    session.page.locator("#filter-error").uncheck()
    session.settle()
    assert len(session.nodes()) == whole - errors
    session.page.locator("#filter-positions-0").select_option("2")
    session.settle()
    kept = {node["key"] for node in session.nodes()}
    assert 0 < len(kept) < whole - errors
    session.page.locator("#clear-filters").click()
    session.settle()
    assert len(session.nodes()) == whole
    session.tab("node")


def prunes(session):
    whole = len(session.nodes())
    slider = session.page.locator("#node-threshold")
    if slider.is_visible():
        slider.fill("0.5")
        session.until("count => document.querySelector('#graph').describeNodes().length < count", whole)
        fewer = len(session.nodes())
        slider.fill("0.9")
        session.until("count => document.querySelector('#graph').describeNodes().length > count", max(whole, fewer))
        assert {"token", "logit"} <= {node["kind"] for node in session.nodes()}
        session.page.reload()
        session.until("count => document.querySelector('#graph')?.describeNodes?.().length === count", whole)
    else:
        slider = session.page.locator("#threshold")
        slider.fill("0.4")
        session.settle()
        kept = (len(session.nodes()), session.hash()["influence"])
        assert 0 < kept[0] < whole
        session.page.reload()
        session.until("() => document.querySelector('#graph')?.describeNodes?.().length > 0")
        session.settle()
        assert (len(session.nodes()), session.hash()["influence"]) == kept
        session.page.locator("#threshold").fill(session.page.locator("#threshold").get_attribute("max"))
        session.settle()


def follows_a_path(session):
    token = session.page.locator("#route-from option").nth(-1).get_attribute("value")
    before = colours(session)
    session.page.locator("#route-from").select_option(token)
    session.settle()
    assert colours(session) != before, "a chosen path is not highlighted"
    first = session.page.locator("#path button").first
    assert first.get_attribute("data-node") == token
    session.key("Escape")
    assert session.page.locator("#route-from").input_value() == ""


def zooms(session):
    spread = lambda: max(n["y"] for n in session.nodes()) - min(n["y"] for n in session.nodes())
    before = spread()
    box = session.page.locator("#graph").bounding_box()
    session.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    session.page.mouse.wheel(0, -600)
    session.settle()
    assert spread() > before * 1.3, "the wheel did not zoom"
    session.focus_graph()
    session.key("0")
    assert abs(spread() - before) < 1, "0 did not show everything"


def lists(session, graph):
    session.tab("features")
    features = sum(node["feature_type"] == "cross layer transcoder" for node in graph["nodes"])
    first = session.page.locator("#feature-list [role=option]").first
    assert first.get_attribute("aria-setsize") == str(features)
    first.click()
    session.key("ArrowDown")
    assert session.page.locator("#feature-list [aria-selected=true]").get_attribute("aria-posinset") == "2"
    session.page.locator(".list-panel select").select_option("link")
    session.settle()
    session.tab("node")


def scatters(session):
    session.tab("scatter")
    session.page.locator("#scatter-x").select_option("layer")
    session.page.locator("#scatter-y").select_option("outDegree")
    session.settle()
    assert "layer" in session.page.locator("#scatter").get_attribute("aria-label")
    box = session.page.locator("#scatter").bounding_box()
    session.page.mouse.move(box["x"] + 60, box["y"] + 20)
    session.page.mouse.down()
    for x, y in [(box["width"] - 20, 20), (box["width"] - 20, box["height"] - 50), (60, box["height"] - 50)]:
        session.page.mouse.move(box["x"] + x, box["y"] + y, steps=3)
    session.page.mouse.up()
    session.settle()
    assert not session.page.locator("#group").is_disabled(), "the lasso chose nothing"
    session.tab("links")
