"""Everybody can use it: names, roles, contrast, keyboard alone, Chinese, dark, small windows, touch."""
from session import quiet_session, READY

# What is wrong with names, roles, ids and labels; the rules of axe that matter for this page.
NAMES = """() => {
  const bad = [];
  const shown = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  const text = element => (element.textContent || '').trim();
  const name = element => {
    const by = (element.getAttribute('aria-labelledby') || '').split(' ').map(id => id && document.getElementById(id)).filter(Boolean);
    if (by.length) return by.map(text).join(' ').trim();
    return (element.getAttribute('aria-label') || '').trim() || [...(element.labels || [])].map(text).join(' ').trim() ||
      text(element) || (element.getAttribute('title') || '').trim();
  };
  const where = element => element.tagName.toLowerCase() + (element.id ? '#' + element.id : '') + '.' + element.className;
  for (const element of document.querySelectorAll('button, a[href], input, select, textarea, [role=tab], [role=option], [role=separator], canvas[tabindex], [role=img]')) {
    if (shown(element) && !name(element)) bad.push('no name: ' + where(element));
  }
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) bad.push('id twice: ' + id);
  for (const element of document.querySelectorAll('[aria-controls], [aria-labelledby], [aria-describedby]')) {
    for (const attribute of ['aria-controls', 'aria-labelledby', 'aria-describedby']) {
      for (const id of (element.getAttribute(attribute) || '').split(' ')) if (id && shown(element) && !document.getElementById(id)) bad.push(attribute + ' leads nowhere: ' + id);
    }
  }
  for (const element of document.querySelectorAll('[tabindex]')) if (element.tabIndex > 0) bad.push('tabindex above 0: ' + where(element));
  for (const list of document.querySelectorAll('ul:not([role]), ol:not([role])')) if ([...list.children].some(child => child.tagName !== 'LI')) bad.push('list with others than items: ' + where(list));
  for (const element of document.querySelectorAll('button button, button a, a button')) bad.push('nested controls: ' + where(element));
  for (const option of document.querySelectorAll('[role=option]')) if (!option.closest('[role=listbox]')) bad.push('option outside of a list: ' + where(option));
  if ([...document.querySelectorAll('main')].filter(shown).length > 1) bad.push('more than one main');
  if (!document.querySelector('h1')) bad.push('no h1');
  if (!document.documentElement.lang) bad.push('no language');
  return bad;
}"""

# Texts whose contrast with what lies behind them is below WCAG AA.
CONTRAST = """() => {
  const parse = text => { const found = text.match(/[\\d.]+/g).map(Number); return text.startsWith('color(') ? [...found.slice(0, 3).map(v => v * 255), found[3] ?? 1] : [...found.slice(0, 3), found[3] ?? 1]; };
  const over = (top, below) => [0, 1, 2].map(at => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
  const behind = element => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) { const colour = parse(getComputedStyle(each).backgroundColor); if (colour[3] > 0) layers.push(colour); if (colour[3] === 1) break; }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const opacity = element => { let value = 1; for (let each = element; each; each = each.parentElement) value *= Number(getComputedStyle(each).opacity); return value; };
  const bad = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('script, style, option, :disabled, .unseen, [aria-hidden=true], .space')) continue;
    const style = getComputedStyle(element);
    const alpha = opacity(element);
    if (alpha < 0.1) continue;
    const ground = behind(element);
    const ink = parse(style.color);
    const shown = over([...ink.slice(0, 3), ink[3] * alpha], ground);
    const [a, b] = [light(shown), light(ground)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) bad.set(element.tagName + '.' + element.className, ratio.toFixed(2) + ' ' + walker.currentNode.textContent.trim().slice(0, 20));
  }
  return [...bad].map(([where, what]) => where + ': ' + what);
}"""

# What sticks out of the window, or is wider than its own box without a way to scroll there.
OVERFLOWING = """() => {
  const bad = [];
  for (const element of document.querySelectorAll('.bar > *, .band > *, .zone, .controls > *, .path, .panel-tools > *, .figure-head > *, .page-head > *, .stage')) {
    if (!element.checkVisibility()) continue;
    const box = element.getBoundingClientRect();
    if (box.width && (box.right > innerWidth + 1 || box.left < -1 || box.bottom > innerHeight + 1)) bad.push(element.className || element.id || element.tagName);
  }
  for (const button of document.querySelectorAll('button.plain, .tabs [role=tab]')) {
    if (button.checkVisibility() && button.scrollWidth > button.clientWidth + 2) bad.push('cut: ' + button.textContent);
  }
  if (document.documentElement.scrollWidth > innerWidth) bad.push('the page is wider than the window');
  return bad;
}"""

# English words in a Chinese page, outside of data (tokens, labels, model names).
ENGLISH = """() => {
  const data = '#trace-text, .tokens, .bars, #path, .facts, .title, .links, .label-row, .box, .row, .finder ul, .example, .pieces, .place, option, #compare td, .cards, kbd, h1, code, .group, .evidence, .told, .factor .name, .outputs, .texts, .plain-list, .feature-card, .board-head, .firing-list, .firing-tokens, .compare-figure figcaption, .levels, .sweep .key';
  const known = /Microscope|SVG|PNG|JSON|HTML|circuit-tracer|Neuronpedia|English|logit|microscope dashboards build|ID|Shift|Enter|Ctrl|Space|Alt|Esc/g;
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (element.closest('script, style, ' + data) || !element.checkVisibility()) continue;
    if (/[A-Za-z]{3,}/.test(walker.currentNode.textContent.replace(known, ''))) bad.push(walker.currentNode.textContent.trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
    if (element.closest(data) || !element.checkVisibility()) continue;
    for (const attribute of ['aria-label', 'placeholder']) { const text = (element.getAttribute(attribute) || '').replace(known, ''); if (/[A-Za-z]{4,}/.test(text)) bad.push(text); }
  }
  return bad;
}"""


def check(browser, base, slugs):
    for scheme in ["light", "dark"]:
        with quiet_session(browser, base, scheme=scheme) as session:
            for name in views(session, slugs):
                report(f"{scheme}, {name}", session.page.evaluate(NAMES))
                report(f"{scheme}, {name}, contrast", session.page.evaluate(CONTRAST))
    for size in [(1280, 720), (768, 1024)]:
        with quiet_session(browser, base, size=size) as session:
            for name in views(session, slugs):
                report(f"{size}, {name}", session.page.evaluate(OVERFLOWING))
    keyboard(browser, base, slugs)
    chinese(browser, base, slugs)
    touch(browser, base, slugs)


def views(session, slugs):
    session.clean(slugs[0])
    session.open(slugs[0])
    session.key("1", "ArrowDown", "p", "ArrowRight", "p")
    for panel in ["filters", "features", "node", "intervene", "subgraph"]:
        session.tab(panel)
        yield panel
    for name, key in [("help", "?"), ("export", "e"), ("trace", "n")]:
        session.focus_graph()
        session.key(key)
        session.page.wait_for_timeout(150)
        yield name
        session.page.locator("#close-sheet").click()
    for name in ["gallery", "features"]:
        session.visit(f"#view={name}")
        session.page.wait_for_timeout(500)
        yield name
    session.visit(f"#view=compare&graph={slugs[0]}&with={slugs[1]}")
    session.until("() => document.querySelector('.compare-figure canvas')")
    yield "compare"


def report(where, problems):
    assert not problems, f"{where}: {problems[:8]}"


def keyboard(browser, base, slugs):
    """Everything without a pointer: walk, pin, group, name, find, size, move, change the view."""
    with quiet_session(browser, base) as session:
        session.clean(slugs[0])
        session.open(slugs[0])
        session.key("1", "ArrowDown", " ", "ArrowRight", " ", "s")
        session.until("() => document.querySelectorAll('.box').length === 1")
        session.key("3")
        session.key("F2")
        session.page.keyboard.type("by keyboard")
        session.key("Enter")
        assert "by keyboard" in session.page.locator(".box .hit").get_attribute("aria-label")
        session.key("Alt+ArrowRight", "Control+z", "Control+z", "Control+z")
        assert session.page.locator(".box").count() == 0
        for key, view in [("o", "gallery"), ("f", "features"), ("d", "compare"), ("g", "main")]:
            session.key(key)
            ids = {"gallery": "gallery", "features": "features-view", "compare": "compare", "main": "main"}
            session.until("id => document.getElementById(id).checkVisibility()", ids[view])
        for _ in range(12):
            session.key("Tab")
            ring = session.page.evaluate("() => { const style = getComputedStyle(document.activeElement); return document.activeElement === document.body || style.outlineStyle !== 'none' || style.backgroundColor !== 'rgba(0, 0, 0, 0)'; }")
            assert ring, "the focus cannot be seen"
        session.saved()


def chinese(browser, base, slugs):
    with quiet_session(browser, base, locale="zh-CN") as session:
        for name in views(session, slugs):
            report(f"Chinese, {name}", session.page.evaluate(ENGLISH))
            report(f"Chinese, {name}, room", session.page.evaluate(OVERFLOWING))
        session.open(slugs[0])
        assert session.page.evaluate("document.documentElement.lang") == "zh-CN"
        session.page.locator("#language").select_option("en")
        session.settle()
        assert session.page.locator("#tab-links").inner_text() == "Link graph"
        session.page.reload()
        session.until(READY)
        assert session.page.locator("#tab-links").inner_text() == "Link graph", "the chosen language was forgotten"
        session.page.locator("#theme").select_option("dark")
        session.settle()
        assert session.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


def touch(browser, base, slugs):
    """A finger draws the lasso when the tool is chosen."""
    with quiet_session(browser, base, size=(1024, 768), touch=True) as session:
        session.open(slugs[0])
        session.page.locator("#lasso-tool").tap()
        box = session.page.locator("#graph").bounding_box()
        corners = [(62, 12), (box["width"] - 14, 12), (box["width"] - 14, box["height"] - 30), (62, box["height"] - 30)]
        session.page.evaluate("""([corners, left, top]) => {
          const canvas = document.querySelector('#graph');
          canvas.setPointerCapture = () => {};
          const send = (name, [x, y]) => canvas.dispatchEvent(new PointerEvent(name, { clientX: left + x, clientY: top + y, pointerId: 5, pointerType: 'touch', button: 0, bubbles: true }));
          send('pointerdown', corners[0]);
          for (const corner of corners) send('pointermove', corner);
          send('pointerup', corners.at(-1));
        }""", [corners, box["x"], box["y"]])
        session.settle()
        assert not session.page.locator("#group").is_disabled(), "the finger's lasso chose nothing"
