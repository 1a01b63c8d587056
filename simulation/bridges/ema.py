"""The model for the EMA workbench, and what a sweep found in the form that its analyses take.

In its words: regimes are *policies*, what varies in the world and the mechanisms are *uncertainties*, levers of regimes
are *levers*, outcomes are *outcomes*. Luck belongs to the scenario and not to the policy: what is drawn follows from
the uncertainties and the replication, so that every policy meets the same people and the same luck.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.experiments.pools import SweepError

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.design import Design
    from simulation.experiments.readings import Readings
    from simulation.experiments.varying import Factor

REGIME, REPLICATION = "regime", "replication"


def parameter_name(factor: str) -> str:
    """A factor's name as the workbench can say it, which wants identifiers: `need.growth` is `need__growth`."""
    return factor.replace(".", "__").replace("-", "_").replace("*", "all")


def ema_model(design: Design, outcomes: Sequence[str] | None = None, *, series: bool = False,
              replicator: bool = False, name: str = "care") -> Any:
    """A model of the EMA workbench, for `perform_experiments`; it can be pickled, for its evaluators with processes.

    Args:
        design: scenario, regimes and what varies within which ranges; its method and points are not used, because the
            workbench draws by itself.
        outcomes: default those of the design, else the headline.
        series: weekly series (`TimeSeriesOutcome`, named such as `need_by_week`) instead of one number a run.
        replicator: a `ReplicatorModel`, which gives every replication (`need_by_replication`); else the mean over the
            design's replications.
        name: letters and digits, as the workbench wants it.

    Raises:
        SweepError: the workbench is not installed, or the design has no fixed number of replications.
    """
    workbench = _workbench()
    from simulation.outcomes import HEADLINE

    chosen = tuple(outcomes or design.outcomes or HEADLINE)
    number = design.replications.fixed
    if number is None:
        raise SweepError("the workbench runs a fixed number of replications; give the design one")
    study = Study(pickle.dumps(design.base), design.factors, design.seed, chosen, series,
                  None if replicator else number)
    model = (workbench.ReplicatorModel if replicator else workbench.Model)(name, function=study)
    if replicator:
        model.replications = [{REPLICATION: k} for k in range(number)]
    model.uncertainties = [_parameter(workbench, factor) for factor in design.factors if not _is_lever(factor)]
    model.levers = [workbench.CategoricalParameter(REGIME, list(design.regime_names)),
                    *(_parameter(workbench, factor) for factor in design.factors if _is_lever(factor))]
    # The workbench wants one kind of outcome for a name in a process, so other kinds get other names.
    kind, by = {(False, False): (workbench.ScalarOutcome, ""), (True, False): (workbench.TimeSeriesOutcome, "_by_week"),
                (False, True): (workbench.ArrayOutcome, "_by_replication"),
                (True, True): (workbench.ArrayOutcome, "_by_replication_and_week")}[series, replicator]
    model.outcomes = [kind(outcome + by, variable_name=outcome) for outcome in chosen]
    return model


def policies(design: Design) -> list[Any]:
    """A policy for each regime, with every lever that varies where the scenario has it."""
    workbench = _workbench()
    levers = {parameter_name(f.name): 1.0 if f.relative else f.settings[0].value
              for f in design.factors if _is_lever(f)}
    return [workbench.Policy(regime, **{REGIME: regime}, **levers) for regime in design.regime_names]


@dataclass(frozen=True)
class Study:
    """The function that the workbench calls, with a value for every uncertainty and lever by keyword.

    Attributes:
        scenario: pickled. seed: where chance begins. series: whether weekly series are wanted.
        replications: over how many the mean is taken; None where one is wanted, which `replication` says.
    """

    scenario: bytes
    factors: tuple[Factor, ...]
    seed: int
    outcomes: tuple[str, ...]
    series: bool
    replications: int | None

    def __call__(self, **said: Any) -> dict[str, Any]:
        """Outcome to a number, or to an array over ticks."""
        wanted = range(self.replications) if self.replications is not None else [int(said.get(REPLICATION, 0))]
        found = [self._run(said, replication) for replication in wanted]
        if len(found) == 1:
            return found[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # an outcome without a value in any replication has no mean
            return {name: np.nanmean([one[name] for one in found], axis=0) for name in self.outcomes}

    def seed_of(self, said: Mapping[str, Any], replication: int) -> int:
        """The seed of a replication: from the uncertainties, never from regime or levers."""
        from simulation.experiments.plan import drawn_seed

        world = self._changes(said, [factor for factor in self.factors if not _is_lever(factor)])
        return drawn_seed(self.seed, world, replication) if world else self.seed + replication

    def _changes(self, said: Mapping[str, Any], factors: Sequence[Factor]) -> dict[str, float | bool]:
        changes: dict[str, float | bool] = {}
        for factor in factors:
            changes |= factor.changes(float(said[parameter_name(factor.name)]))
        return changes

    def _run(self, said: Mapping[str, Any], replication: int) -> dict[str, Any]:
        from simulation import runs
        from simulation.experiments.varying import world_at

        world = world_at(pickle.loads(self.scenario), self._changes(said, self.factors))
        found = runs.run(world, str(said[REGIME]), self.seed_of(said, replication))
        return {name: found.series[name] if self.series else found.summary[name] for name in self.outcomes}


def to_ema(readings: Readings) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Experiments and outcomes, as the workbench's `prim`, `cart`, feature scores and plots take them.

    A row a point and regime; `scenario` is the point, `policy` the regime. Outcomes are means over replications, NaN
    where no replication has a value.
    """
    import pandas as pd

    points, _, regimes = readings.shape
    columns: dict[str, Any] = {factor.name: np.repeat(readings.points[:, i], regimes)
                               for i, factor in enumerate(readings.factors)}
    columns |= {"scenario": np.repeat(np.arange(points), regimes),
                "policy": np.tile(np.array(readings.regimes, object), points), "model": readings.design}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        outcomes = {name: np.nanmean(values, axis=1).reshape(-1) for name, values in readings.values.items()}
    return pd.DataFrame(columns), outcomes


def _is_lever(factor: Factor) -> bool:
    return all(path.startswith("regimes.") for path in factor.paths)


def _parameter(workbench: Any, factor: Factor) -> Any:
    from scipy import stats

    name = parameter_name(factor.name)
    if factor.switch:
        return workbench.BooleanParameter(name)
    if factor.levels:
        return workbench.CategoricalParameter(name, [float(level) for level in factor.levels])
    if factor.whole:
        return workbench.IntegerParameter(name, int(factor.low), int(factor.high))
    if factor.shape == "log":
        return workbench.RealParameter.from_dist(name, stats.loguniform(factor.low, factor.high))
    if factor.shape != "uniform":
        return workbench.RealParameter.from_dist(name, factor.spread())
    return workbench.RealParameter(name, factor.low, factor.high)


def _workbench() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about evaluators that are not installed
            import ema_workbench
    except ImportError:
        raise SweepError("this needs the EMA workbench, which is not installed; install it with: "
                         "python -m pip install 'care-regimes[research]'") from None
    return ema_workbench
