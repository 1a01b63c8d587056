"""Believable ranges: each around its default and inside what is accepted, by a rule or for a reason that is given."""

from __future__ import annotations

import pytest

from simulation import register
from simulation.mechanisms import TABLES
from simulation.outcomes import BY_NAME
from simulation.parameters import Parameter
from simulation.ranges import FACTORS, ORDINARY, REASONS, Ends, Fixed, Times, believable, ordinary

EVERY = [(table, p) for table, declared in TABLES.items() for p in declared.values()]


def test_a_believable_range_lies_around_the_default_and_inside_the_accepted_one():
    wrong = []
    for table, p in EVERY:
        found = believable(table, p)
        if not p.low <= found.low <= p.default <= found.high <= p.high:
            wrong.append(f"{table}.{p.name}: {found.low:g} to {found.high:g} is not around {p.default:g} and inside "
                         f"{p.low:g} to {p.high:g}")
        assert found.uncertain == (found.basis != "convention"), f"{table}.{p.name}: a fact has a range"
        assert len(found.why) > 10
    assert not wrong, "give another range in simulation/ranges.py: " + "; ".join(wrong)


def test_reasons_are_about_parameters_that_exist():
    assert {(table, p.name) for table, p in EVERY} >= set(REASONS)


@pytest.mark.parametrize("place", [place for place, reason in REASONS.items()
                                   if isinstance(reason, Ends) and reason.low < 0 < reason.high], ids=".".join)
def test_where_the_evidence_contradicts_itself_the_range_spans_zero(place):
    parameter = TABLES[place[0]][place[1]]
    assert parameter.low < 0 < parameter.high, "the model must accept what is believable"


def test_coefficients_that_may_be_zero_or_negative_span_zero():
    for table, p in EVERY:
        if p.low < 0 < p.high:
            found = believable(table, p)
            assert found.low < 0 < found.high, f"{table}.{p.name}"


def test_what_the_review_gives_is_what_is_believable():
    for (table, name), (low, _, high) in register.EVIDENCE_RANGES.items():
        found = believable(table, TABLES[table][name])
        assert (found.low, found.high, found.basis) == (low, high, "evidence")


def parameter(default: float, unit: str = "number", low: float = 0.0, high: float = 100.0,
              grade: str = "judgement") -> Parameter:
    return Parameter("made_up", default, unit, low, high, grade, "Nobody", "Nothing.")  # type: ignore[arg-type]


@pytest.mark.parametrize(("made_up", "low", "high"), [
    (parameter(4), 2, 8),
    (parameter(4, grade="associated"), 4 / 1.5, 6),
    (parameter(4, grade="measured"), 4 / 1.2, 4.8),
    (parameter(4, high=5), 2, 5),
    (parameter(0.5, "share", high=1), 1 / 3, 2 / 3),
    (parameter(0.9, "share", high=1), 9 / 11, 18 / 19),
    (parameter(0.02, "share", high=1), 0.02 / 1.98, 0.04 / 1.02),
    (parameter(0.2, low=-1, high=1), -0.1, 0.4),
    (parameter(-0.2, low=-1, high=1), -0.4, 0.1),
    (parameter(0, high=10), 0, 1),
    (parameter(0, low=-5, high=5), -1, 1),
    (parameter(1, "share", high=1), 0.9, 1),
])
def test_the_rule(made_up, low, high):
    found = believable("nowhere", made_up)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.basis == "rule"


def test_weaker_evidence_has_wider_ranges():
    widths = [believable("nowhere", parameter(4, grade=grade)) for grade in ("measured", "associated", "judgement")]
    assert [w.high - w.low for w in widths] == sorted(w.high - w.low for w in widths)
    assert list(FACTORS.values()) == sorted(FACTORS.values(), reverse=True)


def test_reasons_of_every_kind(monkeypatch):
    made_up = parameter(4)
    monkeypatch.setitem(REASONS, ("nowhere", "made_up"), Times(3, "reason", "Set together with others"))
    found = believable("nowhere", made_up)
    assert (found.low, found.high, found.basis) == (pytest.approx(4 / 3), 12, "reason")
    assert found.why == "Set together with others: 3 times less to 3 times more"
    monkeypatch.setitem(REASONS, ("nowhere", "made_up"), Fixed("A way of counting"))
    found = believable("nowhere", made_up)
    assert (found.low, found.high, found.uncertain, found.basis) == (4, 4, False, "convention")


def test_the_register_shows_them():
    entries = {(e.table, e.name): e for e in register.parameters()}
    for table, p in EVERY:
        found, entry = believable(table, p), entries[table, p.name]
        assert (entry.believable_low, entry.believable_high, entry.believable_from, entry.believable_why) == (
            found.low, found.high, found.basis, found.why)


def test_an_ordinary_town_is_inside_every_limit():
    middle = {name: (low + high) / 2 for name, (low, high, _) in ORDINARY.items()}
    assert set(middle) <= set(BY_NAME)
    assert ordinary(middle)
    for name, (low, high, why) in ORDINARY.items():
        assert low < high and len(why) > 10
        assert not ordinary({**middle, name: low - 1e-6 * abs(high)})
        assert not ordinary({**middle, name: high + 1e-6 * abs(high)})
        assert not ordinary({**middle, name: float("nan")})
        assert not ordinary({key: value for key, value in middle.items() if key != name})
