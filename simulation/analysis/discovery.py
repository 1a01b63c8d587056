"""In which worlds does the conclusion break: scenario discovery (Bryant & Lempert 2010) on the points of a design.

A case of interest is a world in which the difference has the other sign than the mean over all worlds, or what a
threshold says. No regime is preferred: whichever is ahead in general, the cases are the worlds where it is not. Boxes
of factor values that hold many cases and little else are found by PRIM (`simulation.analysis.boxes`) and held against
worlds that they were not made from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation import wording
from simulation.analysis import boxes, discoverypictures
from simulation.analysis.boxes import CaseBox, FoundAgain, Limit
from simulation.analysis.responses import Response, enough, luck_note, response, share
from simulation.analysis.section import Picture, Section
from simulation.analysis.worlds import factor_value
from simulation.outcomes import BY_NAME
from simulation.sensitivity.points import SensitivityError

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Readings

METHOD = "discovery"
METHODS = ("latin hypercube", "sobol", "list", "grid")
FEW = 10
"""Cases, or worlds that are none, below which a box would be luck."""
BOXES = 3
"""Boxes looked for, at most; each among the worlds that the earlier ones leave."""
_CASE = re.compile(r"\s*(?:difference|value)?\s*(?P<test><=?|>=?)\s*(?P<sign>[-−+]?)\s*£?\s*"
                   r"(?P<number>\d[\d,]*(?:\.\d*)?|\.\d+)\s*(?P<unit>%|points?)?\s*")
_TESTS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
_WORDS = {"<": "below", "<=": "at or below", ">": "above", ">=": "at or above"}


@dataclass(frozen=True, slots=True)
class Case:
    """What makes a world a case of interest: a value beyond a border, in the outcome's unit.

    Attributes: test: `<`, `<=`, `>` or `>=`. turned: whether it is the default, the other sign than the mean.
    """

    test: str
    border: float
    turned: bool = False

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Which values are cases."""
        return _TESTS[self.test](values, self.border)

    def words(self, found: Response) -> str:
        """`above zero`, `at or below −2 points`."""
        if self.border == 0:
            return f"{_WORDS[self.test]} zero"
        number = f"{wording.scale(found.outcome) * abs(self.border):.6g}"  # as it was written, and not rounded
        unit = found.unit() if wording.is_share(found.outcome) else ""
        number = f"£{number}" if wording.is_money(found.outcome) else f"{number} {unit}".rstrip()
        return f"{_WORDS[self.test]} {'−' if self.border < 0 else ''}{number}"


@dataclass(frozen=True, eq=False)
class Discovered:
    """What was found for one response.

    Attributes:
        at: positions of the worlds that were looked at. cases: bool, which of them are cases. found: the boxes, each
            among the worlds (`among`, bool) that those before it left, and how far it was found again.
    """

    case: Case
    at: np.ndarray
    cases: np.ndarray
    found: tuple[tuple[CaseBox, FoundAgain, np.ndarray], ...]


def sections(readings: Readings, outcomes: Sequence[str] | None = None, regime: str | None = None, *,
             own: bool = False, case: str | None = None) -> list[Section]:
    """A section an outcome; without a case of one's own only outcomes that have a better direction. See `section`."""
    chosen = readings.outcomes if outcomes is None else outcomes
    return [section(readings, outcome, regime, own=own, case=case) for outcome in chosen
            if case is not None or BY_NAME[outcome].better != "neither"]


def section(readings: Readings, outcome: str, regime: str | None = None, *, own: bool = False,
            case: str | None = None) -> Section:
    """In which worlds the conclusion about an outcome breaks.

    Args:
        regime: compared with the first, default the second.
        own: the regime's own outcome (default the first's); needs a `case`.
        case: `difference > 0`, `< -2 %`, `>= 0.3`: in the outcome's unit, `%` and `points` being hundredths of a share.
            Default: the other sign than the mean over all worlds.

    Raises SensitivityError: points of Morris walks, fewer than 50 worlds, a case that cannot be read, no value, or
    ema_workbench is not installed.
    """
    found = response(readings, outcome, regime, own=own)
    result = discover(readings, found, case)
    name = found.files(METHOD)
    title = _title(found, result)
    again = _again_lines(found, result, readings)
    return Section(name, title, (title, *again), _tables(name, found, result, readings),
                   _pictures(name, title, found, result, readings), tuple(_notes(found, result)))


def discover(readings: Readings, found: Response, case: str | None = None) -> Discovered:
    """The cases, and the boxes that hold them; none where there are too few. Args and errors as `section`."""
    at = enough(readings, found, METHOD, METHODS)
    values, points = found.values[at], readings.points[at]
    what = read_case(found, values, case)
    cases = what.holds(values)
    boxed: list[tuple[CaseBox, FoundAgain, np.ndarray]] = []
    among = np.ones(len(at), bool)
    while len(boxed) < BOXES and min(cases[among].sum(), (~cases[among]).sum()) >= FEW:
        box = boxes.find(readings.factors, points[among], cases[among])
        again = boxes.found_again(readings.factors, points[among], cases[among], readings.seed, boxes.ROUNDS)
        if boxed and not (box.limits and again.holds):
            break
        boxed.append((box, again, among))
        if not (box.limits and again.holds):
            break
        left = among.copy()
        left[np.flatnonzero(among)[box.inside]] = False
        among = left
    return Discovered(what, at, cases, tuple(boxed))


def read_case(found: Response, values: np.ndarray, text: str | None) -> Case:
    """What is a case: as written, or by default the other sign than the mean.

    Raises SensitivityError: it cannot be read, or a regime's own outcome has no default.
    """
    if text is None:
        if found.against is None:
            raise SensitivityError("a regime's own outcome has no sign that could turn; say what a case is, such as "
                                   "'> 0.3'")
        return Case(">" if values.mean() < 0 else "<", 0.0, turned=True)
    match = _CASE.fullmatch(text)
    if not match:
        raise SensitivityError(f"a case is written as 'difference > 0' or '< -2 %', with <, <=, > or >= and a number; "
                               f"{text!r} is neither")
    if match["unit"] and not wording.is_share(found.outcome):
        raise SensitivityError(f"{match['unit']!r} is of a share, and {found.outcome.name} is in {found.outcome.unit}; "
                               "leave it out")
    border = float(match["number"].replace(",", "")) * (0.01 if match["unit"] else 1.0)
    return Case(match["test"], -border if match["sign"] in ("-", "−") else border)


def limit_said(limit: Limit) -> str:
    """`need.growth at least 1.2 times`, `world.people 5000 or 10000`, `switches.learning off`."""
    name, say = limit.factor.name, lambda value: factor_value(limit.factor, value)
    if limit.factor.levels:
        return f"{name} {wording.listed([say(level) for level in limit.levels]).replace(' and ', ' or ')}"
    if not math.isfinite(limit.quasi_low):
        return f"{name} at most {say(limit.high)}"
    if not math.isfinite(limit.quasi_high):
        return f"{name} at least {say(limit.low)}"
    return f"{name} from {say(limit.low)} to {say(limit.high)}"


def _title(found: Response, result: Discovered) -> str:
    worlds, cases = len(result.at), int(result.cases.sum())
    words = result.case.words(found)
    mean = float(found.values[result.at].mean())
    head = f"{found.label}: {found.said(mean)} on average, {words} in {cases:,} of {worlds:,} worlds"
    if cases == 0:
        return f"{found.label}: {found.said(mean)} on average, and {words} in none of {worlds:,} worlds."
    if cases == worlds:
        return f"{found.label}: {words} in all of {worlds:,} worlds."
    if min(cases, worlds - cases) < FEW:
        return f"{head}: too few to say where." if cases < FEW else f"{head}: in nearly all, so that no box says more."
    box, again, _ = result.found[0]
    if not box.limits:
        return f"{head}, spread over all values of the factors."
    where = wording.listed([limit_said(limit) for limit in box.limits])
    if not again.holds:
        return f"{head}; a box of factor values that holds many of them does not hold in other worlds."
    part = "most of them" if box.coverage > 0.5 else f"{share(box.coverage)} of them"
    return f"{head}, {part} with {where}."


def _again_lines(found: Response, result: Discovered, readings: Readings) -> list[str]:
    worlds, cases = len(result.at), int(result.cases.sum())
    lines = []
    if cases == 0:
        lines.append(f"If these worlds stand for all, it is so in fewer than {share(-math.log(0.05) / worlds)} of them "
                     "(95 % confidence).")
    sure = beyond_luck(found, result)
    if cases and sure is not None:
        lines.append(f"In {sure:,} of these {cases:,} worlds the 95 % interval lies beyond the border; the others "
                     "could be luck.")
    for number, (box, again, among) in enumerate(result.found, 1):
        if not box.limits:
            lines.append("No restriction of any factor makes cases more frequent than chance could.")
            continue
        held = int(result.cases[among].sum())
        lines.append(f"Box {number} holds {box.worlds:,} worlds, of which {box.cases:,} are cases: "
                     f"{share(box.coverage)} of {'all' if number == 1 else 'the other'} {held:,} (coverage), and "
                     f"{share(box.density)} of its worlds, against {share(held / int(among.sum()))} without a box "
                     "(density).")
        lines += [f"{limit_said(limit)}{_range(limit)}: {_quasi(limit)}, in {again.uses[limit.factor.name]} of "
                  f"{again.times} boxes made anew." for limit in box.limits]
        lines.append(_again(again, held / int(among.sum())))
    return lines


def _range(limit: Limit) -> str:
    if limit.factor.levels:
        return ""
    return (f", of {factor_value(limit.factor, limit.factor.low)} to "
            f"{factor_value(limit.factor, limit.factor.high)}")


def _quasi(limit: Limit) -> str:
    sides = [side for side in (limit.quasi_low, limit.quasi_high) if math.isfinite(side)]
    return "quasi-p " + " and ".join("below 0.001" if side < 0.001 else f"{side:.3f}" for side in sides)


def _again(again: FoundAgain, general: float) -> str:
    text = (f"Made anew from four fifths of these worlds and held against the last fifth, {again.times} times: ahead "
            f"in {again.ahead}, with a density of {share(again.density)} against {share(general)} and a coverage of "
            f"{share(again.coverage)}.")
    return text if again.holds else text + " It does not hold in worlds that it was not made from."


def beyond_luck(found: Response, result: Discovered) -> int | None:
    """How many cases have a 95 % interval that lies beyond the border; None without intervals."""
    halves = found.halves[result.at]
    if not np.isfinite(halves).any():
        return None
    away = np.abs(found.values[result.at] - result.case.border)
    return int((result.cases & np.isfinite(halves) & (away > halves)).sum())


def _tables(name: str, found: Response, result: Discovered, readings: Readings) -> dict[str, pd.DataFrame]:
    import pandas as pd

    about, limits, trajectory = [], [], []
    where = np.zeros(len(result.at), int)
    for number, (box, again, among) in enumerate(result.found, 1):
        where[np.flatnonzero(among)[box.inside]] = number if box.limits else 0
        about.append({**found.columns(), "case": f"{result.case.test} {result.case.border!r}", "box": number,
                      "worlds": box.worlds, "cases": box.cases, "coverage": box.coverage, "density": box.density,
                      "mass": box.mass, "density_without": float(result.cases[among].mean()),
                      "coverage_elsewhere": again.coverage, "density_elsewhere": again.density,
                      "ahead_elsewhere": again.ahead, "made_anew": again.times, "holds": again.holds})
        limits += [{**found.columns(), "box": number, "factor": limit.factor.name, "unit": limit.factor.unit,
                    "low": limit.low, "high": limit.high, "quasi_p_low": limit.quasi_low,
                    "quasi_p_high": limit.quasi_high, "range_low": limit.factor.low, "range_high": limit.factor.high,
                    "levels": ", ".join(f"{level:g}" for level in limit.levels),
                    "again": again.uses[limit.factor.name], "made_anew": again.times} for limit in box.limits]
        trajectory += [{"box": number, "step": i, "coverage": step.coverage, "density": step.density,
                        "mass": step.mass, "restricted": step.restricted} for i, step in enumerate(box.trajectory)]
    worlds = pd.DataFrame({"point": result.at, "value": found.values[result.at], "half": found.halves[result.at],
                           "case": result.cases, "box": where})
    for i, factor in enumerate(readings.factors):
        worlds[factor.name] = readings.points[result.at, i]
    tables = {name: about, f"{name}-limits": limits, f"{name}-trajectory": trajectory}
    return {key: pd.DataFrame(rows) for key, rows in tables.items() if rows} | {f"{name}-worlds": worlds}


def _pictures(name: str, title: str, found: Response, result: Discovered,
              readings: Readings) -> tuple[Picture, ...]:
    if not result.found or not result.found[0][0].limits:
        return ()
    box, again, _ = result.found[0]
    points, values = readings.points[result.at], found.values[result.at]
    label = f"{found.what} is {result.case.words(found)}"
    return (
        Picture(f"{name}-limits", f"{title} The range of each restricted factor as a grey bar, what the box allows of "
                "it dark.", lambda: discoverypictures.limits(box, again)),
        Picture(f"{name}-worlds", f"{title} Every world a dot, cases dark and large, and the box drawn over two of "
                "the factors that it restricts.",
                lambda: discoverypictures.worlds(readings.factors, points, values, result.cases, box, found,
                                                 result.case.border, label)),
        Picture(f"{name}-tradeoff", f"{title} Coverage to the right, density upwards, for every box from all worlds "
                "inwards; the chosen one is marked.",
                lambda: discoverypictures.tradeoff(box, again)),
    )


def _notes(found: Response, result: Discovered) -> list[str]:
    values = found.values[result.at]
    notes = [luck_note(found, found.luck_share(result.at))]
    if result.case.turned and int(result.cases.sum()) > len(values) / 2:
        notes.append("The mean is carried by few worlds: it has another sign than most of them.")
    if ties := int((values == result.case.border).sum()):
        notes.append(f"In {ties:,} worlds the value is exactly at the border.")
    if result.found and result.found[0][0].limits:
        notes.append("A box is where cases are frequent, not why; its limits are as rough as the worlds are sparse.")
    return notes
