"""Explore in a real browser: levers by keyboard, links, the null test, live stepping, shocks, exports."""

from __future__ import annotations

import io
import re

import pytest

SHOWN = "document.querySelector('[data-shown]').dataset"


def opened(visitor, path: str = "/explore", pairs: int = 1):
    page = visitor.open(path)
    settled(page, pairs)
    return page


def settled(page, pairs: int = 1, before: str = "") -> str:
    """Wait until every run of the present choice is there; what is shown."""
    page.wait_for_function(f"({SHOWN}).over === 'yes' && ({SHOWN}).shown && ({SHOWN}).shown !== '{before}' "
                           f"&& Number(({SHOWN}).pairs) >= {pairs}")
    return page.evaluate(f"({SHOWN}).shown")


def turn_to(page, name: str) -> None:
    """Open a tab; a click that met the page while it was being drawn anew is made again."""
    tab = page.get_by_role("tab", name=name, exact=True)
    for _ in range(4):
        tab.click()
        page.wait_for_timeout(700)
        panel = page.locator(f"#cr-tab[aria-labelledby='cr-tab-{name.split()[0].lower()}']")
        if tab.get_attribute("aria-selected") == "true" and panel.count():
            return


def figures(page) -> str:
    turn_to(page, "Table")
    page.get_by_role("region", name="Headline outcomes").wait_for()
    return page.locator("main table").first.inner_text() + page.locator(".cr-fingerprint").inner_text()


def test_a_lever_by_keyboard_changes_figures_and_the_link_brings_them_to_another_profile(visit):
    one, two = visit(), visit()
    page = opened(one)
    before, shown = figures(page), page.evaluate(f"({SHOWN}).shown")
    slider = page.get_by_role("slider", name=re.compile("^A, .*who decides", re.I)).first
    slider.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    settled(page, 5, shown)
    after = figures(page)
    assert after != before
    assert "w=" in page.evaluate("location.href")
    link = page.get_by_role("link", name="Link to this screen").get_attribute("href")
    other = opened(two, link, 5)
    assert figures(other) == after
    one.shot("explore-table")
    page.get_by_role("button", name="Undo").click()
    settled(page, 5)
    page.wait_for_function(f"({SHOWN}).shown === {shown!r}")
    assert figures(page) == before


def test_the_null_test_gives_lines_that_coincide(visit):
    visitor = visit()
    page = opened(visitor)
    shown = page.evaluate(f"({SHOWN}).shown")
    page.get_by_role("button", name="Null test").click()
    settled(page, 5, shown)
    said = page.locator("#cr-null").inner_text()
    assert "exactly 0" in said and "failed" not in said
    turn_to(page, "Table")
    page.get_by_role("region", name="Headline outcomes").wait_for()
    rows = page.locator("main table tbody tr").all_inner_texts()
    assert len(rows) > 8 and all("same in all 5" in row for row in rows)
    page.get_by_role("tab", name="People").click()
    page.wait_for_timeout(800)
    visitor.shot("explore-null")


def test_every_tab_works_and_is_for_everybody(visit):
    visitor = visit()
    page = opened(visitor, pairs=5)
    for name in page.get_by_role("tab").all_inner_texts():
        page.get_by_role("tab", name=name, exact=True).click()
        page.wait_for_timeout(900)
        visitor.shot(f"explore-{name.split()[0].lower()}")
        assert visitor.axe() == [], name


def test_stepping_live_moves_everything_and_back(visit):
    visitor = visit()
    page = opened(visitor)
    page.get_by_role("tab", name="Network").click()
    page.locator(".cr-network[data-drawn]").first.wait_for()
    moment = page.locator(".cr-moment")
    assert moment.inner_text() == "Start"
    page.get_by_label("Steps a second").select_option("20")
    page.get_by_role("button", name="Play", exact=False).first.click()
    page.wait_for_function("document.querySelector('.cr-scrub').value > 20")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(500)
    visitor.shot("explore-playing")
    at = int(page.locator(".cr-scrub").input_value())
    page.get_by_role("button", name="One step on").click()
    page.wait_for_function(f"document.querySelector('.cr-scrub').value == {at + 1}")
    page.get_by_role("button", name="One step back").click()
    page.wait_for_function(f"document.querySelector('.cr-scrub').value == {at}")
    page.locator(".cr-scrub").focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('.cr-moment').textContent === 'Start'")


def test_a_shock_happens_from_the_moment_on_and_can_be_taken_away(visit):
    visitor = visit()
    page = opened(visitor)
    shown = page.evaluate(f"({SHOWN}).shown")
    page.get_by_role("button", name="Cut a fifth of staff").click()
    settled(page, 1, shown)
    assert page.get_by_text("A fifth of all posts is cut for half a year").first.is_visible()
    page.get_by_role("button", name="Take the shocks away").click()
    page.wait_for_function(f"({SHOWN}).shown === {shown!r}")


def test_more_regimes_and_another_scenario(visit):
    visitor = visit()
    page = opened(visitor)
    shown = page.evaluate(f"({SHOWN}).shown")
    page.get_by_role("button", name="+ regime").click()
    shown = settled(page, 1, shown)
    page.get_by_role("button", name="+ regime").click()
    shown = settled(page, 1, shown)
    assert page.get_by_role("button", name="+ regime").count() == 0
    page.wait_for_timeout(600)
    visitor.shot("explore-four")
    page.get_by_role("button", name="Take C away").click()
    shown = settled(page, 1, shown)
    turn_to(page, "World")
    page.get_by_role("combobox", name="Scenario").select_option("linked-needs")
    settled(page, 1, shown)
    assert "linked" in page.locator(".cr-fingerprint").inner_text().lower()


def test_what_is_not_accepted_is_said_beside_the_field(visit):
    page = opened(visit())
    turn_to(page, "World")
    page.locator("input[type=number]").first.fill("9000000")
    page.get_by_role("button", name="Use this world").click()
    assert page.get_by_text("9,000,000 is out of range").is_visible()


@pytest.mark.parametrize("kind", ["PNG", "SVG", "CSV"])
def test_an_export_opens_and_carries_where_it_comes_from(visit, kind):
    page = opened(visit(), pairs=5)
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile(kind)).first.click()
    data = waiting.value.path().read_bytes()
    assert waiting.value.suggested_filename.startswith("care-regimes-")
    if kind == "PNG":
        from PIL import Image

        assert Image.open(io.BytesIO(data)).width > 600
    else:
        text = data.decode()
        assert "not a forecast" in text and "seed" in text.lower()


def test_a_bad_link_says_so_and_shows_the_default(visit):
    page = opened(visit(), "/explore?w=nonsense")
    assert "This link cannot be used" in page.get_by_role("alert").first.inner_text()


def test_own_figures_are_drawn_beside_the_models(visit):
    visitor = visit()
    page = opened(visitor)
    turn_to(page, "Variation")
    page.get_by_text("Put your own figures beside these").click()
    page.get_by_role("textbox", name="Two columns: period and value").fill(
        "month,seen within four weeks\n" + "\n".join(f"2024-{1 + i:02d},{84 + i % 3}" for i in range(12)))
    page.get_by_role("button", name="Draw the chart").click()
    page.get_by_text("12 points as you gave them").first.wait_for(state="attached")
    visitor.shot("explore-own")
