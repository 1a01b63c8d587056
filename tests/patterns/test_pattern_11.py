"""Pattern 11: each of two regimes wins on real harm in its own world; the second loses with low trust or in haste.

Direction only. Sources: Gruber 2023, doi:10.1162/rest_a_01044; the source texts' own claim.
"""

from tests.patterns.looking import looked_for

test_each_regime_wins_in_its_own_world_and_loses_where_it_should = looked_for(11)
