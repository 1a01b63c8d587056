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
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.experiments.pools import SweepError

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.design import Design
    from simulation.experiments.readings import Readings
    from simulation.experiments.varying import Factor
    from simulation.runs import Run
    from simulation.scenario import Scenario

REGIME, REPLICATION = "regime", "replication"
HORIZON = "world.horizon"


def parameter_name(factor: str) -> str:
    """A factor's name as the workbench can say it, which wants identifiers: `need.growth` is `need__growth`."""
    return factor.replace(".", "__").replace("-", "_").replace("*", "all")


def ema_model(design: Design | str | Path, outcomes: Sequence[str] | None = None, *, series: bool = False,
              replicator: bool = False, name: str = "care", **fields: Any) -> Any:
    """A model of the EMA workbench, for `perform_experiments`; it can be pickled, for its evaluators with processes.

    Args:
        design: scenario, regimes and what varies within which ranges; its method and points are not used, because the
            workbench draws by itself. Or the name or path of a scenario, and the rest as `fields`.
        outcomes: default those of the design, else the headline. Those that have a better side are to be minimised or
            maximised, for `optimize`; the others are for information.
        series: weekly series (`TimeSeriesOutcome`, named such as `need_by_week`) instead of one number a run.
        replicator: a `ReplicatorModel`, which gives every replication (`need_by_replication`); else the mean over the
            design's replications.
        name: letters and digits, as the workbench wants it.
        fields: of the design, in place of its own: `regimes`, `vary`, `replications`, `set`, `seed`, `luck`.

    An uncertainty that a scenario of the workbench leaves out is as the design's scenario has it; a regime that is left
    out is the first. A world that cannot exist has NaN for every outcome, with a warning, so that the others go on.

    Raises:
        ScenarioError, ValueError: anything wrong in the fields. SweepError: the workbench is not installed, the design
            has no fixed number of replications, or series would be of different lengths.
    """
    workbench = _workbench()
    from simulation.outcomes import BY_NAME, HEADLINE
    from simulation.scenario.errors import unknown

    design = _design(design, fields)
    chosen = tuple(outcomes or design.outcomes or HEADLINE)
    for outcome in chosen:
        if outcome not in BY_NAME:
            raise SweepError(unknown("outcome", outcome, BY_NAME))
    number = design.replications.fixed
    if number is None:
        raise SweepError("the workbench runs a fixed number of replications; give the design one")
    if series and any(HORIZON in factor.paths for factor in design.factors):
        raise SweepError(f"the workbench wants series of one length, and {HORIZON} varies; leave out series=True")
    study = Study(pickle.dumps(design.base), design.regime_names, design.factors, design.seed, design.luck == "shared",
                  chosen, series, None if replicator else number)
    model = (workbench.ReplicatorModel if replicator else workbench.Model)(name, function=study)
    if replicator:
        model.replications = [{REPLICATION: k} for k in range(number)]
    drawn = [factor for factor in design.factors if len(factor.levels) != 1]
    model.uncertainties = [_parameter(workbench, factor) for factor in drawn if not _is_lever(factor)]
    model.levers = [*([workbench.CategoricalParameter(REGIME, list(study.regimes))] if len(study.regimes) > 1 else []),
                    *(_parameter(workbench, factor) for factor in drawn if _is_lever(factor))]
    # The workbench wants one kind of outcome for a name in a process, so other kinds get other names.
    kind, by = {(False, False): (workbench.ScalarOutcome, ""), (True, False): (workbench.TimeSeriesOutcome, "_by_week"),
                (False, True): (workbench.ArrayOutcome, "_by_replication"),
                (True, True): (workbench.ArrayOutcome, "_by_replication_and_week")}[series, replicator]
    aims = {"lower": kind.MINIMIZE, "higher": kind.MAXIMIZE, "neither": kind.INFO}
    model.outcomes = [kind(outcome + by, variable_name=outcome,
                           **({} if by else {"kind": aims[BY_NAME[outcome].better]})) for outcome in chosen]
    return model


def policies(design: Any) -> list[Any]:
    """A policy for each regime, with every lever that varies as the scenario has it under that regime.

    Args: design: a design, or what `ema_model` made of one.
    """
    workbench = _workbench()
    study = getattr(design, "function", None)
    regimes, factors = (study.regimes, study.factors) if study else (design.regime_names, design.factors)
    made = getattr(workbench, "Policy", None) or workbench.Sample  # 3.0 has one word for policies and scenarios
    return [made(regime, **({REGIME: regime} if len(regimes) > 1 else {}),
                 **{parameter_name(factor.name): _own_value(factor, regime) for factor in factors
                    if _is_lever(factor) and len(factor.levels) != 1})
            for regime in regimes]


@dataclass(frozen=True)
class Study:
    """The function that the workbench calls, with a value for every uncertainty and lever by keyword.

    Attributes:
        scenario: pickled. regimes: in the design's order. seed: where chance begins. shared: whether luck is the same
            whatever the uncertainties are. series: whether weekly series are wanted.
        replications: over how many the mean is taken; None where one is wanted, which `replication` says.
    """

    scenario: bytes
    regimes: tuple[str, ...]
    factors: tuple[Factor, ...]
    seed: int
    shared: bool
    outcomes: tuple[str, ...]
    series: bool
    replications: int | None

    def __call__(self, **said: Any) -> dict[str, Any]:
        """Outcome to a number, or to an array over ticks. Raises ScenarioError for a regime that there is not."""
        from simulation.axes import AxisError

        wanted = range(self.replications) if self.replications is not None else [int(said.get(REPLICATION, 0))]
        try:
            found = [self._run(said, replication) for replication in wanted]
        except AxisError as error:
            warnings.warn(f"no such world, NaN for its outcomes: {error}", RuntimeWarning, stacklevel=2)
            nothing = np.full(_scenario(self.scenario).ticks, np.nan) if self.series else np.nan
            return dict.fromkeys(self.outcomes, nothing)
        numbers = [run.series if self.series else run.summary for run in found]
        if len(numbers) == 1:
            return {name: numbers[0][name] for name in self.outcomes}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # an outcome without a value in any replication has no mean
            return {name: np.nanmean([one[name] for one in numbers], axis=0) for name in self.outcomes}

    def seed_of(self, said: Mapping[str, Any], replication: int) -> int:
        """The seed of a replication: from the uncertainties, never from regime or levers.

        Where no lever varies it is the seed that a sweep of the same design gives to the same point.
        """
        from simulation.experiments.plan import drawn_seed

        world = self._changes(said, [factor for factor in self.factors if not _is_lever(factor)])
        return self.seed + replication if self.shared or not world else drawn_seed(self.seed, world, replication)

    def _changes(self, said: Mapping[str, Any], factors: Sequence[Factor]) -> dict[str, float | bool]:
        changes: dict[str, float | bool] = {}
        for factor in factors:
            value = factor.levels[0] if len(factor.levels) == 1 else said.get(parameter_name(factor.name))
            if value is not None:
                changes |= factor.changes(float(value))
        return changes

    def _run(self, said: Mapping[str, Any], replication: int) -> Run:
        """Raises AxisError for a world that cannot be."""
        from simulation import runs
        from simulation.experiments.varying import world_at

        world = world_at(_scenario(self.scenario), self._changes(said, self.factors))
        return runs.run(world, str(said.get(REGIME, self.regimes[0])), self.seed_of(said, replication))


def to_ema(readings: Readings, *, differences: bool = False) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Experiments and outcomes, as the workbench's `prim`, `cart`, feature scores and plots take them.

    Args: differences: outcomes are paired differences, each regime minus the first, in place of the outcomes under
        each; with them `prim` finds worlds in which one regime does better than another.

    A row a point and regime, columns as `perform_experiments` gives them: each factor, by its `parameter_name`, then
    `regime`, `scenario` (the point), `policy` (the regime) and `model`. A switch is 0 or 1, because `prim` cannot show
    a box of truth values. Outcomes are means over replications, NaN where no replication has a value; the analyses want
    such rows left out.
    """
    import pandas as pd

    points = len(readings.points)
    regimes = list(readings.contrasts()) if differences else list(readings.regimes)
    columns: dict[str, Any] = {parameter_name(factor.name): np.repeat(readings.points[:, i], len(regimes))
                               for i, factor in enumerate(readings.factors)}
    under = pd.Categorical.from_codes(np.tile(np.arange(len(regimes)), points), pd.Index(regimes, dtype=str))
    columns |= {REGIME: under, "scenario": pd.Categorical(np.repeat(np.arange(points), len(regimes))), "policy": under,
                "model": pd.Categorical([readings.design] * (points * len(regimes)))}
    values = {name: each[:, :, 1:] - each[:, :, :1] if differences else each for name, each in readings.values.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        outcomes = {name: np.nanmean(each, axis=1).reshape(-1) for name, each in values.items()}
    return pd.DataFrame(columns), outcomes


@lru_cache(maxsize=2)
def _scenario(pickled: bytes) -> Scenario:
    return pickle.loads(pickled)


def _design(design: Design | str | Path, fields: Mapping[str, Any]) -> Design:
    from simulation.experiments.design import Design

    if isinstance(design, Design):
        return design.changed(**fields) if fields else design
    drawn = {"method": "latin hypercube", "points": 1} if fields.get("vary") else {}
    return Design(scenario=design, **{**drawn, **fields})


def _is_lever(factor: Factor) -> bool:
    return all(path.startswith("regimes.") for path in factor.paths)


def _own_value(factor: Factor, regime: str) -> float:
    """What the scenario has for a lever; of one that several regimes have, this regime's."""
    if factor.relative:
        return 1.0
    return next((setting.value for setting in factor.settings if setting.path.startswith(f"regimes.{regime}.")),
                factor.settings[0].value)


def _parameter(workbench: Any, factor: Factor) -> Any:
    from scipy import stats

    name = parameter_name(factor.name)
    if factor.switch:
        return workbench.BooleanParameter(name)
    if factor.levels:
        return workbench.CategoricalParameter(name, [float(level) for level in factor.levels])
    if factor.whole:
        return workbench.IntegerParameter(name, int(factor.low), int(factor.high))
    if factor.shape == "uniform":
        return workbench.RealParameter(name, factor.low, factor.high)
    spread = stats.loguniform(factor.low, factor.high) if factor.shape == "log" else factor.spread()
    made = workbench.RealParameter.from_dist(name, spread)
    if not hasattr(made, "pff"):
        made.pff = False  # 2.5 forgets it and then cannot print the parameter
    return made


def _workbench() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about evaluators that are not installed
            import ema_workbench
    except ImportError:
        raise SweepError("this needs the EMA workbench, which is not installed; install it with: "
                         "python -m pip install 'care-regimes[research]'") from None
    return ema_workbench
