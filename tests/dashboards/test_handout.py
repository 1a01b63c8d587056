"""The handout: what stands on it, what must not, and what is said when there is none."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboards.rooms import Rooms, handout, routes
from dashboards.rooms.limits import Buckets, Limits
from simulation.scenario import catalogue, load


def plain(html: str) -> str:
    """The words of a page."""
    import html as entities

    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture(scope="module")
def town():
    return load("town")


def client(**options) -> TestClient:
    return TestClient(Starlette(routes=routes(Rooms(), **options)), base_url="http://192.0.2.1:8765")


def test_it_says_what_the_scenario_says(town):
    words = plain(handout.render(town))
    for said in (town.title, town.purpose, town.teaches, *(step.title for step in town.story),
                 *(step.text for step in town.story), *(step.question for step in town.story if step.question),
                 *(each for step in town.story for each in step.discuss), *(claim.says for claim in town.claims),
                 *(town.regime(name).summary for name in town.compare), town.key, "Illustrative, not a forecast",
                 f"seed {town.seed}"):
        assert " ".join(str(said).split()) in words


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_no_handout_carries_the_notes(name):
    scenario = load(name)
    words = plain(handout.render(scenario))
    assert scenario.title in words
    for step in scenario.story:
        assert step.notes is None or " ".join(step.notes.split()) not in words


def test_the_levers_that_differ_stand_on_it_and_the_others_do_not(town):
    groups = handout.content(town)["levers"]
    names = {lever["name"].replace(" ", "_") for group in groups for lever in group["levers"]}
    first, second = (town.regime(name).levers for name in town.compare)
    assert names == {name for name in first if first[name] != second[name]}
    assert len(names) > 10 and "target_wait" not in names
    assert all(len(lever["values"]) == 2 for group in groups for lever in group["levers"])


def test_regimes_that_begin_alike_say_so_with_what_happens():
    words = plain(handout.render(load("worse-before-better")))
    assert "They begin alike." in words and "What happens on the way" in words


def test_an_event_names_the_regimes_that_it_happens_to():
    scenario = load("worse-before-better")
    event = next(event for event in scenario.events if event.regimes)
    letters = [handout.LETTERS[scenario.compare.index(name)] for name in event.regimes if name in scenario.compare]
    assert letters and len(letters) < len(scenario.compare)
    assert f"({' and '.join(letters)} only):" in plain(handout.render(scenario))


def test_predictions_have_room_before_the_answer(town):
    steps = handout.content(town)["steps"]
    asked = {step.predict.how for step in town.story if step.predict}
    assert {"draw" for step in steps if step["draw"]} | {"choose" for step in steps if step["choose"]} == asked
    page = handout.render(town)
    assert page.count("<svg") == sum(step["draw"] is not None for step in steps)
    assert page.count("nobody could tell") == sum(step["choose"] is not None for step in steps)


def test_a_line_given_up_to_a_time_is_marked_there():
    given = next((scenario, step) for scenario in map(load, catalogue()) for step in scenario.story
                 if step.predict and step.predict.after)
    scenario, step = given
    drawn = handout.content(scenario)["steps"][scenario.story.index(step)]["draw"]
    assert 0 < drawn["after"] == step.predict.after / scenario.world.horizon < 1
    assert f"the first {drawn['given']} are on the screen" in plain(handout.render(scenario))


def test_claims_carry_their_recount_or_say_that_there_is_none(town):
    first, second = town.claims[:2]
    recount = {first.says: {"held_in": 18, "pairs": 20, "holds": True},
               second.says: {"held_in": 3, "pairs": 20, "holds": False}}
    badges = [claim["badge"] for claim in handout.content(town, recount)["claims"]]
    assert badges[:3] == ["holds in 18 of 20 pairs", "does not hold: 3 of 20 pairs", "not recounted yet"]
    assert {claim["badge"] for claim in handout.content(town)["claims"]} == {"not recounted yet"}


def test_the_server_prints_what_it_was_given_of_recounts(town):
    asked: list[str] = []

    def recount(name: str):
        asked.append(name)
        return {town.claims[0].says: {"held_in": 20, "pairs": 20, "holds": True}}

    answer = client(recount=recount).get("/handout/town")
    assert answer.status_code == 200 and asked == ["town"] and "holds in 20 of 20 pairs" in answer.text
    assert not re.search(r"<script|\son\w+=|\sstyle=", answer.text)


def test_an_unknown_name_is_answered_with_the_nearest():
    answer = client().get("/handout/twon")
    assert answer.status_code == 404 and 'href="/handout/town"' in answer.text and "did you mean" in answer.text
    strange = client().get("/handout/<i>nothing like it")
    assert strange.status_code == 404 and "<i>" not in strange.text and 'href="/handout/null"' in strange.text


@pytest.mark.parametrize("name", ["town.yaml", "..%2fscenarios%2ftown.yaml", "regimes%2ftown", "~town", "%2fetc"])
def test_a_path_is_no_name(name):
    assert client().get(f"/handout/{name}").status_code == 404


def test_handouts_are_limited_too():
    limits = Limits()
    limits.handouts_by_address = Buckets(1, 1, clock=lambda: 0.0)
    one = client(limits=limits)
    assert one.get("/handout/null").status_code == 200
    assert one.get("/handout/null").status_code == 429
