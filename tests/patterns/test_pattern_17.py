"""Pattern 17: conveners cut: within a point at first; a tenth of ties gone in year two; a point more failure later.

Failure demand is that of the fifth year. Source: the source texts' own claim, with no measured effect; limits are ours.
"""

from simulation.patterns.showing import FULL_SEEDS
from tests.patterns.looking import looked_for

# About nine worlds in ten show it, which ten seeds cannot tell from fewer.
test_cutting_conveners_shows_late = looked_for(17, FULL_SEEDS[:20])
