"""Explore in a real browser: tabs by arrow keys, copying the link, a scenario file of one's own, asking too much."""

from __future__ import annotations

from tests.browser.test_explore import SHOWN, settled

MINE = """extends: town
title: My own town
world: {people: 800, horizon: 1 year}
regimes:
  targets: {levers: {stakes: 0.2}}
  mine: {extends: targets, title: Mine, levers: {discretion: 0.9}}
compare: [targets, mine]
"""


def opened(visitor):
    page = visitor.open("/explore")
    settled(page)
    return page


def test_tabs_are_one_stop_and_move_with_the_arrow_keys(visit):
    page = opened(visit())
    page.get_by_role("tab", name="People").focus()
    chosen = page.locator("[role=tab][aria-selected=true]")
    for key, name in (("ArrowRight", "Record and truth"), ("ArrowRight", "Demand"), ("End", "Assumptions"),
                      ("ArrowRight", "People"), ("ArrowLeft", "Assumptions"), ("Home", "People")):
        page.keyboard.press(key)
        page.wait_for_function(f"document.querySelector('[role=tab][aria-selected=true]').textContent === {name!r}")
        assert page.evaluate("document.activeElement.textContent") == name
    page.wait_for_function("document.getElementById('cr-tab').getAttribute('aria-labelledby') === 'cr-tab-people'")
    assert chosen.count() == 1 and page.locator("[role=tab][tabindex='0']").count() == 1


def test_the_link_is_copied_in_full(visit):
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    page = opened(visitor)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied", exact=True).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{visitor.url}/explore?w=")
    assert copied.endswith(page.get_by_role("link", name="Link to this screen").get_attribute("href"))


def test_a_file_of_ones_own_is_checked_run_and_carried_by_the_link(visit, tmp_path):
    visitor = visit()
    page = opened(visitor)
    shown = page.evaluate(f"({SHOWN}).shown")
    page.get_by_role("tab", name="World").click()
    page.get_by_text("Bring a scenario file").click()
    file = tmp_path / "mine.yaml"
    file.write_text(MINE.replace("stakes: 0.2", "stakes: 2"))
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function("document.querySelector('textarea').value.includes('stakes: 2')")
    page.get_by_role("button", name="Use this file").click()
    page.get_by_text("2 is out of range; accepted 0 to 1").first.wait_for()
    text = page.get_by_role("textbox", name="Scenario file")
    assert "stakes: 2" in text.input_value(), "what was written is still there"
    text.fill(MINE)
    page.get_by_role("button", name="Use this file").click()
    settled(page, 5, shown)
    assert "My own town: 800 people" in page.locator(".cr-fingerprint").inner_text()
    assert page.get_by_text("out of range").count() == 0
    visitor.shot("explore-own-file")
    other = visit().open(page.evaluate("location.pathname + location.search"))
    settled(other, 5)
    assert other.locator(".cr-fingerprint").inner_text() == page.locator(".cr-fingerprint").inner_text()


def test_asking_too_much_is_told_and_can_be_taken_back(visit):
    page = opened(visit())
    shown = page.evaluate(f"({SHOWN}).shown")
    page.get_by_role("tab", name="World").click()
    for name, value in (("People", "40000"), ("Years", "10"), ("Paired runs", "50")):
        page.get_by_role("spinbutton", name=name).fill(value)
    page.get_by_role("button", name="Use this world").click()
    page.get_by_text("more than this server runs for one visitor").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("!document.body.textContent.includes('more than this server runs')")
    assert settled(page, 5) == shown
