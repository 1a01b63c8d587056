"""The close of a year: on how few people the cost fell, how many were there before, and what last year's cost now."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

DEAREST = 0.05
"""The dearest twentieth of people (Health Foundation 2019: about half of the cost). The outcomes are named after it."""


class Year(NamedTuple):
    """What the close of one year says.

    Attributes:
        share: of the year's cost that fell on the dearest 5 %.
        stayed: share of them who were among the dearest the year before.
        dearest: pounds, mean cost this year of this year's dearest 5 %.
        before, after: pounds, mean cost last year and this year of *last* year's dearest 5 %: people picked because
            their year was bad, so that the second is lower whatever is done (regression to the mean).

    NaN where there was no year before, or no cost.
    """

    share: float
    stayed: float
    dearest: float
    before: float
    after: float


def close_year(person: Any, before: float = float("nan")) -> Year:
    """Close a year and start a new one; `before` is `dearest` of the year before.

    Ties at the boundary are settled by row, so that exactly 5 % are the dearest.
    """
    cost = person.cost_year
    most = max(1, int(DEAREST * len(cost)))
    dearest = np.argpartition(cost, len(cost) - most, kind="introselect")[-most:]
    total = float(cost.sum(dtype=np.float64))
    spent = float(cost[dearest].sum(dtype=np.float64))
    recent = person.was_costly != 0
    known = recent.any()
    year = Year(
        share=spent / total if total > 0 else float("nan"),
        stayed=float(person.was_costly[dearest].mean()) if known else float("nan"),
        dearest=spent / most,
        before=before if known else float("nan"),
        after=float(cost[recent].mean(dtype=np.float64)) if known else float("nan"),
    )
    person.was_costly[:] = 0
    person.was_costly[dearest] = 1
    person.cost_year[:] = 0
    person.visits_year[:] = 0
    return year
