"""The close of a year: on how few people the cost fell, and how many of them were there the year before."""

from __future__ import annotations

from typing import Any

import numpy as np

DEAREST = 0.05
"""The dearest twentieth of people (Health Foundation 2019: about half of the cost)."""


def close_year(person: Any) -> tuple[float, float]:
    """(cost share of the dearest 5 %, share of them who were among the dearest last year); starts a new year.

    The second is NaN in the first year. Ties at the boundary are settled by row, so that exactly 5 % are the dearest.
    """
    cost = person.cost_year
    most = max(1, int(DEAREST * len(cost)))
    dearest = np.argpartition(cost, len(cost) - most, kind="introselect")[-most:]
    total = float(cost.sum(dtype=np.float64))
    share = float(cost[dearest].sum(dtype=np.float64)) / total if total > 0 else float("nan")
    before = person.was_costly[dearest]
    stayed = float(before.mean()) if person.was_costly.any() else float("nan")
    person.was_costly[:] = 0
    person.was_costly[dearest] = 1
    person.cost_year[:] = 0
    person.visits_year[:] = 0
    return share, stayed
