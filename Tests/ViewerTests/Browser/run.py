#!/usr/bin/env python3
"""Drives the page in a real browser, against the real server and a real model.

    run.py MICROSCOPE [--topics reading,working] [--screenshots FOLDER] [--record] [--browser /usr/bin/chromium] [--address URL]

MICROSCOPE is the built program; its model must have been fetched. It traces two prompts into a folder of its own and serves them.
With --address a server that already runs is used instead, with its first two graphs. Exits 0 when every check holds.
"""
import argparse
import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

from playwright.sync_api import sync_playwright

TOPICS = ["reading", "working", "looking", "living", "studying", "reaching", "picturing"]
PROMPTS = ["The capital of France is", "The capital of Italy is"]


@contextlib.contextmanager
def served(program):
    """A server on a free port over a home of its own; the models are those of the reader's home."""
    with tempfile.TemporaryDirectory() as home:
        usual = os.environ.get("MICROSCOPE_HOME") or os.path.join(
            os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "microscope")
        os.symlink(os.path.join(usual, "models"), os.path.join(home, "models"))
        environment = {**os.environ, "MICROSCOPE_HOME": home}
        for prompt in PROMPTS:
            subprocess.run([program, "trace", prompt, "--max-feature-nodes", "1500"], env=environment, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([program, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            yield address(server)
        finally:
            server.terminate()
            server.wait(20)


def address(server):
    for line in server.stdout:
        found = re.search(r"http://[\d.]+:\d+", line)
        if found:
            return found.group(0) + "/"
    raise SystemExit("the server said no address")


@contextlib.contextmanager
def given(url):
    yield url.rstrip("/") + "/"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--topics", default=",".join(TOPICS))
    parser.add_argument("--screenshots")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    parser.add_argument("--address")
    options = parser.parse_args()
    if options.screenshots:
        os.makedirs(options.screenshots, exist_ok=True)
    failures = []
    with (given(options.address) if options.address else served(options.program)) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
        with urllib.request.urlopen(base + "api/v1/graphs") as response:
            slugs = sorted(graph["slug"] for graph in json.load(response)["graphs"])[:2]
        for topic in options.topics.split(","):
            failures += attempt(topic, browser, base, slugs, options)
        browser.close()
    if failures:
        sys.exit(f"{len(failures)} of the page's topics failed: {', '.join(failures)}")


def attempt(topic, browser, base, slugs, options):
    more = {"record": options.record, "folder": options.screenshots} if topic == "picturing" else {}
    start = time.monotonic()
    try:
        importlib.import_module(topic).check(browser, base, slugs, **more)
    except Exception as failure:
        print(f"  page, {topic}: FAILED: {failure}")
        traceback.print_exc(limit=-3)
        return [topic]
    print(f"  page, {topic}: passed in {time.monotonic() - start:.0f} s")
    return []


if __name__ == "__main__":
    main()
