"""The page of studies: what is asked, a run with progress and an end, its report, figures and graphs."""
from session import quiet_session


def check(browser, base, slugs):
    with quiet_session(browser, base, size=(1280, 900)) as session:
        if not session.fetch("").get("hasStudies"):
            print("    skipped: the server has no studies")
            return
        lists(session)
        runs(session)
        reports(session)
    with quiet_session(browser, base, scheme="dark", locale="zh-CN") as session:
        speaks(session)


def lists(session):
    session.visit("studies")
    session.until("() => document.querySelectorAll('#list button').length > 0")
    names = [study["name"] for study in session.fetch("studies")["studies"]]
    assert session.page.locator("#list button").count() == len(names)
    session.page.locator("#list button").last.click()
    session.until("name => location.hash.includes(name)", names[-1])
    assert session.page.locator("#about .question").inner_text()
    assert session.page.locator(f"#list button[data-key='study {names[-1]}']").get_attribute("aria-current") == "true"


def runs(session):
    """Runs a study of a compiled specimen on its neurons, which takes seconds."""
    study = smallest(session)
    session.visit(f"studies#study={study}")
    session.until("() => document.querySelector('#run-study')")
    before = session.page.locator(".reports button").count()
    session.page.locator("#run-study").click()
    session.until("() => !document.querySelector('.start .progress').hidden")
    session.until("() => /[.✓]$|Done/.test(document.querySelector('#study-state').textContent)", seconds=300)
    session.until("count => document.querySelectorAll('.reports button').length >= Math.max(count, 1)", before)


def smallest(session):
    studies = session.fetch("studies")["studies"]
    present = [study for study in studies if any(model["isPresent"] for model in study["models"])]
    return (present or studies)[0]["name"]


def reports(session):
    studies = session.fetch("studies")["studies"]
    study = next((study for study in studies if study["reports"]), None)
    if study is None:
        print("    no report to look at")
        return
    session.visit(f"studies#study={study['name']}")
    session.until("() => document.querySelectorAll('.findings tbody tr').length > 0")
    kinds = session.page.evaluate("[...document.querySelectorAll('.findings tbody tr')].map(row => row.className)")
    assert set(kinds) <= {"held", "failed", "untestable"}, kinds
    report = study["reports"][0]
    assert kinds.count("held") == report["held"] and kinds.count("failed") == report["failed"]
    session.page.locator("#report img").first.scroll_into_view_if_needed() if report["figures"] else None
    session.until("() => [...document.querySelectorAll('#report img')].every(image => image.loading === 'lazy' || image.naturalWidth > 0)")
    assert "page" in session.page.locator("#whole-report").get_attribute("href")
    overflow = session.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, f"the page is {overflow} pixels too wide"
    if report["graphs"]:
        session.page.locator(".graphs a").first.click()
        session.until("() => document.querySelector('#graph')?.describeNodes?.().length > 0")


def speaks(session):
    session.visit("studies")
    session.until("() => document.querySelectorAll('#list button').length > 0")
    assert session.page.evaluate("document.documentElement.lang") == "zh-CN"
    assert session.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert "研究" in session.page.title()
