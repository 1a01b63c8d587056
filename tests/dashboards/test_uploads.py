"""A visitor's scenario file becomes a choice that fits a link; what is no scenario, too large or a path is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import boards, uploads
from dashboards.choice import MOST_FILE, MOST_LINK, Choice, ChoiceError
from dashboards.exploring import reproducing, side
from simulation.scenario import catalogue, load

MINE = """
# Half the people, and a regime of my own.
extends: town
title: My own town
world: {people: 1000, horizon: 1 year}
regimes:
  targets: {levers: {stakes: 0.2}}
  mine: {extends: targets, title: Mine, levers: {discretion: 0.9}}
compare: [targets, mine]
"""


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_file_of_the_catalogue_fits_a_link_and_has_the_same_runs(name):
    choice = Choice(file=uploads.packed(catalogue()[name].read_text(encoding="utf-8")))
    token = choice.token()
    assert len(token) <= MOST_LINK
    built, wanted = Choice.from_token(token).scenario_of(), load(name)
    assert built.compare == wanted.compare[:4]
    assert all(built.run_key(regime) == wanted.run_key(regime) for regime in built.compare)


def test_what_the_file_says_arrives_and_can_be_moved():
    choice = side.brought({"text": MINE})
    scenario = choice.scenario_of()
    assert scenario.title == "My own town" and scenario.world.people == 1000 and scenario.name == uploads.NAME
    assert scenario.compare == ("targets", "mine")
    assert scenario.regimes["targets"].levers["stakes"] == 0.2
    assert scenario.regimes["mine"].levers["discretion"] == 0.9
    moved = boards.set_knobs(choice, {"1.discretion": 0.4})
    assert moved.scenario_of().regimes["mine"].levers["discretion"] == 0.4
    assert boards.knob_groups(moved) and boards.lever_board(moved)["slots"][1]["name"] == "Mine"
    assert "mine" in side.known(moved)
    assert side.restored(moved).scenario_of().world.people == 1000


def test_the_command_names_the_file(tmp_path):
    choice = boards.set_knobs(side.brought({"text": MINE}), {"1.discretion": 0.4})
    assert f"regimes compare {uploads.NAME}.yaml " in reproducing.command(choice)
    path = tmp_path / f"{uploads.NAME}.yaml"
    path.write_text(MINE)
    loaded, built = load(path, set=reproducing.changes(choice)), choice.scenario_of()
    assert all(loaded.run_key(name) == built.run_key(name) for name in built.compare)


@pytest.mark.parametrize(("text", "says"), [
    ("", "holds no 'field: value' lines"),
    ("- a\n- b", "holds no 'field: value' lines"),
    ("extends: twon", "did you mean 'town'"),
    ("extends: town\nworld: {people: 12}", r"your file:2.*world.people: 12 is out of range; accepted 200"),
    ("extends: town\nregimes: {mine: {extends: targets, levers: {stakes: 2}}}", "0 to 1"),
    ("extends: town\nworld: {people: 900000}", "900,000 people; this server runs 40,000 at most"),
    ("extends: town\nworld: {horizon: 30 years}", "30 years; this server runs 10 at most"),
    ("extends: town\nworld: {tick: 2 minutes, horizon: 1 year}", "steps; this server runs 30,000 at most"),
    ("extends: town\nregimes: [targets, hybrid]\ncompare: [targets]", "two or more"),
    ("x: &a 1\ny: *a", "anchor"),
    ("a: !!python/object/apply:os.system ['true']", "your file:1"),
    ("a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]", "anchor"),
    ("<<: {extends: town}", "merge key"),
    ("[" * 4_000, "nested too deeply"),
    ("extends: town\nseed: " + "9" * 39, "out of range"),
    ("extends: town\nseed: " + "9" * 5_000, "seed"),
    ("extends: town\nworld: {people: 1e400}", "is too large"),
    ("extends: town\ntitle: a\0b", "control character"),
    ("\x89PNG\r\n\x1a\n", "your file"),
    ("extends: town\nparameters: {population: {burn_in: =1+1}}", "burn_in"),
    ("#" * 10_000_000, "10,000,000 letters; at most 60,000"),
    ("#" * 60_001, "60,001 letters; at most 60,000"),
])
def test_what_cannot_be_used_is_refused_in_words(text, says):
    with pytest.raises(ChoiceError, match=says):
        uploads.packed(text)


@pytest.mark.parametrize("text", [
    "extends: {path}",
    "extends: town\nregimes: {{mine: {{extends: {path}}}}}",
    "extends: town\nregimes:\n  targets: {{extends: '{path}'}}",
])
def test_no_file_of_this_machine_is_read_or_told_of(tmp_path, text):
    secret = tmp_path / "secret.yaml"
    secret.write_text("title: not for strangers\nlevers: {}\n")
    for path in (secret, "./secret.yaml", "../secret.yaml", "~/secret.yaml", tmp_path / "absent.yaml"):
        with pytest.raises(ChoiceError) as caught:
            uploads.packed(text.format(path=path))
        assert "only names can be extended" in str(caught.value) and "strangers" not in str(caught.value)
        with pytest.raises(ChoiceError):
            Choice(file=text.format(path=path)).scenario_of()


def test_a_problem_in_a_file_of_this_server_names_no_folder():
    with pytest.raises(ChoiceError) as caught:
        uploads.packed("extends: town\nworld: {tick: 1 minute, places: 900}")
    assert "/" not in str(caught.value).split(": ")[0]


def test_a_file_too_long_for_a_link_says_what_to_do():
    text = "extends: town\nevents:\n" + "".join(
        f"  - {{at: {week} weeks, says: 'Number {week} of many things that happen here', staffing: {{all: 0.9}}}}\n"
        for week in range(2, 140))
    with pytest.raises(ChoiceError, match=f"a link takes {MOST_FILE:,} at most"):
        uploads.packed(text)


def test_more_changes_than_a_link_holds_are_told_and_not_made(monkeypatch):
    choice, said, made = side.first_look(), [], []
    side.guarded(lambda: choice, made.append, said.append)
    assert made == [choice] and said == [""]
    monkeypatch.setattr(side, "MOST_LINK", len(choice.token()) - 1)
    side.guarded(lambda: choice, made.append, said.append)
    assert made == [choice] and "more than one link can hold" in said[-1]


@pytest.mark.parametrize("given", [{}, {"text": ""}, {"text": 3}, {"text": None}, None])
def test_a_form_from_a_browser_may_hold_anything(given):
    with pytest.raises(ChoiceError, match="choose a file"):
        side.brought(given)


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_scenario_or_is_refused(text):
    for made in (lambda: uploads.packed(text), lambda: Choice(file=text or " ").scenario_of()):
        try:
            made()
        except ChoiceError:
            pass


def test_a_world_that_takes_long_to_prepare_is_refused():
    text = ("extends: town\nworld: {tick: 20 minutes, horizon: 4 weeks, people: 1000}\n"
            "parameters: {population: {burn_in: 520 weeks}}\nevents:\n")
    with pytest.raises(ChoiceError, match="steps, those before the clock starts among them"):
        side.brought({"text": text})
