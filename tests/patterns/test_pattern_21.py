"""Pattern 21: with every mechanism off that regimes touch, the paired difference is exactly zero.

Tolerance: none. Source: logic.
"""

from tests.patterns.looking import looked_for

test_nothing_differs_where_nothing_reads_a_lever = looked_for(21)
