"""The schema of everybody's state: one typed column an attribute, declared once.

Population building, Mesa views, pickling, memory figures and documents read these declarations. A row is an agent.
Rows of one place are contiguous in every family; `engine.World` holds the offsets.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np

from simulation.vocabulary import N_DOMAINS, N_KINDS

MAX_TIES = 12
"""Ties a member of staff can hold."""
FIGURES_KEPT = 24
"""Monthly figures an organisation's leader can look back on: two years, enough for XmR limits."""


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of one family of agents.

    `width` 0 is a plain column of shape (rows,); `width` w > 0 is w columns, shape (w, rows), so that one domain of
    everybody is contiguous. `per_row` > 0 is shape (rows, per_row): what belongs to one row lies together.
    """

    name: str
    dtype: type
    meaning: str
    width: int = 0
    per_row: int = 0
    initial: float = 0

    def allocate(self, rows: int) -> np.ndarray:
        shape: tuple[int, ...] = (rows,)
        if self.width:
            shape = (self.width, rows)
        elif self.per_row:
            shape = (rows, self.per_row)
        if self.initial == 0:
            return np.zeros(shape, self.dtype)
        return np.full(shape, self.initial, self.dtype)


f4, f8, i1, i4, u1, u8 = np.float32, np.float64, np.int8, np.int32, np.uint8, np.uint64

PERSON = (
    Column("need", f4, "Unmet need by domain, 0 none to 1 as bad as it gets", width=N_DOMAINS),
    Column("frailty", f4, "Multiplies the hazard of new need; mean 1, heavy-tailed"),
    Column("complexity", f4, "How far this life departs from the common case, 0..1"),
    Column("quintile", u1, "Deprivation quintile of the home address, 1 most deprived to 5 least"),
    Column("exceptions", u8, "Choices for which the usual right answer is wrong for this person (60 bits)"),
    Column("known", u8, "Exceptions that services have understood (60 bits)"),
    Column("known_by", i4, "Staff row of the worker who knows the person best, -1 nobody", initial=-1),
    Column("known_strength", f4, "How well that worker knows the person, 0..1"),
    Column("trust", f4, "Trust in services, 0..1"),
    Column("door", i4, "By organisation kind: >= 0 waiting since that tick, -1 free, <= -2 turned away until -2 - door",
           width=N_KINDS, initial=-1),
    Column("last_result", u1, "By domain: what the last contact came to (vocabulary.RESULTS)", width=N_DOMAINS),
    Column("attempts", u1, "By domain: contacts since the need was new", width=N_DOMAINS),
    Column("cost_year", f4, "Pounds spent on this person since the last anniversary"),
    Column("visits_year", u1, "Hospital visits since the last anniversary, 255 at most"),
    Column("was_costly", u1, "1 if among the dearest 5 % in the year before"),
)

STAFF = (
    Column("organisation", i4, "Organisation row", initial=-1),
    Column("practice", u8, "Own choices on how to help, 60 bits"),
    Column("motivation", f4, "Intrinsic motivation, 0..1"),
    Column("burnout", f4, "Exhaustion, 0..1; burnt out above the threshold of the pressure table"),
    Column("self_interest", f4, "0 knight to 1 knave, drawn once"),
    Column("solver", f4, "Problem-solver trait: 1 solves problems for others, 0 frames them"),
    Column("effort", f4, "Share of paid hours that serves people, 0..1.2"),
    Column("success", f4, "Running mean of the results seen in own cases, 0..1"),
    Column("visible_fixes", f4, "Recent visible problem-solving, decaying"),
    Column("trial_choice", i1, "Choice under trial in the home domain, -1 none", initial=-1),
    Column("trial_sum", f4, "Sum of results seen under the trial"),
    Column("trial_cases", f4, "Cases seen under the trial"),
    Column("usual_sum", f4, "Decaying sum of results under the usual practice"),
    Column("usual_cases", f4, "Decaying count of cases under the usual practice"),
    Column("trial_since", i4, "Tick at which the trial began", initial=-1),
    Column("vacant_until", i4, "Tick until which the post is vacant; filled when the tick has come"),
    Column("hours_left", f4, "Hours left this tick; negative is owed to the next"),
    Column("hours_given", f4, "Hours at work this tick"),
    Column("joined", i4, "Tick at which the present holder joined"),
    Column("tie", i4, "Staff rows of up to 12 colleagues, -1 empty", per_row=MAX_TIES, initial=-1),
    Column("tie_trust", f4, "Trust in each of those ties, 0..1", per_row=MAX_TIES),
)

ORGANISATION = (
    Column("kind", u1, "Position in vocabulary.ORGANISATION_KINDS"),
    Column("standard", u8, "The book: standard practice, 60 bits"),
    Column("pressure", f8, "Pressure from the measured figure, 0..1"),
    Column("safety", f8, "Psychological safety, 0..1"),
    Column("threshold_raise", f8, "Eligibility raised above the regime's lever, under pressure, 0..1"),
    Column("rush", f8, "How far contacts are cut short, 0..1"),
    Column("slack", f8, "Share of hours not yet turned to use, 0..1"),
    Column("gaming", f8, "Inclination to doctor the record, 0..1"),
    Column("funding", f8, "Budget relative to the planned budget, about 1"),
    Column("recorded", f8, "Recorded performance, running, 0..1"),
    Column("true_performance", f8, "True performance, running, 0..1"),
    Column("perceived", f8, "Performance as surveyed people saw it, running, 0..1"),
    Column("load", f8, "Hours wanted relative to hours there are, running"),
    Column("waiting", f8, "People waiting at the end of the tick"),
    Column("not_reached", f8, "People due to be seen in this tick whom the hours did not reach"),
    Column("recorded_n", f8, "Records of this tick that count"),
    Column("joint_met", f8, "People who waited here and were helped jointly elsewhere within the target, this tick"),
    Column("recorded_met", f8, "Records of this tick within target"),
    Column("true_n", f8, "People of this tick who should have been seen"),
    Column("true_met", f8, "People of this tick truly seen within target"),
    Column("recorded_weight", f8, "Records behind the running recorded figure, faded"),
    Column("true_weight", f8, "People behind the running true figure, faded"),
    Column("perceived_weight", f8, "Answers behind the running perceived figure, faded"),
    Column("surveyed", f8, "People surveyed this tick"),
    Column("surveyed_met", f8, "Surveyed people who say they were seen in time"),
    Column("figures", f8, "Last monthly recorded figures, oldest first", per_row=FIGURES_KEPT, initial=float("nan")),
    Column("figures_known", i4, "How many figures are there"),
    Column("referred_to", f4, "Referrals to each kind of organisation, decaying count", per_row=N_KINDS),
    Column("mindset", f8, "Leader: 0 solves problems, 1 frames them and builds the environment"),
    Column("belief", u8, "Leader: own belief about practice, 60 bits"),
    Column("leader_since", i4, "Leader: tick of appointment"),
    Column("leader_from", i4, "Leader: staff row of the post held before, -1 appointed from outside", initial=-1),
    Column("admin_hours", f8, "Hours already taken by refusals, chasing and doctoring, to be found this tick"),
    Column("next_staff", i4, "Staff row whose turn is next"),
)

CONVENER = (
    Column("place", i4, "Place row", initial=-1),
    Column("landscape", f4, "How well the convener knows who is who, 0..1"),
    Column("introductions", i4, "Introductions made"),
    Column("active", u1, "1 while the post is funded"),
)

PLACE = (
    Column("truth", u8, "What is right here for the usual person, 60 bits"),
    Column("regime", i4, "Row of the regime in force among the scenario's regimes"),
    Column("recorded_memory", f8, "Commissioner: recorded performance at the last review"),
    Column("regime_since", i4, "Tick at which the regime in force began"),
)

FAMILIES = {"person": PERSON, "staff": STAFF, "organisation": ORGANISATION, "convener": CONVENER, "place": PLACE}


def _names(columns: tuple[Column, ...]) -> list[str]:
    return [column.name for column in columns]


# What kernels receive: one named tuple of arrays a family, so that a rule's loop says `person.need`, `staff.effort`.
PersonColumns = namedtuple("PersonColumns", _names(PERSON))
StaffColumns = namedtuple("StaffColumns", _names(STAFF))
OrganisationColumns = namedtuple("OrganisationColumns", _names(ORGANISATION))
ConvenerColumns = namedtuple("ConvenerColumns", _names(CONVENER))
PlaceColumns = namedtuple("PlaceColumns", _names(PLACE))
TUPLES = {"person": PersonColumns, "staff": StaffColumns, "organisation": OrganisationColumns,
          "convener": ConvenerColumns, "place": PlaceColumns}


def allocate(family: str, rows: int) -> tuple:
    """Fresh columns of one family with every attribute at its initial value."""
    return TUPLES[family](*(column.allocate(rows) for column in FAMILIES[family]))
