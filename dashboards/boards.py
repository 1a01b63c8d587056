"""What the instruments for levers and assumptions are given, from a choice; and what comes of what was moved there.

The levers, their places and the register are the model's; here they become plain data and words, and back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from dashboards.choice import Choice, ChoiceError, Slot, slot_names
from simulation import front
from simulation.drawing import regime_style
from simulation.levers import LEVERS
from simulation.scenario import Regime, load_regime
from simulation.scenario.units import show

LETTERS = "ABCD"
_LEVERS = {lever.name: lever for lever in LEVERS}


def lever_board(choice: Choice) -> dict[str, Any]:
    """The trait `board` of `instruments.levers.LeverBoard` for a choice.

    Raises:
        ChoiceError: the choice is no scenario.
    """
    choice = filled(choice)
    scenario = choice.scenario_of()
    names = slot_names(choice.slots)
    now = [scenario.regimes[name].levers for name in names]
    start = [_as_it_came(choice, slot).levers for slot in choice.slots]
    slots = [{"letter": LETTERS[i], "name": scenario.regimes[name].title, "colour": regime_style(i).colour}
             for i, name in enumerate(names)]
    return {"slots": slots, "questions": [_question(lever, start, now) for lever in front.FRONT]}


def move(choice: Choice, moved: Mapping[str, Any]) -> Choice:
    """The choice after `LeverBoard.moved`, which comes from a browser and may hold anything.

    Raises:
        ChoiceError: no such slot or question, or a value that is not between 0 and 1.
    """
    choice = filled(choice)
    slot, question, value = moved.get("slot"), moved.get("question"), moved.get("value")
    if type(slot) is not int or not 0 <= slot < len(choice.slots):
        raise ChoiceError(f"no column {slot!r} to move a lever in; there are {len(choice.slots)}")
    if not isinstance(question, str) or question not in front.BY_QUESTION:
        raise ChoiceError("this lever answers none of the six questions")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ChoiceError("a lever stands between 0 and 1")
    return with_levers(choice, slot, front.moved(front.BY_QUESTION[question], float(value)))


def with_levers(choice: Choice, slot: int, levers: Mapping[str, float]) -> Choice:
    """The choice with levers of one slot set, in declared units; a lever as the regime has it is not kept as a change.

    Raises:
        ChoiceError: the scenario refuses a value.
    """
    choice = filled(choice)
    old = choice.slots[slot]
    came = _as_it_came(choice, old).levers
    kept = {name: value for name, value in {**old.levers, **levers}.items()
            if name not in came or not math.isclose(value, came[name], rel_tol=1e-9, abs_tol=1e-9)}
    slots = tuple(Slot(regime=old.regime, levers=kept) if i == slot else each for i, each in enumerate(choice.slots))
    new = choice.model_copy(update={"slots": slots})
    new.scenario_of()
    return new


def filled(choice: Choice) -> Choice:
    """The choice with its slots written out. Raises ChoiceError for a scenario that is not of the catalogue."""
    if choice.slots:
        return choice
    scenario = choice.scenario_of()
    return choice.model_copy(update={"slots": Choice.of(scenario).slots})


def knob_groups(choice: Choice, levers: bool = True) -> list[dict[str, Any]]:
    """The trait `groups` of `instruments.knobs.Knobs`: every parameter by table, then the levers of every slot.

    What a row calls its default is what the scenario, or the regime, says without the visitor's changes.

    Raises:
        ChoiceError: the choice is no scenario.
    """
    from simulation.mechanisms import TABLES
    from simulation.register import parameters

    choice = filled(choice)
    scenario = choice.scenario_of()
    said = choice.base().parameters
    groups = [{"id": name, "name": name.replace("_", " ").capitalize(), "says": table.purpose, "rows": []}
              for name, table in TABLES.items() if len(table)]
    by_table = {group["id"]: group["rows"] for group in groups}
    for entry in parameters():
        default = said.get(entry.table, {}).get(entry.name, entry.default)
        by_table[entry.table].append({
            "id": f"{entry.table}.{entry.name}", "name": plain_name(entry.name), "meaning": entry.meaning,
            "unit": entry.unit, "low": entry.low, "high": entry.high, "default": default, "grade": entry.grade,
            "likely": [entry.believable_low, entry.believable_high], "why": entry.believable_why,
            "source": entry.source,
            "note": "" if default == entry.default else f"the scenario's; elsewhere {show(entry.default, entry.unit)}"})
    if levers:
        for i, (name, slot) in enumerate(zip(slot_names(choice.slots), choice.slots, strict=True)):
            came = _as_it_came(choice, slot).levers
            title = scenario.regimes[name].title
            rows = [{"id": f"{i}.{lever.name}", "name": plain_name(lever.name), "meaning": lever.meaning,
                     "unit": lever.unit, "low": lever.low, "high": lever.high, "default": came[lever.name],
                     "grade": "", "source": f"{front.QUESTIONS[lever.question]} A lever is a choice, not a fact."}
                    for lever in LEVERS]
            groups.append({"id": str(i), "name": f"{LETTERS[i]}: levers of {title}", "rows": rows,
                           "says": "The 24 answers of this regime, one by one.", "colour": regime_style(i).colour})
    return groups


def knob_changes(choice: Choice) -> dict[str, float]:
    """The trait `changed` of `Knobs` for a choice: `table.name` or `slot.lever` to value."""
    levers = {f"{i}.{name}": value for i, slot in enumerate(choice.slots) for name, value in slot.levers.items()}
    return {**choice.parameters, **levers}


def set_knobs(choice: Choice, changed: Mapping[str, Any]) -> Choice:
    """The choice with exactly these changes, from `Knobs.changed`, which comes from a browser and may hold anything.

    Raises:
        ChoiceError: an unknown name, or a value outside its range.
    """
    from pydantic import ValidationError

    choice = filled(choice)
    parameters: dict[str, Any] = {}
    levers: list[dict[str, Any]] = [{} for _ in choice.slots]
    if not isinstance(changed, Mapping) or len(changed) > 500:
        raise ChoiceError("too many changes at once")
    for path, value in changed.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ChoiceError(f"{str(path)[:80]}: a finite number is needed")
        place, _, name = str(path).partition(".")
        if place.isdecimal() and len(place) == 1:
            if int(place) >= len(levers) or name not in _LEVERS:
                raise ChoiceError(f"no lever {str(path)[:80]!r}")
            levers[int(place)][name] = float(value)
        else:
            parameters[str(path)] = float(value)
    try:
        slots = [{"regime": slot.regime, "levers": mine} for slot, mine in zip(choice.slots, levers, strict=True)]
        new = Choice.model_validate({**choice.model_dump(), "parameters": parameters, "slots": slots})
    except ValidationError:
        raise ChoiceError("a change names no assumption of the model") from None
    new.scenario_of()
    return new


def plain_name(name: str) -> str:
    """`feedback_delay` as people read it: `Feedback delay`."""
    return name.replace("_", " ").capitalize()


def _as_it_came(choice: Choice, slot: Slot) -> Regime:
    """The regime of a slot before anything was moved."""
    regimes = choice.base().regimes
    return regimes[slot.regime] if slot.regime in regimes else load_regime(slot.regime)


def _question(lever: front.FrontLever, start: Iterable[Mapping[str, float]],
              now: list[Mapping[str, float]]) -> dict[str, Any]:
    began = [front.position(lever, levers) for levers in start]
    stands = [front.position(lever, levers) for levers in now]
    rows = []
    for name, (low, high) in lever.ends.items():
        unit = _LEVERS[name].unit
        rows.append({"name": plain_name(name), "meaning": _LEVERS[name].meaning, "unit": _unit(unit),
                     "from": _amount(low, unit), "to": _amount(high, unit),
                     "now": [_amount(levers[name], unit) for levers in now]})
    return {"id": lever.question, "name": lever.name, "text": lever.text, "low": lever.low, "high": lever.high,
            "slots": [{"value": at.value, "exact": at.exact, "start": was.value, "start_exact": was.exact}
                      for at, was in zip(stands, began, strict=True)],
            "levers": rows, "left": _left(lever)}


def _left(lever: front.FrontLever) -> str:
    if not lever.others:
        return ""
    names = " and ".join(plain_name(name).lower() for name in lever.others)
    return f"Not moved: {names}. {lever.left}"


def _amount(value: float, unit: str) -> str:
    return f"{value * 100:.4g} %" if unit == "share" else show(value, unit).removesuffix(f" {unit}")


def _unit(unit: str) -> str:
    return "" if unit == "share" else unit
