"""The result of a calibration as a file beside its plan: values, fit target by target, and the check on other seeds.

The file says what was found, not what is in force: `differing` compares it with the defaults as they stand now.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from simulation import provenance
from simulation.calibration.fitting import CalibrationError, Search
from simulation.calibration.measuring import Measured, distance
from simulation.calibration.plan import Free, Plan, Target
from simulation.calibration.variation import Looked

NEAR_BOUND = 0.02
"""Part of its bounds within which a value counts as being at one."""
Data = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """A result as plain data, field by field what the file has.

    Attributes:
        plan_key, model: what it answers: a plan as it stood then, a version of the model.
        complete: whether the search came to its end and the best was measured on other seeds.
        search: by what, seed, evaluations, asked, ended, seconds.
        loss: of the defaults of then, of the fitted values, and the pull on them.
        parameters: each with unit, default of then, fitted value, bounds, and the bound at which it lies.
        targets, anchors: each with range, the value with the defaults and fitted, on other seeds and under regimes.
        variation: each world of many places with its figures beside the real ones.
    """

    plan: str
    plan_key: str
    scenario: str
    model: str
    complete: bool
    search: Data
    seeds: Data
    held_out: Data
    loss: Data
    parameters: list[Data]
    targets: list[Data]
    anchors: list[Data]
    variation: list[Data]


def place_of_fit(plan: Plan) -> Path:
    """Where the result of a plan belongs: beside the plan. Raises CalibrationError for a plan made in Python."""
    if plan.origin is None:
        raise CalibrationError("this plan has no file, so its result has no place; give one with --out")
    return plan.origin.with_name(f"{plan.name}.fit.json")


def result_of(found: Search, held_out: Sequence[Measured] | None = None,
              under: Mapping[str, Sequence[Measured]] | None = None, looked: Sequence[Looked] = ()) -> Stored:
    """What is to be stored of a search; the same inputs give the same data except `seconds`.

    Args:
        held_out: the best values on seeds that were not fitted to; None where that was not come to.
        under: regime to the same targets with the same values under that regime.
        looked: variation between places.
    """
    plan = found.plan
    others = held_out or (None,) * len(plan.wanted)
    rows = [_row(before, after, other, {name: measured[i] for name, measured in (under or {}).items()})
            for i, (before, after, other) in enumerate(zip(found.defaults.measured, found.best.measured, others,
                                                           strict=True))]
    return Stored(
        plan=plan.name, plan_key=plan.key, scenario=plan.scenario, model=provenance.model_version(),
        complete=found.ended != "stopped" and held_out is not None,
        search={"by": f"CMA-ES, cma {_cma()}" if found.asked > 1 else "none: the defaults were measured",
                "seed": found.seed, "evaluations": found.evaluations, "asked": found.asked, "ended": found.ended,
                "seconds": round(found.seconds)},
        seeds=_seeds(plan.seeds.each), held_out=_seeds(plan.held_out.each),
        loss={"defaults": _plain(found.defaults.misfit), "fitted": _plain(found.best.misfit),
              "pull": _plain(found.best.pull)},
        parameters=[_parameter(f, found.best.values[f.path]) for f in plan.free],
        targets=[row for row in rows if "pattern" in row],
        anchors=[row for row in rows if "pattern" not in row],
        variation=[_variation(one) for one in looked],
    )


def _row(before: Measured, after: Measured, other: Measured | None, under: Mapping[str, Measured]) -> Data:
    wanted = after.wanted
    row: Data = {"measure": wanted.measure, "low": wanted.low, "high": wanted.high, "over": wanted.over}
    if isinstance(wanted, Target):
        row |= {"pattern": wanted.pattern, "value": wanted.value, "weight": wanted.weight}
    row |= {"defaults": _plain(before.mean), "fitted": _plain(after.mean), "fitted_in_range": after.holds,
            "loss": _plain(after.loss)}
    if isinstance(wanted, Target):
        row["distance"] = _plain(distance(wanted, after.mean))
    if other is not None:
        row |= {"held_out": _plain(other.mean), "held_out_error": _plain(other.error), "in_range": other.holds}
    if under:
        row["under"] = {name: _plain(measured.mean) for name, measured in under.items()}
    return row


def _parameter(free: Free, value: float) -> Data:
    return {"name": free.path, "unit": free.declared.unit, "default": free.default, "fitted": value, "low": free.low,
            "high": free.high, "at_bound": at_bound(free, value)}


def _variation(looked: Looked) -> Data:
    world = looked.world
    return {"scenario": world.scenario, "places": world.places, "people": world.people, "months": world.months,
            "recorded_performance": _plain(looked.mean), "records_a_month": round(looked.records),
            "figures": [{"figure": c.figure, "real": c.real, "model": _plain(c.model), "ratio": _plain(c.ratio),
                         "same_order": c.same_order} for c in looked.comparisons]}


def _seeds(seeds: range) -> Data:
    return {"first": seeds.start, "last": seeds.stop - 1}


def _cma() -> str:
    try:
        return metadata.version("cma")
    except metadata.PackageNotFoundError:
        return "of unknown version"


def _plain(value: float) -> float | None:
    """Six digits are more than the runs can tell apart; JSON has no word for not-a-number."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def at_bound(free: Free, value: float) -> str | None:
    """`low` or `high` where a value lies at that bound; there more might be gained by going on."""
    margin = NEAR_BOUND * (free.high - free.low)
    return "low" if value <= free.low + margin else "high" if value >= free.high - margin else None


def write(path: Path, stored: Stored) -> None:
    """Write a result, whole or not at all. Raises OSError where that cannot be."""
    text = json.dumps(asdict(stored), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    beside = path.with_name(f".{path.name}.writing")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read(plan: Plan, path: Path | None = None) -> Stored | None:
    """The stored result of a plan; None where there is none. Raises CalibrationError for one that cannot be read."""
    path = path or place_of_fit(plan)
    try:
        return Stored(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise CalibrationError(f"{path.name}: is not a stored calibration ({error}); run: regimes calibrate "
                               f"{plan.name}") from None


def current(plan: Plan, stored: Stored) -> bool:
    """Whether a result answers the plan as it stands: same targets, bounds, seeds, levers and model version."""
    return stored.plan_key == plan.key and stored.model == provenance.model_version()


def differing(plan: Plan, stored: Stored) -> list[tuple[str, float, float]]:
    """The parameters whose default is not the fitted value: (path, default as it stands now, fitted)."""
    now = plan.defaults
    return [(p["name"], now[p["name"]], p["fitted"]) for p in stored.parameters
            if p["name"] in now and not math.isclose(now[p["name"]], p["fitted"], rel_tol=1e-9, abs_tol=1e-12)]


def missed(stored: Stored) -> list[Data]:
    """Targets out of their range on seeds that were not fitted to, or on the fitted ones where that is all there is."""
    return [row for row in stored.targets if not row.get("in_range", row["fitted_in_range"])]
