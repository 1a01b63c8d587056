"""The pictures of the README: what is kept of the default comparison, and how they are drawn from that.

Kept are each run's outcomes and the mean course of the three performances, so that the pictures are drawn anew in a
second. What they say follows the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import drawing, provenance, statistics, wording
from simulation.drawing import Line
from simulation.outcomes import BY_NAME, HEADLINE

if TYPE_CHECKING:
    import altair as alt

    from simulation.statistics import Paired
    from simulation.workers import Progress

SCENARIO = "town"
KEPT = "data/readme.json"
COURSES = {"recorded": "recorded_performance", "true": "true_performance", "perceived": "perceived_performance"}
DIGITS = 8
"""Significant digits that are kept."""
MOST = 0.85
"""Part of the outcomes that lie inside the picture; what lies beyond is a triangle at its edge."""
_REACHES = (1, 2, 5, 10, 20, 40, 60, 100, 200)

Kept = Mapping[str, Any]


def make(progress: Progress | None = None) -> dict[str, Any]:
    """Run the default comparison, and what is kept of it."""
    from simulation.charts import Charts
    from simulation.comparison import compare

    found = compare(SCENARIO, progress=progress)
    charts = Charts(found)
    outcomes = dict.fromkeys([*HEADLINE, *COURSES.values()])
    return {
        "scenario": found.scenario.name, "key": found.scenario.key, "model": provenance.model_version(),
        "regimes": list(found.names), "seed": found.seed, "pairs": found.pairs,
        "time": {"unit": charts.timeline.title, "x": _rounded(charts.timeline.x)},
        "courses": {name: {label: _rounded(charts.line(name, outcome).mean) for label, outcome in COURSES.items()}
                    for name in found.names},
        "values": {name: {outcome: _rounded(found.values(name, outcome)) for outcome in outcomes}
                   for name in found.names},
    }


def text(kept: Kept) -> str:
    """What is kept, as the text of its file: an outcome a line."""
    parts = json.dumps(kept, ensure_ascii=False, allow_nan=False)
    return parts.replace('], "', '],\n  "').replace('}, "', '},\n "').replace('"values": {"', '"values": {\n "') + "\n"


def courses(kept: Kept) -> alt.ConcatChart:
    """Recorded, true and perceived performance over time, a panel a regime, the gap between the first two shaded."""
    x = np.array(kept["time"]["x"])
    drawn = {name: [Line(label, drawing.SERIES_STYLES[label], np.array(mean)) for label, mean in lines.items()]
             for name, lines in kept["courses"].items()}
    domain = drawing.y_range([line.mean for lines in drawn.values() for line in lines], top=100)
    return drawing.together([(f"{name}: % seen within the target wait", drawing.lines(
        x, lines, domain, kept["time"]["unit"], "", between=(0, 1))) for name, lines in drawn.items()],
        heading=courses_title(kept))


def courses_title(kept: Kept) -> str:
    """How far the record was from the truth under each regime."""
    gaps = []
    for name, values in kept["values"].items():
        recorded, true = (100 * float(np.mean(values[COURSES[label]])) for label in ("recorded", "true"))
        gap = recorded - true
        gaps.append(f"{abs(gap):.1f} points {'above' if gap > 0 else 'below'} the truth under {name}"
                    if abs(gap) >= 0.05 else f"equal to the truth under {name}")
    return f"The record was {wording.listed(gaps)}"


def courses_told(kept: Kept) -> str:
    """The same for those who cannot see it."""
    ways = []
    for name, lines in kept["courses"].items():
        said = [f"{label} from {mean[0]:.1f} % to {mean[-1]:.1f} %" for label, mean in lines.items()]
        ways.append(f"under {name}, {wording.listed(said)}")
    return (f"{courses_title(kept)}. Lines over {kept['time']['unit']}, means of {kept['pairs']} runs: "
            f"{'; '.join(ways)}.")


def differences(kept: Kept) -> alt.ConcatChart:
    """Paired differences of the headline outcomes in two columns, better under the second regime to the right."""
    from simulation.charts import difference_row

    first, second = kept["regimes"][:2]
    colours = (drawing.regime_style(0).colour, drawing.regime_style(1).colour)
    before, after = (kept["values"][name] for name in (first, second))
    rows = [difference_row(BY_NAME[name], paired, np.array(after[name]) - np.array(before[name]), colours)
            for name, paired in _paired(kept).items()]
    ends = sorted(max(abs(end) for end in (row.middle, row.low, row.high)) for row in rows)
    most = ends[int(MOST * (len(ends) - 1))]
    reach = next((reach for reach in _REACHES if most <= reach), _REACHES[-1])
    half = (len(rows) + 1) // 2
    return drawing.together([("", drawing.intervals(
        part, reach, f"{first} better", f"{second} better", colours, "difference, % of the average of the two regimes"))
        for part in (rows[:half], rows[half:])], heading=differences_title(kept))


def differences_title(kept: Kept) -> str:
    """Of how many headline outcomes the interval leaves out zero, and on which side."""
    from simulation import findings

    first, second = kept["regimes"][:2]
    results = _paired(kept)
    verdicts = [findings.verdict(BY_NAME[name], results[name]) for name in HEADLINE]
    wins = [verdicts.count(side) for side in ("first", "second")]
    unclear = len(HEADLINE) - sum(wins)
    tail = f", and {unclear} cannot be told apart" if unclear else ""
    return (f"Of {len(HEADLINE)} headline outcomes, {wins[0]} are better under {first}, {wins[1]} under {second}{tail}")


def differences_told(kept: Kept) -> str:
    """The same for those who cannot see it, each difference in its outcome's unit."""
    second = kept["regimes"][1]
    results = _paired(kept)
    said = [f"{BY_NAME[name].label} {wording.difference(BY_NAME[name], results[name].difference)} "
            f"({wording.interval(BY_NAME[name], results[name].low, results[name].high)})" for name in HEADLINE]
    return f"{differences_title(kept)}. {second} minus {kept['regimes'][0]}, {kept['pairs']} pairs: {'; '.join(said)}."


def _paired(kept: Kept) -> dict[str, Paired]:
    first, second = (kept["values"][name] for name in kept["regimes"][:2])
    return {name: statistics.paired(first[name], second[name], BY_NAME[name].better) for name in HEADLINE}


def _rounded(values: Any) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in np.asarray(values, float)]
