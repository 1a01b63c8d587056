"""What the documents say about calibration: the stored result of every shipped plan as tables, and what it misses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulation.calibration import keeping
from simulation.calibration.measures import MEASURES, Measure
from simulation.calibration.plan import Plan
from simulation.calibration.reading import load_plan, plans
from simulation.calibration.variation import NAMES
from simulation.markdown import linked, table
from simulation.scenario.units import show

Data = dict[str, Any]


def shown(value: float | None, measure: Measure) -> str:
    """A value for people: shares in per cent, counts with four digits, `none` where there is no value."""
    if value is None:
        return "none"
    if measure.unit == "share":
        return f"{100 * value:.3g} %"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def shown_figure(figure: Data) -> str:
    """One figure of variation beside the real one, as a sentence."""
    return (f"{NAMES[figure['figure']]}: {100 * figure['model']:.2g} points against {100 * figure['real']:.2g} in "
            f"England, a factor of {figure['ratio']:.2g}")


def context() -> dict[str, Any]:
    """What the template of the page needs: each shipped plan with its tables."""
    return {"plans": [_plan(load_plan(name)) for name in plans()], "measures_table": table(
        ("measure", "pattern", "meaning"),
        [(m.label, m.pattern or "level", m.meaning) for m in MEASURES.values()])}


def states() -> dict[int, str]:
    """Of each calibration pattern, how many of its targets the stored result of any plan meets on other seeds."""
    met: dict[int, list[bool]] = {}
    for plan in map(load_plan, plans()):
        stored = keeping.read(plan)
        for row in stored.targets if stored else ():
            met.setdefault(row["pattern"], []).append(bool(row.get("in_range", row["fitted_in_range"])))
    return {number: f"fitted: {sum(each)} of {len(each)} targets in range ([calibration](calibration.md))"
            for number, each in met.items()}


def _plan(plan: Plan) -> Mapping[str, Any]:
    stored = keeping.read(plan)
    said: dict[str, Any] = {
        "plan": plan, "stored": stored,
        "wanted_table": table(("pattern", "measure", "wanted", "weight", "over", "source"), [
            (t.pattern, MEASURES[t.measure].label, _wanted(t), f"{t.weight:g}", t.over, linked(t.source))
            for t in plan.targets]),
        "anchors_table": table(("level", "kept between", "source"), [
            (MEASURES[a.measure].label, _between(a.low, a.high, a.about), linked(a.source)) for a in plan.anchors]),
    }
    if stored is None:
        return said
    measured = [*stored.targets, *stored.anchors]
    under = list(dict.fromkeys(name for row in measured for name in row.get("under", {})))
    said |= {
        "current": keeping.current(plan, stored), "differing": keeping.differing(plan, stored),
        "fit_table": table(
            ("pattern", "measure", "wanted", "with the defaults of then", "fitted", "on other seeds", "in range",
             *(f"under {name}" for name in under)),
            [(row.get("pattern", "level"), MEASURES[row["measure"]].label,
              _between(row["low"], row["high"], MEASURES[row["measure"]]), _cell(row, "defaults"), _cell(row, "fitted"),
              _cell(row, "held_out"), "yes" if row.get("in_range", row["fitted_in_range"]) else "**no**",
              *(shown(row.get("under", {}).get(name), MEASURES[row["measure"]]) for name in under))
             for row in measured]),
        "parameters_table": table(
            ("parameter", "default of then", "fitted", "bounds", "at a bound", "default now", "because it governs"),
            [_parameter(plan, p) for p in stored.parameters]),
        "left": [MEASURES[row["measure"]].label for row in stored.anchors
                 if not row.get("in_range", row["fitted_in_range"])],
        "missed": [MEASURES[row["measure"]].label for row in keeping.missed(stored)],
        "at_bound": [p["name"] for p in stored.parameters if p["at_bound"]],
        "variation_table": _variation_table(plan, stored),
    }
    return said


def _wanted(target: Any) -> str:
    return f"{shown(target.value, target.about)} ({_between(target.low, target.high, target.about)})"


def _between(low: float, high: float, measure: Measure) -> str:
    return f"{shown(low, measure).removesuffix(' %')} to {shown(high, measure)}"


def _cell(row: Data, what: str) -> str:
    measure = MEASURES[row["measure"]]
    if what not in row:
        return "not measured"
    error = row.get(f"{what}_error")
    if error is None:
        return shown(row[what], measure)
    return shown(row[what], measure) + (f" ± {100 * error:.2g}" if measure.unit == "share" else f" ± {error:.2g}")


def _parameter(plan: Plan, p: Data) -> tuple[str, ...]:
    now = plan.defaults.get(p["name"])
    because = next((f.because for f in plan.free if f.path == p["name"]), "")
    return (f"`{p['name']}`", show(p["default"], p["unit"]), show(p["fitted"], p["unit"]),
            f"{p['low']:g} to {show(p['high'], p['unit'])}", p["at_bound"] or "",
            "no longer free" if now is None else show(now, p["unit"]), because)


def _variation_table(plan: Plan, stored: keeping.Stored) -> str:
    if not stored.variation or plan.variation is None:
        return ""
    titles = {world.scenario: world.says for world in plan.variation.worlds}
    return table(
        ("where", "variation", "England", "model", "factor", "same order"),
        [(f"{titles.get(one['scenario'], one['scenario'])} ({one['places']} places, {one['months']} months)",
          NAMES[figure["figure"]], f"{100 * figure['real']:.3g} points", f"{100 * figure['model']:.3g} points",
          f"{figure['ratio']:.2g}", "yes" if figure["same_order"] else "**no**")
         for one in stored.variation for figure in one["figures"]])
