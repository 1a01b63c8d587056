"""Pattern 9: a withdrawn target takes every record down within a year, at least three times as far as care.

Sources: Minchin 2018, doi:10.1056/NEJMsa1801495.
"""

from tests.patterns.looking import looked_for

test_withdrawal_takes_records_down_three_times_as_far_as_care = looked_for(9)
