"""What is compared: the scenario, the regimes side by side, the six front levers, the world, shocks, the null test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import solara

from dashboards import boards
from dashboards.choice import (
    MOST_LINK,
    MOST_PAIRS,
    MOST_PEOPLE,
    MOST_REGIMES,
    MOST_SHOCKS,
    MOST_YEARS,
    SHOCKS,
    Choice,
    ChoiceError,
    Shock,
    Slot,
    slot_names,
)
from dashboards.html import h
from dashboards.instruments.fields import Fields
from dashboards.instruments.knobs import Knobs
from dashboards.instruments.levers import LeverBoard
from dashboards.instruments.pick import Pick
from dashboards.telling.press import Press

if TYPE_CHECKING:
    from simulation.scenario import Scenario

Change = Callable[[Choice], None]
SMALL, FEW = 3_000, 5
"""People and pairs of a first look: small enough that a lever answers at once."""


def first_look(scenario: str = "town", file: str = "") -> Choice:
    """What an explore page begins with: a small world, quick to answer; or a visitor's file as it is, few pairs."""
    if file:
        return boards.filled(Choice(file=file, pairs=FEW))
    return boards.filled(Choice(scenario=scenario, people=SMALL, pairs=FEW) if scenario == "town"
                         else Choice(scenario=scenario, pairs=FEW))


def nulled(choice: Choice) -> Choice:
    """Every slot with the levers of the first: the null test."""
    choice = boards.filled(choice)
    first = choice.slots[0]
    return choice.model_copy(update={"slots": tuple(first for _ in choice.slots)})


def is_null(choice: Choice) -> bool:
    """Whether all slots are the same."""
    return len(set(slot.model_dump_json() for slot in choice.slots)) == 1


def is_small(choice: Choice) -> bool:
    """Whether the world is as small as that of a first look."""
    return choice.people == SMALL and choice.pairs == FEW


def restored(choice: Choice) -> Choice:
    """The same regimes and levers in the world as the scenario has it: no shocks, no changed assumptions."""
    fresh = first_look(choice.scenario, choice.file)
    return choice.model_copy(update={"parameters": {}, "shocks": (), "people": fresh.people, "pairs": fresh.pairs,
                                     "years": None, "seed": None})


def shocked(choice: Choice, kind: str, week: int) -> Choice:
    """One more shock; the eldest gives way beyond the most."""
    shocks = [s for s in choice.shocks if (s.kind, s.week) != (kind, week)]
    new = Shock.model_validate({"kind": kind, "week": week})
    return choice.model_copy(update={"shocks": (*shocks, new)[-MOST_SHOCKS:]})


def with_slot(choice: Choice, at: int | None, regime: str) -> Choice:
    """Another regime in a slot, or one more slot (`at` None). Raises ChoiceError for an unknown regime."""
    choice = boards.filled(choice)
    slots = list(choice.slots)
    if at is None:
        slots.append(Slot(regime=regime))
    else:
        slots[at] = Slot(regime=regime)
    new = choice.model_copy(update={"slots": tuple(slots[:MOST_REGIMES])})
    new.scenario_of()
    return new


def without_slot(choice: Choice, at: int) -> Choice:
    """One slot fewer; two stay."""
    slots = [slot for i, slot in enumerate(choice.slots) if i != at]
    return choice if len(slots) < 2 else choice.model_copy(update={"slots": tuple(slots)})


def with_world(choice: Choice, given: Mapping[str, Any]) -> Choice:
    """The choice with people, years, pairs and seed from a form, which comes from a browser.

    Raises ChoiceError for what is not a number in its range.
    """
    from pydantic import ValidationError

    try:
        return Choice.model_validate({**choice.model_dump(), "people": round(float(given["people"])),
                                      "years": float(given["years"]), "pairs": round(float(given["pairs"])),
                                      "seed": round(float(given["seed"]))})
    except (KeyError, TypeError, ValueError, OverflowError, ValidationError):
        raise ChoiceError(f"accepted are 400 to {MOST_PEOPLE:,} people, up to {MOST_YEARS:g} years, 1 to {MOST_PAIRS} "
                          "pairs and a seed of 0 or more") from None


def brought(given: Mapping[str, Any]) -> Choice:
    """The choice of a visitor's scenario file, from a form. Raises ChoiceError for what is no scenario."""
    from dashboards import uploads

    text = given.get("text") if isinstance(given, Mapping) else None
    if not isinstance(text, str) or not text.strip():
        raise ChoiceError("choose a file, or put its text into the field")
    return first_look(file=uploads.packed(text))


@solara.component
def Levers(choice: Choice, change: Change, tell: Callable[[str], None]) -> None:
    """The six front levers of every regime."""
    board = solara.use_memo(lambda: boards.lever_board(choice), [choice.token()])

    def moved(what: dict[str, Any]) -> None:
        guarded(lambda: boards.move(choice, what), change, tell)

    LeverBoard.element(board=board, on_moved=moved)


@solara.component
def Regimes(choice: Choice, scenario: Scenario, change: Change, tell: Callable[[str], None]) -> None:
    """Which regimes stand side by side."""
    options = [[name, regime.title] for name, regime in known(choice).items()]
    with h("div", class_="cr-row cr-slots"):
        for i, slot in enumerate(choice.slots):
            with h("span", class_="cr-slot", key=f"slot {i}"):
                Pick.element(spec={"label": boards.LETTERS[i], "groups": [{"label": "", "options": options}]},
                             value=slot.regime,
                             on_value=lambda name, i=i: name != choice.slots[i].regime and guarded(
                                 lambda: with_slot(choice, i, name), change, tell))
                if len(choice.slots) > 2:
                    Press("×", lambda i=i: change(without_slot(choice, i)), attributes={
                        "aria_label": f"Take {boards.LETTERS[i]} away", "title": "Take it away"})
        if len(choice.slots) < MOST_REGIMES:
            other = next((name for name, _ in options if name not in [s.regime for s in choice.slots]), options[0][0])
            Press("+ regime", lambda: guarded(lambda: with_slot(choice, None, other), change, tell)).key("more")


def known(choice: Choice) -> dict[str, Any]:
    """Regimes that may be chosen: the scenario's own and the library's."""
    from simulation.scenario import load_regime, regime_library

    own = dict(choice.base().regimes)
    return own | {name: load_regime(name) for name in regime_library() if name not in own}


@solara.component
def World(choice: Choice, scenario: Scenario, change: Change, tell: Callable[[str], None]) -> None:
    """The world: which scenario, how many people, how long, how many pairs, which luck."""
    from simulation.parameters import WEEKS_PER_YEAR
    from simulation.scenario import catalogue, load

    titles = solara.use_memo(lambda: [[name, load(name).title] for name in catalogue()], [])
    world = scenario.world
    fields = [
        {"id": "people", "label": "People", "kind": "number", "value": world.people, "low": 400, "high": MOST_PEOPLE,
         "step": 100, "hint": f"400 to {MOST_PEOPLE:,}"},
        {"id": "years", "label": "Years", "kind": "number", "value": round(world.horizon / WEEKS_PER_YEAR, 4),
         "low": 0.001, "high": MOST_YEARS, "hint": f"up to {MOST_YEARS:g}"},
        {"id": "pairs", "label": "Paired runs", "kind": "number", "value": scenario.pairs, "low": 1,
         "high": MOST_PAIRS, "step": 1, "hint": f"1 to {MOST_PAIRS}"},
        {"id": "seed", "label": "Seed of the first pair", "kind": "number", "value": scenario.seed, "low": 0,
         "high": 2**53, "step": 1, "hint": "another seed, another luck"}]
    with h("section", aria_label="World"):
        now = "" if choice.file else choice.scenario
        options = [["", "Your own file"], *titles] if choice.file else titles
        Pick.element(spec={"label": "Scenario", "groups": [{"label": "", "options": options}]}, value=now,
                     on_value=lambda name: name not in ("", now) and guarded(lambda: first_look(name), change, tell))
        h("p", scenario.purpose, class_="cr-quiet")
        Fields.element(fields=fields, button="Use this world",
                       on_sent=lambda sent: guarded(lambda: with_world(choice, sent.get("values", {})), change, tell))
        with h("details"):
            h("summary", "Bring a scenario file")
            h("p", "A file as for `regimes compare`, or one that extends a scenario of the catalogue. Its story and "
              "claims are left out; the link to this screen carries the rest.", class_="cr-quiet")
            Fields.element(fields=[{"id": "text", "label": "Scenario file", "kind": "text", "value": "",
                                    "accept": ".yaml,.yml", "hint": "YAML, at most 60,000 letters"}],
                           button="Use this file",
                           on_sent=lambda sent: guarded(lambda: brought(sent.get("values", {})), change, tell))


@solara.component
def Assumptions(choice: Choice, change: Change, tell: Callable[[str], None]) -> None:
    """Everything else: every parameter and every single lever."""
    groups = solara.use_memo(lambda: boards.knob_groups(choice), [choice.scenario, *slot_names(choice.slots)])

    def changed(what: dict[str, Any]) -> None:
        guarded(lambda: boards.set_knobs(choice, what), change, tell)

    with h("section", aria_label="Assumptions and single levers"):
        Knobs.element(groups=groups, changed=boards.knob_changes(choice), on_changed=changed,
                      note="Change what you doubt; every change runs the comparison again.")


@solara.component
def Shocks(choice: Choice, week: Callable[[], int], change: Change) -> None:
    """Buttons that let something happen to every regime at the same moment."""
    from simulation import wording

    names = {"staff": "Cut a fifth of staff", "surge": "Surge of need", "conveners": "Cut the conveners"}
    with h("div", class_="cr-row", role="group", aria_label="Shocks"):
        h("span", "At the moment of the run:", class_="cr-quiet")
        for kind, says in names.items():
            Press(says, lambda kind=kind: change(shocked(choice, kind, max(1, week()))),
                  attributes={"title": SHOCKS[kind]}).key(kind)
        if choice.shocks:
            said = "; ".join(f"{SHOCKS[s.kind]} ({'week ' + str(s.week) if s.week < 104 else wording.duration(s.week)})"
                             for s in choice.shocks)
            h("span", said + ". ", class_="cr-quiet")
            Press("Take the shocks away", lambda: change(choice.model_copy(update={"shocks": ()}))).key("none")


def guarded(make: Callable[[], Choice], change: Change, tell: Callable[[str], None]) -> None:
    """Make a choice and use it; what is wrong with it is told in words."""
    try:
        new = make()
        new.scenario_of()
        if len(new.token()) > MOST_LINK:
            raise ChoiceError("this is more than one link can hold; set back some of the assumptions, or write a "
                              "scenario file and use `regimes compare`")
    except ChoiceError as error:
        tell(str(error))
        return
    tell("")
    change(new)
