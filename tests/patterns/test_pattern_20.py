"""Pattern 20: no pilot is left in year five, although need would have been lower had all places been pilots.

A hypothesis of the source texts; fading of improvements: Maher 2010.
"""

from tests.patterns.looking import looked_for

test_pilots_judged_by_the_record_die_out = looked_for(20)
