"""Pattern 16: a worker who has known a person for long: odds of a crisis 0.72-0.9, and fewer repeat contacts.

Sources: Sandvik 2022, doi:10.3399/BJGP.2021.0340; Kajaria-Montag 2023, doi:10.1287/mnsc.2021.02015.
"""

from tests.patterns.looking import looked_for

test_people_known_for_long_have_fewer_crises_and_come_back_less = looked_for(16)
