"""Pictures of the figures at key states, compared as coarse grids with those that a person has looked at.

Each is 48 × 27 cells of grey, kept in pictures.json. `run.py --record` writes them anew: look at the screenshots then.
"""
import base64
import json
import os

from session import quiet_session

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pictures.json")
MEAN, WORST = 5, 70

# Shrinks a PNG to cells of grey, in a page without a content security policy.
GRID = """async address => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(48, 27);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  let source = image, [width, height] = [image.width, image.height];
  while (width > 96) {
    [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
    const half = new OffscreenCanvas(width, height);
    half.getContext('2d').drawImage(source, 0, 0, width, height);
    source = half;
  }
  context.drawImage(source, 0, 0, 48, 27);
  const { data } = context.getImageData(0, 0, 48, 27);
  return Array.from({ length: 48 * 27 }, (_, at) => Math.round(0.3 * data[4 * at] + 0.59 * data[4 * at + 1] + 0.11 * data[4 * at + 2]));
}"""


def check(browser, base, slugs, record=False, folder=None):
    kept = {} if record or not os.path.exists(PATH) else json.load(open(PATH))
    taken = {}
    plain = browser.new_page()
    for scheme in ["light", "dark"]:
        with quiet_session(browser, base, scheme=scheme) as session:
            for name, selector in states(session, slugs):
                key = f"{scheme} {name}"
                png = session.page.locator(selector).screenshot(path=os.path.join(folder, key.replace(" ", "-") + ".png") if folder else None)
                taken[key] = plain.evaluate(GRID, "data:image/png;base64," + base64.b64encode(png).decode())
    plain.close()
    if record:
        with open(PATH, "w") as file:
            json.dump({key: base64.b64encode(bytes(grid)).decode() for key, grid in taken.items()}, file, indent=0, sort_keys=True)
        return
    for key, grid in taken.items():
        assert key in kept, f"there is no picture '{key}' to compare with: look at it, then run.py --record"
        compare(key, grid, base64.b64decode(kept[key]))


def compare(key, grid, before):
    differences = [abs(a - b) for a, b in zip(grid, before)]
    mean, worst = sum(differences) / len(differences), max(differences)
    assert mean <= MEAN and worst <= WORST, f"the picture '{key}' changed (mean {mean:.1f}, worst {worst}): look at it, then run.py --record"


def states(session, slugs):
    session.clean(slugs[0])
    session.open(slugs[0])
    session.page.mouse.move(2, 2)
    session.page.wait_for_timeout(300)
    yield "first look", "#stage"
    session.page.locator("#route-from").select_option(index=session.page.locator("#route-from option").count() - 1)
    session.settle()
    yield "route", "#stage"
    session.key("Escape")
    session.page.locator("#links-shown").select_option("all")
    session.page.wait_for_timeout(300)
    yield "all links", "#stage"
    session.tab("scatter")
    yield "scatter", ".scatter-stage"
    session.visit(f"#view=compare&graph={slugs[0]}&with={slugs[1]}")
    session.until("() => document.querySelectorAll('.compare-figure canvas').length > 0")
    session.page.wait_for_timeout(500)
    yield "side by side", ".compare-figures"
    session.page.locator("#compare-mode").select_option("diff")
    session.page.wait_for_timeout(500)
    session.page.locator(".table tbody tr").first.click()
    session.page.mouse.move(2, 2)
    session.settle()
    yield "diff", ".compare-figures"
