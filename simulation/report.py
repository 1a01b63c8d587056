"""The report of a comparison: one HTML file for a room of people, which opens offline and prints on A4.

What it says follows the numbers; how it looks is in `templates/`. No script, no font, no request: the pictures are SVG
inside the page, each with a text and a table that say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation import findings, statistics, wording
from simulation.charts import GROUPS, Charts, Figure
from simulation.drawing import regime_style
from simulation.levers import LEVERS
from simulation.outcomes import BY_NAME, HEADLINE, OUTCOMES, Outcome
from simulation.parameters import Grade, Lever
from simulation.svg import svg

if TYPE_CHECKING:
    import pandas as pd

    from simulation.comparison import Comparison
    from simulation.statistics import Paired

GRADES: dict[Grade, str] = {"measured": "measured: a study of that quantity",
                            "associated": "associated: a correlation, cause not shown",
                            "judgement": "judgement: reasoned, not measured"}
QUESTIONS = {"measured": "What is measured, and what hangs on it?", "decides": "Who decides how to help?",
             "learns": "Who learns, and how fast?", "knows whom": "Who knows and trusts whom?",
             "leads": "Who leads, and how did they get there?", "pays": "Who pays, and for what?"}


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome in a table, every cell as printed."""

    label: str
    unit: str
    meaning: str
    means: tuple[str, ...]
    difference: str
    interval: str
    better_in: str
    verdict: str
    side: str
    notes: str


def render(comparison: Comparison) -> str:
    """The report as HTML.

    Purpose: what a facilitator shows and a sceptic takes home; the same comparison gives the same text but for the part
    that says when and where it was made.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(loader=PackageLoader("simulation"), autoescape=True, undefined=StrictUndefined,
                        trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("report.html.jinja").render(_content(comparison))


def _content(comparison: Comparison) -> dict[str, Any]:
    scenario, names = comparison.scenario, comparison.names
    charts = Charts(comparison)
    first, *others = names
    return {
        "scenario": scenario,
        "regimes": [{"name": r.name, "title": r.title, "summary": r.summary, "style": regime_style(i)}
                    for i, r in enumerate(comparison.regimes)],
        "versus": wording.listed(names),
        "facts": _facts(comparison),
        "complete": comparison.complete, "pairs": comparison.pairs, "asked": comparison.asked,
        "contrasts": [_contrast(comparison, other) for other in others],
        "figures": [_figure(figure) for figure in charts.all()],
        "levers": _levers(comparison),
        "events": [{"when": wording.duration(e.at), "says": e.says or "a change without a description",
                    "until": wording.duration(e.until) if e.until else ""} for e in scenario.events],
        "budget": _budget(charts),
        "pairing": statistics.pairing_note([p.variance_reduction for o in others
                                            for p in comparison.paired(o).values()]),
        "by_luck": round(0.05 * len(OUTCOMES)), "n_outcomes": len(OUTCOMES),
        "grades": _grades(), "grade_words": GRADES,
        "changed": [f"{table}.{name} = {amount:g}" for table, changes in scenario.parameters.items()
                    for name, amount in changes.items()],
        "off": [name for name, on in scenario.switches.items() if not on],
        "commands": _commands(comparison),
        "versions": comparison.manifest.get("versions", {}), "machine": comparison.manifest.get("machine", {}),
        "manifest": comparison.manifest, "key": comparison.key, "seeds": comparison.seeds,
    }


def _facts(comparison: Comparison) -> list[tuple[str, str]]:
    world = comparison.scenario.world
    places = "one place" if world.places == 1 else f"{world.places:,} places"
    pairs = "1 pair of runs" if comparison.pairs == 1 else f"{comparison.pairs:,} pairs of runs"
    return [("People", f"{world.people:,} in {places}"), ("Time", f"{wording.duration(world.horizon)}, in steps of "
                                                                  f"{wording.duration(world.tick)}"),
            ("Runs", pairs), ("Seeds", f"{comparison.seeds[0]}" + (f" to {comparison.seeds[-1]}" if comparison.pairs > 1
                                                                    else ""))]


def _contrast(comparison: Comparison, other: str) -> dict[str, Any]:
    first = comparison.names[0]
    results = comparison.paired(other)
    return {
        "first": first, "second": other,
        "says": findings.findings(results, first, other),
        "headline": [_row(BY_NAME[name], results[name], first, other) for name in HEADLINE],
        "groups": {title: [_row(o, results[o.name], first, other) for o in OUTCOMES if o.group == group]
                   for group, title in GROUPS.items()},
        "warnings": [f"{o.label}: {note}" for o in OUTCOMES for note in results[o.name].notes
                     if results[o.name].pairs > 1],
    }


def _row(outcome: Outcome, paired: Paired, first: str, second: str) -> Row:
    verdict = findings.verdict(outcome, paired)
    says = {"first": first, "second": second, "equal": "the same", "differs": "a matter of view",
             "nothing": "no value", "unclear": "cannot be told apart"}[verdict]
    if verdict == "unclear" and paired.pairs == 1:
        says = "one pair: cannot say"
    return Row(outcome.label, wording.unit(outcome), outcome.meaning,
               (wording.value(outcome, paired.first), wording.value(outcome, paired.second)),
               wording.difference(outcome, paired.difference), wording.interval(outcome, paired.low, paired.high),
               wording.better_in(paired.better_in, paired.tied, paired.pairs), says, verdict, " ".join(paired.notes))


def _figure(figure: Figure) -> dict[str, Any]:
    says = f"{figure.title}. The text and the table below the pictures say the same."
    panels = [{"caption": panel.caption, "svg": svg(panel.draw(), f"{figure.name}-{i}", f"{panel.caption}: {says}")}
              for i, panel in enumerate(figure.panels, 1)]
    return {"name": figure.name, "title": figure.title, "alt": figure.alt, "reading": figure.reading, "panels": panels,
            "table": _plain(figure.table)}


def _plain(table: pd.DataFrame) -> dict[str, Any]:
    return {"corner": table.index.name or "", "columns": list(table.columns),
            "rows": [(index, list(row)) for index, row in zip(table.index, table.itertuples(index=False, name=None),
                                                              strict=True)]}


def _levers(comparison: Comparison) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for lever in LEVERS:
        amounts = [regime.levers[lever.name] for regime in comparison.regimes]
        groups.setdefault(QUESTIONS[lever.question], []).append({
            "name": lever.name.replace("_", " "), "meaning": lever.meaning, "differs": len(set(amounts)) > 1,
            "values": [lever_value(lever, amount) for amount in amounts]})
    return [{"question": question, "levers": levers, "differing": sum(lever["differs"] for lever in levers)}
            for question, levers in groups.items()]


def lever_value(lever: Lever, amount: float) -> str:
    """A lever's value with its unit: `30 %`, `4 weeks`, `0.5 per year`."""
    if lever.unit == "share":
        return f"{100 * amount:g} %"
    if lever.is_duration:
        return f"{amount:g} {lever.unit}" + ("" if amount == 1 else "s")
    return f"{amount:g}" if lever.unit == "number" else f"{amount:g} {lever.unit}"


def _budget(charts: Charts) -> str:
    planned = [charts.mean(name, "planned_cost") for name in charts.names]
    outcome = BY_NAME["planned_cost"]
    if max(planned) - min(planned) <= 0.001 * max(planned):
        return f"Every regime plans to spend the same: {wording.quantity(outcome, planned[0])}."
    each = wording.listed([f"{wording.quantity(outcome, amount)} under {name}"
                           for name, amount in zip(charts.names, planned, strict=True)])
    return f"The regimes do not plan to spend the same: {each}. Part of any difference is a difference of money."


def _grades() -> dict[str, Any]:
    """How many parameters of each room of the model are measured, associated, judgement."""
    from simulation.mechanisms import TABLES

    rooms = {name: Counter(p.grade for p in table.values()) for name, table in TABLES.items()}
    total: Counter[str] = sum(rooms.values(), Counter())
    return {"rooms": [(name, [count[grade] for grade in GRADES]) for name, count in rooms.items()],
            "total": [total[grade] for grade in GRADES], "all": total.total()}


def _commands(comparison: Comparison) -> list[tuple[str, str]]:
    """What to type to get the same numbers: in the run folder, and from the catalogue where that gives the same."""
    commands = [("In the folder of this report:", "regimes compare scenario.yaml")]
    scenario = comparison.scenario
    if _as_shipped(scenario.name, scenario.key, comparison.names):
        commands.append(("Anywhere:", f"regimes compare {scenario.name} --regimes {','.join(comparison.names)} "
                                      f"--pairs {comparison.pairs} --seed {comparison.seed}"))
    return commands


def _as_shipped(name: str, key: str, regimes: Sequence[str]) -> bool:
    from simulation.scenario import ScenarioError, catalogue, load, regime_library

    if name not in catalogue():
        return False
    try:
        shipped = load(name)
    except ScenarioError:
        return False
    return shipped.key == key and all(r in shipped.regimes or r in regime_library() for r in regimes)

