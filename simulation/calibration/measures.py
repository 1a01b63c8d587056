"""What can be calibrated to: each measure of the calibration patterns, and the levels that must stay believable.

A measure is a number from one watched run over some of its years. There is none for a pattern that is a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from simulation.calibration.watching import Watched
from simulation.parameters import WEEKS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a run.

    Attributes:
        pattern: the calibration pattern that it belongs to; None for a level that is only kept believable.
        unit: `share`, or what is counted.
        of: (watched run, years counted from 0) to the number; NaN where nothing of the kind happened.
        from_year: the first year, counted from 1, in which it has a value.
    """

    name: str
    pattern: int | None
    label: str
    unit: str
    meaning: str
    of: Callable[[Watched, range], float]
    from_year: int = 1


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole > 0 else float("nan")


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _sum(run: Watched, name: str, years: range) -> float:
    return float(getattr(run.totals, name)[run.ticks(years)].sum())


def _at_close(name: str) -> Callable[[Watched, range], float]:
    """A figure that exists at the close of each year."""
    return lambda run, years: _mean(getattr(run.totals, name)[run.ticks(years)])


def _visits(run: Watched, years: range) -> np.ndarray:
    """People by their number of hospital visits in a year, summed over years; nobody without a visit."""
    counts = run.visits[list(years)].sum(axis=0).astype(float)
    counts[0] = 0.0
    return counts


def _share_with(least: int, most: int | None = None) -> Callable[[Watched, range], float]:
    def share(run: Watched, years: range) -> float:
        counts = _visits(run, years)
        return _ratio(counts[least:most].sum(), counts.sum())

    return share


def _visits_of_frequent(run: Watched, years: range) -> float:
    visits = _visits(run, years) * np.arange(run.visits.shape[1])
    return _ratio(visits[3:].sum(), visits.sum())


def _leaving(run: Watched, years: range) -> float:
    present = _sum(run, "present", years) * run.totals.tick_weeks / WEEKS_PER_YEAR
    return _ratio(_sum(run, "leavers", years), present)


def _failure_demand(run: Watched, years: range) -> float:
    contacts = _sum(run, "contacts_simple", years) + _sum(run, "contacts_complex", years)
    return _ratio(_sum(run, "failure_simple", years) + _sum(run, "failure_complex", years), contacts)


def _failure_demand_of(group: str) -> Callable[[Watched, range], float]:
    return lambda run, years: _ratio(_sum(run, f"failure_{group}", years), _sum(run, f"contacts_{group}", years))


def _yearly(run: Watched, count: float, years: range) -> float:
    """A count over some years as a rate a person and year."""
    ticks = run.ticks(years)
    length = (ticks.stop - ticks.start) * run.totals.tick_weeks / WEEKS_PER_YEAR
    return count / run.totals.people / length


def _contacts(run: Watched, years: range) -> float:
    return _yearly(run, _sum(run, "contacts_simple", years) + _sum(run, "contacts_complex", years), years)


def _usual_provider(run: Watched, years: range) -> float:
    return run.usual_provider(years)


M = Measure

MEASURES: Mapping[str, Measure] = {m.name: m for m in (
    M("cost_share_top5", 1, "Cost share of the dearest 5 %", "share",
      "Share of a year's cost that fell on the dearest twentieth of people.", _at_close("cost_share_top5")),
    M("persistence_top5", 1, "Dearest again the year after", "share",
      "Share of a year's dearest twentieth who had been among the dearest the year before.",
      _at_close("persistence_top5"), from_year=2),
    M("attended_once", 2, "Attenders with one hospital visit", "share",
      "Of people with a hospital visit in a year, the share with exactly one.", _share_with(1, 2)),
    M("attended_often", 2, "Attenders with three visits or more", "share",
      "Of people with a hospital visit in a year, the share with three or more.", _share_with(3)),
    M("visits_of_frequent", 2, "Visits by those with three or more", "share",
      "Share of a year's hospital visits that were made by people with three or more.", _visits_of_frequent),
    M("leaving", 3, "Staff leaving in a year", "share", "Leavers a year for each post that is filled.", _leaving),
    M("burnt_out", 3, "Staff burnt out", "share", "Share of staff present whose exhaustion is burnout.",
      lambda run, years: _ratio(_sum(run, "burnt_out", years), _sum(run, "present", years))),
    M("usual_provider", 3, "Usual-provider continuity", "share",
      "Share of a person's general-practice contacts that were with the member of staff whom they saw most, mean of "
      "people with two contacts or more.", _usual_provider),
    M("failure_demand_simple", 4, "Failure demand, all but the most complex fifth", "share",
      "Share of contacts with a cause other than a new need, among everybody but the most complex fifth.",
      _failure_demand_of("simple")),
    M("failure_demand_complex", 4, "Failure demand, most complex fifth", "share",
      "The same among the most complex fifth of people.", _failure_demand_of("complex")),
    M("failure_demand", 4, "Failure demand, everybody", "share", "The same among all contacts.", _failure_demand),
    # levels that parameters were set to: kept believable, never a target
    M("contacts", None, "Contacts", "a person and year", "Everything that people ask of services, whatever the cause.",
      _contacts),
    M("crises", None, "Hospital visits", "a year per 10,000 people",
      "Times a need became a crisis and went to hospital.",
      lambda run, years: 10_000 * _yearly(run, _sum(run, "crises", years), years)),
    M("acute_share", None, "Crises that are acute", "share", "Share of crises that strike whatever services do.",
      lambda run, years: _ratio(_sum(run, "crises_acute", years), _sum(run, "crises", years))),
    M("recorded", None, "Recorded in time", "share",
      "Share of those recorded who were recorded as seen within the target.",
      lambda run, years: _ratio(_sum(run, "recorded_met", years), _sum(run, "recorded_n", years))),
    M("waiting", None, "People waiting", "per 10,000 people", "People who wait at any door but the hospital's.",
      lambda run, years: 10_000 * _mean(run.totals.waiting[run.ticks(years)]) / run.totals.people),
    M("hours_used", None, "Hours used", "share", "Share of the hours at work that people took.",
      lambda run, years: _ratio(_sum(run, "hours_used", years), _sum(run, "hours_available", years))),
)}
