"""Dated events of a run: levers moved, a regime switched, staff cut, need surging; and back again when they end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.levers import LEVER_INDEX, LEVERS
from simulation.vocabulary import DOMAINS, ORGANISATION_KINDS

if TYPE_CHECKING:
    from simulation.engine import World


class Calendar:
    """The events that happen to one run, by tick.

    An event that has an end is undone at its end: a lever returns to the value it had when the event began.
    Where a later event has moved the same lever since, that event keeps it, and gives back the older value at its end.
    """

    def __init__(self, scenario: Any, regime: str, tick_weeks: float) -> None:
        self._at: dict[int, list[tuple[bool, int, Any]]] = {}
        self._levers_before: dict[int, dict[int, np.ndarray]] = {}
        self._regime_before: dict[int, np.ndarray] = {}
        self._active: dict[int, Any] = {}
        for number, event in enumerate(scenario.events):
            if not event.happens_to(regime):
                continue
            self._at.setdefault(round(event.at / tick_weeks), []).append((True, number, event))
            if event.until is not None:
                self._at.setdefault(round(event.until / tick_weeks), []).append((False, number, event))

    def apply(self, world: World) -> None:
        """Everything that is due at the world's present tick; what ends comes before what begins."""
        for begins, number, event in sorted(self._at.get(world.tick, ()), key=lambda due: due[:2]):
            if event.levers is not None:
                self._levers(world, number, event, begins)
            elif event.regime is not None:
                self._regime(world, number, event, begins)
            else:
                if begins:
                    self._active[number] = event
                else:
                    del self._active[number]
                active = tuple(self._active.values())
                world.staffing[:] = _factors(active, "staffing", ORGANISATION_KINDS)
                world.surge[:] = _factors(active, "surge", DOMAINS)

    def _levers(self, world: World, number: int, event: Any, begins: bool) -> None:
        if begins:
            positions = [LEVER_INDEX[name] for name in event.levers]
            self._levers_before[number] = {at: world.levers[:, at].copy() for at in positions}
            for at, value in zip(positions, event.levers.values(), strict=True):
                world.levers[:, at] = LEVERS[at].in_ticks(value, world.tick_weeks)
        else:
            begun = list(self._levers_before)
            later = begun[begun.index(number) + 1:]
            for at, before in self._levers_before.pop(number).items():
                holder = next((n for n in later if at in self._levers_before[n]), None)
                if holder is None:
                    world.levers[:, at] = before
                else:
                    self._levers_before[holder][at] = before
        world.share_budget()

    def _regime(self, world: World, number: int, event: Any, begins: bool) -> None:
        if begins:
            self._regime_before[number] = world.place.regime.copy()
            target = np.full(world.places, world.regime_names.index(event.regime))
        else:
            target = self._regime_before.pop(number)
        for place, regime in enumerate(target):
            world.adopt(place, int(regime))


def _factors(events: Sequence[Any], change: str, names: Sequence[str]) -> np.ndarray:
    """The product of what all active events say, by name; `all` stands for every one."""
    out = np.ones(len(names))
    for event in events:
        for name, factor in (getattr(event, change) or {}).items():
            out[slice(None) if name == "all" else names.index(name)] *= factor
    return out


def most_conveners(scenario: Any) -> float:
    """The largest number of conveners for every 10,000 people that any dated event gives."""
    return max((event.levers.get("conveners", 0.0) for event in scenario.events if event.levers), default=0.0)
