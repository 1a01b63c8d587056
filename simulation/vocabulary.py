"""The words of the model, each numbered once: domains, organisations, causes of a contact, what came of it.

Kernels use the numbers, everything that people read uses the names.
"""

from __future__ import annotations

DOMAINS = ("physical", "mental", "daily_living", "housing", "money", "connection")
N_DOMAINS = 6

ORGANISATION_KINDS = (
    "general_practice",
    "mental_health",
    "social_care",
    "housing",
    "money_advice",
    "community",
    "hospital",
)
"""One of each in every place, in this order; the first six are at home in the domain of the same position."""
N_KINDS = 7
HOSPITAL = 6
GENERAL_PRACTICE = 0

CHOICES = 10
"""Yes/no choices about how to help, in each domain; six domains fit one 64-bit word."""

# Why a contact happened. The first is value demand, the rest are failure demand.
CAUSES = (
    "new_need",
    "unresolved",
    "bounced",
    "referred_on",
    "chased",
    "relapsed",
    "crisis_of_new_need",
    "crisis_of_unresolved_need",
    "crisis_after_being_turned_away",
)
NEW_NEED = 0
UNRESOLVED = 1
BOUNCED = 2
REFERRED_ON = 3
CHASED = 4
RELAPSED = 5
CRISIS_NEW = 6
CRISIS_UNRESOLVED = 7
CRISIS_TURNED_AWAY = 8
N_CAUSES = 9
VALUE_CAUSES = ("new_need", "crisis_of_new_need")

# What the last contact about a need came to: a person's `last_result`, one for each domain.
RESULTS = ("new", "unresolved", "turned_away", "referred", "resolved")
RESULT_NEW = 0
RESULT_UNRESOLVED = 1
RESULT_TURNED_AWAY = 2
RESULT_REFERRED = 3
RESULT_RESOLVED = 4

# `door`: what stands between a person and an organisation.
NOT_WAITING = -1
"""A door of -1 is free; `door >= 0` waits since that tick; `door <= -2` was turned away until tick `-2 - door`."""
NOBODY = -1
"""No staff member, no organisation, no earlier event."""
