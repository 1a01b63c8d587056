"""The levers of a regime: six questions, twenty-four answers. A regime is a value for each, and nothing else.

Kernels read a place's levers by position (`levers[place, STAKES]`); no code anywhere reads a regime's name.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulation.parameters import Lever

LEVERS: tuple[Lever, ...] = (
    Lever("stakes", "measured", 0.3, "share", 0, 1, ("pressure", "leadership"),
          "What hangs on the measured figure for an organisation and its leader: 0 nothing, 1 money, job and name."),
    Lever("target_wait", "measured", 4, "week", 0.001, 104, ("care", "measurement"),
          "The wait within which a person should be seen; a wait beyond it is a breach."),
    Lever("target_level", "measured", 0.95, "share", 0, 1, ("pressure", "leadership"),
          "The share of people who should be seen within the target wait."),
    Lever("audit", "measured", 0.3, "share", 0, 1, ("measurement", "pressure", "money"),
          "How surely a doctored record is found; inspection is paid for out of the same budget."),
    Lever("publicity", "measured", 0.2, "share", 0, 1, ("pressure",),
          "How visible performance is to peers and public: reputation, without sanction."),
    Lever("reporting", "measured", 0.05, "share", 0, 0.4, ("care",),
          "Share of paid hours spent on collecting and reporting figures."),
    Lever("discretion", "decides", 0.3, "share", 0, 1, ("care", "pressure"),
          "How far the front line decides how to help: the chance that a motivated member of staff may depart "
          "from the book."),
    Lever("retraining", "decides", 0.5, "per year", 0, 12, ("learning",),
          "How often a member of staff is brought back to the book, one choice at a time."),
    Lever("learning_time", "learns", 0.01, "share", 0, 0.3, ("care", "learning"),
          "Share of paid hours protected for trying, observing and reflecting."),
    Lever("feedback_delay", "learns", 8, "week", 0, 104, ("learning",),
          "How long it takes until those who helped see what came of it."),
    Lever("peer_reflection", "learns", 0.2, "share", 0, 1, ("learning", "pressure"),
          "How much colleagues look at each other's work and results."),
    Lever("just_culture", "learns", 0.4, "share", 0, 1, ("pressure",),
          "Response to error: 0 blame, 1 just and curious. Psychological safety follows it."),
    Lever("local_standards", "learns", 0.0, "share", 0, 1, ("learning",),
          "Who revises the standard: 0 the centre, on its slow calendar; 1 the organisation, after its own practice."),
    Lever("relationship_time", "knows whom", 0.01, "share", 0, 0.3, ("care", "relationships"),
          "Share of paid hours for knowing colleagues in other organisations."),
    Lever("conveners", "knows whom", 0.5, "number", 0, 10, ("relationships", "money"),
          "Conveners for every 10,000 people, paid for out of the same budget."),
    Lever("continuity", "knows whom", 0.55, "share", 0, 1, ("care",),
          "How hard services try to give a person the worker who knows them."),
    Lever("lead_agency", "knows whom", 0.0, "share", 0, 1, ("care",),
          "How far joint work runs through one lead organisation (a hub) where no direct tie exists."),
    Lever("promotes_regard", "leads", 0.3, "share", 0, 1, ("leadership",),
          "What promotion rewards: 0 visible problem-solving, 1 the regard of peers."),
    Lever("signals_only", "leads", 0.1, "share", 0, 1, ("leadership",),
          "Reaction rule: 0 leaders answer every figure, 1 only signals by the rules of an XmR chart."),
    Lever("sacking", "leads", 0.3, "per year", 0, 4, ("leadership",),
          "Hazard that a leader who misses the target is removed, at full stakes."),
    Lever("funding_results", "pays", 0.0, "share", 0, 1, ("money", "care"),
          "Share of budgets that follows recorded results; it also makes easy cases pay."),
    Lever("funding_deficits", "pays", 0.1, "share", 0, 1, ("money", "pressure"),
          "Share of budgets that follows deficits and backlogs: failure earns money."),
    Lever("funding_trust", "pays", 0.0, "share", 0, 1, ("money",),
          "Share of budgets that follows honesty: recorded performance that agrees with what people saw. "
          "What is left after results, deficits and trust is block grant."),
    Lever("eligibility", "pays", 0.15, "share", 0, 1, ("access",),
          "Need below which an organisation turns a person away."),
)

LEVER_INDEX: Mapping[str, int] = {lever.name: i for i, lever in enumerate(LEVERS)}
N_LEVERS = len(LEVERS)

(STAKES, TARGET_WAIT, TARGET_LEVEL, AUDIT, PUBLICITY, REPORTING, DISCRETION, RETRAINING, LEARNING_TIME, FEEDBACK_DELAY,
 PEER_REFLECTION, JUST_CULTURE, LOCAL_STANDARDS, RELATIONSHIP_TIME, CONVENERS, CONTINUITY, LEAD_AGENCY, PROMOTES_REGARD,
 SIGNALS_ONLY, SACKING, FUNDING_RESULTS, FUNDING_DEFICITS, FUNDING_TRUST, ELIGIBILITY) = range(N_LEVERS)


def lever_row(values: Mapping[str, float], tick_weeks: float) -> np.ndarray:
    """One place's levers as float64, in the order of `LEVERS`, converted to ticks. Missing levers take the default."""
    return np.array([lever.in_ticks(values.get(lever.name, lever.default), tick_weeks) for lever in LEVERS])
