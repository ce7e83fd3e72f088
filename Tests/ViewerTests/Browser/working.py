"""Working on a graph: pins, supernodes, labels, undo, saving; export and import; the arrangement of panels."""
import json
import os
import tempfile

from session import READY, quiet_session, send


def check(browser, base, slugs):
    with quiet_session(browser, base) as session:
        session.clean(slugs[0])
        session.open(slugs[0])
        members = pins(session)
        groups(session, members)
        keeps(session, slugs[0])
        labels(session)
        moves_boxes(session)
        exports(session, browser, slugs[0])
        imports(session, slugs[0])
        arranges(session)


def pins(session):
    features = [n for n in session.nodes() if n["kind"] == "feature" and n["x"] > 70][-40::9][:3]
    for node in features:
        session.click_node(session.node(node["key"]))
        session.key("p")
    assert sorted(session.boxes()) == sorted(node["key"] for node in features)
    session.page.locator("#undo").click()
    session.settle()
    assert len(session.boxes()) == 2, "undo did not take the pin away"
    session.key("Control+Shift+Z")
    assert len(session.boxes()) == 3, "redo did not bring it back"
    assert "replacement" in session.page.locator("#subgraph-scores").inner_text()
    return [node["key"] for node in features]


def groups(session, members):
    hits = session.page.locator(".box .hit")
    for at in range(2):
        hits.nth(at).click(modifiers=["Shift"])
    session.page.locator("#group").click()
    session.settle()
    group = session.page.locator(".box[data-box^='group:']")
    assert group.count() == 1 and len(session.boxes()) == 2
    group.locator(".hit").dblclick()
    session.page.locator(".box-name").fill("say a capital")
    session.page.locator(".box-name").press("Enter")
    session.settle()
    assert "say a capital" in group.locator(".hit").get_attribute("aria-label")


def keeps(session, slug):
    session.saved()
    before = session.boxes()
    session.page.reload()
    session.until(READY)
    session.until("() => document.querySelectorAll('.box').length > 0")
    assert session.boxes() == before, "a reload lost pins"
    assert "say a capital" in session.page.locator(".box[data-box^='group:'] .hit").get_attribute("aria-label")
    query = session.fetch(f"graphs/{slug}/query")["query"]
    scores = send(session.base, "POST", f"graphs/{slug}/scores", {"pinnedIds": query["pinnedIds"]})["subgraph"]
    session.wait_text("#subgraph-scores", f"replacement {percent(scores['replacement'])}")
    session.wait_text("#subgraph-scores", f"completeness {percent(scores['completeness'])}")
    assert query["supernodes"][0][0] == "say a capital" and len(query["pinnedIds"]) == 3, query


def percent(share):
    """A share as the page writes it."""
    value = share * 100
    return f"{'<0.1' if 0 < value < 0.1 else format(value, '.0f' if value >= 9.95 or value == 0 else '.1f')} %"


def labels(session):
    feature = next(box for box in session.boxes() if not box.startswith("group:"))
    session.click_node(session.node(feature))
    session.key("r")
    session.page.locator("#label-input").fill("my own label")
    session.page.locator("#label-input").press("Enter")
    session.settle()
    assert session.page.locator("#detail h2").inner_text() == "my own label"
    session.key("Control+z")
    assert session.page.locator("#detail h2").inner_text() != "my own label", "undo did not take the label back"
    session.saved()


def moves_boxes(session):
    box = session.page.locator(".box").first
    before = box.bounding_box()
    centre = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    session.page.mouse.move(*centre)
    session.page.mouse.down()
    session.page.mouse.move(centre[0] + 90, centre[1], steps=4)
    session.page.mouse.up()
    session.settle()
    assert abs(box.bounding_box()["x"] - before["x"] - 90) < 6, "a dragged box did not follow"
    session.page.locator("#tidy").click()
    session.settle()
    assert abs(box.bounding_box()["x"] - before["x"]) < 2, "tidy did not lay the boxes out again"
    session.saved()


def exports(session, browser, slug):
    folder = tempfile.mkdtemp()
    files = {}
    for name in ["svg", "png", "json", "circuit-tracer", "neuronpedia", "html"]:
        session.focus_graph()
        session.key("e")
        with session.page.expect_download() as download:
            session.page.locator(f"#export-{name}").click()
        files[name] = os.path.join(folder, download.value.suggested_filename)
        download.value.save_as(files[name])
        session.page.locator("#close-sheet").click()
    svg = read(files["svg"])
    assert svg.startswith("<?xml") and svg.count("<path") > 50 and "NaN" not in svg and "undefined" not in svg
    with open(files["png"], "rb") as file:
        head = file.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(head[16:20], "big") >= 3600
    whole = json.loads(read(files["json"]))
    assert whole["qParams"]["supernodes"][0][0] == "say a capital" and whole["links"]
    assert json.loads(json.loads(read(files["circuit-tracer"]))["supernodes"])[0][0] == "say a capital"
    assert json.loads(read(files["neuronpedia"]))["slug"] == slug
    opens_alone(browser, files["html"], len(session.nodes()))
    session.files = files


def opens_alone(browser, path, count):
    """The saved page draws the graph with no server at all."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    page = context.new_page()
    noise = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.goto("file://" + path)
    for _ in range(400):
        if page.evaluate("() => document.querySelector('#graph')?.describeNodes?.().length ?? 0") == count:
            break
        page.wait_for_timeout(25)
    else:
        raise AssertionError(f"the saved page drew nothing: {noise[:3]}")
    assert page.locator(".box").count() == 2, "the saved page lost its pins"
    context.close()
    assert not noise, f"the saved page is not quiet: {noise[:3]}"


def imports(session, slug):
    for name in ["circuit-tracer", "neuronpedia", "json"]:
        if name != "json":
            for _ in range(len(session.boxes())):
                session.page.locator(".box .hit").first.focus()
                session.key("Delete")
            assert session.boxes() == []
        before = session.page.url
        session.focus_graph()
        session.key("e")
        session.page.locator(".export .export-group button").last.click()
        session.page.locator("#import-file").set_input_files(session.files[name])
        if name == "json":
            session.until("before => location.href !== before && !document.querySelector('dialog[open]')", before)
            session.until("() => document.querySelectorAll('.box').length === 2")
            session.open(slug)
        else:
            session.until("() => document.querySelectorAll('.box').length === 2")
            session.page.locator("#close-sheet").click()
    session.saved()


def arranges(session):
    """Panels by hand: sized at a bar, dragged to tabs, to a side, to the window's edge; by keys; remembered; reset."""
    page = session.page
    frame = lambda panel: page.locator(f"#tab-{panel}").evaluate("""tab => {
      const { left, top, width, height } = tab.closest('.zone').getBoundingClientRect(); return { left, top, width, height }; }""")
    tabs = lambda panel: page.locator(f"#tab-{panel}").evaluate("tab => [...tab.parentElement.children].map(each => each.dataset.panel)")
    before = frame("node")["width"]
    bar = page.locator(".dock > .split > .splitter")
    bar.focus()
    session.key("ArrowLeft", "ArrowLeft")
    assert abs(frame("node")["width"] - before - 32) < 2, "the arrow keys did not size the panel"
    place = bar.bounding_box()
    drag(session, (place["x"], place["y"] + 200), (place["x"] - 60, place["y"] + 200))
    assert abs(frame("node")["width"] - before - 92) < 3, "the bar did not follow the pointer"
    drag_tab(session, "subgraph", lambda zone: (zone["left"] + zone["width"] / 2, zone["top"] + zone["height"] / 2), frame("node"))
    assert tabs("subgraph") == ["node", "features", "filters", "subgraph"], "a dragged panel did not join the tabs"
    drag_tab(session, "features", lambda zone: (zone["left"] + zone["width"] / 2, zone["top"] + zone["height"] - 20), frame("links"))
    assert tabs("features") == ["features"] and frame("features")["top"] > frame("links")["top"] + 50
    assert abs(frame("features")["left"] - frame("links")["left"]) < 2, "a panel dropped at a side did not split it"
    drag_tab(session, "scatter", lambda zone: (4, zone["top"] + 200), frame("links"))
    assert frame("scatter")["left"] < 2 and frame("scatter")["height"] > frame("links")["height"] + 100, "not beside everything"
    by_keys(session, tabs, frame)
    shape = [(panel, frame(panel)) for panel in ["links", "node", "subgraph", "features", "scatter", "intervene", "filters"]]
    page.reload()
    session.until(READY)
    assert shape == [(panel, frame(panel)) for panel, _ in shape], "the arrangement was forgotten"
    page.locator(".mover").first.select_option("reset")
    session.settle()
    assert tabs("subgraph") == ["subgraph", "intervene"] and abs(frame("node")["width"] - before) < 2


def by_keys(session, tabs, frame):
    session.tab("filters")
    session.key("Alt+ArrowLeft")
    neighbour = tabs("filters")[0]
    assert neighbour in ["links", "features", "intervene"], "Alt and an arrow did not move the panel to its neighbour"
    session.key("Alt+Shift+ArrowDown")
    assert tabs("filters") == ["filters"] and frame("filters")["top"] > frame(neighbour)["top"] + 30
    session.key("Alt+ArrowUp", "ArrowLeft")
    assert session.page.evaluate("document.activeElement.id") == f"tab-{neighbour}", "the keyboard lost the tab"


def drag_tab(session, panel, target, zone):
    tab = session.page.locator(f"#tab-{panel}").bounding_box()
    drag(session, (tab["x"] + 20, tab["y"] + 10), target(zone))


def drag(session, start, end):
    session.page.mouse.move(*start)
    session.page.mouse.down()
    session.page.mouse.move(*end, steps=6)
    session.page.mouse.up()
    session.settle()


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
