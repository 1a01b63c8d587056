"""CareSystem: the world of one run as a Mesa model. It composes; what happens in a tick is in the mechanisms.

Mesa's users find what they know: `step()`, `agents`, `agents_by_type`, `datacollector`, `running`, `random`. The engine
knows nothing of Mesa; `random` and `rng` are for the modeller's own code and do not touch the engine's luck.
"""

from __future__ import annotations

import math
import numbers
import secrets
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from simulation import keywords
from simulation.agents import AGENT_TYPES
from simulation.agentset import AgentSet
from simulation.engine import World
from simulation.mechanisms.base import Mechanism
from simulation.mesa_door import Agent, DataCollector, Model, forget, model_arguments
from simulation.outcomes import BY_NAME, HEADLINE, OUTCOMES, series
from simulation.roster import Roster
from simulation.scenario import Regime, Scenario, load

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from simulation.rewiring import Changes


_FORGOTTEN = ("_stamp", "_sets", "_counted")


class LastTick:
    """The last tick of a run's totals, for the formulas of `simulation.outcomes`."""

    def __init__(self, totals: Any) -> None:
        self._totals = totals

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._totals, name)
        return value[-1:] if isinstance(value, np.ndarray) else value


def latest_outcome(name: str, model: CareSystem) -> float:
    """An outcome in the last tick, NaN before the first; `partial(latest_outcome, "need")` is a reporter of Mesa's."""
    return model.latest(name)


class HeadlineCollector(DataCollector):
    """Mesa's data collector with the headline outcomes; a second `collect` in the same tick does nothing.

    So that a subclass that calls `super().step()` and then `self.datacollector.collect(self)`, as Mesa's examples do,
    gets one row a tick.
    """

    def __init__(self) -> None:
        super().__init__(model_reporters={name: partial(latest_outcome, name) for name in HEADLINE})
        self._tick: int | None = None

    def collect(self, model: CareSystem) -> None:
        if model.tick != self._tick:
            self._tick = model.tick
            super().collect(model)


@dataclass(frozen=True, slots=True)
class OwnMechanism:
    """A rule of the modeller's own in the list of mechanisms."""

    name: str
    question: str
    rule: Callable[[CareSystem], None]


class CareSystem(Model):
    """People, staff and organisations under one regime.

    Args:
        scenario: a name of the catalogue, a path, or a loaded `Scenario`.
        regime: a name among the scenario's regimes, or a `Regime`; the scenario's first if not given.
        rng: the seed, an integer from 0. The same seed gives the same people and the same luck under every regime. None
            takes a new one, as Mesa does; `model.seed` says which.
        record_events: keep the event log for `model.events`; it never changes what happens.
        threads: blocks of places that run at once; the numbers are the same on any number.
        kwargs: `seed` (another word for `rng`), and whatever `simulation.keywords` takes: `people=2000`, `horizon=52`,
            a lever of the regime, `table__parameter`, a mechanism switched off with `False`.

    Attributes:
        world: the engine's `World`: columns, levers, clock.
        description: the `Scenario`.
        seed: the seed of this run.
        regime: name of the regime that the run started with.
        running: False once the scenario's horizon is reached.
        steps: how often `step()` was called; `tick` counts what the world has done.
        datacollector: Mesa's, with the headline outcomes; replace it by your own and collect as in any Mesa model.

    Raises:
        ScenarioError: for an unknown scenario or regime or a value that does not fit.
        TypeError, ValueError: for a seed that is no integer from 0, or a keyword that nobody knows.

    Use it in a `with` statement, or call `close()`, where many models are made in one process.
    """

    agent_classes: ClassVar[dict[str, type[Agent]]] = AGENT_TYPES
    """Family to the class that views its rows. A subclass of the model may name subclasses of agents here:
    `agent_classes = {**AGENT_TYPES, "person": MyPerson}`."""

    def __init__(self, scenario: str | Path | Scenario = "town", regime: str | Regime | None = None,
                 rng: int | None = None, *, record_events: bool = False, threads: int = 1, **kwargs: Any) -> None:
        self.seed = _seed(rng, kwargs)
        super().__init__(**model_arguments(self.seed))
        self.description, chosen = _described(scenario, regime, kwargs)
        self.world = World(self.description, chosen, self.seed, record_events=record_events, threads=threads)
        self.regime = self.world.regime_names[0]
        self.roster = Roster(self, self.agent_classes)
        self.datacollector = HeadlineCollector()
        self._own_mechanisms: list[OwnMechanism] = []
        self._closed = self._emptied = False
        self._forget()

    # the tick

    def step(self) -> None:
        """One tick: every mechanism in order, then the modeller's own; then the headline outcomes are collected.

        Beyond the horizon nothing happens, with a warning: Mesa's viewers may ask for a few steps too many.

        Raises:
            RuntimeError: if the model is closed.
        """
        if self._closed:
            raise RuntimeError("the model is closed and can only be read; make another")
        if self.tick >= self.world.ticks:
            self.running = False
            warnings.warn(f"the scenario ends at tick {self.world.ticks} and nothing happens after it; make the model "
                          "with a longer horizon=", RuntimeWarning, stacklevel=2)
            return
        self.world.step()
        if self.tick >= self.world.ticks:
            self.running = False
        if isinstance(self.datacollector, HeadlineCollector):
            self.datacollector.collect(self)

    @property
    def tick(self) -> int:
        """Ticks that the world has done; during a tick, the one that is under way, counted from 0."""
        return self.world.tick

    @property
    def mechanisms(self) -> tuple[Mechanism | OwnMechanism, ...]:
        """What happens in a tick, in order: each has a `name` and the `question` that it answers."""
        return (*self.world.order, *self._own_mechanisms)

    def add_mechanism(self, rule: Callable[[CareSystem], None], name: str | None = None) -> None:
        """Add a rule that runs at the end of every tick, after all mechanisms; outcomes show it from the next tick on.

        Args:
            rule: called with the model. It may read and write agents (`model.agents_by_type[Person].set(...)`) and
                columns (`model.world.person.trust[...]`), and draw from `model.rng`. A function of a module, not a
                lambda, if the model is to be pickled.
            name: for the list of mechanisms; the function's own name if not given.

        Raises:
            TypeError: if it cannot be called.
            ValueError: if there is a mechanism of that name.
        """
        if not callable(rule):
            raise TypeError(f"a mechanism is a function of the model, not {rule!r}")
        name = name or getattr(rule, "__name__", type(rule).__name__)
        if name in (mechanism.name for mechanism in self.mechanisms):
            raise ValueError(f"there is a mechanism {name!r} already; give another name=")
        if not self._own_mechanisms:
            self.world.own_rules.append(self._run_own)
        question = (rule.__doc__ or "").strip().split("\n")[0]
        self._own_mechanisms.append(OwnMechanism(name, question, rule))

    def _run_own(self, world: World) -> None:
        for mechanism in self._own_mechanisms:
            mechanism.rule(self)

    # agents

    @property
    def agents(self) -> AgentSet:
        """Everybody: people, posts, organisations, leaders, funded conveners, commissioners, and the modeller's own."""
        return self._current_sets()[None]

    @agents.setter
    def agents(self, agents: Any) -> None:
        raise AttributeError("model.agents cannot be assigned: the world's rows are its agents; keep a set of your own "
                             "under another name")

    @property
    def agents_by_type(self) -> dict[type[Agent], AgentSet]:
        """Class of agents to the set of them."""
        return {agent_type: agents for agent_type, agents in self._current_sets().items() if agent_type is not None}

    @property
    def agent_types(self) -> list[type[Agent]]:
        return list(self.agents_by_type)

    def _current_sets(self) -> dict[type[Agent] | None, AgentSet]:
        active = self.world.convener.active
        stamp = (self._emptied, active.tobytes(), self.roster.others_made, self.roster.others_gone)
        if stamp != self._stamp:
            self._stamp, self._sets = stamp, self._make_sets(active)
        return self._sets

    def _make_sets(self, active: np.ndarray) -> dict[type[Agent] | None, AgentSet]:
        ids: dict[type[Agent], np.ndarray] = {}
        if not self._emptied:
            for family in self.roster.families:
                ids[family.agent_type] = family.first + np.arange(family.rows)
                if family.name == "convener":
                    ids[family.agent_type] = ids[family.agent_type][active != 0]
        for number, agent in self.roster.others.items():
            ids[type(agent)] = np.append(ids.get(type(agent), np.zeros(0, np.int64)), number)
        everybody = np.concatenate([np.zeros(0, np.int64), *ids.values()])
        return {agent_type: AgentSet.of_ids(self.roster, of, fixed=True,
                                            consecutive=bool(len(of)) and int(of[-1] - of[0]) == len(of) - 1)
                for agent_type, of in {None: everybody, **ids}.items()}

    def _forget(self) -> None:
        """Start anew with what is only kept for speed."""
        self._stamp: tuple | None = None
        self._sets: dict[type[Agent] | None, AgentSet] = {}
        self._counted: tuple[int, LastTick] | None = None

    def add_column(self, agent_type: type[Agent], name: str, dtype: Any = float, initial: Any = 0) -> None:
        """Give every agent of a type an attribute of the modeller's own.

        Args:
            agent_type: such as `Person`.
            name: of the attribute; then `person.name` can be read and assigned, and `get`, `set`, `agg` go by it.
            dtype: float, int, bool, another NumPy type, or object for anything.
            initial: one value for all, or one for each row.

        Raises:
            KeyError: for a class that is no type of agent here.
            ValueError, TypeError: for a name that is taken or no name, a type or value that does not fit.
        """
        self.roster.declare(self.roster.family_with(agent_type), name, dtype, initial)

    def register_agent(self, agent: Agent) -> None:
        """For Mesa: takes in an agent of the modeller's own class; its id follows those of the rows."""
        super().register_agent(agent)
        agent.unique_id = self.roster.end + self.roster.others_made
        self.roster.others[agent.unique_id] = agent
        self.roster.others_made += 1

    def deregister_agent(self, agent: Agent) -> None:
        """For Mesa: lets go of an agent of the modeller's own class; KeyError if it is none."""
        del self.roster.others[agent.unique_id]
        self.roster.others_gone += 1
        super().deregister_agent(agent)

    def remove_all_agents(self) -> None:
        """End the model: it is closed, and there are no agents any more. Single people and posts cannot be removed."""
        for agent in list(self.roster.others.values()):
            agent.remove()
        self.close()
        self._emptied = True

    # the network

    def graph(self, layers: Iterable[str] | None = None, people: int | Iterable[int] | None = None) -> nx.MultiGraph:
        """The network as a NetworkX multigraph in layers; see `simulation.network.graph_of` for what is in it.

        Args:
            layers: names of layers, all if not given.
            people: None for all people, a number for a sample, or rows.
        """
        from simulation.network import LAYERS, graph_of

        return graph_of(self, LAYERS if layers is None else layers, people)

    def update_ties(self, graph: nx.Graph) -> Changes:
        """Take the edits of a graph back: ties and their trust, who knows whom; see `simulation.rewiring.rewire`."""
        from simulation.rewiring import rewire

        return rewire(self, graph)

    # results

    def latest(self, name: str) -> float:
        """The value of an outcome in the last tick; NaN before the first, or where there is none."""
        return _value(BY_NAME[name], self._last_tick()) if self.tick else math.nan

    @property
    def outcomes(self) -> dict[str, float]:
        """Every outcome in the last tick, by name; NaN where there is no value."""
        return {outcome.name: self.latest(outcome.name) for outcome in OUTCOMES}

    def _last_tick(self) -> LastTick:
        if self._counted is None or self._counted[0] != self.tick:
            self._counted = self.tick, LastTick(self.world.totals())
        return self._counted[1]

    @property
    def weekly(self) -> pd.DataFrame:
        """Every outcome so far, in the form of `Run.weekly`: one row a tick, `week` first, then a column an outcome."""
        import pandas as pd

        week = np.arange(1, self.tick + 1) * self.world.tick_weeks
        return pd.DataFrame({"week": week, **series(self.world.totals())}).rename_axis("tick")

    @property
    def events(self) -> pd.DataFrame:
        """What happened to whom, and why; see `simulation.events`. RuntimeError unless made with record_events=True."""
        if self.world.event_log is None:
            raise RuntimeError("no events were recorded; make the model with record_events=True")
        return self.world.event_log.to_frame()

    # the end

    def close(self) -> None:
        """Let go of the workspace and of Mesa's registers; results and agents can still be read. May be repeated."""
        self._closed = True
        self.running = False
        self.world.close()
        forget(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in _FORGOTTEN}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()
        for agent in self.__dict__.pop("_revived", ()):
            self.roster.take_in(agent)

    def __repr__(self) -> str:
        return (f"<{type(self).__name__} {self.description.name!r} under {self.regime!r}, seed {self.seed}, "
                f"tick {self.tick} of {self.world.ticks}>")


def _value(outcome: Any, last: LastTick) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.asarray(outcome.formula(last), float)[-1])


def _seed(rng: Any, kwargs: dict[str, Any]) -> int:
    """The seed of a run, from `rng` or from Mesa's older word `seed`, which is taken out of `kwargs`."""
    seed = kwargs.pop("seed", None)
    if rng is not None and seed is not None:
        raise ValueError(f"rng={rng!r} and seed={seed!r} are two words for one thing; give one")
    chosen = seed if rng is None else rng
    if chosen is None:
        return secrets.randbits(32)
    if isinstance(chosen, np.random.Generator):
        return int(chosen.integers(2**63 - 1))
    if isinstance(chosen, float) and chosen.is_integer():
        chosen = int(chosen)
    if isinstance(chosen, bool) or not isinstance(chosen, numbers.Integral):
        raise TypeError(f"rng is the seed, an integer, not {chosen!r}")
    if not 0 <= chosen < 2**63:
        raise ValueError(f"rng is the seed, an integer from 0 to {2**63 - 1}, not {chosen}")
    return int(chosen)


def _described(scenario: Any, regime: Any, words: dict[str, Any]) -> tuple[Scenario, Any]:
    """The scenario with what was said by keyword, and the regime to run."""
    if words and not isinstance(scenario, str | Path):
        raise TypeError(f"{', '.join(words)}: a loaded scenario is not changed; say it when loading: "
                        "load(name, set={'world.people': 2000})")
    if keywords.needs_regime(words) and regime is not None and not isinstance(regime, str):
        raise TypeError("levers are changed in a regime that is given by name, not in a Regime")
    described = load(scenario) if isinstance(scenario, str | Path) else scenario
    name = next(iter(described.regimes)) if regime is None else regime
    if words:
        if isinstance(name, str):
            described.regime(name)
        described = load(scenario, set=keywords.overrides(words, name))
    return described, described.regime(name) if isinstance(name, str) else name
