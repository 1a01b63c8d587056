"""Pattern 19: mindset falls by 0.1 in ten years of visible fixes, and less than half is made up three years after.

Source: a hypothesis of the source texts, untested; the limits are ours.
"""

from tests.patterns.looking import looked_for

test_promotion_of_heroes_makes_heroic_leaders = looked_for(19)
