"""What a study and ablations say, in words: the terminal, the page and the figures all ask here, so that they agree.

No sentence has a favourite: each is chosen by the numbers, never by which regime it is about.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from simulation import provenance, wording
from simulation.outcomes import BY_NAME
from simulation.scenario.units import show
from simulation.sensitivity.ablations import AS_IT_IS, Ablations, Remains
from simulation.sensitivity.factors import factors
from simulation.sensitivity.findings import AsItIs, Fact, Sensitivity, facts_key
from simulation.sensitivity.points import Pair
from simulation.sensitivity.screening import Effect
from simulation.sensitivity.variance import Share


def percent(part: float, signed: bool = False) -> str:
    """`23 %`, `0.4 %`: of the average of the two regimes."""
    if not math.isfinite(part):
        return wording.MISSING
    return wording.number(100 * part, 0 if abs(part) >= 0.0995 else 1, signed=signed) + " %"


def difference(outcome: str, found: AsItIs | Remains) -> str:
    """`−0.031 (−0.042 to −0.021)`."""
    defined = BY_NAME[outcome]
    return (f"{wording.difference(defined, found.difference)} "
            f"({wording.interval(defined, found.low, found.high)})")


def out_of(part: int, whole: int) -> str:
    """`56 of 128 (44 %)`."""
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "none"


def range_of(fact: Fact) -> str:
    """`0.025 to 0.1 per week`."""
    return f"{fact.low:.3g} to {show(float(f'{fact.high:.3g}'), fact.unit)}".replace("-", "−")


def larger(found: Sensitivity, outcome: str, effect: Effect) -> str:
    """Whom a larger value speaks for."""
    side = found.favours(outcome, effect)
    return f"larger speaks for {side}" if side else "either way"


def hangs_on(found: Sensitivity, outcome: str, effect: Effect) -> str:
    """One parameter's weight on one outcome: `need.remission: 23 %, larger speaks for a`."""
    return f"{effect.factor}: {percent(effect.mu_star)}, {larger(found, outcome, effect)}"


def share(found: Share | None) -> str:
    """`0.34 ± 0.12`: a total share of the variance with half of its 95 % interval."""
    if found is None or not math.isfinite(found.total):
        return wording.MISSING
    return f"{wording.number(found.total, 2)} ± {wording.number(found.total_half, 2)}"


def robustness(found: Sensitivity, outcome: str) -> str:
    """In how many believable worlds the difference has which sign, as a sentence that fits the numbers."""
    first, second = found.names
    label = BY_NAME[outcome].label
    worlds = found.worlds.get(outcome)
    known = worlds.known() if worlds is not None else []
    if worlds is None or not known:
        return f"{label}: no believable worlds were drawn."
    lower, higher = sum(v < 0 for v in known), sum(v > 0 for v in known)
    if lower == higher == 0:
        return f"{label}: the same under both in all of {len(known)} believable worlds."
    side, sign = ("lower", -1) if lower >= higher else ("higher", 1)
    text = (f"{label}: {side} under {second} than under {first} in {out_of(max(lower, higher), len(known))} believable "
            "worlds")
    ordinary = worlds.known(only_ordinary=True)
    if ordinary:
        text += f", and in {sum(v * sign > 0 for v in ordinary)} of the {len(ordinary)} that look like an ordinary town"
    as_it_is = found.as_it_is[outcome]
    if as_it_is.low <= 0 <= as_it_is.high:
        return text + "; in the scenario itself the difference cannot be told from zero."
    same = as_it_is.difference * sign > 0
    return text + ("; so it is in the scenario itself." if same else "; in the scenario itself it is the other way.")


def three(found: Sensitivity, outcome: str) -> str:
    """The three judgements that the difference hangs on, as a sentence."""
    effects = found.judgements(outcome)
    said = wording.listed([f"{e.factor} ({percent(e.mu_star)}, {larger(found, outcome, e)})" for e in effects])
    return f"{BY_NAME[outcome].label} hangs most on {said or 'no judgement'}."


def study_lines(found: Sensitivity) -> list[tuple[str, list[str]]]:
    """For a terminal: by outcome its label and what is said of it."""
    first, second = found.names
    told = []
    for outcome in found.outcomes:
        as_it_is = found.as_it_is[outcome]
        lines = [f"As it is: {difference(outcome, as_it_is)}, {second} minus {first}; lower under {second} in "
                 f"{as_it_is.lower} of {as_it_is.pairs} pairs."]
        if found.worlds:
            lines.append(robustness(found, outcome))
        said = "; ".join(hangs_on(found, outcome, e) for e in found.judgements(outcome))
        lines.append(f"Judgements: {said or 'nothing hangs on any'}.")
        lines.append(f"Chance: {percent(found.chance(outcome).mu_star)}.")
        told.append((BY_NAME[outcome].label, lines))
    return told


def ablation_lines(found: Ablations, outcome: str) -> list[str]:
    """For a terminal: what remains of an outcome's difference in every case, marked where it turns, goes or appears."""
    marks = dict.fromkeys(found.turning(outcome), "turned round") | dict.fromkeys(found.vanishing(outcome), "not clear")
    marks |= dict.fromkeys(found.appearing(outcome), "now clear")
    width = max(len(name) for name in found.cases)
    return [f"{name:{width}}  {difference(outcome, row[outcome])}  {marks.get(name, '')}".rstrip()
            for name, row in found.remains.items()]


def effect_of(found: Ablations, outcome: str) -> str:
    """Which mechanisms and ideas the difference cannot do without, as a sentence."""
    second = found.names[1]
    parts = []
    as_it_is = found.remains[AS_IT_IS][outcome]
    if not as_it_is.turned:
        parts.append("as it is, the difference cannot be told from zero")
    if turned := found.turning(outcome):
        parts.append(f"it turns round without {wording.listed(turned)}")
    if gone := found.vanishing(outcome):
        parts.append(f"it can no longer be told from zero without {wording.listed(gone)}")
    for sign, side in (("-", "lower"), ("+", "higher")):
        if clear := [name for name in found.appearing(outcome) if found.remains[name][outcome].turned == sign]:
            parts.append(f"it is clearly {side} under {second} without {wording.listed(clear)}")
    if none := found.ending(outcome):
        parts.append(f"there is none at all without {wording.listed(none)}")
    if as_it_is.turned and not turned and not gone:
        parts.append(f"{'otherwise ' if none else ''}it stays clear and keeps its sign, whatever single thing is away")
    return f"{BY_NAME[outcome].label}: {'; '.join(parts)}."


def stale(made: Mapping[str, Any]) -> str:
    """Why kept numbers may no longer be those of the model; empty where they are."""
    from simulation.comparison import ComparisonError
    from simulation.scenario import ScenarioError, load

    if made["model"] != provenance.model_version():
        return f"made with version {made['model']} of the model, which is now at version {provenance.model_version()}"
    try:
        scenario = load(made["scenario"])
        now = provenance.key(Pair.of(scenario, made["regimes"]).identity())
    except (ScenarioError, ComparisonError):
        return "made for a scenario or for regimes that are no longer there"
    if made["identity"] != now:
        return "made before the scenario, its regimes or the default of a parameter were changed"
    if "facts" in made and made["facts"] != facts_key([Fact.of(f) for f in factors(scenario)]):
        return "made before it was changed what is believable of a parameter"
    return ""
