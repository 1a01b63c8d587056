"""Pattern 15: reports of error correlate with safety above 0, with harm below 0.2 either way.

Sources: Edmondson 1996, doi:10.1177/0021886396321001; Hutchinson 2009, doi:10.1136/qshc.2007.022400.
"""

from tests.patterns.looking import looked_for

test_reports_follow_safety_and_do_not_track_harm = looked_for(15)
