"""What a study found, as it is kept in a small file and read again: plain data, and the questions that are put to it.

All effects and shares are of the *relative difference* between two regimes: second minus first, as a share of the
average size of the two. It is bounded, treats both alike, and lets outcomes of different units stand side by side.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from simulation import provenance
from simulation.outcomes import BY_NAME
from simulation.parameters import Grade
from simulation.sensitivity.factors import CHANCE, Factor
from simulation.sensitivity.points import SensitivityError
from simulation.sensitivity.screening import Effect
from simulation.sensitivity.variance import Share

KIND = "care-regimes sensitivity"
FORMAT = 1
DIGITS = 4
"""Significant digits that are kept."""
ONE_WAY = 0.5
"""An effect has a direction where its mean is at least this part of its mean size."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One uncertain parameter as it was studied."""

    key: str
    grade: Grade
    low: float
    high: float
    default: float
    unit: str

    @classmethod
    def of(cls, factor: Factor) -> Fact:
        return cls(factor.key, factor.grade, factor.low, factor.high, factor.default, factor.unit)


@dataclass(frozen=True, slots=True)
class AsItIs:
    """One outcome in the scenario as it is, over pairs that differ in chance only: difference in the outcome's unit."""

    first: float
    second: float
    low: float
    high: float
    pairs: int
    lower: int

    @property
    def difference(self) -> float:
        return self.second - self.first


@dataclass(frozen=True, slots=True)
class Worlds:
    """One outcome over independent worlds, all parameters and chance drawn at once.

    Attributes:
        values: the relative difference in each; None where a run failed or had no value.
        ordinary: whether each looks like an ordinary town under at least one of the two regimes.
    """

    values: tuple[float | None, ...]
    ordinary: tuple[bool, ...]

    def known(self, only_ordinary: bool = False) -> list[float]:
        return [v for v, looks in zip(self.values, self.ordinary, strict=True)
                if v is not None and (looks or not only_ordinary)]

    def lower(self, only_ordinary: bool = False) -> int:
        """In how many worlds the outcome is lower under the second regime."""
        return sum(v < 0 for v in self.known(only_ordinary))


@dataclass(frozen=True)
class Sensitivity:
    """Everything that is kept of a study.

    Attributes:
        made: scenario, regimes, model version, seed, sizes: what it takes to make it again.
        outcomes: in the order in which they are told.
        facts: the factors but chance, in the order of the tables.
        as_it_is: by outcome.
        effects: by outcome, one a factor, chance among them.
        shares: by outcome, one a group; empty where no such analysis was asked for. blocks: how many counted.
        worlds: by outcome; empty likewise.
        likeness: by outcome, rank correlation of worlds of this size with worlds of the scenario's own size; empty
            where they are the same.
        failures: message to the number of points that failed with it.
        checks: some points by their place in the screening, with their relative differences, for a test.
    """

    made: Mapping[str, Any]
    outcomes: tuple[str, ...]
    facts: tuple[Fact, ...]
    as_it_is: Mapping[str, AsItIs]
    effects: Mapping[str, tuple[Effect, ...]]
    shares: Mapping[str, tuple[Share, ...]] = field(default_factory=dict)
    blocks: Mapping[str, int] = field(default_factory=dict)
    worlds: Mapping[str, Worlds] = field(default_factory=dict)
    likeness: Mapping[str, float] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Mapping[str, Any], ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        return tuple(self.made["regimes"])  # type: ignore[return-value]

    def fact(self, key: str) -> Fact:
        return next(fact for fact in self.facts if fact.key == key)

    def ranked(self, outcome: str, grade: Grade | None = None) -> list[Effect]:
        """The effects of parameters, largest `mu_star` first; of one grade, if given. Chance is not among them."""
        grades = {fact.key: fact.grade for fact in self.facts}
        known = [e for e in self.effects[outcome] if e.factor != CHANCE and math.isfinite(e.mu_star)
                 and grade in (None, grades[e.factor])]
        return sorted(known, key=lambda e: (-e.mu_star, e.factor))

    def judgements(self, outcome: str, number: int = 3) -> list[Effect]:
        """The judgements that the difference in this outcome hangs on most; fewer where no more change anything."""
        return [e for e in self.ranked(outcome, "judgement")[:number] if e.mu_star > 0]

    def weights(self) -> dict[str, float]:
        """What hangs on each parameter over all outcomes: its mean part of the sum of all `mu_star`, largest first."""
        parts: dict[str, float] = {fact.key: 0.0 for fact in self.facts}
        for outcome in self.outcomes:
            ranked = self.ranked(outcome)
            whole = sum(e.mu_star for e in ranked)
            for e in ranked:
                parts[e.factor] += e.mu_star / whole / len(self.outcomes) if whole else 0.0
        return dict(sorted(parts.items(), key=lambda item: (-item[1], item[0])))

    def chance(self, outcome: str) -> Effect:
        return next(e for e in self.effects[outcome] if e.factor == CHANCE)

    def share(self, outcome: str, group: str) -> Share | None:
        return next((s for s in self.shares.get(outcome, ()) if s.factor == group), None)

    def favours(self, outcome: str, effect: Effect) -> str:
        """The regime that a larger value of the parameter speaks for; empty where it depends, or better is a matter of
        view."""
        better = BY_NAME[outcome].better
        if better == "neither" or not effect.mu_star or abs(effect.mu) < ONE_WAY * effect.mu_star:
            return ""
        return self.names[int((effect.mu > 0) == (better == "higher"))]

    def to_dict(self) -> dict[str, Any]:
        """Plain data; numbers with so many digits as are kept, null for those that do not exist."""
        parameters = {}
        rows = {outcome: {e.factor: e for e in found} for outcome, found in self.effects.items()}
        for key in [fact.key for fact in self.facts] + [CHANCE]:
            about = {} if key == CHANCE else {k: v for k, v in asdict(self.fact(key)).items() if k != "key"}
            parameters[key] = about | {"effects": {outcome: [e.mu, e.mu_star, e.half, e.sigma, e.trajectories]
                                                   for outcome in self.outcomes for e in [rows[outcome][key]]}}
        groups = [share.factor for share in next(iter(self.shares.values()), ())]
        found = {
            "kind": KIND, "format": FORMAT, "made": dict(self.made), "outcomes": list(self.outcomes),
            "as_it_is": {outcome: asdict(each) for outcome, each in self.as_it_is.items()},
            "parameters": parameters,
            "shares": {group: {outcome: [s.first, s.first_half, s.total, s.total_half] for outcome in self.outcomes
                               if (s := self.share(outcome, group))} for group in groups},
            "blocks": dict(self.blocks),
            "worlds": {outcome: {"values": list(w.values), "ordinary": "".join("01"[o] for o in w.ordinary)}
                       for outcome, w in self.worlds.items()},
            "likeness": dict(self.likeness), "failures": dict(self.failures), "checks": [dict(c) for c in self.checks],
        }
        return plain(found)

    def to_text(self) -> str:
        """The file: JSON with one line a parameter, so that a change shows where it is."""
        return as_lines(self.to_dict(), ("as_it_is", "parameters", "shares", "worlds", "checks"))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Sensitivity:
        if data.get("kind") != KIND or data.get("format") != FORMAT:
            raise SensitivityError(f"this is not a kept study of sensitivity: kind {data.get('kind')!r}, "
                                   f"format {data.get('format')!r}; expected {KIND!r}, {FORMAT}")
        outcomes = tuple(data["outcomes"])
        parameters = data["parameters"]
        return cls(
            data["made"], outcomes,
            tuple(Fact(key, *(about[k] for k in ("grade", "low", "high", "default", "unit")))
                  for key, about in parameters.items() if key != CHANCE),
            {name: AsItIs(**{k: _number(v) for k, v in each.items()}) for name, each in data["as_it_is"].items()},
            {outcome: tuple(Effect(key, *map(_number, about["effects"][outcome])) for key, about in parameters.items())
             for outcome in outcomes},
            {outcome: tuple(Share(group, *map(_number, row[outcome])) for group, row in data["shares"].items())
             for outcome in outcomes} if data["shares"] else {},
            data["blocks"],
            {name: Worlds(tuple(each["values"]), tuple(o == "1" for o in each["ordinary"]))
             for name, each in data["worlds"].items()},
            {name: _number(value) for name, value in data["likeness"].items()}, data["failures"], tuple(data["checks"]))


def load(path: Path) -> Sensitivity:
    """A kept study. Raises SensitivityError for a file that is none; OSError where it cannot be read."""
    try:
        return Sensitivity.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except SensitivityError as error:
        raise SensitivityError(f"{path}: {error}") from None
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise SensitivityError(f"{path} is not a kept study of sensitivity: {type(error).__name__}: {error}") from None


def as_lines(data: Mapping[str, Any], spread: Sequence[str]) -> str:
    """JSON with a line for every entry, and for every entry of those that are spread."""

    def one(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    lines = []
    for name, value in data.items():
        if name in spread and value:
            is_map = isinstance(value, dict)
            inside = [f"  {one(k)}: {one(v)}" for k, v in value.items()] if is_map else [f"  {one(v)}" for v in value]
            opened, closed = "{}" if is_map else "[]"
            lines.append(f" {one(name)}: {opened}\n" + ",\n".join(inside) + f"\n {closed}")
        else:
            lines.append(f" {one(name)}: {one(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def facts_key(facts: Sequence[Fact]) -> str:
    """A digest of which parameters were varied, between which ends: another one means that the tables have changed."""
    return provenance.key([[f.key, f.low, f.high, f.default] for f in facts])


def _number(value: Any) -> Any:
    return math.nan if value is None else value


def plain(value: Any) -> Any:
    """Data that JSON can say, floats rounded to what is kept."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value
