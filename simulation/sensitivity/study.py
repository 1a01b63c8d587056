"""The whole study: the scenario as it is, the screening of all factors, and the variance between believable worlds.

The same inputs give the same numbers on any number of threads. With a folder every point is kept as soon as it is
known, and the same study goes on from there.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from simulation import provenance, statistics
from simulation.outcomes import BY_NAME
from simulation.ranges import ordinary
from simulation.sensitivity import screening, variance
from simulation.sensitivity.factors import CHANCE, Factor, factors, values
from simulation.sensitivity.factors import seed as chosen_seed
from simulation.sensitivity.findings import AsItIs, Fact, Sensitivity, Worlds, facts_key
from simulation.sensitivity.points import Kept, Pair, Point, Reading, SensitivityError, read_all
from simulation.sensitivity.screening import Effect
from simulation.sensitivity.variance import Share

OUTCOMES = ("need", "need_complex", "crises", "deaths", "recorded_performance", "true_performance", "failure_demand",
            "leaving")
"""What is studied unless others are named: harm to people, which both sides claim to lessen (all, the most complex
fifth, crises, deaths); the record and the truth of waits, on which they differ; failure demand, through which one of
them is said to work; and staff, through whom everything works."""
TRAJECTORIES, WORLDS, SINGLED, PAIRS = 6, 256, 10, 20
LIKENESS = 32
"""Worlds that are also run in the scenario's own size where the study is of a smaller town."""
CHECKS = (0, 1, 2)
"""Points of the screening whose numbers are kept for a test."""
Progress = Callable[[int, int], None]


def study(pair: Pair, *, outcomes: Sequence[str] = OUTCOMES, trajectories: int = TRAJECTORIES, worlds: int = WORLDS,
          singled: int = SINGLED, pairs: int = PAIRS, seed: int | None = None, people: int | None = None,
          folder: Path | None = None, threads: int = 1, progress: Progress | None = None,
          stop: threading.Event | None = None) -> Sensitivity:
    """Find out what the difference between two regimes hangs on.

    Args:
        outcomes: names of outcomes.
        trajectories: walks of the screening, 2 or more; each costs one point a factor.
        worlds: believable worlds drawn at once, a power of two; the analysis of variance is made around half of them.
            0 leaves both out.
        singled: factors that the analysis of variance looks at one by one.
        pairs: of the scenario as it is; only chance differs between them.
        seed: of the first pair, of the walks and of the worlds; default the scenario's.
        people: of a smaller town to study in place of the scenario's own; some worlds are then run in both sizes.
        folder: where points are kept; None keeps none.
        threads, progress, stop: as in `compare`; progress counts points.

    Raises:
        SensitivityError: what is asked cannot be done. ScenarioError: too few people for the places.
        Stopped: `stop` was set or Ctrl-C pressed; what was read is kept in the folder.
    """
    seed = pair.scenario.seed if seed is None else seed
    known = checked_outcomes(outcomes)
    if trajectories < 2:
        raise SensitivityError(f"{trajectories} trajectories cannot say how much an effect varies; give 2 or more")
    if pairs < 2:
        raise SensitivityError(f"{pairs} pairs have no interval; give 2 or more")
    if worlds:
        variance.check_worlds(worlds)
    small = pair if people in (None, pair.scenario.world.people) else _of_size(pair, people)
    facts = factors(pair.scenario)
    names = [f.key for f in facts] + [CHANCE]
    singled = min(singled, len(names) - 2)
    walks = screening.design(names, trajectories, seed)
    likened = min(LIKENESS, worlds) if small is not pair else 0
    total = len(walks) + pairs + worlds // 4 * (singled + 4) + worlds // 2 + likened
    kept_own = Kept(pair, folder)
    kept = kept_own if small is pair else Kept(small, None if folder is None else folder / f"{people}-people")

    done = 0

    def read(where: Pair, into: Kept, points: list[Point]) -> list[Reading]:
        nonlocal done
        before = done
        told = None if progress is None else lambda now, _: progress(before + now, total)
        found = read_all(where, points, into, threads=threads, progress=told, stop=stop)
        done += len(points)
        return found

    as_it_is = read(pair, kept_own, [Point(seed=seed + k) for k in range(pairs)])
    walked = read(small, kept, _points(facts, walks, seed))
    effects = {o: tuple(screening.effects(names, walks, relative(walked, o), seed)) for o in known}
    found: dict[str, Any] = {}
    everything = as_it_is + walked
    if worlds:
        chosen = most_influential(effects, singled)
        grouped = variance.groups(names, [*chosen, CHANCE])
        drawn = variance.design(names, grouped, worlds, seed)
        alone = variance.independent(len(drawn), grouped)
        around = len(drawn) // 2  # a share of the variance costs a block of worlds, a sign only one
        readings = read(small, kept, _points(facts, drawn[:around], seed))
        more = read(small, kept, _points(facts, drawn[alone[alone >= around]], seed))
        everything += readings + more
        independent = [readings[i] for i in alone[alone < around]] + more
        found = _worlds(known, names, grouped, readings, independent, seed)
        if likened:
            own = read(pair, kept_own, _points(facts, drawn[alone[:likened]], seed))
            everything += own
            found["likeness"] = {o: _alike(relative(independent[:likened], o), relative(own, o)) for o in known}
    noted = tuple(Fact.of(f) for f in facts)
    world = small.scenario.world
    made = {
        "scenario": pair.scenario.name, "scenario_key": pair.scenario.key, "regimes": list(pair.names),
        "identity": provenance.key(pair.identity()), "facts": facts_key(noted), "model": provenance.model_version(),
        "seed": seed, "people": world.people, "people_of_scenario": pair.scenario.world.people,
        "weeks": world.horizon, "trajectories": trajectories, "worlds": worlds, "pairs": pairs, "points": total,
    }
    checks = tuple({"point": i, **{o: walked[i].relative(o) for o in known}} for i in CHECKS)
    failures = dict(Counter(r.error for r in everything if r.error).most_common())
    return Sensitivity(made, known, noted, {o: _as_it_is(as_it_is, o) for o in known}, effects, failures=failures,
                       checks=checks, **found)


def relative(readings: Sequence[Reading], outcome: str) -> np.ndarray:
    """The relative difference of an outcome at every reading, NaN where there is none."""
    return np.array([reading.relative(outcome) for reading in readings])


def most_influential(effects: dict[str, tuple[Effect, ...]], number: int) -> list[str]:
    """The factors that matter most: the largest effect on each outcome in turn, then the second largest, and so on."""
    ranked = [[e.factor for e in sorted(found, key=lambda e: (-np.nan_to_num(e.mu_star, nan=-1.0), e.factor))
               if e.factor != CHANCE] for found in effects.values()]
    in_turn = [row[place] for place in range(max(map(len, ranked))) for row in ranked]
    return list(dict.fromkeys(in_turn))[:number]


def checked_outcomes(outcomes: Sequence[str]) -> tuple[str, ...]:
    """The outcomes that are asked for, each once. Raises SensitivityError for one that does not exist, and for none."""
    from simulation.scenario.errors import nearest

    for name in outcomes:
        if name not in BY_NAME:
            near = nearest(name, BY_NAME)
            raise SensitivityError(f"no outcome {name!r}" + (f"; did you mean {near!r}?" if near else ""))
    if not outcomes:
        raise SensitivityError("no outcome is named; give one or more")
    return tuple(dict.fromkeys(outcomes))


def _of_size(pair: Pair, people: int) -> Pair:
    from pydantic import ValidationError

    try:
        world = type(pair.scenario.world).model_validate({**pair.scenario.world.model_dump(), "people": people})
    except ValidationError as error:
        raise SensitivityError(f"a town of {people} people: {error.errors()[0]['msg']}") from None
    fields = {name: getattr(pair.scenario, name) for name in type(pair.scenario).model_fields}
    return Pair(type(pair.scenario).model_validate({**fields, "world": world}), pair.regimes)


def _points(facts: Sequence[Factor], places: np.ndarray, first_seed: int) -> list[Point]:
    """The points at these places; chance is the last column."""
    return [Point(values(facts, row[:-1]), seed=chosen_seed(first_seed, float(row[-1]))) for row in places]


def _as_it_is(readings: Sequence[Reading], outcome: str) -> AsItIs:
    first = [r.first.get(outcome, np.nan) for r in readings]
    second = [r.second.get(outcome, np.nan) for r in readings]
    found = statistics.paired(first, second, "lower")
    return AsItIs(found.first, found.second, found.low, found.high, found.pairs, found.better_in or 0)


def _worlds(outcomes: Sequence[str], names: Sequence[str], grouped: Sequence[str], blocks: Sequence[Reading],
            independent: Sequence[Reading], seed: int) -> dict[str, Any]:
    looks = tuple(ordinary(reading.first) or ordinary(reading.second) for reading in independent)
    shares: dict[str, tuple[Share, ...]] = {}
    counted, worlds = {}, {}
    for outcome in outcomes:
        row, counted[outcome] = variance.shares(names, grouped, relative(blocks, outcome), seed)
        shares[outcome] = tuple(row)
        values = relative(independent, outcome)
        worlds[outcome] = Worlds(tuple(float(v) if np.isfinite(v) else None for v in values), looks)
    return {"shares": shares, "blocks": counted, "worlds": worlds}


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    """Rank correlation of the same worlds in two sizes."""
    from scipy.stats import rankdata

    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3 or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(one[both]), rankdata(other[both]))[0, 1])
