"""The publications that parameters, equations and patterns cite by DOI, and whether somebody here has read of them.

`seen` is true where the figure that is used was read in an abstract, summary or press page (rarely the full paper), and
false where the work is cited from memory, for its idea. A test refuses a DOI in the model that is not in this list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_DOI = re.compile(r"\bdoi:(10\.\d{4,9}/[^\s\"'`;,]+)")


@dataclass(frozen=True, slots=True)
class Reference:
    """One publication.

    Attributes:
        cite: authors, year, where it appeared.
        about: what is taken from it, in a few words.
        seen: see the module.
    """

    doi: str
    cite: str
    about: str
    seen: bool = True

    @property
    def url(self) -> str:
        return f"https://doi.org/{self.doi}"


def dois_in(text: str) -> tuple[str, ...]:
    """Every DOI that a text cites as `doi:10...`, in order, each once; punctuation that follows is not part of it."""
    found = []
    for doi in _DOI.findall(text):
        doi = doi.rstrip(".:")
        while doi.endswith(")") and doi.count(")") > doi.count("("):
            doi = doi[:-1].rstrip(".")
        found.append(doi)
    return tuple(dict.fromkeys(found))


R = Reference

REFERENCES: tuple[Reference, ...] = (
    # targets
    R("10.1016/j.annemergmed.2011.08.017", "Mason et al. 2012, Annals of Emergency Medicine",
      "four-hour target: compliance and bunching rise together, the mean stay does not fall"),
    R("10.1136/bmj.38440.588449.AE", "Locker & Mason 2005, BMJ", "the spike of departures before four hours"),
    R("10.1162/rest_a_01044", "Gruber, Hoe & Stoye 2023, Review of Economics and Statistics",
      "the four-hour target saved lives"),
    R("10.5694/mja15.01177", "Sullivan et al. 2016, Medical Journal of Australia",
      "mortality lowest near 83 % compliance, association only"),
    R("10.1093/jopart/mun028", "Kelman & Friedman 2009, Journal of Public Administration Research and Theory",
      "none of the expected distortions found at 155 trusts"),
    R("10.15171/ijhpm.2019.98", "Tenbensel et al. 2020, International Journal of Health Policy and Management",
      "real gain first, gaming later, New Zealand"),
    R("10.1111/j.1467-9299.2006.00600.x", "Bevan & Hood 2006, Public Administration",
      "recorded 96 % against 77 % told by patients; the acts of gaming"),
    R("10.1111/j.1467-985X.2008.00557.x", "Bevan & Hamblin 2009, Journal of the Royal Statistical Society A",
      "same ambulance target, only the sanctioned nation met it"),
    R("10.2202/1935-1682.1863", "Propper et al. 2008, B.E. Journal of Economic Analysis & Policy",
      "sanctioned targets cut long waits, England against Scotland"),
    R("10.1007/s10729-008-9069-4", "Dimakou et al. 2009, Health Care Management Science",
      "the hazard of admission peaks at the target and moves with it"),
    R("10.1136/bmj.d3590", "Doran et al. 2011, BMJ", "incentivised work jumps then plateaus, the rest falls behind"),
    R("10.1056/NEJMsa1801495", "Minchin et al. 2018, New England Journal of Medicine",
      "withdrawn incentives: records fall first"),
    R("10.1111/j.1468-0297.2009.02340.x", "Gravelle, Sutton & Ma 2010, Economic Journal",
      "gaming and altruism side by side"),
    R("10.1017/S1744133117000561", "Bevan, Evans & Nuti 2018, Health Economics, Policy and Law",
      "reputation and peer learning as a third way"),
    # people, continuity, waiting
    R("10.3399/bjgp18X695465", "Cassell et al. 2018, British Journal of General Practice",
      "multimorbidity in 27.2 % of adults, and its part in use"),
    R("10.1136/emermed-2018-208189", "Greenfield et al. 2020, Emergency Medicine Journal",
      "how often people attend: a heavy tail"),
    R("10.3399/bjgp18X699437", "Abel et al. 2018, British Journal of General Practice",
      "Frome: admissions fell, one practice that chose itself"),
    R("10.1136/bmj.j84", "Barker, Steventon & Deeny 2017, BMJ", "usual-provider index 0.61"),
    R("10.1287/mnsc.2021.02015", "Kajaria-Montag, Freeman & Scholtes 2023, Management Science",
      "18.1 % longer to the next visit after the regular doctor; consultations no shorter"),
    R("10.3399/BJGP.2021.0340", "Sandvik et al. 2022, British Journal of General Practice",
      "long-known doctor: fewer out-of-hours contacts, admissions, deaths"),
    R("10.3399/bjgp20X713909", "Margham et al. 2020, British Journal of General Practice",
      "one-day booking halved missed appointments"),
    R("10.1136/emermed-2021-211572", "Jones et al. 2022, Emergency Medicine Journal",
      "one death for 82 people delayed 6-8 hours; disputed"),
    R("10.1136/bmj.319.7203.155", "Bagust, Place & Posnett 1999, BMJ", "crises above 90 % occupancy, by simulation"),
    R("10.1056/NEJMsa1405556", "Starmer et al. (I-PASS) 2014, New England Journal of Medicine",
      "handoffs: errors fell by 23 %"),
    # staff
    R("10.1037/0033-2909.125.6.627", "Deci, Koestner & Ryan 1999, Psychological Bulletin",
      "rewards and intrinsic motivation, 128 experiments"),
    R("10.1037/a0035661", "Cerasoli, Nicklin & Ford 2014, Psychological Bulletin",
      "motivation and incentives both predict performance"),
    R("10.1080/25741292.2023.2205756", "Meta-analysis of performance pay 2023, Policy Design and Practice",
      "small positive effects of performance pay"),
    R("10.1207/S15327965PLI1104_01", "Deci & Ryan 2000, Psychological Inquiry", "autonomy, competence, relatedness",
      seen=False),
    R("10.1108/02683940710733115", "Bakker & Demerouti 2007, Journal of Managerial Psychology",
      "job demands and resources", seen=False),
    R("10.1136/bmj-2022-070442", "Hodkinson et al. 2022, BMJ", "burnout and intention to leave, odds ratio 3.10"),
    R("10.1111/ecca.12554", "Moscelli et al. 2025, Economica", "engagement and retention"),
    R("10.1111/peps.12183", "Frazier et al. 2017, Personnel Psychology", "psychological safety, learning, performance"),
    R("10.1177/0021886396321001", "Edmondson 1996, Journal of Applied Behavioral Science",
      "safer units report more errors"),
    R("10.1136/qshc.2007.022400", "Hutchinson et al. 2009, Quality and Safety in Health Care",
      "reports follow culture, not mortality"),
    # learning, networks, spread
    R("10.1287/orsc.2.1.71", "March 1991, Organization Science", "learning between a code and its members"),
    R("10.1287/mnsc.43.7.934", "Levinthal 1997, Management Science", "what is right depends on place", seen=False),
    R("10.2189/asqu.52.4.667", "Lazer & Friedman 2007, Administrative Science Quarterly",
      "efficient networks win early and lose late"),
    R("10.1287/orsc.1090.0468", "Fang, Lee & Schilling 2010, Organization Science",
      "moderate links between groups learn best"),
    R("10.1086/421787", "Burt 2004, American Journal of Sociology", "brokers have more good ideas"),
    R("10.2307/2393698", "Provan & Milward 1995, Administrative Science Quarterly",
      "the best of four networks was run by one agency"),
    R("10.1136/bmjqs-2012-001325", "Bion et al. (Matching Michigan) 2013, BMJ Quality & Safety",
      "improvement no faster than the trend"),
    R("10.1186/1748-5908-8-70", "Dixon-Woods et al. 2013, Implementation Science",
      "of 17 units one transformed, five boosted, eleven changed little"),
    R("10.1186/1748-5908-7-17", "Stirman et al. 2012, Implementation Science",
      "how programmes are, and are not, sustained"),
    R("10.1186/s12913-019-4482-6", "Knudsen et al. 2019, BMC Health Services Research",
      "98 % of projects report improvement, 27 % reach a set aim"),
    # form and method
    R("10.18564/jasss.4259", "Grimm et al. 2020, Journal of Artificial Societies and Social Simulation",
      "the form of the model description"),
    R("10.1016/j.ecolmodel.2014.01.018", "Grimm et al. 2014, Ecological Modelling", "the form of the page on testing"),
    R("10.1145/2660193.2660195", "Steele, Lea & Flood 2014, OOPSLA", "the generator behind chance", seen=False),
    R("10.1016/j.envsoft.2006.10.004", "Campolongo, Cariboni & Saltelli 2007, Environmental Modelling & Software",
      "screening by elementary effects", seen=False),
    R("10.1016/j.cpc.2009.09.018", "Saltelli et al. 2010, Computer Physics Communications",
      "estimating shares of variance", seen=False),
    R("10.1093/jnci/22.4.719", "Mantel & Haenszel 1959, Journal of the National Cancer Institute",
      "odds ratios over strata", seen=False),
    R("10.1214/aoms/1177706645", "Box & Muller 1958, Annals of Mathematical Statistics", "normal values", seen=False),
    R("10.1080/00401706.1979.10489755", "McKay, Beckman & Conover 1979, Technometrics", "Latin hypercubes", seen=False),
    R("10.1080/00401706.1991.10484804", "Morris 1991, Technometrics", "walks through all factors", seen=False),
    R("10.1016/j.ress.2006.04.015", "Borgonovo 2007, Reliability Engineering & System Safety",
      "the delta measure of sensitivity", seen=False),
    R("10.1016/j.ejor.2012.11.047", "Plischke, Borgonovo & Smith 2013, European Journal of Operational Research",
      "estimating delta from any sample", seen=False),
    R("10.1016/j.techfore.2009.08.002", "Bryant & Lempert 2010, Technological Forecasting and Social Change",
      "scenario discovery and quasi-p values", seen=False),
    R("10.1016/j.envsoft.2017.06.054", "Kwakkel 2017, Environmental Modelling & Software",
      "the EMA workbench, whose PRIM is used", seen=False),
    R("10.1198/016214504000000539", "Romano & Wolf 2005, Journal of the American Statistical Association",
      "joint intervals by the largest t of resampled rows", seen=False),
    R("10.2307/2289144", "Efron 1987, Journal of the American Statistical Association",
      "bootstrap intervals with bias and acceleration", seen=False),
    R("10.2307/3002019", "Satterthwaite 1946, Biometrics Bulletin", "degrees of freedom of a sum", seen=False),
    R("10.1080/01621459.1927.10502953", "Wilson 1927, Journal of the American Statistical Association",
      "an interval of a share", seen=False),
    R("10.3102/10769986025002101", "Vargha & Delaney 2000, Journal of Educational and Behavioral Statistics",
      "probability of superiority", seen=False),
    R("10.1016/j.jesp.2013.03.013", "Leys et al. 2013, Journal of Experimental Social Psychology",
      "what lies far from the rest, by the median", seen=False),
)

BY_DOI: Mapping[str, Reference] = {reference.doi: reference for reference in REFERENCES}
