"""Whether the parts of a scenario go together: sizes, dates, names of regimes, hours and budgets that can exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from simulation.scenario.errors import quote, unknown
from simulation.scenario.fields import Complaints
from simulation.scenario.units import show

if TYPE_CHECKING:
    from simulation.scenario.models import Scenario, WorldDescription
    from simulation.scenario.story import Claim, Step

LEAST_PEOPLE_PER_PLACE = 200
"""With fewer, the dearest 5 % of a place would be fewer than ten people and a quintile fewer than forty: nothing that
is reported about them would be more than chance. Every place has all seven organisations with at least two staff each,
a dozen times the usual staffing even at 200 people; usual staffing begins at about 2,500 people a place."""
MOST_TICKS = 1_000_000
MOST_PERSON_TICKS = 10**12
"""About a day of computing for one run."""
MOST_HOURS = 0.9
"""Share of paid hours that may go to reporting, learning and relationships: somebody must be left to help."""
_HOURS = ("reporting", "learning_time", "relationship_time")
_FUNDING = ("funding_results", "funding_deficits", "funding_trust")


def check_world(world: WorldDescription, complaints: Complaints) -> None:
    """People for every place, a horizon of at least a tick, and a run that can end."""
    if world.people < world.places * LEAST_PEOPLE_PER_PLACE:
        complaints.add(("people",), f"{world.people} people in {world.places} place{'s' * (world.places > 1)}; "
                       f"accepted at least {LEAST_PEOPLE_PER_PLACE} people for every place")
    if world.horizon < world.tick:
        complaints.add(("horizon",), f"{show(world.horizon, 'week')} is shorter than one tick of "
                       f"{show(world.tick, 'week')}")
        return
    ticks = world.horizon / world.tick
    if ticks > MOST_TICKS:
        complaints.add(("horizon",), f"{ticks:,.0f} ticks are too many; accepted at most {MOST_TICKS:,}: a longer tick "
                       "or a shorter horizon is needed")
    elif ticks * world.people > MOST_PERSON_TICKS:
        complaints.add(("people",), f"{world.people:,} people over {ticks:,.0f} ticks would take days; accepted at "
                       f"most {MOST_PERSON_TICKS:,} people times ticks")


def check_scenario(scenario: Scenario, complaints: Complaints) -> None:
    """Everything that needs more than one part of the scenario to be seen."""
    regimes = scenario.regimes
    if not regimes:
        complaints.add(("regimes",), "is empty; at least one regime is needed")
        return
    for name, regime in regimes.items():
        if regime.name != name:
            complaints.add(("regimes", name, "name"), f"{quote(regime.name)} is filed under {quote(name)}")
    _check_names(scenario.compare, ("compare",), regimes, complaints)
    if len(set(scenario.compare)) < len(scenario.compare):
        complaints.add(("compare",), "names a regime twice")
    elif len(scenario.compare) < min(2, len(regimes)):
        complaints.add(("compare",), f"names {len(scenario.compare)} regime; a comparison needs two or more")
    _check_places(scenario, complaints)
    _check_events(scenario, complaints)


def check_claim(claim: Claim, path: tuple[str | int, ...], scenario: Scenario, complaints: Complaints) -> None:
    """Regimes that the scenario has, and a time within its horizon."""
    for side in claim.sides:
        if side not in scenario.regimes:
            hint = "; write a number with a point or a sign, such as 300.0" if side.isdigit() else ""
            complaints.add((*path, "is"), unknown("regime", side, scenario.regimes) + hint)
    if claim.left == claim.right:
        complaints.add((*path, "is"), f"compares {quote(claim.left)} with itself")
    try:
        claim.window(scenario.world.horizon)
    except ValueError as error:
        complaints.add((*path, "over"), str(error))


def check_step(step: Step, path: tuple[str | int, ...], scenario: Scenario, complaints: Complaints) -> None:
    """Regimes that the scenario has, two or more where people choose between them, and times within its horizon."""
    _check_names(step.regimes, (*path, "regimes"), scenario.regimes, complaints)
    if len(set(step.regimes)) < len(step.regimes):
        complaints.add((*path, "regimes"), "names a regime twice")
    predict = step.predict
    if predict is None:
        return
    horizon = scenario.world.horizon
    if predict.regime is not None and predict.regime not in scenario.regimes:
        complaints.add((*path, "predict", "regime"), unknown("regime", predict.regime, scenario.regimes))
    if predict.after is not None and round(predict.after / scenario.tick_weeks) >= scenario.ticks:
        complaints.add((*path, "predict", "after"), f"{show(predict.after, 'week')} is not before the horizon of "
                       f"{show(horizon, 'week')}; something must be left to draw")
    if predict.how == "choose" and len(step.lines(scenario)) < 2:
        complaints.add((*path, "predict", "how"), "there is one regime to choose from; name two or more under "
                       "'regimes' of the step")
    try:
        predict.window(horizon)
    except ValueError as error:
        complaints.add((*path, "predict", "over"), str(error))


def _check_names(names: Iterable[str], path: tuple[str | int, ...], regimes: Mapping[str, object],
                 complaints: Complaints) -> None:
    for i, name in enumerate(names):
        if name not in regimes:
            complaints.add((*path, i), unknown("regime", name, regimes))


def check_levers(levers: Mapping[str, float], path: tuple[str | int, ...], complaints: Complaints) -> None:
    """Levers that share one whole: paid hours, and budgets."""
    for names, most, whole in ((_HOURS, MOST_HOURS, "paid hours"), (_FUNDING, 1.0, "budgets")):
        total = sum(levers[name] for name in names)
        if total > most + 1e-9:
            complaints.add(path, f"{', '.join(names)} add up to {total:.6g} of {whole}; accepted at most {most:.6g}")


def _check_places(scenario: Scenario, complaints: Complaints) -> None:
    shares = scenario.regime_places
    for name in shares:
        if name not in scenario.regimes:
            complaints.add(("regime_places", name), unknown("regime", name, scenario.regimes), "unknown_key")
    total = sum(shares.values())
    if total > 1 + 1e-6:
        complaints.add(("regime_places",), f"the shares add up to {total:.6g}; accepted at most 1")
    ruling = sum(1 for value in shares.values() if value > 0)
    if ruling > scenario.world.places:
        complaints.add(("regime_places",), f"{ruling} regimes need at least {ruling} places; the world has "
                       f"{scenario.world.places}")


def _check_events(scenario: Scenario, complaints: Complaints) -> None:
    horizon = scenario.world.horizon
    regimes = scenario.regimes
    for i, event in enumerate(scenario.events):
        path = ("events", i)
        first = round(event.at / scenario.tick_weeks)
        if first >= scenario.ticks:
            complaints.add((*path, "at"), f"{show(event.at, 'week')} is not before the horizon of "
                           f"{show(horizon, 'week')}; an event must happen during the run")
        if event.until is not None and event.until > horizon:
            complaints.add((*path, "until"), f"{show(event.until, 'week')} is after the horizon of "
                           f"{show(horizon, 'week')}; leave 'until' out for a change that stays")
        elif event.until is not None and round(event.until / scenario.tick_weeks) <= first:
            complaints.add((*path, "until"), f"{show(event.until, 'week')} falls on the tick in which the event "
                           f"begins; a tick is {show(scenario.tick_weeks, 'week')}")
        _check_names(event.regimes, (*path, "regimes"), regimes, complaints)
        if event.regime is not None and event.regime not in regimes:
            complaints.add((*path, "regime"), unknown("regime", event.regime, regimes))
        if event.levers:
            for name, regime in regimes.items():
                before = len(complaints.found)
                if event.happens_to(name):
                    check_levers({**regime.levers, **event.levers}, (*path, "levers"), complaints)
                if len(complaints.found) > before:
                    break
