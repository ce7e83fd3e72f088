"""What runs the model: tokens as one types, traces with progress and cancel, interventions, what fires on a text."""
from session import quiet_session, READY


def check(browser, base, slugs):
    with quiet_session(browser, base, size=(1280, 900), expected=["409"]) as session:
        if not session.fetch("")["isLive"]:
            print("    skipped: the server has no live model")
            return
        intervenes(session, slugs[0])
        heads(session)
        traces(session, slugs)
        cancels(session)
        fires(session)


def intervenes(session, slug):
    session.clean(slug)
    session.open(slug)
    session.focus_graph()
    session.key("Escape", "ArrowDown")
    for _ in range(60):
        if session.node(session.hash()["node"][0])["kind"] == "feature":
            break
        session.key("ArrowRight")
    session.key("p")
    session.tab("intervene")
    row = session.page.locator(".factor").first
    row.locator(".preset").nth(0).click()
    session.until("() => document.querySelectorAll('.outputs li').length > 0", seconds=90)
    assert "0" in row.locator("output").inner_text()
    assert session.page.locator(".texts dd").count() == 2
    before, after = (session.page.locator(f".outputs .pair.{name} .value").all_inner_texts() for name in ["before", "after"])
    assert before != after, f"ablating a feature changed nothing: {before}"
    session.page.locator("#intervene-sweep").click()
    session.until("() => document.querySelectorAll('.sweep polyline').length > 0", seconds=120)
    session.tab("subgraph")
    session.until("() => document.querySelectorAll('.box').length > 0")


def heads(session):
    session.tab("node")
    session.page.locator(".links li").first.hover()
    button = session.page.locator(".heads-button").first
    if not button.count():
        return
    button.click()
    session.until("() => document.querySelector('.heads')?.textContent.length > 0 && !document.querySelector('.heads').textContent.includes('…')", seconds=60)
    assert button.get_attribute("aria-expanded") == "true"


def traces(session, slugs):
    session.focus_graph()
    session.key("n")
    session.page.locator("#trace-text").fill("The capital of Spain is")
    session.until("() => document.querySelectorAll('.trace-tokens li').length >= 5", seconds=60)
    session.until("() => document.querySelectorAll('.trace-next li').length > 3")
    session.page.locator(".trace-next li > button").first.click()
    session.wait_text(".trace-input .note", "explains")
    session.page.locator(".trace-settings input").first.fill("300")
    session.page.locator("#trace-start").click()
    session.until("() => document.querySelector('.phases .now')", seconds=60)
    session.until("() => !document.querySelector('dialog[open]')", seconds=180)
    session.until(READY)
    assert session.hash()["graph"][0] not in slugs, session.page.url


def cancels(session):
    session.focus_graph()
    session.key("n")
    session.page.locator("#trace-chat").check()
    session.page.locator(".turns textarea").fill("Name three large cities of Europe, please, with one sentence about each of them.")
    session.until("() => document.querySelectorAll('.trace-tokens li').length > 10", seconds=60)
    session.until("() => !document.querySelector('#trace-start').disabled")
    session.page.locator("#trace-start").click()
    session.until("() => document.querySelector('.progress') && !document.querySelector('.progress').hidden", seconds=30)
    session.page.locator("#trace-cancel").click()
    session.wait_text(".progress .note", "Cancelled", seconds=90)
    session.page.locator("#close-sheet").click()


def fires(session):
    session.visit("#view=features")
    session.until("() => document.querySelector('#firing-text')")
    session.page.locator("#firing-text").fill("The capital of France is Paris")
    session.until("() => document.querySelectorAll('.firing-list li').length > 3", seconds=60)
    session.page.locator(".firing-list button").first.hover()
    session.until("() => document.querySelectorAll('.firing-tokens mark').length > 0")
    session.page.locator(".firing-tokens .token").last.click()
    session.settle()
    assert session.page.locator(".firing-tokens .token[aria-pressed=true]").count() == 1
