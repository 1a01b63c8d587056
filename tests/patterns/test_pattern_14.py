"""Pattern 14: variance 1.9-2.1 times as large where every figure of a stable process is answered; signals answered
beat nobody under drift.

Sources: Deming's funnel, 2 / (2 - adjustment).
"""

from tests.patterns.looking import looked_for

test_answering_noise_doubles_variance_and_answering_signals_beats_nothing = looked_for(14)
