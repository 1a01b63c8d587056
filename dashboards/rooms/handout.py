"""The handout of a scenario: two to four sheets of A4 for a table of people, with room to predict before the answer.

Notes for the facilitator are not on it. The claims stand on a sheet of their own, for after the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboards.rooms import serving
from dashboards.rooms.limits import Limits
from dashboards.rooms.serving import Refusal

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.scenario.events import Event
    from simulation.scenario.story import Step

Recounts = Mapping[str, Mapping[str, Any]]
"""From the words of a claim to what `simulation.claims.Recount.to_dict` says of it: held_in, pairs, holds."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Stand for the regimes in tables, so that a black-and-white sheet can tell them apart."""
NOT_YET = "not recounted yet"


class Handouts:
    """The pages under /handout. A scenario is named as in the catalogue; a path of a file is no name."""

    def __init__(self, limits: Limits, recount: Callable[[str], Recounts | None] | None = None) -> None:
        self._limits, self._recount = limits, recount

    def routes(self) -> list[Route]:
        return [Route("/handout/{scenario}", serving.as_page(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """The handout of one scenario."""
        serving.ask_leave(self._limits.handouts_by_address, serving.address(request, self._limits),
                          "Very many handouts are asked for at once on your network.")
        name, root = request.path_params["scenario"], request.scope.get("root_path", "")
        names = await run_in_threadpool(_names)
        if name not in names:
            raise _no_such(name, names, root)
        text = await run_in_threadpool(self._text, name, root)
        return HTMLResponse(text, headers=serving.HEADERS)

    def _text(self, name: str, root: str) -> str:
        return render(_scenario(name), self._recount(name) if self._recount else None, root=root)


def render(scenario: Scenario, recount: Recounts | None = None, *, root: str = "") -> str:
    """The handout as HTML; `root` is where the server is mounted, for its style sheet."""
    return serving.templates().get_template("handout.html.jinja").render(root=root, **content(scenario, recount))


def content(scenario: Scenario, recount: Recounts | None = None) -> dict[str, Any]:
    """What the template prints, every value in words.

    Args: `recount` of the scenario's claims, where there is one; a claim that it does not know is "not recounted yet".
    """
    from simulation import provenance, register, wording
    from simulation.scenario.story import regimes_told

    compared = tuple(dict.fromkeys(regimes_told(scenario)))
    letters = dict(zip(compared, LETTERS, strict=False))
    minutes = [step.minutes for step in scenario.story if step.minutes]
    counts = register.counts()["all"]
    world = scenario.world
    return {
        "scenario": scenario,
        "people": f"{world.people:,}", "horizon": wording.duration(world.horizon),
        "minutes": sum(minutes) if len(minutes) == len(scenario.story) else None,
        "regimes": [{"letter": letters[name], "title": scenario.regime(name).title or name,
                     "summary": scenario.regime(name).summary} for name in compared],
        "levers": _levers(scenario, compared), "letters": [letters[name] for name in compared],
        "events": [_event(event, letters) for event in scenario.events if set(event.regimes or letters) & set(letters)],
        "steps": [_step(scenario, step, number, letters) for number, step in enumerate(scenario.story, 1)],
        "claims": [_claim(claim.says, (recount or {}).get(claim.says)) for claim in scenario.claims],
        "parameters": sum(counts.values()), "judgement": counts["judgement"],
        "version": provenance.project_version(), "model": provenance.model_version(),
    }


def _event(event: Event, letters: Mapping[str, str]) -> dict[str, str]:
    """What happens on the way, and to which of the regimes compared if not to all."""
    from simulation import wording

    met = [letters[name] for name in event.regimes if name in letters]
    return {"when": f"after {wording.duration(event.at)}" if event.at else "from the start",
            "until": wording.duration(event.until) if event.until else "",
            "to": f"{wording.listed(met)} only" if met and len(met) < len(letters) else "",
            "says": event.says or "a change without a description"}


def _levers(scenario: Scenario, compared: tuple[str, ...]) -> list[dict[str, Any]]:
    """The levers that differ among the regimes, under the question that each answers."""
    from simulation.levers import LEVERS
    from simulation.report import QUESTIONS, lever_value

    groups: dict[str, list[dict[str, Any]]] = {}
    for lever in LEVERS:
        amounts = [scenario.regime(name).levers[lever.name] for name in compared]
        if len(set(amounts)) > 1:
            groups.setdefault(QUESTIONS[lever.question], []).append(
                {"name": lever.name.replace("_", " "), "values": [lever_value(lever, amount) for amount in amounts]})
    return [{"question": question, "levers": levers} for question, levers in groups.items()]


def _step(scenario: Scenario, step: Step, number: int, letters: Mapping[str, str]) -> dict[str, Any]:
    from simulation import wording
    from simulation.outcomes import BY_NAME

    predict = step.predict
    found: dict[str, Any] = {"number": number, "title": step.title, "text": step.text, "question": step.question,
                             "minutes": step.minutes, "discuss": step.discuss, "draw": None, "choose": None}
    if predict is None:
        return found
    outcome = BY_NAME[predict.outcome]
    if predict.how == "draw":
        regime, horizon = predict.regime or "", scenario.world.horizon
        found["draw"] = {
            "outcome": outcome.label, "unit": wording.unit(outcome),
            "regime": f"{letters[regime]}, {scenario.regime(regime).title or regime}",
            "after": None if predict.after is None else predict.after / horizon,
            "given": None if predict.after is None else wording.duration(predict.after),
            "end": wording.duration(horizon)}
    else:
        found["choose"] = {"outcome": outcome.label,
                           "options": [f"{letters[name]}, {scenario.regime(name).title or name}"
                                       for name in step.lines(scenario)]}
    return found


def _claim(says: str, counted: Mapping[str, Any] | None) -> dict[str, Any]:
    if counted is None:
        return {"says": says, "badge": NOT_YET, "mark": "?"}
    held = f"{counted['held_in']} of {counted['pairs']} pairs"
    return {"says": says, "badge": f"holds in {held}" if counted["holds"] else f"does not hold: {held}",
            "mark": "✓" if counted["holds"] else "✗"}


def _names() -> tuple[str, ...]:
    from simulation.scenario import catalogue

    return tuple(catalogue())


@cache
def _scenario(name: str) -> Scenario:
    """One of the catalogue, read once: the names are bounded by the catalogue."""
    from simulation.scenario import load

    return load(name)


def _no_such(name: str, names: tuple[str, ...], root: str) -> Refusal:
    from simulation.scenario.errors import nearest, unknown

    near = nearest(name, names)
    offered = (near,) if near else names
    return Refusal(404, f"{unknown('scenario', name, names)}.".replace("?.", "?").capitalize(), title="No such handout",
                   links=tuple((f"{root}/handout/{each}", f"The handout of {each}") for each in offered))
