"""Telling a story: the gap in words both ways, who came out better, the pad that gives nothing away, the catalogue."""

from __future__ import annotations

import numpy as np
import pytest

from dashboards.telling import badge, pad, predicting, recording, steps, stories
from dashboards.telling.recording import Progress
from dashboards.telling.steps import Answer
from simulation import winners
from simulation.comparison import compare
from simulation.outcomes import BY_NAME
from simulation.scenario.story import Step
from tests import fake_runs

SHARE, MONEY, PLAIN = BY_NAME["recorded_performance"], BY_NAME["cost"], BY_NAME["need"]
TITLES = {"hard": "Hard", "soft": "Soft"}


@pytest.mark.parametrize("outcome, said, came, words", [
    (SHARE, 0.84, 0.91, "you said 84 %, it came to 91 %: 7 points more"),
    (SHARE, 0.91, 0.84, "you said 91 %, it came to 84 %: 7 points less"),
    (SHARE, 0.90, 0.91, "you said 90 %, it came to 91 %: 1 point more"),
    (SHARE, 0.902, 0.904, "you said 90 %, it came to 90 %: as good as equal"),
    (SHARE, 0.02, 0.035, "you said 2.0 %, it came to 3.5 %: 1.5 points more"),
    (MONEY, 2400, 2450, "you said £2,400, it came to £2,450: £50 more"),
    (MONEY, 2450, 2400, "you said £2,450, it came to £2,400: £50 less"),
    (PLAIN, 0.21, 0.18, "you said 0.210, it came to 0.180: 0.030 less"),
    (PLAIN, -0.1, 0.1, "you said −0.100, it came to 0.100: 0.200 more"),
    (SHARE, float("nan"), 0.5, ""),
])
def test_the_gap_in_words(outcome, said, came, words):
    assert predicting.gap(outcome, said, came) == words


def test_the_gap_is_that_of_the_printed_numbers():
    for said in np.linspace(0.3, 0.9, 41):
        words = predicting.gap(SHARE, float(said), 0.5049)
        before, after = (int(part.split(" %")[0].split()[-1]) for part in words.split(",")[:2])
        apart = abs(after - before)
        assert words.split(": ")[1].startswith(f"{apart} point" if apart else "as good as equal")


def test_what_is_said_of_a_drawn_line():
    curve, mean = np.array([np.nan, 60.0, 70.0, 84.0]), np.array([50.0, 62.0, 74.0, 91.0])
    found = predicting.drawn(SHARE, curve, mean, "Hard", 20, 0)
    assert found.headline == "At the end you said 84 %, it came to 91 %: 7 points more."
    assert found.beside == "On average your line was 4 points away."  # (2 + 4 + 7) / 3
    assert "20 runs" in found.counted and found.index is None
    exact = predicting.drawn(SHARE, mean, mean, "Hard", 1, 0)
    assert "as good as equal" in exact.headline and exact.beside == "Your line met it all the way."
    assert "no value" in predicting.drawn(SHARE, np.full(4, np.nan), mean, "Hard", 20, 0).headline


def stood(first, second, outcome=SHARE):
    return winners.standing(outcome, {"hard": np.array(first, float), "soft": np.array(second, float)})


CLEAR = stood(np.linspace(0.8, 0.82, 10), np.linspace(0.9, 0.92, 10))
UNCLEAR = stood([0.8, 0.9, 0.8, 0.9, 0.8, 0.9], [0.9, 0.8, 0.9, 0.8, 0.9, 0.81])


@pytest.mark.parametrize("choice, met", [
    ("soft", "You chose Soft: so it came."), ("hard", "You chose Hard: it came out otherwise."),
    (predicting.NOBODY, "You chose “hardly any difference”: it came out otherwise."), ("", "")])
def test_a_choice_meets_a_clear_result(choice, met):
    found = predicting.chosen(SHARE, CLEAR, TITLES, choice, "year 2")
    assert found.headline == "Soft did better, in 10 of 10 pairs of runs."
    assert found.beside == met and found.index == 1
    assert found.counted == "Recorded performance in year 2: 81.0 % under Hard and 91.0 % under Soft."


def test_nobody_can_tell():
    found = predicting.chosen(SHARE, UNCLEAR, TITLES, "soft")
    assert UNCLEAR.verdict == "unclear"
    assert found.headline.startswith("Nobody can tell") and found.beside == "You chose Soft."
    assert f"is ahead in {UNCLEAR.held_in} of 6 pairs" in found.counted
    assert found.index == 2 == list(TITLES).index("soft") + 1  # the option behind the regimes
    assert predicting.chosen(SHARE, UNCLEAR, TITLES, predicting.NOBODY).beside == "You said so."


def test_one_pair_tells_nothing():
    found = predicting.chosen(SHARE, stood([0.1], [0.9]), TITLES, "soft")
    assert found.headline.startswith("Nobody can tell") and "one possible history" in found.counted


def test_the_same_in_every_pair():
    same = stood([0.8, 0.9], [0.8, 0.9])
    found = predicting.chosen(SHARE, same, TITLES, "hard")
    assert found.headline == "No difference at all: the same in all 2 pairs of runs." and found.index == 2
    assert predicting.better(SHARE, same, TITLES) == "The same in all 2 pairs (whole run)."


def test_the_line_under_a_chart():
    assert predicting.better(SHARE, CLEAR, TITLES) == "Better under Soft in 10 of 10 pairs (whole run)."
    assert predicting.better(BY_NAME["trust"], CLEAR, TITLES).endswith("(last year).")
    assert predicting.better(SHARE, UNCLEAR, TITLES).startswith("Nobody can tell which is better")


def test_what_phones_are_asked():
    draw = step(predict={"how": "draw", "outcome": "need", "regime": "hard"}).predict
    choose = step(predict={"how": "choose", "outcome": "need"}).predict
    assert predicting.question_for_phones(draw, "How?", ["A", "B"], "T") == ("How?", list(predicting.SHAPES))
    assert predicting.question_for_phones(choose, "Who?", ["A", "B"], "T")[1] == ["A", "B", predicting.NOBODY_SAYS]
    for asked in (draw, choose, None):
        question, options = predicting.question_for_phones(asked, None, list("ABCDEFGH"), "A step")
        assert question and len(options) <= 6 and len(set(options)) == len(options)


def step(**fields) -> Step:
    return Step.model_validate({"title": "A step", "text": "Some text.", "show": ["need", "failure_demand"],
                                "question": "What comes?", **fields})


@pytest.fixture(scope="module")
def comparison():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.runs.run", fake_runs.run)
        patch.setattr("simulation.runs.warm_up", lambda progress=None: 0.0)
        return compare(fake_runs.scenario(weeks=265), pairs=4, seed=1, threads=1)


def test_the_predicted_outcome_comes_first(comparison):
    told = step(predict={"how": "choose", "outcome": "failure_demand"})
    shown = steps.panels_of(comparison.scenario, told, comparison)
    assert [panel.name for panel in shown] == ["failure_demand", "need"]
    usual = steps.panels_of(comparison.scenario, step(), comparison)
    assert [panel.name for panel in usual] == ["need", "failure_demand"]


def test_three_ways_of_looking_are_one_panel_a_regime(comparison):
    told = step(show=["recorded_performance", "true_performance", "need", "perceived_performance"],
                predict={"how": "draw", "outcome": "true_performance", "regime": "soft"})
    shown = steps.panels_of(comparison.scenario, told, comparison)
    assert [panel.name for panel in shown] == ["performance:soft", "performance:hard", "need"]
    assert steps.predicted_line(told, shown) == 1


def test_a_drawn_line_is_measured_where_the_words_measure_it(comparison):
    told = step(predict={"how": "draw", "outcome": "failure_demand", "regime": "hard", "after": "1 year"})
    scenario = comparison.scenario
    shown = steps.panels_of(scenario, told, comparison)
    spec = steps.pad_of(scenario, told, shown, 300)
    assert spec["known"]["x"] == pytest.approx([x for x in shown[0].at if x <= 1])
    assert spec["start"] == {"x": spec["known"]["x"][-1], "y": spec["known"]["y"][-1]}
    low, high = spec["y_range"]
    assert low == 0 and shown[0].means.max() < high <= 100
    answer = Answer(drawn=(63.37,) * 9, kept=True, pad=spec)
    curve = steps.curve_of(told, answer, shown[0])
    assert np.isnan(curve[0]) and curve[-1] == 63.0
    result = steps.result_of(scenario, told, comparison, answer, shown)
    came = round(shown[0].means[0][-1])
    assert result.headline == f"At the end you said 63 %, it came to {came} %: {63 - came} points less."


def test_a_choice_is_counted_over_its_time(comparison):
    told = step(predict={"how": "choose", "outcome": "failure_demand", "over": "year 2"})
    found = steps.result_of(comparison.scenario, told, comparison, Answer(chosen="soft", kept=True),
                            steps.panels_of(comparison.scenario, told, comparison))
    year = slice(52, 104)
    means = [np.mean([run.series["failure_demand"][year].mean() for run in comparison.runs[name]])
             for name in ("hard", "soft")]
    assert f"{100 * means[0]:.1f} %" in found.counted and f"{100 * means[1]:.1f} %" in found.counted
    assert "in year 2" in found.counted


def test_a_prediction_counts_once_it_is_kept():
    assert not Answer(chosen="soft").given and not Answer(kept=True).given
    assert Answer(chosen="soft", kept=True).given and Answer(drawn=(1.0,), kept=True).given


@pytest.mark.parametrize("value, above", [(0.9, 1), (1, 1), (1.01, 2), (2.3, 2.5), (26, 40), (41, 50), (510, 1000),
                                          (0.031, 0.04)])
def test_a_round_number_above(value, above):
    assert pad.round_above(value) == pytest.approx(above)


def test_the_catalogue_begins_with_the_town():
    cards = stories.cards()
    assert cards[0].name == stories.FIRST
    titles = [card.title for card in cards[1:]]
    assert titles == sorted(titles) and len(cards) >= 15
    assert all(5 <= card.steps <= 7 for card in cards)
    assert stories.after(cards[0].name) == cards[1] and stories.after(cards[-1].name) is None


@pytest.mark.parametrize("name, nearest", [("linkd-needs", "linked-needs"), ("Town", "town"),
                                           ("../../etc/passwd", None), ("x" * 5_000, None)])
def test_an_unknown_story_is_said_with_the_nearest(name, nearest):
    with pytest.raises(stories.NoStory) as refused:
        stories.story(name)
    assert refused.value.nearest == nearest and len(str(refused.value)) < 120


def test_every_story_can_be_recorded_on_this_server():
    from dashboards.runner import check_work
    from simulation.claims import regimes_claimed

    for card in stories.cards():
        scenario = stories.story(card.name)
        regimes = [regime.name for regime in stories.regimes_needed(scenario)]
        assert regimes[:len(scenario.compare)] == list(scenario.compare)
        assert set(regimes_claimed(scenario)) <= set(regimes) and len(set(regimes)) == len(regimes)
        check_work(scenario, len(regimes), scenario.pairs)


def test_progress_in_words():
    assert Progress().says == "Looking for recorded runs"
    assert Progress("running", 12, 40, 5, 20).says == "Recording 12 of 40 runs"
    assert Progress("done", 40, 40, 20, 20).says == ""
    assert Progress("cancelled", 3, 40).says == "Recording stopped: 3 of 40 runs are kept."
    assert Progress("failed", problem="too many questions").says == "too many questions"
    assert not Progress("running").over and Progress("cancelled").over


def test_a_recording_has_the_pairs_and_seed_of_the_story(monkeypatch):
    from dashboards import services as shared
    from dashboards.recordings import Recordings
    from dashboards.runner import Runner

    fake_runs.install(monkeypatch)
    runner = Runner(Recordings(), threads=1)
    before = shared.services()
    shared.install(shared.Services(runner=runner))
    try:
        job = recording.ask("urgent-single-need", "a visitor")
        assert job.wait(60) and recording.read(job) == Progress("done", job.total, job.total, job.pairs, job.pairs)
        scenario = stories.story("urgent-single-need")
        found = job.comparison()
        assert (found.pairs, found.seed) == (scenario.pairs, scenario.seed) and job.durable
        counted = badge.recounts(scenario, found)
        assert [each.claim for each in counted] == list(scenario.claims)
        held = sum(each.holds for each in counted)
        assert badge.summary(counted, found.pairs) == f"{held} of {len(counted)} claims hold in {scenario.pairs} pairs"
        failed = next(each for each in counted if not each.holds)
        assert badge.said(failed).startswith("Does not hold") and str(failed.needed) in badge.said(failed)
    finally:
        runner.close()
        shared.install(before)
