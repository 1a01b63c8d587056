"""Every outcome, defined once: name, unit, which way is better, formula over the tallies.

The table, the chart, the claim and the dashboard all use these definitions. A formula receives a `Totals` (arrays over
ticks, summed over places) and returns one value a tick; a tick in which nothing happened gives NaN, not a made-up 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulation.parameters import WEEKS_PER_YEAR

Better = Literal["lower", "higher", "neither"]
Summary = Literal["mean", "yearly total", "last year"]
Group = Literal["people", "work", "staff", "system", "money"]


class Totals:
    """Tallies of a run as attributes, each an array over ticks; with the constants that formulas need.

    Attributes: every name of `tallies.NAMES`, plus `people`, `people_complex` (counts), `tick_weeks`, `value_hour`
    (pounds for an hour of staff time), `cashable` (share of crisis costs that can be withdrawn), `cost_share_top5`
    (share of the year's cost that fell on the dearest 5 %) and
    `persistence_top5` (share of them who had been among the dearest the year before), NaN until a year has passed;
    `high_users_before` and `high_users_after` (pounds, NaN until two have): see `annual.Year`; `places` (count).
    """

    def __init__(self, names: tuple[str, ...], table: np.ndarray, constants: Mapping[str, float | np.ndarray]) -> None:
        for column, name in enumerate(names):
            setattr(self, name, table[:, column])
        for name, value in constants.items():
            setattr(self, name, value)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that can come out of the loop.

    Attributes:
        better: which direction is better for people; `neither` where that is a matter of view.
        summary: how a run's series becomes one number: `mean` over the run, `yearly total` (mean per year, for series
            that are already yearly rates), or `last year` (mean over the final year, for slow stocks).
        decimals: how many to print.
    """

    name: str
    label: str
    group: Group
    unit: str
    better: Better
    summary: Summary
    meaning: str
    formula: Callable[[Totals], np.ndarray]
    decimals: int = 3

    def summarise(self, series: np.ndarray, tick_weeks: float) -> float:
        """One number for a run; NaN where the series never had a value."""
        ticks = max(1, round(WEEKS_PER_YEAR / tick_weeks))
        part = series[-ticks:] if self.summary == "last year" else series
        part = part[~np.isnan(part)]
        return float(part.mean()) if part.size else float("nan")


def _per(part: np.ndarray, whole: np.ndarray | float) -> np.ndarray:
    whole = np.broadcast_to(np.asarray(whole, float), np.shape(part))
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole != 0)


def _yearly(t: Totals, count: np.ndarray, people: float = 10_000) -> np.ndarray:
    """A count as a rate a year for so many people."""
    return count * people / t.people / t.tick_weeks * WEEKS_PER_YEAR


def _contacts(t: Totals) -> np.ndarray:
    return (t.contact_new + t.contact_unresolved + t.contact_bounced + t.contact_referred + t.contact_chased
            + t.contact_relapsed + t.contact_crisis_new + t.contact_crisis_unresolved + t.contact_crisis_turned_away)


def _failure(t: Totals) -> np.ndarray:
    return _contacts(t) - t.contact_new - t.contact_crisis_new


def _cost(t: Totals) -> np.ndarray:
    return t.cost_staff + t.cost_conveners + t.cost_inspection + t.cost_crises + t.cost_agency


def _recorded(t: Totals) -> np.ndarray:
    return _per(t.recorded_met, t.recorded_n)


def _true(t: Totals) -> np.ndarray:
    return _per(t.true_met, t.true_n)


def _perceived(t: Totals) -> np.ndarray:
    return _per(t.surveyed_met, t.surveyed)


def _quality_sd(t: Totals) -> np.ndarray:
    mean = _per(t.quality, t.practitioners)
    return np.sqrt(np.maximum(0.0, _per(t.quality_squared, t.practitioners) - mean**2))


O = Outcome  # noqa: E741

OUTCOMES: tuple[Outcome, ...] = (
    # for people
    O("need", "Unmet need", "people", "0..6 a person", "lower", "mean",
      "Unmet need over all six domains, mean of everybody.", lambda t: t.need / t.people),
    O("need_complex", "Unmet need of the most complex fifth", "people", "0..6 a person", "lower", "mean",
      "Unmet need over all domains, mean of the fifth of people with the most complex lives.",
      lambda t: t.need_complex / t.people_complex),
    O("in_need", "People in need", "people", "share", "lower", "mean",
      "Share of people whose worst need is above `in_need` of the table of need, 0.2.", lambda t: t.in_need / t.people),
    O("equity_gap", "Gap between poorest and richest fifth", "people", "0..6 a person", "lower", "mean",
      "Mean need of the most deprived fifth minus that of the least deprived.",
      lambda t: t.need_deprived / t.people_deprived - t.need_affluent / t.people_affluent),
    O("crises", "Crises", "people", "a year per 10,000 people", "lower", "yearly total",
      "Times a need became a crisis and went to hospital.", lambda t: _yearly(t, t.crises), 0),
    O("deaths", "Expected deaths from unmet need and delay", "people", "a year per 10,000 people", "lower",
      "yearly total", "Accumulated hazard of dying; nobody is removed, so that paired runs keep the same people.",
      lambda t: _yearly(t, t.deaths), 2),
    O("wait", "Mean wait", "people", "weeks", "lower", "mean",
      "Mean true wait of those seen at a door other than the hospital's, from asking to being seen.",
      lambda t: _per(t.wait, t.served) * t.tick_weeks, 2),
    O("long_waits", "Long waiters", "people", "per 10,000 people", "lower", "mean",
      "People waiting longer than the scenario's long wait, on an average day.",
      lambda t: t.waiting_long * 10_000 / t.people, 1),
    O("waiting", "Waiting list", "people", "per 10,000 people", "lower", "mean", "People waiting at any door.",
      lambda t: t.waiting * 10_000 / t.people, 0),
    O("first_time", "Resolved first time", "people", "share", "higher", "mean",
      "Share of first contacts about a new need that resolved it.", lambda t: _per(t.first_resolved, t.first_contacts)),
    O("contacts_per_resolved", "Contacts per resolved need", "people", "contacts", "lower", "mean",
      "All contacts for every need resolved.", lambda t: _per(_contacts(t), t.resolved), 2),
    O("trust", "Trust in services", "people", "0..1", "higher", "last year", "Mean trust of everybody.",
      lambda t: t.trust / t.people),
    O("turned_away", "Turned away", "people", "a year per 10,000 people", "lower", "yearly total",
      "Refusals at the door because the need was below the threshold.", lambda t: _yearly(t, t.turned_away), 0),
    # for the work
    O("contacts", "Contacts", "work", "a year per 10,000 people", "neither", "yearly total",
      "Everything people ask of services, whatever the cause.", lambda t: _yearly(t, _contacts(t)), 0),
    O("failure_demand", "Failure demand", "work", "share of contacts", "lower", "mean",
      "Share of contacts caused by not helping, or not helping right, before: the true cause.",
      lambda t: _per(_failure(t), _contacts(t))),
    O("failure_demand_recorded", "Failure demand as recorded", "work", "share of contacts", "neither", "mean",
      "The same share as staff code it, with their errors.", lambda t: _per(t.coded_failure, t.coded_contacts)),
    O("failure_demand_complex", "Failure demand, most complex fifth", "work", "share of contacts", "lower", "mean",
      "Failure demand among the contacts of the most complex fifth.",
      lambda t: _per(t.failure_complex, t.contacts_complex)),
    O("failure_demand_simple", "Failure demand, everybody else", "work", "share of contacts", "lower", "mean",
      "Failure demand among everybody else's contacts.", lambda t: _per(t.failure_simple, t.contacts_simple)),
    O("bespoke", "Bespoke help", "work", "share of people seen", "neither", "mean",
      "Share of people seen who were helped by understanding them rather than by the book.",
      lambda t: _per(t.bespoke, t.served)),
    O("fit", "Fit of response", "work", "0..1", "higher", "mean",
      "Share of choices about how to help that were right for the person helped.", lambda t: _per(t.fit, t.helped)),
    O("continuity", "Continuity", "work", "share", "higher", "mean",
      "Share of contacts, by people who have a worker who knows them there, that were with that worker.",
      lambda t: _per(t.known_met, t.known_possible)),
    O("practice_quality", "Practice quality", "work", "0..1", "higher", "last year",
      "Agreement of what staff would do with what is right in their place for the usual person.",
      lambda t: _per(t.quality, t.practitioners)),
    O("practice_variation", "Variation in practice", "work", "standard deviation", "neither", "last year",
      "Spread of practice quality between members of staff.", _quality_sd),
    O("standard_quality", "Quality of the book", "work", "0..1", "higher", "last year",
      "Agreement of the standard with what is right in the place.",
      lambda t: _per(t.standard_quality, t.practising_organisations)),
    O("hours_on_failure", "Hours spent on failure demand", "work", "share of hours used", "lower", "mean",
      "Share of working hours that failure demand took.", lambda t: _per(t.hours_failure, t.hours_used)),
    # for staff
    O("motivation", "Motivation", "staff", "0..1", "higher", "last year", "Mean intrinsic motivation of staff.",
      lambda t: _per(t.motivation, t.present)),
    O("burnout", "Burnt-out staff", "staff", "share", "lower", "last year", "Share of staff who are burnt out.",
      lambda t: _per(t.burnt_out, t.present)),
    O("leaving", "Staff leaving", "staff", "share a year", "lower", "mean", "Leavers a year for each post filled.",
      lambda t: _per(t.leavers, t.present) / t.tick_weeks * WEEKS_PER_YEAR),
    O("vacancies", "Vacancies", "staff", "share of posts", "lower", "mean", "Posts with nobody in them.",
      lambda t: 1 - _per(t.present, t.posts)),
    O("effort", "Effort", "staff", "share of hours", "higher", "last year",
      "Share of paid hours that serves people rather than itself.", lambda t: _per(t.effort, t.present)),
    O("safety", "Psychological safety", "staff", "0..1", "higher", "last year", "Mean over organisations.",
      lambda t: _per(t.safety, t.organisations)),
    O("errors_reported", "Errors reported", "staff", "share", "neither", "mean",
      "Share of errors that staff report; more reports do not mean more harm.",
      lambda t: _per(t.errors_reported, t.errors_made)),
    # for the system
    O("recorded_performance", "Recorded performance", "system", "share within target", "higher", "mean",
      "Share of people seen within the target wait, as recorded.", _recorded),
    O("true_performance", "True performance", "system", "share within target", "higher", "mean",
      "Share of people who asked and were truly seen within the target wait; those turned away by a raised threshold "
      "count as not seen.", _true),
    O("perceived_performance", "Perceived performance", "system", "share within target", "higher", "mean",
      "What a survey of people finds about the same question.", _perceived),
    O("record_gap", "Recorded minus true", "system", "share", "lower", "mean",
      "How much better the record is than the truth.", lambda t: _recorded(t) - _true(t)),
    O("gaming", "Records doctored", "system", "a year per 10,000 people", "lower", "yearly total",
      "Clocks stopped, people reclassified and records fudged.",
      lambda t: _yearly(t, t.act_stopped_clocks + t.act_reclassified + t.act_fudged), 0),
    O("pressure", "Pressure", "system", "0..1", "neither", "mean", "Pressure from the measured figure.",
      lambda t: _per(t.pressure, t.organisations)),
    O("ties_across", "Ties across boundaries", "system", "a member of staff", "higher", "last year",
      "Trusted ties to colleagues in other organisations.", lambda t: _per(t.ties_across, t.present), 2),
    O("tie_trust", "Trust between staff", "system", "0..1", "higher", "last year", "Mean trust of existing ties.",
      lambda t: _per(t.tie_trust, t.ties)),
    O("cohesion", "Network cohesion", "system", "share of pairs", "higher", "last year",
      "Share of pairs of organisations linked by at least one trusted tie.",
      lambda t: _per(t.linked_pairs, t.possible_pairs)),
    O("leader_mindset", "Leader mindset", "system", "0..1", "neither", "last year",
      "0 solves problems, 1 frames problems and builds the environment.",
      lambda t: _per(t.mindset, t.organisations)),
    O("sackings", "Leaders sacked", "system", "a year per organisation", "neither", "mean",
      "Leaders removed because a target was missed.",
      lambda t: _per(t.sackings, t.organisations) / t.tick_weeks * WEEKS_PER_YEAR),
    O("own_regime", "Places under the regime of the run", "system", "share of places", "neither", "last year",
      "Share of places that are under the regime that the run is named after, whichever they began with.",
      lambda t: t.own_regime / t.places),
    # money
    O("cost", "Total cost", "money", "pounds a person a year", "lower", "yearly total",
      "Staff, conveners, inspection, agency cover and crises.",
      lambda t: _cost(t) / t.people / t.tick_weeks * WEEKS_PER_YEAR, 0),
    O("planned_cost", "Planned budget", "money", "pounds a person a year", "neither", "yearly total",
      "What the regime spends by plan: staff, conveners and inspection. Equal between regimes unless a scenario "
      "says otherwise.",
      lambda t: (t.cost_staff + t.cost_conveners + t.cost_inspection) / t.people / t.tick_weeks * WEEKS_PER_YEAR, 0),
    O("crisis_cost", "Cost of crises", "money", "pounds a person a year", "lower", "yearly total",
      "Hospital cost of crises.", lambda t: t.cost_crises / t.people / t.tick_weeks * WEEKS_PER_YEAR, 0),
    O("activity_cost", "Cost of activity", "money", "pounds a person a year", "lower", "yearly total",
      "Hours worked at the price of staff time, and crises. Its fall is the gross saving; the fall of the total cost "
      "is the net saving.",
      lambda t: (t.hours_used * t.value_hour + t.cost_crises) / t.people / t.tick_weeks * WEEKS_PER_YEAR, 0),
    O("cashable_cost", "Cost that can be withdrawn", "money", "pounds a person a year", "lower", "yearly total",
      "Agency cover, and the share of crisis costs that really stops when a crisis does not happen. Its fall is the "
      "cashable saving.",
      lambda t: (t.cost_agency + t.cashable * t.cost_crises) / t.people / t.tick_weeks * WEEKS_PER_YEAR, 0),
    O("cost_per_resolved", "Cost per resolved need", "money", "pounds", "lower", "mean",
      "Total cost for every need resolved.", lambda t: _per(_cost(t), t.resolved), 0),
    O("failure_cost", "Staff cost of failure demand", "money", "pounds a person a year", "lower", "yearly total",
      "Working hours that failure demand took, at the price of staff time.",
      lambda t: t.hours_failure * t.value_hour / t.people / t.tick_weeks * WEEKS_PER_YEAR, 0),
    O("cost_share_top5", "Cost share of the dearest 5 %", "money", "share", "neither", "last year",
      "Share of last year's cost that fell on the dearest twentieth of people.", lambda t: t.cost_share_top5),
    O("high_users_before", "Recent high users, year before", "money", "pounds a person a year", "neither", "mean",
      "Mean cost, in the year before, of those who were among the dearest 5 % in that year.",
      lambda t: t.high_users_before, 0),
    O("high_users_after", "Recent high users, year after", "money", "pounds a person a year", "neither", "mean",
      "Mean cost, in the year just past, of those who were among the dearest 5 % in the year before.",
      lambda t: t.high_users_after, 0),
    O("high_users_change", "Before and after, recent high users", "money", "share of cost", "neither", "mean",
      "What a naive before-and-after says of the recent high users: the change of their cost from the year for which "
      "they were picked to the next. It falls whatever is done; only a paired difference says what a regime did.",
      lambda t: _per(t.high_users_after, t.high_users_before) - 1),
)

BY_NAME: Mapping[str, Outcome] = {o.name: o for o in OUTCOMES}

HEADLINE = ("recorded_performance", "true_performance", "perceived_performance", "need", "need_complex", "crises",
            "long_waits", "failure_demand", "first_time", "leaving", "cost")
"""The outcomes that a first screen shows, in order."""


def series(totals: Totals) -> dict[str, np.ndarray]:
    """Every outcome of a run: name to array over ticks."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return {o.name: np.asarray(o.formula(totals), float) for o in OUTCOMES}
