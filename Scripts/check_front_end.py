#!/usr/bin/env python3
"""Opens graph files, and feature files if there are some, in circuit-tracer's own front end, without a network.

    pip install playwright; pip download --no-deps circuit-tracer==0.5.0 && unzip circuit_tracer-*.whl -d ct
    microscope trace "The capital of France is" --output graphs --slug france
    microscope dashboards export features --form circuit-tracer
    microscope dashboards export archive --form circuit-tracer-archive
    Scripts/check_front_end.py ct libraries graphs france [--features features] [--archive archive] [--screenshot picture.png]

The front end asks other servers for its libraries. `libraries` holds those that it needs, by the names at which it asks for them:
d3.js (d3 7), jetpack_2024-07-20.js (d3-jetpack; its `conventions` also gives `drawAxis`), dagre.min.js (0.8.5), pako.min.js (2.1).
It asks for features, too: `--features` answers file by file, `--archive` in ranges of compressed files. Exits 0 when it drew every
node of the graph, listed a feature's links, drew a pinned node, showed the feature's examples, and said no error.
"""
import argparse
import importlib
import json
import pathlib
import sys
import types
import urllib.parse

from playwright.sync_api import sync_playwright

PORT = 8032
ABROAD = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}


def serve(wheel, data):
    """circuit-tracer's own server, without the rest of circuit-tracer."""
    sys.path.insert(0, str(wheel))
    package = types.ModuleType("circuit_tracer")
    package.__path__ = [str(wheel / "circuit_tracer")]
    package.__spec__ = importlib.machinery.ModuleSpec("circuit_tracer", None, is_package=True)
    package.__spec__.submodule_search_locations = package.__path__
    sys.modules["circuit_tracer"] = package
    server = importlib.import_module("circuit_tracer.frontend.local_server")
    return server.serve(str(data), frontend_dir=wheel / "circuit_tracer/frontend/assets", port=PORT)


def answer(route, options):
    """What other servers would say."""
    request = route.request
    address = urllib.parse.urlparse(request.url)
    if address.port == PORT:
        return route.continue_()
    name = pathlib.PurePosixPath(urllib.parse.unquote(address.path)).name
    if name.endswith(".js"):
        library = options.libraries / name
        return route.fulfill(body=library.read_text() if library.exists() else "", content_type="text/javascript")
    for folder in [options.archive, options.features]:
        if folder and (folder / name).exists():
            body, status = (folder / name).read_bytes(), 200
            if wanted := request.headers.get("range"):
                first, last = map(int, wanted.split("=")[1].split("-"))
                body, status = body[first:last + 1], 206
            return route.fulfill(status=status, body=body, headers=ABROAD)
    return route.fulfill(status=404, headers=ABROAD)


def unpair(number):
    """circuit-tracer's util.js, cantorUnpair."""
    w = int(((8 * number + 1) ** 0.5 - 1) / 2)
    y = number - w * (w + 1) // 2
    return w - y, y


def look(page, graph, options):
    features = [node for node in graph["nodes"] if node["feature_type"] == "cross layer transcoder"]
    if options.features:
        features = [node for node in features if (options.features / f"{node['feature']}.json").exists()]
    feature = features[-1]["node_id"]
    output = next(node["node_id"] for node in graph["nodes"] if node["feature_type"] == "logit")
    query = urllib.parse.urlencode({"slug": options.slug, "clickedId": feature, "pinnedIds": f"{feature},{output}"})
    page.goto(f"http://127.0.0.1:{PORT}/index.html?{query}")
    page.locator(".link-graph text.node").first.wait_for(state="attached", timeout=60000)
    page.wait_for_timeout(3000)
    drawn = page.locator(".link-graph text.node").count()
    assert drawn == len(graph["nodes"]), f"{drawn} nodes drawn, {len(graph['nodes'])} in the file"
    listed = page.locator(".node-connections .feature-row").count()
    joined = sum(feature in (link["source"], link["target"]) for link in graph["links"])
    assert 0 < listed <= joined + 1, f"{listed} links listed, {joined} in the file"
    assert page.locator(".subgraph .supernode-container").count() == 2, "the pins are not drawn"
    examples = page.locator(".feature-example-list .ctx-container").count()
    assert examples or not (options.features or options.archive), "the feature has no examples"
    print(f"{drawn} nodes, {listed} links of {feature}, {examples} examples")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ["wheel", "libraries", "graphs"]:
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("slug")
    for name in ["features", "archive"]:
        parser.add_argument(f"--{name}", type=pathlib.Path)
    parser.add_argument("--screenshot")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    options = parser.parse_args()
    graph = json.loads((options.graphs / f"{options.slug}.json").read_text())
    server = serve(options.wheel, options.graphs)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1600, "height": 1100})
        said = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.route("**/*", lambda route: answer(route, options))
        try:
            look(page, graph, options)
        finally:
            if options.screenshot:
                page.screenshot(path=options.screenshot)
            browser.close()
            server.stop()
    unfound = "Unexpected end of JSON input"  # what it says of a feature that nobody has
    loud = [each for each in said if options.features or options.archive or unfound not in each]
    assert not loud, f"the front end says: {loud[:3]}"


main()
