"""Every page in a real browser, the internet cut: it paints, asks for nothing outside, and axe finds nothing."""

from __future__ import annotations

import pytest

PAGES = {"start": "/", "stories": "/story", "explore": "/explore", "map": "/map", "quiz": "/quiz",
         "assumptions": "/assumptions", "vote": "/vote", "handout": "/handout/linked-needs"}
SOLARA = ("start", "stories", "explore", "map", "quiz", "assumptions")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_works_offline_and_for_everybody(visit, name):
    visitor = visit()
    page = visitor.open(PAGES[name], heading="main h1" if name != "handout" else "h1")
    page.wait_for_timeout(1_500)
    visitor.shot(f"page-{name}")
    assert visitor.axe() == []
    assert visitor.outside == []


@pytest.mark.parametrize("name", SOLARA)
def test_no_page_scrolls_sideways_on_a_small_screen(visit, name):
    visitor = visit((1024, 768))
    page = visitor.open(PAGES[name])
    page.wait_for_timeout(1_000)
    visitor.shot(f"small-{name}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_the_navigation_leads_everywhere_by_keyboard(visit):
    visitor = visit()
    page = visitor.open("/")
    page.wait_for_timeout(1_000)  # nobody tabs before the page stands still
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    for name in ("Start", "Stories", "Explore", "Where it flips", "Four worlds", "Assumptions"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Enter")
    page.wait_for_function("location.pathname === '/assumptions'")
    page.get_by_role("heading", name="assumptions are judgement").wait_for()
    page.get_by_role("link", name="Stories").first.press("Enter")
    page.wait_for_function("location.pathname === '/story'")
    page.get_by_role("heading", name="Stories").wait_for()


@pytest.mark.parametrize("path, says", [("/nothing-here", "There is no such page")])
def test_what_is_not_there_says_so(visit, path, says):
    visitor = visit()
    page = visitor.open(path)
    assert says in page.locator("main").inner_text()
    assert visitor.axe() == []
    visitor.errors.clear()  # the browser itself calls a page that is not there an error
