"""What is believable for each parameter: a lowest and a highest value, and why; for the analysis of sensitivity.

The accepted range of a parameter only keeps out nonsense. The believable range says how far an informed reader could
move it without being laughed at. `REASONS` holds what the evidence or a stated reason gives; everywhere else a rule
makes the range from default, unit and grade (`RULE`). Ranges are about facts: a lever is a choice and has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulation.parameters import Grade, Parameter
from simulation.vocabulary import DOMAINS, ORGANISATION_KINDS

Basis = Literal["evidence", "reason", "rule", "convention"]
"""Where a believable range comes from: a publication or the review of the evidence; a stated reason; the rule; or
nowhere, because the parameter says how something is counted or begun and nobody can be wrong about it."""

FACTORS: Mapping[Grade, float] = {"judgement": 2.0, "associated": 1.5, "measured": 1.2}
"""The rule's factor: so many times less to so many times more."""
RULE = (
    "From half to double for a judgement, from two thirds to one and a half times for an association, from five sixths "
    "to six fifths for a measurement. Of a share the odds are taken so many times, so that it stays a share. Where the "
    "accepted range spans zero the believable one does, too: it begins at minus half of the default. A default of 0, "
    "and a share of 1, may move by a tenth of the accepted range. No believable range leaves the accepted one.")
"""The rule in words, for the documents."""


@dataclass(frozen=True, slots=True)
class Believable:
    """The believable range of one parameter, in its unit.

    Attributes:
        low, high: inclusive, inside the accepted range; equal where nothing is uncertain.
        basis: see `Basis`.
        why: one sentence; under the rule, what it did.
    """

    low: float
    high: float
    basis: Basis
    why: str

    @property
    def uncertain(self) -> bool:
        return self.low < self.high


@dataclass(frozen=True, slots=True)
class Ends:
    """A range with two ends of its own, in the unit of the parameter."""

    low: float
    high: float
    basis: Basis
    why: str


@dataclass(frozen=True, slots=True)
class Times:
    """So many times less to so many times more than the default, whatever it is: for numbers that were set together."""

    factor: float
    basis: Basis
    why: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """Not a fact about the world but a way of counting or beginning: it stays at its default."""

    why: str


_SET_TOGETHER = ("Hours and demand were set together so that contacts come near 10 a person a year: a quarter more or "
                 "less of one alone is still an ordinary town, half or double is not")
_MOTIVE = "No size is known and the direction is contested: the range spans zero, its ends are ours"

REASONS: Mapping[tuple[str, str], Ends | Times | Fixed] = {
    # from the review of the evidence, or from the figures that the source of the parameter gives
    ("population", "frailty_spread"): Times(
        1.2, "reason", "With others that make the tail it must give the dearest 5 % about half of the cost"),
    ("population", "complexity_mean"): Ends(
        0.2, 0.36, "evidence", "27.2 % of adults; four or more conditions in 16 % (least deprived) to 28 % (most)"),
    ("population", "deprivation_frailty"): Ends(
        0.1, 0.4, "evidence", "28 % against 16 % is 27 % above the middle, if frailty follows the conditions"),
    ("population", "continuity_start"): Ends(0.4, 0.7, "evidence", "Review: 0.40 to 0.70"),
    ("population", "burnout_start"): Ends(
        0.36, 0.48, "evidence", "Burnt out 30 to 34 % between years (NHS Staff Survey)"),
    ("need", "acute"): Ends(
        0.08, 0.24, "evidence", "Four crises in five, of between 820 admissions and 2,900 attendances a year"),
    ("need", "community"): Ends(
        0, 0.8, "evidence", "From nothing to twice what one practice that chose itself suggests"),
    ("access", "wrong_door"): Ends(
        0.04, 0.17, "evidence", "At most all of the 17 % of contacts resolved wrongly at first"),
    ("care", "bespoke_hours"): Ends(
        0.8, 3.5, "evidence", "Caseloads of 5-12 against 20-60, each varied alone: 2.5 to 7.5 times the time a person"),
    ("care", "handoff_kept"): Ends(0.2, 0.9, "evidence", "Review: 0.20 to 0.90"),
    ("care", "known_saving"): Ends(0, 0.18, "evidence", "Review: 0 to 18 %"),
    ("care", "absence_base"): Ends(0.015, 0.025, "evidence", "1.9 % nationally; practices differ"),
    ("care", "absence_slope"): Ends(
        0.045, 0.09, "evidence", "8.2 to 8.9 % beyond a week and 6.4 to 7.6 % of outpatients, less the base"),
    ("care", "booking_general_practice"): Times(
        1.3, "evidence", "Such that all needs together wait about 0.9 weeks, part of it chosen by people"),
    ("care", "delay_death"): Ends(
        0.0004, 0.0022, "evidence", "Hardly more than one death in 82; the critique explains much of it by acuity"),
    ("measurement", "coded_missed"): Ends(
        0.2, 0.7, "evidence", "19 to 27 % are coded where advocates count 40 to 80 %"),
    ("measurement", "report_base"): Ends(
        0, 0.5, "evidence", "Review: 0.20 to 0.80 of errors reported, safety included"),
    ("measurement", "report_safety"): Ends(
        -0.09, 0.8, "evidence", "Review: safety multiplies reports by 0.8 to 3; the studies contradict each other"),
    ("pressure", "slack_used"): Ends(
        0.5, 1, "reason", "Sanctioned targets raised effort; how nearly to the full is not known"),
    ("pressure", "gaming_slope"): Ends(
        0, 1.8, "evidence", "Review: 0 to 0.30 of figures gamed under high stakes; one study of all trusts found none"),
    ("pressure", "crowding"): Ends(
        -0.05, 0.2, "evidence", "Contested: from a small positive effect of pay to about twice the default"),
    ("pressure", "pressure_burnout"): Ends(
        -0.05, 0.3, "evidence", "Association, cause not shown: the review asks that an effect of zero be tried"),
    ("pressure", "load_burnout"): Ends(
        0, 0.55, "evidence", "Association, cause not shown: the review asks that an effect of zero be tried"),
    ("pressure", "leave"): Ends(0.05, 0.12, "evidence", "Nurse leavers 8.8 to 11.5 % a year, the burnt out among them"),
    ("pressure", "leave_burnout"): Ends(
        0.2, 2.1, "evidence", "At most all of an odds ratio of 3.10, which is of intention"),
    ("pressure", "vacancy"): Ends(5, 16, "evidence", "15 weeks a post in adult social care; elsewhere shorter"),
    ("learning", "trial_length"): Ends(2, 26, "evidence", "Review: 2 to 26 weeks"),
    ("learning", "fading"): Ends(0.12, 0.96, "evidence", "Review: 0.01 to 0.08 a month"),
    ("learning", "background"): Ends(0, 0.05, "evidence", "Review: 0 to 5 % a year"),
    ("leadership", "tenure"): Ends(0.12, 0.6, "evidence", "Review: 0.12 to 0.60 a year"),
    ("spread", "adoption"): Ends(0.1, 0.6, "evidence", "Review: 0.1 to 0.6 a year"),
    ("spread", "fidelity"): Ends(0.05, 0.9, "evidence", "Review: 0.05 to 0.90"),
    ("money", "value_hour"): Ends(
        35, 60, "evidence", "£43 to £50 an hour at 2013-14 prices; later prices, other staff"),
    ("money", "crisis_cost"): Ends(
        800, 2500, "evidence", "About £1,000 at the prices of the sources, more at later ones"),
    # for a reason that is not a publication
    ("pressure", "autonomy"): Ends(-0.05, 0.35, "reason", _MOTIVE),
    ("pressure", "competence"): Ends(-0.05, 0.5, "reason", _MOTIVE),
    ("pressure", "relatedness"): Ends(-0.05, 0.2, "reason", _MOTIVE),
    ("pressure", "motivation_base"): Times(1.25, "reason", "Sets the mean, which surveys put near 0.6"),
    ("pressure", "burnout_level"): Times(
        1.15, "reason", "Together with the limit of burnout it sets the share, 30 to 34 %"),
    ("pressure", "burnt_out"): Times(1.15, "reason", "Together with the ordinary level it sets the share, 30 to 34 %"),
    ("pressure", "usual_load"): Ends(0.75, 0.95, "reason", "A point of reference: about where hours are well used"),
    ("pressure", "usual_motivation"): Ends(0.5, 0.7, "reason", "A point of reference: about the mean of surveys"),
    ("pressure", "usual_safety"): Ends(0.4, 0.6, "reason", "A point of reference: about the middle of the scale"),
    ("pressure", "load_most"): Ends(
        1.5, 4, "reason", "Above a week and a half's work in a week: lower, it would hide overload"),
    ("care", "load_most"): Ends(
        1.5, 6, "reason", "Above a week and a half's work in a week: lower, it would hide overload"),
    ("pressure", "rush_load"): Ends(0.8, 1.1, "reason", "Rush begins about where work and hours are equal"),
    ("population", "book_quality"): Ends(
        0.9, 0.99, "reason", "Standards rest on evidence of what works on average"),
    ("population", "trust_start"): Ends(0.45, 0.75, "reason", "Public trust in local services is moderate to high"),
    ("population", "motivation_start"): Ends(
        0.5, 0.7, "reason", "About 7 of 10 in surveys, on a scale that is not ours"),
    ("population", "mindset_start"): Ends(
        0.1, 0.5, "reason", "From the 6 % of board charts that show chance to an even split"),
    ("care", "strength"): Ends(
        0.8, 1, "reason", "What fits wholly removes most of a need, or it would not be said to fit"),
    ("care", "booking_follows"): Ends(0.5, 1, "reason", "From half to all of what the load would make of a calendar"),
    ("care", "hours_per_week"): Ends(26, 34, "reason", "37.5 hours less leave, travel and records"),
    ("money", "inspection"): Ends(
        0.005, 0.03, "reason", "National inspection costs well under 1 %; hosting it costs more"),
    # hours and demand, which were set together
    **{("population", f"staff_{kind}"): Times(1.25, "reason", _SET_TOGETHER) for kind in ORGANISATION_KINDS},
    **{("need", f"onset_{domain}"): Times(1.25, "reason", _SET_TOGETHER) for domain in DOMAINS},
    ("access", "seek"): Times(1.5, "reason", _SET_TOGETHER),
    ("care", "book_hours"): Times(1.25, "reason", _SET_TOGETHER),
    ("care", "hospital_hours"): Times(1.25, "reason", _SET_TOGETHER),
    # how something is counted, or how a world begins
    ("population", "long_wait"): Fixed("What counts as long is a choice"),
    ("population", "burn_in"): Fixed("How a world begins"),
    **{("population", name): Fixed("How a world begins; the burn-in makes it forget")
       for name in ("need_start", "need_start_least", "need_start_spread", "load_start", "performance_start")},
    ("measurement", "hospital_counts"): Fixed("What a target covers is said by the scenario"),
    ("measurement", "survey_share"): Fixed("How many people are asked is a choice"),
    ("leadership", "figure"): Fixed("Figures are published monthly"),
    ("money", "quarter"): Fixed("Budgets are reviewed by the quarter"),
    ("spread", "review"): Fixed("Plans are annual"),
}
"""What is known about the believable range of single parameters. A test keeps each around its default and inside the
accepted range."""

ORDINARY: Mapping[str, tuple[float, float, str]] = {
    "contacts": (40_000, 160_000, "About 10 contacts a person a year (King's Fund 2023/24); from four to sixteen"),
    "crises": (800, 3_000, "Between emergency admissions and attendances (NHS Providers 2023-24)"),
    "leaving": (0.06, 0.16, "Nurse leavers 8.8 to 11.5 % a year; two thirds to one and a half times"),
    "burnout": (0.2, 0.5, "A third burnt out in surveys; from a fifth to a half"),
    "failure_demand": (0.15, 0.6, "Between the lowest and the highest counts of anybody but advocates"),
    "recorded_performance": (0.6, 1.0, "Worse than three in five on time has not been recorded for long"),
}
"""What a town looks like that nobody would find strange: lowest and highest value of an outcome over a run, and why.

The tolerances are ours. A world in which every parameter by itself is believable need not look like this."""


def ordinary(summary: Mapping[str, float]) -> bool:
    """Whether a run looks like an ordinary town; a value that is missing does not."""
    return all(low <= summary.get(name, float("nan")) <= high for name, (low, high, _) in ORDINARY.items())


def believable(table: str, parameter: Parameter) -> Believable:
    """The believable range of a parameter of this table: from `REASONS`, else by the rule."""
    reason = REASONS.get((table, parameter.name))
    if isinstance(reason, Fixed):
        return Believable(parameter.default, parameter.default, "convention", reason.why)
    if isinstance(reason, Ends):
        return Believable(reason.low, reason.high, reason.basis, reason.why)
    if isinstance(reason, Times):
        low, high, done = _times(parameter, reason.factor)
        return Believable(low, high, reason.basis, f"{reason.why}: {done}")
    low, high, done = _times(parameter, FACTORS[parameter.grade])
    return Believable(low, high, "rule", done[0].upper() + done[1:])


def _times(parameter: Parameter, factor: float) -> tuple[float, float, str]:
    """Low, high and in words what was done: the rule with this factor."""
    default = parameter.default
    is_share = parameter.unit == "share"
    if default == 0 or (is_share and default == 1):
        away = 0.1 * (parameter.high - parameter.low)
        ends, done = (default - away, default + away), "a tenth of the accepted range"
    elif is_share and 0 < default < 1:
        odds = default / (1 - default)
        ends = tuple(o / (1 + o) for o in (odds / factor, odds * factor))
        done = f"odds {factor:g} times less to {factor:g} times more"
    elif parameter.low < 0 < parameter.high:
        ends, done = (-default / 2, default * factor), f"from minus half of the default to {factor:g} times it"
    else:
        ends, done = (default / factor, default * factor), f"{factor:g} times less to {factor:g} times more"
    return max(parameter.low, min(ends)), min(parameter.high, max(ends)), done
