"""Pattern 11: each of two regimes wins on real harm in the world that suits it, and the second loses where it should.

Set-up: sanctioned targets (the first regime of every file) against trust and learning (the second) in five worlds.
Real harm is expected deaths from unmet need and delay, and unmet need; a regime wins where both are lower, in the
last year. Required: the first wins in a world of one urgent need with slack and an honest clock; the second wins in a
world of linked needs, context and six years; and the second loses in that world wherever one thing is otherwise:
people hardly trust services (a third of the usual), staff leave as often as in social care, or one year is all there
is. Direction only. Sources: Gruber, Hoe & Stoye 2023, doi:10.1162/rest_a_01044 (fewer deaths under a target); the
rest is the source texts' own claim and their own conditions.
"""

from __future__ import annotations

from simulation.patterns.showing import Shown, over, runs, world

LOST = {"low trust": "11-low-trust", "high turnover": "11-turnover", "one year": "11-short"}
YEAR = 52
MISSED = (
    "Each regime wins in the world that suits it, but the second does not lose where it should: in a world of "
    "linked needs it is no worse in the first year (deaths 2 % fewer, need the same) and far ahead by the sixth, "
    "whatever trust and turnover are. Freedom to depart from the book does most of that, and here it needs neither "
    "trust nor experience: people tell something even to those whom they do not trust, and a newcomer works as well "
    "as the book on the first day.")


def harm(name: str, seed: int) -> tuple[float, float]:
    """(deaths, unmet need) of the second regime of a world relative to the first, less 1, in the last year."""
    scenario = world(name)
    weeks = scenario.ticks * scenario.tick_weeks
    first, second = runs(scenario, seed)
    deaths, need = (over(second, outcome, weeks - YEAR, weeks) / over(first, outcome, weeks - YEAR, weeks) - 1
                    for outcome in ("deaths", "need"))
    return deaths, need


def measure(seed: int) -> Shown:
    """See the module."""
    urgent, linked = harm("11-urgent", seed), harm("11-linked", seed)
    lost = {what: harm(name, seed) for what, name in LOST.items()}
    holds = min(urgent) > 0 and max(linked) < 0 and all(min(each) > 0 for each in lost.values())
    figures = {}
    for what, (deaths, need) in {"one urgent need": urgent, "linked needs": linked, **lost}.items():
        figures[f"deaths, {what}, second regime against first"] = deaths
        figures[f"unmet need, {what}, second regime against first"] = need
    return Shown(holds, figures)
