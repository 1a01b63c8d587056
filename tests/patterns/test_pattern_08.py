"""Pattern 8: nine tenths of what counts rises by 3 points or more in year one and then stays within 3 points; other
work is within 3 % of its trend in year one and below it in year three.

Sources: Doran 2011, doi:10.1136/bmj.d3590.
"""

from tests.patterns.looking import looked_for

test_what_counts_jumps_and_stays_and_other_work_falls_behind = looked_for(8)
