"""Pattern 7: recorded less perceived is 10-25 points under high stakes and weak audit, within 3 points of zero
without stakes.

Sources: Bevan & Hood 2006, doi:10.1111/j.1467-9299.2006.00600.x.
"""

from tests.patterns.looking import looked_for

test_record_runs_ahead_of_the_survey_under_stakes_only = looked_for(7)
