"""Pattern 10: more people wait long in year five under trust alone, with failure rewarded, than under sanctioned
targets, with planned budgets within 1 %.

Sources: Bevan & Wilson 2013; Besley 2009.
"""

from tests.patterns.looking import looked_for

test_trust_alone_has_more_long_waits_than_sanctioned_targets = looked_for(10)
