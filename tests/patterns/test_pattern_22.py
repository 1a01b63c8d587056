"""Pattern 22: emergency use -5 to +10 % in year two and -14 to 0 % in year five, and more that is believable.

Staff leaving within 10 %, failure demand 0 to 20 % less. Sources: Stokes 2015 (36 studies: no effect on cost or use);
North East Hampshire; Frome; Moscelli & Sayli (leaving).
"""

from tests.patterns.looking import looked_for

test_sizes_are_believable = looked_for(22)
