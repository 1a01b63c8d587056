"""What each tab of the explore page shows of a comparison: charts, histograms, XmR, tables; all as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dashboards import panels
from dashboards.panels import Panel

if TYPE_CHECKING:
    from simulation.comparison import Comparison

Name = Literal["people", "record", "demand", "waits", "variation", "staff", "money", "network", "table"]
TABS: tuple[tuple[Name, str], ...] = (
    ("people", "People"), ("record", "Record and truth"), ("demand", "Demand"), ("waits", "Waits"),
    ("variation", "Variation"), ("staff", "Staff"), ("money", "Money"), ("network", "Network"), ("table", "Table"))
"""Every tab and what it is called."""
LINES: dict[str, tuple[str, ...]] = {
    "people": ("need", "need_complex", "crises", "deaths"),
    "demand": ("failure_demand",),
    "staff": ("motivation", "burnout", "leaving", "safety"),
    "money": ("cost", "crisis_cost", "cost_per_resolved"),
}
"""Outcomes of the tabs that are lines over time, the first ones first on the screen."""
VARIES = ("recorded_performance", "true_performance", "wait", "failure_demand", "crises", "first_time")
"""Outcomes that the XmR charts may show."""
MONTH = 4.0
"""Weeks that a point of an XmR chart stands for, at most a twelfth of the run."""
PICTURES: dict[str, tuple[tuple[str, str], ...]] = {
    "people": (("need", "Unmet need"), ("crises", "Crises"), ("deaths", "Deaths")),
    "record": (("performance", "Record and truth"),),
    "demand": (("demand", "Demand"),),
    "waits": (("waits", "Waits"),),
    "variation": (("performance", "Record and truth"),),
    "staff": (("staff", "Staff"), ("safety", "Safety")),
    "money": (("money", "Money"), ("cost_per_resolved", "Cost per resolved need")),
    "network": (("network", "Ties"),),
}
"""Downloads that show what a tab shows, and what to call them."""
BESPOKE, FAILURE = "#a9c4de", "#7a2e12"
HEIGHT = 236


def of_lines(comparison: Comparison, tab: str) -> list[Panel]:
    """The panels of a tab of lines."""
    if tab == "record":
        return panels.views(comparison, height=HEIGHT)
    return panels.series(comparison, LINES[tab], height=HEIGHT)


def exports(tab: str) -> list[tuple[str, str, dict[str, str]]]:
    """The files that a tab offers: view of `/download/`, title, and kind to words."""
    drawn = {"png": "picture", "svg": "picture to edit", "csv": "figures"}
    pictures = PICTURES.get(tab, (("differences", "Differences"),))
    return [*((view, title, drawn) for view, title in pictures),
            ("table", "Table of outcomes", {"csv": "figures"}), ("runs", "Every run", {"csv": "figures"}),
            ("series", "Every week", {"csv": "figures"})]


def demand(comparison: Comparison) -> dict[str, Any]:
    """Value and failure demand as stacked bars, one a regime: contacts a year, means over the run."""
    from simulation.charts import Charts
    from simulation.outcomes import BY_NAME

    titles = panels.labels(comparison)
    bars, said = [], []
    for name, (failure, value) in Charts(comparison).demand_bands().items():
        amounts = [float(np.nanmean(value)), float(np.nanmean(failure))]
        bars.append({"label": titles[name], "values": amounts})
        said.append(f"{titles[name]}: {amounts[0]:,.0f} value demand, {amounts[1]:,.0f} failure demand.")
    return {"mode": "stacked", "title": f"Contacts {BY_NAME['contacts'].unit}", "decimals": 0,
            "parts": [{"label": "value demand", "colour": BESPOKE, "ink": "#1b1f24"},
                      {"label": "failure demand", "colour": FAILURE}],
            "bars": bars, "summary": " ".join(said)}


def waits(comparison: Comparison) -> dict[str, Any] | None:
    """The histogram of true waits with the target; None where nobody was seen at a door that is counted."""
    from simulation.charts import Charts
    from simulation.drawing import regime_style
    from simulation.waiting import Waits

    found = Waits.of(comparison, Charts(comparison).timeline)
    if not any(share.sum() > 0 for share in found.shares.values()):
        return None
    titles = panels.labels(comparison)
    centres, step = found.centres, found.step
    edges = [float(centres[0] - step / 2), *(float(c + step / 2) for c in centres)]
    spec: dict[str, Any] = {
        "mode": "histogram", "title": f"True wait in {found.unit}, % of the people seen", "edges": edges,
        "open_end": True, "height": 290, "x_title": found.unit, "y_title": "%", "decimals": 1, "unit": " %",
        "summary": "Of the people seen, " + found.said(comparison) + ".",
        "panels": [{"label": titles[name], "colour": regime_style(i).colour, "heights": [float(v) for v in share],
                    "note": f"{found.beyond[name]} longer than the target"}
                   for i, (name, share) in enumerate(found.shares.items())]}
    targets = set(found.targets.values())
    if len(targets) == 1 and None not in targets:
        spec["target"] = {"x": float(targets.pop()) + step / 2, "label": "target"}  # type: ignore[arg-type]
    return spec


def variation(comparison: Comparison, outcome: str, regime: str) -> dict[str, Any] | None:
    """The XmR chart of an outcome in the first run of a regime, point by month; None where it has too few values."""
    from simulation import wording, xmr
    from simulation.outcomes import BY_NAME

    defined = BY_NAME[outcome]
    scenario, run = comparison.scenario, comparison.runs[regime][0]
    ticks = max(1, round(min(MONTH, scenario.world.horizon / 12) / scenario.tick_weeks))
    series = run.series[outcome][:len(run.series[outcome]) // ticks * ticks].reshape(-1, ticks)
    known = np.isfinite(series)
    points = np.flatnonzero(known.any(axis=1))
    if len(points) < xmr.FEWEST:
        return None
    values = wording.scale(defined) * np.where(known, series, 0).sum(axis=1)[points] / known.sum(axis=1)[points]
    is_record = outcome in ("recorded_performance", "true_performance")
    target = 100 * comparison.scenario.regimes[regime].levers["target_level"] if is_record else None
    bounds = (0.0, 100.0) if wording.is_share(defined) and "a year" not in defined.unit else (0.0, np.inf)
    found = xmr.chart(values, defined.better, target, bounds)
    kinds = {True: "improving", False: "concerning"}
    titles = panels.labels(comparison)
    spec: dict[str, Any] = {
        "title": f"{titles[regime]}: {defined.label.lower()}", **panels.written(defined), "height": 215,
        "values": list(found.values), "centre": found.centre, "centre_label": "mean",
        "lower": max(found.lower, -1e12), "upper": min(found.upper, 1e12),
        "labels": [wording.duration((int(point) + 1) * ticks * scenario.tick_weeks) for point in points],
        "y_title": wording.unit(defined),
        "summary": f"{len(found.values)} points of {wording.duration(ticks * scenario.tick_weeks)}, the first run. "
                   f"{len(found.signals)} of them are signals; the rest is what chance does."}
    if defined.better != "neither":
        spec["signals"] = [{"at": s.at, "kind": kinds[s.high == (defined.better == "higher")], "rule": s.rule}
                           for s in found.signals]
        spec["variation"] = found.variation
    if found.assurance is not None and target is not None:
        spec["assurance"] = found.assurance
        spec["target"] = {"y": target, "label": "target"}
    return spec


def table(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """The headline as text: heads, and a row an outcome. Every regime is held against the first."""
    from simulation import wording
    from simulation.outcomes import BY_NAME, HEADLINE

    titles = panels.labels(comparison)
    first, *others = comparison.names
    heads = ["Outcome", titles[first]]
    for name in others:
        heads += [titles[name], "difference", "95 % interval", "better in"]
    rows = []
    for name in HEADLINE:
        outcome = BY_NAME[name]
        row = [f"{outcome.label} ({wording.unit(outcome)})"]
        for i, other in enumerate(others):
            paired = comparison.paired(other)[name]
            if i == 0:
                row.append(wording.value(outcome, paired.first))
            row += [wording.value(outcome, paired.second), wording.difference(outcome, paired.difference),
                    wording.interval(outcome, paired.low, paired.high),
                    wording.better_in(paired.better_in, paired.tied, paired.pairs)]
        rows.append(row)
    return heads, rows


def null(comparison: Comparison) -> str:
    """What the null test shows, in words: whether every outcome is the same in every pair."""
    from simulation.outcomes import OUTCOMES

    first, *others = comparison.names
    apart = [o.label for o in OUTCOMES for other in others
             if not np.array_equal(comparison.values(first, o.name), comparison.values(other, o.name), equal_nan=True)]
    pairs = "1 pair" if comparison.pairs == 1 else f"{comparison.pairs} pairs"
    if not apart:
        return (f"Null test: with the same levers everything is the same. All {len(OUTCOMES)} outcomes differ by "
                f"exactly 0 in {pairs}; the lines lie on each other.")
    return f"Null test failed: {', '.join(dict.fromkeys(apart))} differ with the same levers. Please report this."


def differences(comparison: Comparison, outcomes: tuple[str, ...]) -> list[str]:
    """For every other regime one sentence: of each outcome, in how many pairs it is better than the first."""
    from simulation import wording
    from simulation.outcomes import BY_NAME

    titles = panels.labels(comparison)
    first, *others = comparison.names
    said = []
    for other in others:
        parts = []
        for name in outcomes:
            found = comparison.paired(other)[name]
            if found.better_in is not None:
                counted = wording.better_in(found.better_in, found.tied, found.pairs)
                is_same = found.tied == found.pairs
                parts.append(f"{BY_NAME[name].label.lower()} {'the ' if is_same else 'better in '}{counted}")
        if parts:
            said.append(f"{titles[other]} against {titles[first]}: {'; '.join(parts)}.")
    return said
