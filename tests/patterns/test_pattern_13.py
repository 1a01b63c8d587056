"""Pattern 13: after a change to learning failure demand rises by half a point or more, and later falls as far below.

Emergency use: within 5 % in year one, at least 2 % lower in year six (our limits). Sources: North East Hampshire and
Mid-Nottinghamshire evaluations, 2-6 years.
"""

from tests.patterns.looking import looked_for

test_learning_is_worse_before_better = looked_for(13)
