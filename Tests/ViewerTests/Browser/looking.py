"""The other views: gallery, comparison, features; and dialogs."""
from session import quiet_session, READY


def check(browser, base, slugs):
    with quiet_session(browser, base) as session:
        browses(session, slugs)
        deletes(session, slugs)
        compares(session, slugs)
        features(session)
        helps(session, slugs)


def browses(session, slugs):
    session.visit("#view=gallery")
    session.until("() => document.querySelectorAll('.card').length > 0")
    cards = session.page.locator(".card")
    assert cards.count() >= len(slugs)
    session.page.locator("#gallery-search").fill("no prompt says this")
    session.settle()
    assert cards.count() == 0
    session.page.locator("#gallery-search").fill("")
    session.until("""() => [...document.querySelectorAll('.card canvas')].every(canvas => {
      const copy = new OffscreenCanvas(48, 24).getContext('2d', { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0, 48, 24);
      const { data } = copy.getImageData(0, 0, 48, 24);
      return data.some(part => part > 0); })""")
    session.page.locator(f".open[data-slug='{slugs[1]}']").click()
    session.until(READY)
    assert session.hash()["graph"] == [slugs[1]]


def deletes(session, slugs):
    session.key("o")
    session.until("() => document.querySelectorAll('.card').length > 0")
    count = session.page.locator(".card").count()
    session.page.locator(".card", has=session.page.locator(f".open[data-slug='{slugs[1]}']")).locator(".sign").click()
    session.until("count => document.querySelectorAll('.card').length === count - 1", count)
    session.page.locator("#notice .main").click()
    session.until("count => document.querySelectorAll('.card').length === count", count)


def compares(session, slugs):
    session.visit(f"#view=compare&graph={slugs[0]}&with={slugs[1]}")
    session.until("() => document.querySelectorAll('.compare-figure').length === 2")
    row = session.page.locator(".table tbody tr").nth(1)
    row.click()
    session.settle()
    assert "here" in row.get_attribute("class")
    assert session.page.locator(".table tr.both, .table tr.left, .table tr.right").count() > 5
    session.page.locator("#compare-mode").select_option("diff")
    session.until("() => document.querySelectorAll('.compare-figure').length === 1")
    counts = [int("".join(letter for letter in text if letter.isdigit())) for text in session.page.locator(".compare .legend li").all_inner_texts()]
    assert len(counts) == 3 and counts[1] > 0, f"no feature is in both: {counts}"


def features(session):
    session.visit("#view=features")
    session.until("() => document.querySelector('#features-set') || document.querySelector('.features-list .note').textContent")
    if session.page.locator(".feature-card").count() == 0:
        session.page.wait_for_timeout(500)
    if session.page.locator(".feature-card").count():
        session.page.locator(".feature-card").first.click()
        session.until("() => document.querySelector('.feature-board .dashboard')?.children.length > 0")
        session.page.locator("#features-query").fill("zzqqzz")
        session.wait_text(".features-list .note", "Nothing")
    else:
        assert session.page.locator(".features-list .note").inner_text(), "no features and no reason"


def helps(session, slugs):
    session.open(slugs[0])
    session.focus_graph()
    session.key("?")
    assert session.page.locator("dialog kbd").count() > 20
    session.key("Escape")
    session.until("() => !document.querySelector('dialog[open]')")
