"""Pattern 18: well-linked networks win early and lose late; groups with a tenth of links across are best in the end.

Direction only. Sources: Lazer & Friedman 2007, doi:10.2189/asqu.52.4.667; Fang, Lee & Schilling 2010,
doi:10.1287/orsc.1090.0468.
"""

from tests.patterns.looking import looked_for

test_efficient_networks_lose_late_and_some_links_across_are_best = looked_for(18)
