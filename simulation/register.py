"""The evidence register: every parameter, lever, outcome, pattern and claim as plain data, with what supports it.

Documents, the command line and the dashboard read these entries; nothing is declared here a second time. `counts` says
how much of the model is judgement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from simulation.levers import LEVERS
from simulation.mechanisms import TABLES
from simulation.outcomes import HEADLINE, OUTCOMES
from simulation.parameters import Grade
from simulation.patterns import CAUSES, PATTERNS
from simulation.ranges import Basis, believable
from simulation.references import dois_in

RangeFrom = Literal["evidence", "accepted"]

EVIDENCE_RANGES: Mapping[tuple[str, str], tuple[float, float, float]] = {
    ("population", "continuity_start"): (0.40, 0.55, 0.70),
    ("care", "handoff_kept"): (0.20, 0.60, 0.90),
    ("care", "known_saving"): (0.0, 0.15, 0.18),
    ("learning", "trial_length"): (2, 6, 26),
    ("learning", "fading"): (0.12, 0.40, 0.96),
    ("learning", "background"): (0.0, 0.01, 0.05),
    ("leadership", "tenure"): (0.12, 0.23, 0.60),
    ("spread", "adoption"): (0.1, 0.35, 0.6),
    ("spread", "fidelity"): (0.05, 0.40, 0.90),
}
"""Parameters whose range comes from a review of the evidence: lowest, central and highest value, in their unit.

The declared range equals the lowest and highest; a test holds them together. Every other declared range is only what
the model accepts: much wider than anything believable, and no statement about what is likely.
"""


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """One parameter.

    Attributes:
        table, name: where a scenario file changes it.
        unit, default, low, high: as declared; the range is inclusive.
        dois: those that the source cites.
        range_from: `evidence` where low and high come from a review, `accepted` where they only keep out nonsense.
        central: the review's central value, None where there is none. The default may differ from it.
        believable_low, believable_high: the believable range, inside low and high; equal where nothing is uncertain.
        believable_from, believable_why: where that comes from, see `simulation.ranges.Basis`, and a sentence.
    """

    table: str
    name: str
    meaning: str
    unit: str
    default: float
    low: float
    high: float
    grade: Grade
    source: str
    dois: tuple[str, ...]
    range_from: RangeFrom
    central: float | None
    believable_low: float
    believable_high: float
    believable_from: Basis
    believable_why: str


@dataclass(frozen=True, slots=True)
class LeverEntry:
    """One answer that a regime gives. A lever is a choice, not a fact: it has a range but no evidence grade."""

    name: str
    question: str
    meaning: str
    unit: str
    default: float
    low: float
    high: float
    mechanisms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutcomeEntry:
    """One thing that is reported."""

    name: str
    label: str
    group: str
    unit: str
    better: str
    summary: str
    meaning: str
    headline: bool


@dataclass(frozen=True, slots=True)
class PatternEntry:
    """One pattern that the model is held against; see `simulation.patterns.Pattern`."""

    number: int
    shows: str
    use: str
    sources: str
    dois: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CauseEntry:
    """One claimed chain of causes with its strength in the world; see `simulation.patterns.Cause`."""

    name: str
    chain: str
    strength: str
    evidence: str
    mechanisms: tuple[str, ...]
    dois: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimEntry:
    """One statement of a scenario. Its strength is the share of paired runs in which it must hold.

    It is a statement about the model. What it says about the world is no stronger than the parameters behind it.
    """

    scenario: str
    says: str
    outcome: str
    relation: str
    over: str
    in_at_least: float


def parameters() -> tuple[ParameterEntry, ...]:
    """Every parameter, in the order of the tick."""
    entries = []
    for table, declared in TABLES.items():
        for p in declared.values():
            reviewed = EVIDENCE_RANGES.get((table, p.name))
            likely = believable(table, p)
            entries.append(ParameterEntry(
                table, p.name, p.meaning, p.unit, p.default, p.low, p.high, p.grade, p.source, dois_in(p.source),
                "evidence" if reviewed else "accepted", reviewed[1] if reviewed else None, likely.low, likely.high,
                likely.basis, likely.why))
    return tuple(entries)


def levers() -> tuple[LeverEntry, ...]:
    """Every lever, by question."""
    return tuple(LeverEntry(lever.name, lever.question, lever.meaning, lever.unit, lever.default, lever.low, lever.high,
                            lever.mechanisms) for lever in LEVERS)


def outcomes() -> tuple[OutcomeEntry, ...]:
    """Every outcome, by group."""
    return tuple(OutcomeEntry(o.name, o.label, o.group, o.unit, o.better, o.summary, o.meaning, o.name in HEADLINE)
                 for o in OUTCOMES)


def patterns() -> tuple[PatternEntry, ...]:
    """Every pattern, by number."""
    return tuple(PatternEntry(p.number, p.shows, p.use, p.sources, dois_in(p.sources)) for p in PATTERNS)


def causes() -> tuple[CauseEntry, ...]:
    """Every claimed chain of causes."""
    return tuple(CauseEntry(c.name, c.chain, c.strength, c.evidence, c.mechanisms, dois_in(c.evidence)) for c in CAUSES)


def claims() -> tuple[ClaimEntry, ...]:
    """Every claim of every shipped scenario, by scenario. Raises ScenarioError where a shipped file is wrong."""
    from simulation.scenario import catalogue, load

    return tuple(ClaimEntry(name, claim.says, claim.outcome, claim.relation, claim.over, claim.in_at_least)
                 for name in catalogue() for claim in load(name).claims)


def counts() -> dict[str, dict[Grade, int]]:
    """How many parameters of each table have which grade; the last entry, `all`, is the sum."""
    grades: tuple[Grade, ...] = ("measured", "associated", "judgement")
    by_table = {table: Counter(p.grade for p in declared.values()) for table, declared in TABLES.items()}
    by_table["all"] = sum(by_table.values(), Counter())
    return {table: {grade: found[grade] for grade in grades} for table, found in by_table.items()}


def as_dict() -> dict[str, Any]:
    """The whole register as lists of dicts and plain values, for JSON."""
    parts = {"parameters": parameters(), "levers": levers(), "outcomes": outcomes(), "patterns": patterns(),
             "causes": causes(), "claims": claims()}
    return {**{name: [asdict(entry) for entry in entries] for name, entries in parts.items()}, "counts": counts()}
