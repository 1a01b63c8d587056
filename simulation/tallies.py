"""What is counted in every tick and place: the raw material of every outcome, one column each.

Kernels add to `tally[place, NAME]`; the engine sums places in a fixed order, so that totals do not depend on threads.
Counting never changes what happens.
"""

from __future__ import annotations

# ruff: noqa: E501  (one tally a line would hide the groups)
(
    # people, after the need mechanism of the tick
    NEED, NEED_COMPLEX, NEED_DEPRIVED, NEED_AFFLUENT, IN_NEED, TRUST, CRISES, CRISES_COMPLEX, CRISES_ACUTE, DEATHS,
    DELAY_DEATHS, ONSETS,
    # contacts by true cause (order of vocabulary.CAUSES), then by group and as coded by staff
    CONTACT_NEW, CONTACT_UNRESOLVED, CONTACT_BOUNCED, CONTACT_REFERRED, CONTACT_CHASED, CONTACT_RELAPSED,
    CONTACT_CRISIS_NEW,
    CONTACT_CRISIS_UNRESOLVED, CONTACT_CRISIS_TURNED_AWAY,
    CONTACTS_COMPLEX, FAILURE_COMPLEX, CONTACTS_SIMPLE, FAILURE_SIMPLE, CODED_CONTACTS, CODED_FAILURE,
    # access and care
    TURNED_AWAY, DEFLECTED, WRONG_DOOR, RENEGED, NOT_ATTENDED, SERVED, FIRST_CONTACTS, FIRST_RESOLVED, RESOLVED,
    RESOLVED_CONTACTS, BESPOKE, BESPOKE_COMPLEX, SERVED_COMPLEX, HELPED, FIT, KNOWN_POSSIBLE, KNOWN_MET, JOINT,
    REFERRALS,
    HANDOFF_LOSSES, DISCOVERED, WAIT, WAITING, WAITING_LONG, HOSPITAL_SERVED, HOSPITAL_WAIT,
    HOSPITAL_WAITING,
    # recorded, true, perceived
    TRUE_N, TRUE_MET, RECORDED_N, RECORDED_MET, SURVEYED, SURVEYED_MET, ACT_STOPPED_CLOCKS, ACT_RECLASSIFIED,
    ACT_FUDGED,
    ACT_TURNED_AWAY, ACTS_FOUND,
    # hours
    HOURS_PAID, HOURS_AVAILABLE, HOURS_USED, HOURS_REPORTING, HOURS_LEARNING, HOURS_RELATING, HOURS_WASTED,
    HOURS_FAILURE,
    # staff present, at the end of the tick; practitioners are those at home in a domain
    POSTS, PRESENT, PRACTITIONERS, MOTIVATION, BURNOUT, BURNT_OUT, EFFORT, LEAVERS, QUALITY, QUALITY_SQUARED,
    STANDARD_QUALITY, SUCCESS,
    TIES, TIES_ACROSS, TIE_TRUST, LINKED_PAIRS, POSSIBLE_PAIRS, INTRODUCTIONS,
    # organisations, at the end of the tick
    ORGANISATIONS, PRACTISING_ORGANISATIONS, PRESSURE, SAFETY, GAMING, RUSH, LOAD, MINDSET, FIXES, SACKINGS,
    SUCCESSIONS,
    # learning
    TRIALS, TRIALS_KEPT, TRIALS_RIGHT, COPIES, RETRAINED, ERRORS_MADE, ERRORS_REPORTED,
    # money, pounds
    COST_STAFF, COST_CONVENERS, COST_INSPECTION, COST_CRISES, COST_AGENCY,
    # places under the regime of the run
    OWN_REGIME,
) = range(115)
NAMES = tuple(name.lower() for name, value in list(vars().items()) if name.isupper() and isinstance(value, int))
N_TALLIES = len(NAMES)

N_WAIT_BINS = 53
"""Bins of the wait histogram, one tick wide; the last holds every longer wait."""
