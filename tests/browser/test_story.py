"""A whole story by keyboard; nothing is revealed before a prediction; two phones vote; the second window follows."""

from __future__ import annotations

import re

import pytest
from browsing import PATIENCE, PHONE
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from simulation.scenario import load

NAME = "urgent-single-need"


def go_on(page, number: int) -> None:
    page.keyboard.press("ArrowRight")
    page.get_by_text(f"Step {number} of").first.wait_for()


def at_step(page) -> int:
    return int(re.search(r"Step (\d+) of", page.locator("h1").inner_text()).group(1))


def predict_by_keyboard(page, how: str) -> None:
    """Choose the first answer, or lift the middle of the line, and say that this is the prediction.

    Every key waits for what the one before has done, as somebody does who looks at the screen.
    """
    keep = page.get_by_role("button", name="That is my prediction")
    if how == "choose":
        first = page.locator("input[type=radio]").first
        for _ in range(3):
            if not first.is_checked():
                first.press("Space")
                page.wait_for_timeout(300)
        expect(first).to_be_checked()
    else:
        handles = page.get_by_role("slider")
        middle = handles.nth(handles.count() // 2)
        for _ in range(4):
            middle.press("ArrowUp")
    expect(keep).to_be_enabled(timeout=PATIENCE)
    for _ in range(3):  # a key that met the page while it was being drawn anew is pressed again
        if keep.count() and keep.is_enabled():
            keep.press("Enter")
        try:
            page.wait_for_function("!document.getElementById('cr-reveal')?.disabled", timeout=PATIENCE / 3)
            return
        except PlaywrightTimeout:
            continue
    raise AssertionError("the prediction was not taken")


def test_the_whole_story_by_keyboard(visit):
    scenario = load(NAME)
    visitor = visit()
    page = visitor.open(f"/story?scenario={NAME}")
    predicted = 0
    for number, step in enumerate(scenario.story, 1):
        assert at_step(page) == number
        assert page.locator("h1").inner_text().endswith(step.title)
        if step.predict is not None:
            predicted += 1
            reveal = page.get_by_role("button", name="Reveal")
            page.get_by_role("button", name="That is my prediction").wait_for()
            assert reveal.is_disabled()
            page.keyboard.press("r")  # the key must not open what the button does not
            page.wait_for_timeout(200)
            assert reveal.is_disabled() and page.locator("#cr-result").count() == 0
            visitor.shot(f"story-{number}-before")
            assert visitor.axe() == []
            predict_by_keyboard(page, step.predict.how)
            page.locator("h1").focus()
            page.keyboard.press("r")
            page.locator("#cr-result").wait_for()
            said = page.locator("#cr-result").inner_text()
            assert re.search(r"\bpairs?\b|\d", said), said
        page.wait_for_timeout(3_200)  # the lines have been drawn
        visitor.shot(f"story-{number}")
        assert visitor.axe() == []
        if number < len(scenario.story):
            page.locator("h1").focus()
            go_on(page, number + 1)
    assert predicted >= 2
    page.get_by_role("link", name="change its levers").wait_for()
    page.keyboard.press("ArrowLeft")
    page.get_by_text(f"Step {len(scenario.story) - 1} of").first.wait_for()


def test_the_claims_badge_counts_what_is_shown(visit):
    visitor = visit()
    page = visitor.open(f"/story?scenario={NAME}")
    claims = load(NAME).claims
    badge = page.get_by_text(re.compile(rf"{len(claims)} of {len(claims)} claims hold"))
    badge.wait_for()
    badge.click()
    for claim in claims:
        assert page.get_by_text(claim.says).first.is_visible()
    visitor.shot("story-claims")


def test_drawn_and_real_stand_on_one_chart_with_the_gap(visit):
    name, number = next((name, i) for name in ("linked-needs", "town") for i, step in enumerate(load(name).story, 1)
                        if step.predict is not None and step.predict.how == "draw")
    visitor = visit((1024, 768))
    page = visitor.open(f"/story?scenario={name}&step={number}")
    page.get_by_role("slider").first.wait_for()
    visitor.shot("story-draw-before")
    predict_by_keyboard(page, "draw")
    page.get_by_role("button", name="Reveal").click()
    page.locator("#cr-result").wait_for()
    page.wait_for_timeout(3_200)
    visitor.shot("story-draw-after")
    assert re.search(r"you (drew|said)", page.locator("#cr-result").inner_text(), re.I)


@pytest.mark.parametrize("name, says", [("lnked-needs", "linked-needs"), ("../../etc/passwd", "no story")])
def test_an_unknown_story_is_said_with_the_nearest(visit, name, says):
    page = visit().open(f"/story?scenario={name}")
    assert says in page.locator("main").inner_text()


def test_two_phones_vote_and_the_facilitator_follows(visit):
    visitor = visit()
    number = next(i for i, step in enumerate(load(NAME).story, 1) if step.predict is not None)
    page = visitor.open(f"/story?scenario={NAME}&step={number}")
    page.get_by_text("In the room").click()
    with visitor.context.expect_page() as opened:
        page.get_by_role("button", name="Facilitator").click()
    second = opened.value
    second.get_by_text(load(NAME).story[number - 1].title).first.wait_for()
    visitor.shot("facilitator", second)
    assert visitor.axe(second) == []
    page.get_by_text("In the room").click()
    page.get_by_role("button", name="Ask the room").click()
    code = page.locator(".cr-code").inner_text()
    phones = [visit(PHONE), visit(PHONE)]
    for phone in phones:
        mine = phone.open(f"/vote/{code}")
        mine.locator("button.option").first.click()
        mine.get_by_text("Counted.").last.wait_for()
    phones[0].shot("phone")
    assert phones[0].axe() == []
    page.get_by_text(re.compile("2 votes")).first.wait_for()
    visitor.shot("vote")
    assert visitor.axe() == []
    page.get_by_role("button", name="Close the vote").click()
    late = visit(PHONE)
    assert late.open(f"/vote/{code}").get_by_text(re.compile("closed", re.I)).first.is_visible()
    page.get_by_role("button", name="Back to the step").first.click()
    page.locator("h1").focus()
    page.keyboard.press("ArrowRight")
    second.get_by_text(load(NAME).story[number].title).first.wait_for()
