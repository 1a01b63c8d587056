"""Comparing like with like, as the observational studies did: classes of people, and ratios within them."""

from __future__ import annotations

import numpy as np

from simulation.columns import PersonColumns

FRAILTY, COMPLEXITY = 20, 5
"""Classes of frailty and of complexity, each alike in number of people."""


def classes(values: np.ndarray, count: int) -> np.ndarray:
    """The class of each value, 0 to `count` - 1, by quantiles."""
    return np.searchsorted(np.quantile(values, np.linspace(0, 1, count + 1)[1:-1]), values, side="right")


def strata(person: PersonColumns) -> np.ndarray:
    """The stratum of each person: those alike in frailty and in complexity, which no regime changes."""
    return classes(person.frailty, FRAILTY) * COMPLEXITY + classes(person.complexity, COMPLEXITY)


def odds_ratio(exposed: np.ndarray, ill: np.ndarray, stratum: np.ndarray) -> float:
    """Odds of being ill (both bool, one value a person) where exposed against where not, within strata.

    Mantel & Haenszel 1959, doi:10.1093/jnci/22.4.719. NaN where nobody who is not exposed is ill.
    """
    strata_in_all = int(stratum.max()) + 1
    ill_exposed, well_exposed, ill_other, well_other = (
        np.bincount(stratum, (exposed == one) & (ill == other), strata_in_all)
        for one in (True, False) for other in (True, False))
    people = np.maximum(np.bincount(stratum), 1)
    return _ratio((ill_exposed * well_other / people).sum(), (well_exposed * ill_other / people).sum())


def rate_ratio(exposed: np.ndarray, count: np.ndarray, stratum: np.ndarray) -> float:
    """Mean count a person where exposed (bool) against where not, within strata, weighted as by Mantel and Haenszel."""
    people = np.maximum(np.bincount(stratum), 1)
    strata_in_all = len(people)
    those, others = (np.bincount(stratum, exposed == one, strata_in_all) for one in (True, False))
    theirs, of_others = (np.bincount(stratum, count * (exposed == one), strata_in_all) for one in (True, False))
    return _ratio((theirs * others / people).sum(), (of_others * those / people).sum())


def standardised(harm: np.ndarray, stratum: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Harm of each group relative to what people of its strata have in all groups together (1 is as usual)."""
    people = np.maximum(np.bincount(stratum), 1)
    usual = np.bincount(stratum, harm) / people
    return np.bincount(group, harm) / np.bincount(group, usual[stratum])


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else float("nan")
