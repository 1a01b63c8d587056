"""What the model is held against: the patterns that it must show, and the causes that are claimed, with their strength.

Numbers and tolerances are those of the specification. Patterns to calibrate to and patterns to test are kept apart, so
that nothing is tuned and tested on the same number. Whether a pattern is reached is not said here: tests say that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Use = Literal["calibrate", "test", "output"]
Strength = Literal["moderate", "weak to moderate", "weak", "mixed", "contested", "untested"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern.

    Attributes:
        number: as in the specification; tests name it in their docstring ("Pattern 8: ...").
        shows: what must be seen, with its tolerance.
        use: `calibrate` (parameters are set to meet it), `test` (never tuned to), `output` (reported, not required).
        sources: where it was seen; DOIs as `doi:10...`.
    """

    number: int
    shows: str
    use: Use
    sources: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One chain of causes that advocates claim, how well it is supported, and where it is in the model."""

    name: str
    chain: str
    strength: Strength
    evidence: str
    mechanisms: tuple[str, ...]


P = Pattern

PATTERNS: tuple[Pattern, ...] = (
    P(1, "The dearest 5 % of people carry about 50 % of the cost (45-55 %); 25-50 % of them are among the dearest "
      "the year after", "calibrate",
      "Health Foundation 2019 (England 2014/15); persistence 29 %: ADC 2022"),
    P(2, "Attendance: once 70-77 % of attenders; three times or more 8-11 % of people and 24-30 % of visits",
      "calibrate",
      "Greenfield 2020, doi:10.1136/emermed-2018-208189"),
    P(3, "Staff leaving 8-12 % a year; burnt out about a third; continuity about 0.55-0.6 at the start", "calibrate",
      "Parliamentary answers 2019-24; NHS Staff Survey 2022-24; Barker 2017, doi:10.1136/bmj.j84"),
    P(4, "True failure demand about 0.15 of contacts for simple need, 0.2-0.8 for complex, 0.2-0.5 overall under "
      "ordinary targets", "calibrate",
      "Walley 2021; general practice 19-27 %; advocates 40-80 %"),
    P(5, "Sanctioned targets raise recorded compliance by at least 10 points within three years from about 84 % "
      "and cut the tail of waits; the mean stay may not fall", "test",
      "Mason 2012, doi:10.1016/j.annemergmed.2011.08.017; Propper 2008, doi:10.2202/1935-1682.1863"),
    P(6, "The hazard of being admitted peaks at the target and follows when the target moves; last 20 minutes "
      "before four hours: 3-6 % of all off, 7-10 % on (20-minute ticks)", "test",
      "Dimakou 2009, doi:10.1007/s10729-008-9069-4; Locker & Mason 2005, doi:10.1136/bmj.38440.588449.AE; Mason "
      "2012, doi:10.1016/j.annemergmed.2011.08.017"),
    P(7, "Recorded less perceived compliance is 10-25 points under high stakes and weak audit, near zero without "
      "stakes", "test",
      "Bevan & Hood 2006, doi:10.1111/j.1467-9299.2006.00600.x"),
    P(8, "Incentivised work jumps, then plateaus; other work is near its trend in year one and below it by year "
      "three", "test",
      "Doran 2011, doi:10.1136/bmj.d3590"),
    P(9, "After a target is withdrawn the recorded indicator falls within a year, and records fall at least three "
      "times as much as care", "test",
      "Minchin 2018, doi:10.1056/NEJMsa1801495"),
    P(10, "Trust alone, with failure rewarded, has longer long waits than sanctioned targets on equal money "
      "within five years", "test",
      "Bevan & Wilson 2013; Besley 2009"),
    P(11, "Targets win on real harm in an urgent, single-need, slack world with an honest clock; trust and "
      "learning win where needs are linked, context matters and the horizon is long, and lose with low trust, "
      "high turnover or a short horizon", "test",
      "Gruber 2023, doi:10.1162/rest_a_01044; the source texts' own claim"),
    P(12, "Both fail at saturation: compliance falls 2-4 points over 88-92 % occupancy and 6-10 by 100 %", "test",
      "Bagust 1999, doi:10.1136/bmj.319.7203.155; NHS Improvement 2017, association only"),
    P(13, "Learning is worse before better; effects are small in year one", "test",
      "North East Hampshire and Mid-Nottinghamshire evaluations, 2-6 years"),
    P(14, "Tampering: variance ratio 1.9-2.1 where every move is answered in a stable process; moderate "
      "adjustment beats none under drift", "test",
      "Deming's funnel; arithmetic, 2 / (2 - adjustment)"),
    P(15, "Reports of error rise with safety and do not track harm (absolute correlation below 0.2)", "test",
      "Edmondson 1996, doi:10.1177/0021886396321001; Hutchinson 2009, doi:10.1136/qshc.2007.022400"),
    P(16, "A long-known worker lowers the odds of a crisis (0.72-0.9) and repeat contacts", "test",
      "Sandvik 2022, doi:10.3399/BJGP.2021.0340; Kajaria-Montag 2023, doi:10.1287/mnsc.2021.02015"),
    P(17, "Conveners cut: nothing to be seen at first; ties across boundaries, then failure demand, follow over a "
      "year or more", "test",
      "The source texts' own claim; no measured effect"),
    P(18, "Efficient networks win early and lose late; moderate cross-links are best", "test",
      "Lazer & Friedman 2007, doi:10.2189/asqu.52.4.667; Fang, Lee & Schilling 2010, doi:10.1287/orsc.1090.0468"),
    P(19, "Promotion of heroes makes heroic leaders: mindset falls over generations where visible fixes are "
      "rewarded, and recovers slowly", "test",
      "A hypothesis of the source texts, untested"),
    P(20, "Pilots that are judged by recorded short-run figures die out even where they do better on real need", "test",
      "A hypothesis of the source texts; fading: Maher 2010"),
    P(21, "With every mechanism off that regimes touch, the paired difference is exactly zero", "test",
      "Logic"),
    P(22, "Believable sizes: trust and learning change emergency use by -5 to +10 % in year two and -14 to 0 % by "
      "year five or six, staff leaving by a few per cent, failure demand by about 5-20 %", "test",
      "Stokes 2015 (36 studies: no effect on cost or use); North East Hampshire; Frome"),
    P(23, "National saving of trust and learning: an interval, set against a claimed £22bn that nothing here "
      "assumes", "output",
      "No source for the claim was found; You First 2016: just under £10,000 a person, n = 14, uncontrolled"),
)

CAUSES: tuple[Cause, ...] = (
    Cause("Understanding",
          "time with one worker, true need known, first-time resolution, less repeat demand, more time",
          "moderate",
          "continuity is well observed; casework weakly. 36 studies of case management: no effect on cost or use "
          "(Stokes 2015)",
          ("care",)),
    Cause("Handoffs",
          "more specialisms and thresholds, information lost, bounced, worse, crisis, tighter thresholds",
          "weak to moderate",
          "moderate on handovers (doi:10.1056/NEJMsa1405556), weak on the whole loop",
          ("access", "care")),
    Cause("Targets",
          "stakes on a figure, effort and gaming for it, unmeasured need grows, more targets",
          "contested",
          "a controlled comparison found shorter waits without measured harm (doi:10.2202/1935-1682.1863), others "
          "spill-over",
          ("measurement", "pressure")),
    Cause("Safety",
          "error tolerated, reported, detected, mended; trust",
          "mixed",
          "moderate on learning (doi:10.1111/peps.12183); mixed on reports and outcomes",
          ("pressure", "learning")),
    Cause("Local trials",
          "act and observe, keep what works, capability, faster trials",
          "weak to moderate",
          "98 % report improvement, 27 % reach an aim (doi:10.1186/s12913-019-4482-6); fades with those who leave",
          ("learning",)),
    Cause("Brokers",
          "bridging ties, ideas recombined, shared purpose, joint action, more ties",
          "weak to moderate",
          "moderate on ideas and adoption (doi:10.1086/421787), weak on outcomes; one agency did best of four "
          "networks (doi:10.2307/2393698)",
          ("relationships", "care")),
    Cause("Autonomy",
          "discretion, variety matched, motivation, retention, continuity",
          "weak to moderate",
          "moderate for satisfaction, weak for cost; freed trusts did little better (Verzulli 2011, 2018)",
          ("care", "pressure")),
    Cause("Promotion",
          "firefighting rewarded, solvers promoted, the front line waits, more fires",
          "untested",
          "plausible; used as a hypothesis",
          ("leadership",)),
    Cause("Trust funding",
          "stable funding, relationships and prevention, lower crisis spending if capacity is withdrawn",
          "weak",
          "savings are self-reported and mostly not cashable",
          ("money",)),
)
