"""Which scenarios have a story, in the order in which they are offered, with what is shown before one is opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.scenario import Regime, Scenario

FIRST = "town"
"""The scenario that everybody begins with."""


class NoStory(ValueError):
    """There is no such story; the message says so to whoever typed the address.

    Attributes:
        nearest: the name that was probably meant; None where nothing is near.
    """

    def __init__(self, says: str, nearest: str | None = None) -> None:
        super().__init__(says)
        self.nearest = nearest


@dataclass(frozen=True)
class Card:
    """What the catalogue shows of one story.

    Attributes:
        minutes: that its steps take together; None where a step does not say. predictions: steps that ask for one.
    """

    name: str
    title: str
    purpose: str
    steps: int
    minutes: int | None
    predictions: int


@cache
def cards() -> tuple[Card, ...]:
    """Every story of the catalogue: the town first, the others by title."""
    from simulation.scenario import catalogue, load

    found = []
    for name in catalogue():
        scenario = load(name)
        if not scenario.story:
            continue
        minutes = [step.minutes for step in scenario.story if step.minutes is not None]
        found.append(Card(name, scenario.title, scenario.purpose, len(scenario.story),
                          sum(minutes) if len(minutes) == len(scenario.story) else None,
                          sum(step.predict is not None for step in scenario.story)))
    return tuple(sorted(found, key=lambda card: (card.name != FIRST, card.title)))


@cache
def _told(name: str) -> Scenario:
    from simulation.scenario import load

    return load(name)


def story(name: str) -> Scenario:
    """The scenario of a story. A name is looked up in the catalogue, never opened as a file.

    Raises NoStory for a name that is not there, or a scenario without a story.
    """
    from simulation.scenario import catalogue
    from simulation.scenario.errors import nearest

    known = catalogue()
    if name in known:
        scenario = _told(name)
        if scenario.story:
            return scenario
        raise NoStory(f"The scenario “{name}” has no story.")
    shown = name if len(name) <= 60 else f"{name[:57]}…"
    raise NoStory(f"There is no story called “{shown}”.", nearest(name, known))


def after(name: str) -> Card | None:
    """The story that follows in the catalogue; None after the last."""
    found = cards()
    place = next((i for i, card in enumerate(found) if card.name == name), len(found))
    return found[place + 1] if place + 1 < len(found) else None


def regimes_needed(scenario: Scenario) -> tuple[Regime, ...]:
    """The regimes that a story's runs are recorded for: those that it shows, then those that it only claims about."""
    from simulation.claims import regimes_claimed
    from simulation.scenario.story import regimes_told

    names = dict.fromkeys([*regimes_told(scenario), *regimes_claimed(scenario)])
    return tuple(scenario.regime(name) for name in names)


def regime_title(scenario: Scenario, name: str) -> str:
    """What a regime is called on the page."""
    return scenario.regime(name).title or name
