"""Ablations: each mechanism switched off in turn, each single idea made to say nothing, on the same people and luck.

What remains of the difference between two regimes is then what the rest makes; what has gone is what the missing part
made, alone or together with others. Parts work together, so the pieces need not add up to the whole.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from simulation import provenance, statistics
from simulation.mechanisms import ORDER
from simulation.sensitivity.findings import as_lines, plain
from simulation.sensitivity.points import Kept, Pair, Point, Reading, SensitivityError, read_all
from simulation.sensitivity.study import OUTCOMES, checked_outcomes

KIND = "care-regimes ablations"
FORMAT = 1
AS_IT_IS = "as it is"
PAIRS = 20
CHECKED_PAIRS = 2
"""Pairs of each case whose differences are kept for a test."""


@dataclass(frozen=True, slots=True)
class Idea:
    """One idea inside a mechanism, and the values of its parameters at which it says nothing.

    Attributes: says: what no longer holds, for people.
    """

    name: str
    mechanism: str
    says: str
    neutral: Mapping[str, float]


IDEAS: tuple[Idea, ...] = (
    Idea("linked needs", "need", "One unmet need does not feed or call forth another.",
         {"need.coupling": 0, "need.onset_coupling": 0}),
    Idea("neighbours", "need", "Well-connected neighbours do not help needs to pass.", {"need.community": 0}),
    Idea("personal exceptions", "population", "What is usually right is right for everybody.",
         {"population.exception_share": 0}),
    Idea("places differ", "population", "What is right is right everywhere, so the book can know it.",
         {"population.context_dependence": 0}),
    Idea("trust and asking", "access", "People without trust ask as soon as others.", {"access.willing_floor": 1}),
    Idea("raised thresholds", "pressure", "No door is made harder to enter under pressure.",
         {"pressure.threshold_slope": 0}),
    Idea("listening", "care", "Nobody finds out how a person differs from the usual.", {"care.listen": 0}),
    Idea("bespoke takes longer", "care", "To understand a person takes no more time than the book.",
         {"care.bespoke_hours": 0}),
    Idea("discretion yields", "care", "Staff keep their discretion, however much work there is.",
         {"care.bespoke_yields": 0}),
    Idea("complex lives first", "care", "Discretion goes to anybody alike.", {"care.focus": 0}),
    Idea("joint help through ties", "care", "A tie carries no joint work; others are referred to.",
         {"care.tie_trusted": 1, "care.tie_begins": 0}),
    Idea("a known worker saves time", "care", "Whoever knows the person needs as long as anybody.",
         {"care.known_saving": 0}),
    Idea("waiting keeps people away", "care", "Non-attendance does not rise with the wait.", {"care.absence_slope": 0}),
    Idea("order before a breach", "care", "Nobody is seen earlier because the target is near.",
         {"care.breach_weight": 0}),
    Idea("slack is used", "pressure", "Pressure turns no idle hours to use.", {"pressure.slack_used": 0}),
    Idea("rush", "pressure", "Pressure and overload do not shorten contacts.", {"pressure.rush_slope": 0}),
    Idea("gaming", "pressure", "Nobody doctors a record.", {"pressure.gaming_slope": 0}),
    Idea("blame", "pressure", "Pressure does not make people less safe to speak.", {"pressure.blame": 0}),
    Idea("crowding out", "pressure", "Pressure does not touch motivation.", {"pressure.crowding": 0}),
    Idea("autonomy motivates", "pressure", "Discretion does not touch motivation.", {"pressure.autonomy": 0}),
    Idea("success motivates", "pressure", "To see success does not touch motivation.", {"pressure.competence": 0}),
    Idea("colleagues motivate", "pressure", "Trusted colleagues do not touch motivation.", {"pressure.relatedness": 0}),
    Idea("shirking", "pressure", "Self-interested staff work as hard as others.", {"pressure.shirking": 0}),
    Idea("exhausting pressure", "pressure", "Pressure does not burn out.", {"pressure.pressure_burnout": 0}),
    Idea("exhausting load", "pressure", "Overload does not burn out.", {"pressure.load_burnout": 0}),
    Idea("leaving for a reason", "pressure", "Burnout and low motivation make nobody leave.",
         {"pressure.leave_burnout": 0, "pressure.leave_motivation": 0}),
    Idea("copying", "learning", "Nobody copies a colleague who does better.", {"learning.copying": 0}),
    Idea("what is right drifts", "learning", "What is right never changes.",
         {"learning.drift": 0, "learning.drift_nation": 0}),
    Idea("introductions", "relationships", "Conveners cost what they cost and introduce nobody.",
         {"relationships.introductions": 0}),
    Idea("leaders' fixes", "leadership", "No leader's fix changes how people are helped.",
         {"leadership.fix_practice": 0}),
)
"""The ideas whose parameters have a value at which they say nothing. A test shows of each that it then does not."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing taken away; nothing, in the first."""

    name: str
    kind: Literal["as it is", "mechanism", "idea"]
    says: str
    point: Point


@dataclass(frozen=True, slots=True)
class Remains:
    """One outcome in one case.

    Attributes:
        difference, low, high: second regime minus first, in the unit of the outcome, with its 95 % paired interval.
        change, change_low, change_high: that minus the difference of the scenario as it is, seed by seed.
        pairs: that have a value.
    """

    difference: float
    low: float
    high: float
    change: float
    change_low: float
    change_high: float
    pairs: int

    @property
    def turned(self) -> str:
        """Clearly above or below zero: `+` or `-`; empty where the interval holds zero or does not exist."""
        return "+" if self.low > 0 else "-" if self.high < 0 else ""

    @property
    def nothing(self) -> bool:
        """Whether the two regimes are exactly equal in every pair."""
        return self.pairs > 0 and self.difference == self.low == self.high == 0


@dataclass(frozen=True)
class Ablations:
    """What remains of the difference when something is taken away.

    Attributes:
        made: scenario, regimes, model version, seed: what it takes to make it again.
        cases: name to (kind, what no longer holds).
        remains: name to outcome to what remains.
        failures: case to the message of what could not be run.
        checks: case to outcome to the differences of the first pairs, for a test.
    """

    made: Mapping[str, Any]
    outcomes: tuple[str, ...]
    cases: Mapping[str, tuple[str, str]]
    remains: Mapping[str, Mapping[str, Remains]]
    failures: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, str]:
        return tuple(self.made["regimes"])  # type: ignore[return-value]

    def turning(self, outcome: str) -> list[str]:
        """The cases without which the difference clearly has the other sign than it clearly has as it is."""
        as_it_is = self.remains[AS_IT_IS][outcome].turned
        return [name for name, row in self.remains.items()
                if as_it_is and row[outcome].turned not in ("", as_it_is)]

    def vanishing(self, outcome: str) -> list[str]:
        """The cases without which the difference, clear as it is, is there but can no longer be told from zero."""
        if not self.remains[AS_IT_IS][outcome].turned:
            return []
        return [name for name, row in self.remains.items()
                if row[outcome].pairs > 1 and not row[outcome].turned and not row[outcome].nothing]

    def ending(self, outcome: str) -> list[str]:
        """The cases without which there is no difference at all, or no outcome."""
        return [name for name, row in self.remains.items() if row[outcome].nothing or not row[outcome].pairs]

    def appearing(self, outcome: str) -> list[str]:
        """The cases without which a difference that cannot be told from zero as it is becomes clear."""
        if self.remains[AS_IT_IS][outcome].turned:
            return []
        return [name for name, row in self.remains.items() if row[outcome].turned]

    def to_dict(self) -> dict[str, Any]:
        return plain({
            "kind": KIND, "format": FORMAT, "made": dict(self.made), "outcomes": list(self.outcomes),
            "cases": {name: list(about) for name, about in self.cases.items()},
            "remains": {name: {o: list(asdict(each).values()) for o, each in row.items()}
                        for name, row in self.remains.items()},
            "failures": dict(self.failures),
            "checks": {name: {o: list(v) for o, v in row.items()} for name, row in self.checks.items()}})

    def to_text(self) -> str:
        """The file: JSON with one line a case."""
        return as_lines(self.to_dict(), ("cases", "remains", "checks"))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Ablations:
        if data.get("kind") != KIND or data.get("format") != FORMAT:
            raise SensitivityError(f"these are no kept ablations: kind {data.get('kind')!r}, format "
                                   f"{data.get('format')!r}; expected {KIND!r}, {FORMAT}")
        nan = float("nan")
        return cls(data["made"], tuple(data["outcomes"]), {k: tuple(v) for k, v in data["cases"].items()},
                   {name: {o: Remains(*(nan if v is None else v for v in each)) for o, each in row.items()}
                    for name, row in data["remains"].items()}, data["failures"], data["checks"])


def load(path: Path) -> Ablations:
    """Kept ablations. Raises SensitivityError for a file that is none; OSError where it cannot be read."""
    try:
        return Ablations.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except SensitivityError as error:
        raise SensitivityError(f"{path}: {error}") from None
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise SensitivityError(f"{path} has no kept ablations: {type(error).__name__}: {error}") from None


def cases(pair: Pair, only: Sequence[str] | None = None) -> list[Case]:
    """The scenario as it is, then without each mechanism, then without each idea.

    What the scenario itself has switched off, or has set to say nothing, is left out.

    Args: only: names of mechanisms and ideas.
    Raises SensitivityError for a name that is neither.
    """
    scenario = pair.scenario
    found = [Case(AS_IT_IS, "as it is", "Nothing is taken away.", Point())]
    found += [Case(m.name, "mechanism", m.question, Point(off=(m.name,))) for m in ORDER
              if scenario.switches.get(m.name, True)]
    for idea in IDEAS:
        own = {key: scenario.parameters.get(key.split(".")[0], {}).get(key.split(".")[1]) for key in idea.neutral}
        if own != dict(idea.neutral) and scenario.switches.get(idea.mechanism, True):
            found.append(Case(idea.name, "idea", idea.says, Point(dict(idea.neutral))))
    if only is None:
        return found
    from simulation.scenario.errors import nearest

    names = [case.name for case in found]
    for name in only:
        if name not in names[1:]:
            near = nearest(name, names[1:])
            raise SensitivityError(f"no mechanism or idea {name!r} to take away"
                                   + (f"; did you mean {near!r}?" if near else f"; known: {', '.join(names[1:])}"))
    return [case for case in found if case.name in (AS_IT_IS, *only)]


def ablate(pair: Pair, *, outcomes: Sequence[str] = OUTCOMES, only: Sequence[str] | None = None, pairs: int = PAIRS,
           seed: int | None = None, folder: Path | None = None, threads: int = 1,
           progress: Callable[[int, int], None] | None = None, stop: threading.Event | None = None) -> Ablations:
    """Take away each mechanism and each idea in turn, and see what remains of the difference.

    Args:
        only: names of mechanisms and ideas; default all.
        pairs: 2 or more; the seeds are the same in every case. seed: of the first; default the scenario's.
        folder, threads, progress, stop: as in `study`.

    Raises:
        SensitivityError: what is asked cannot be done.
        Stopped: `stop` was set or Ctrl-C pressed; what was read is kept in the folder.
    """
    seed = pair.scenario.seed if seed is None else seed
    known = checked_outcomes(outcomes)
    if pairs < 2:
        raise SensitivityError(f"{pairs} pairs have no interval; give 2 or more")
    wanted = cases(pair, only)
    points = [Point(case.point.parameters, case.point.off, seed + k) for case in wanted for k in range(pairs)]
    readings = read_all(pair, points, Kept(pair, folder), threads=threads, progress=progress, stop=stop)
    by_case = {case.name: readings[i * pairs:(i + 1) * pairs] for i, case in enumerate(wanted)}
    remains = {name: {o: _remains(by_case[AS_IT_IS], row, o) for o in known} for name, row in by_case.items()}
    failures = {name: Counter(r.error for r in row if r.error).most_common(1)[0][0] for name, row in by_case.items()
                if any(r.error for r in row)}
    checks = {name: {o: [r.difference(o) for r in row[:CHECKED_PAIRS]] for o in known} for name, row in by_case.items()}
    world = pair.scenario.world
    made = {"scenario": pair.scenario.name, "scenario_key": pair.scenario.key, "regimes": list(pair.names),
            "identity": provenance.key(pair.identity()), "model": provenance.model_version(), "seed": seed,
            "pairs": pairs, "people": world.people, "weeks": world.horizon, "points": len(points)}
    return Ablations(made, known, {case.name: (case.kind, case.says) for case in wanted}, remains, failures, checks)


def _remains(as_it_is: Sequence[Reading], row: Sequence[Reading], outcome: str) -> Remains:
    before = [r.difference(outcome) for r in as_it_is]
    after = [r.difference(outcome) for r in row]
    here = statistics.paired([r.first.get(outcome, float("nan")) for r in row],
                             [r.second.get(outcome, float("nan")) for r in row])
    change = statistics.paired(before, after)
    return Remains(here.difference, here.low, here.high, change.difference, change.low, change.high, here.pairs)
