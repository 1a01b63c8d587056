"""Pattern 5: recorded compliance rises by at least ten points within three years, from 79-89 %, and the tail is cut.

Sources: Mason 2012, doi:10.1016/j.annemergmed.2011.08.017; Propper 2008, doi:10.2202/1935-1682.1863.
"""

from tests.patterns.looking import looked_for

test_targets_raise_compliance_and_cut_the_tail = looked_for(5)
