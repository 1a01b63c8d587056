"""The pictures of a study and of ablations: believable worlds, what hangs on what, and what remains without each part.

Drawn with the panels of every other chart, as static pictures for the documents. The text for those who cannot see
them is made from the same numbers; each picture carries the digest of the file that it was drawn from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulation import drawing, provenance, wording
from simulation.drawing import Row
from simulation.outcomes import BY_NAME
from simulation.sensitivity import telling
from simulation.sensitivity.ablations import AS_IT_IS, Ablations
from simulation.sensitivity.findings import Sensitivity
from simulation.sensitivity.screening import Effect

if TYPE_CHECKING:
    import altair as alt

DRAWN = ("need", "need_complex", "true_performance", "failure_demand")
"""Outcomes that have a panel of their own, where they were studied; else the first four."""
ROWS = 9
"""Rows of such a panel, at most."""
DOTS = 100
"""Single worlds drawn, at most."""
JUDGED, OTHERS = drawing.BEYOND, "#2f6690"
"""Judgement, and what rests on a publication."""
FILES = ("believable-worlds.svg", "what-hangs-on-what.svg", "without-mechanisms.svg", "without-ideas.svg")
_DIGEST = re.compile(r"<!-- drawn from ([0-9a-f]+) -->")
MOST = 0.8
"""Part of a panel's bars that end inside it."""
_REACHES = (1, 2, 5, 10, 20, 40, 60, 100, 150, 200)


def write(folder: Path, study: Sensitivity | None = None, ablations: Ablations | None = None) -> list[Path]:
    """Draw what is given into a folder, which is made where it is missing. Raises OSError where that cannot be done."""
    from simulation.svg import svg_file

    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[tuple[str, alt.TopLevelMixin, str, str]] = []
    if study is not None:
        digest = provenance.digest(study.to_text().encode())
        drawn += [(FILES[0], worlds(study), worlds_told(study), digest)] if study.worlds else []
        drawn.append((FILES[1], parameters(study), parameters_told(study), digest))
    if ablations is not None:
        digest = provenance.digest(ablations.to_text().encode())
        drawn += [(name, without(ablations, kind), without_told(ablations, kind), digest)
                  for name, kind in zip(FILES[2:], ("mechanism", "idea"), strict=True)]
    written = []
    for name, chart, says, digest in drawn:
        text = svg_file(chart, Path(name).stem, says)
        (folder / name).write_text(f"{text.rstrip()}\n<!-- drawn from {digest} -->\n", encoding="utf-8", newline="\n")
        written.append(folder / name)
    return written


def drawn_from(path: Path) -> str:
    """The digest of the file that a picture was drawn from; empty where it does not say."""
    found = _DIGEST.search(path.read_text(encoding="utf-8"))
    return found[1] if found else ""


def worlds(study: Sensitivity) -> alt.HConcatChart:
    """A row an outcome: single worlds as dots, nine in ten of them as a bar, the scenario as it is as a large dot."""
    rows = []
    for outcome in _directed(study.outcomes):
        sign = _sign(outcome)
        values = sign * 100 * np.array(study.worlds[outcome].known())
        if not values.size:
            continue
        low, high = np.percentile(values, [5, 95])
        as_it_is = study.as_it_is[outcome]
        size = (abs(as_it_is.first) + abs(as_it_is.second)) / 2
        middle = sign * 100 * as_it_is.difference / size if size else 0.0
        better = int((values > 0).sum())
        rows.append(Row(BY_NAME[outcome].label, f"{better} of {len(values)}", middle, float(low), float(high),
                        tuple(values[:DOTS].tolist()), drawing.INK, as_it_is.low * as_it_is.high > 0))
    half = (len(rows) + 1) // 2
    return _together([("", part) for part in (rows[:half], rows[half:]) if part], study.names,
                     "difference, % of the average of the two regimes")


def worlds_told(study: Sensitivity) -> str:
    return " ".join(telling.robustness(study, outcome) for outcome in study.outcomes)


def parameters(study: Sensitivity) -> alt.HConcatChart:
    """A panel an outcome, a row a parameter: its mean effect as a dot, one standard deviation either way as a bar."""
    grades = {fact.key: fact.grade for fact in study.facts}
    panels = []
    for outcome in drawn_outcomes(study.outcomes):
        sign = _sign(outcome)
        panels.append((BY_NAME[outcome].label, [_effect_row(study, outcome, effect, sign, grades[effect.factor])
                                                for effect in study.ranked(outcome)[:ROWS]]))
    return _together(panels, study.names, "effect of the whole believable range, % of the average of the two")


def _effect_row(study: Sensitivity, outcome: str, effect: Effect, sign: int, grade: str) -> Row:
    ends = sorted(100 * sign * (effect.mu + side * effect.sigma) for side in (-1, 1))
    return Row(effect.factor, telling.percent(effect.mu_star), 100 * sign * effect.mu, ends[0], ends[1], (),
               JUDGED if grade == "judgement" else OTHERS, bool(study.favours(outcome, effect)))


def parameters_told(study: Sensitivity) -> str:
    return " ".join(telling.three(study, outcome) for outcome in drawn_outcomes(study.outcomes))


def without(ablations: Ablations, kind: str) -> alt.HConcatChart:
    """A panel an outcome: the difference as it is, then without each mechanism, or each idea that matters most."""
    panels, titles = [], []
    for outcome in drawn_outcomes(ablations.outcomes):
        names = _shown(ablations, outcome, kind)
        defined = BY_NAME[outcome]
        scale = wording.scale(defined) * _sign(outcome)
        rows = []
        for name in [AS_IT_IS, *names]:
            found = ablations.remains[name][outcome]
            ends = sorted((scale * found.low, scale * found.high))
            colour = drawing.INK if name == AS_IT_IS else OTHERS
            label = name if name == AS_IT_IS else f"without {name}"
            rows.append(Row(label, wording.difference(defined, found.difference), scale * found.difference, *ends, (),
                            colour, bool(found.turned)))
        panels.append((defined.label, rows))
        titles.append(f"how much better ({'points' if wording.is_share(defined) else wording.unit(defined)})")
    return _together(panels, ablations.names, titles, everything=True)


def _shown(ablations: Ablations, outcome: str, kind: str) -> list[str]:
    """The cases of a kind: all mechanisms in the order of the tick; of the ideas those that change most, first."""
    names = [name for name, (what, _) in ablations.cases.items() if what == kind]
    if kind == "mechanism":
        return names
    size = {name: abs(ablations.remains[name][outcome].change) for name in names}
    known = [name for name in names if np.isfinite(size[name])]
    return sorted(known, key=lambda name: -size[name])[:ROWS]


def without_told(ablations: Ablations, kind: str) -> str:
    """What the picture shows in short; all of its numbers are in a table beside it."""
    told = []
    for outcome in drawn_outcomes(ablations.outcomes):
        as_it_is = telling.difference(outcome, ablations.remains[AS_IT_IS][outcome])
        sizes = {name: ablations.remains[name][outcome] for name in _shown(ablations, outcome, kind)}
        known = {name: each for name, each in sizes.items() if np.isfinite(each.change) and not each.nothing}
        most = sorted(known, key=lambda name: -abs(known[name].change))[:2]
        said = wording.listed([f"{telling.difference(outcome, known[name])} without {name}" for name in most])
        told.append(f"{BY_NAME[outcome].label}: {as_it_is} as it is; what changes most is {said or 'nothing'}.")
    return " ".join(told)


def drawn_outcomes(outcomes: Sequence[str]) -> list[str]:
    """The outcomes that have a panel of their own."""
    directed = _directed(outcomes)
    return [o for o in DRAWN if o in directed] or directed[:4]


def _directed(outcomes: Sequence[str]) -> list[str]:
    return [o for o in outcomes if BY_NAME[o].better != "neither"]


def _sign(outcome: str) -> int:
    """What turns a difference so that to the right is better under the second regime."""
    return 1 if BY_NAME[outcome].better == "higher" else -1


def _reach(rows: Sequence[Row], everything: bool) -> float:
    """How far a panel reaches: all of it, or so that a wild row does not flatten the others."""
    sizes = sorted(abs(end) for row in rows for end in (row.low, row.high) if np.isfinite(end)) or [1.0]
    if everything:
        return 1.08 * sizes[-1] or 1.0
    most = sizes[int(MOST * (len(sizes) - 1))]
    return next((reach for reach in _REACHES if most <= reach), _REACHES[-1])


def _together(panels: Sequence[tuple[str, Sequence[Row]]], names: tuple[str, str], x_title: str | Sequence[str], *,
              everything: bool = False) -> alt.ConcatChart:
    """Panels in two columns, with their captions, in the look of every other chart."""
    colours = (drawing.regime_style(0).colour, drawing.regime_style(1).colour)
    return drawing.together([(caption, drawing.intervals(
        rows, _reach(rows, everything), f"{names[0]} better", f"{names[1]} better", colours,
        x_title if isinstance(x_title, str) else x_title[i])) for i, (caption, rows) in enumerate(panels)])
