"""A world in which care alone acts: people are put into queues by hand, and chance is taken out of everything else."""

from __future__ import annotations

from collections.abc import Mapping

from simulation.engine import World
from tests.mechanisms.alone import QUEUE_ONLY, alone, blank

CARE = {"hours_per_week": 30.0, "staff_absence": 0.0, "book_hours": 0.55, "bespoke_hours": 1.5, "bespoke_yields": 0.0,
        "bespoke_least": 1 / 3, "reach_hours": 0.1, "absence_hours": 0.275, "absence_levels": 4.0,
        "booking_urgency": 0.0, "booking_follows": 1.0,
        "wait_counts": 2.0, "breach_steepness": 4.0, "listen_floor": 0.4, "listen_known": 1.0,
        "focus_at": 0.5, "known_yields": 0.5, "overheads_most": 0.9, "load_most": 3.0,
        "referral_hours": 0.2, "joint_hours": 0.7, "hospital_hours": 7.0, "strength": 0.95, "rush_loss": 0.4,
        "rush_saving": 0.3, "resolved_below": 0.15, "listen": 0.0, "focus": 0.0, "handoff_kept": 1.0,
        "known_gain": 0.2, "known_loss": 0.12, "known_saving": 0.0, "tie_trusted": 0.25, "tie_gain": 0.06,
        "tie_begins": 0.0, "absence_base": 0.0, "absence_slope": 0.0, "booking_general_practice": 0.0,
        "booking_elsewhere": 0.0, "wait_weight": 0.5, "breach_weight": 1.5, "after_breach": 0.1, "triage_noise": 0.0,
        "trust_gained": 0.03, "trust_lost": 0.006, "stabilised": 0.4, "discharge_referral": 0.0, "load_memory": 4.0,
        "delay_death": 0.0017, "delay_longest": 12.0, "delay_free": 5.0}
BY_THE_BOOK = {"reporting": 0.0, "learning_time": 0.0, "relationship_time": 0.0, "discretion": 0.0, "continuity": 0.0,
               "lead_agency": 0.0, "funding_results": 0.0, "target_wait": 4.0}
BESPOKE = {**BY_THE_BOOK, "discretion": 1.0}


def caring(levers: Mapping[str, float] = BY_THE_BOOK, people: int = 400,
           staff: Mapping[str, float] | None = None, seed: int = 1, tick: str = "1 week",
           **care: float) -> World:
    """Two posts in each organisation unless `staff` says how many for every 10,000 people, by kind."""
    population = {f"staff_{kind}": each for kind, each in (staff or {}).items()}
    return blank(alone("access", "care", people=people, levers=levers, seed=seed, tick=tick,
                       parameters={"access": QUEUE_ONLY, "care": {**CARE, **care}, "population": population,
                                   "money": {"value_hour": 45.0, "crisis_cost": 1500.0}}))


def bits(domain: int, choices: int) -> int:
    """A word with these choices set in one domain."""
    return choices << (10 * domain)
