"""Pattern 12: recorded compliance falls by 2-4 points from a load of 0.88 to 0.92, and by 6-10 by 1, under two regimes.

Sources: Bagust 1999, doi:10.1136/bmj.319.7203.155; NHS Improvement 2017, association only.
"""

from tests.patterns.looking import looked_for

test_nearly_full_services_do_worse_under_any_regime = looked_for(12)
