"""One story on the projector: where it is, what has been predicted and shown, and the keys that move it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import solara

from dashboards.html import h
from dashboards.instruments.keys import Keys
from dashboards.telling import predicting, steps, stories
from dashboards.telling.badge import Badge
from dashboards.telling.charting import Charts, Motion
from dashboards.telling.gate import Gate, choice_spec
from dashboards.telling.inviting import Tools, Vote, my_room, open_room
from dashboards.telling.predicting import Result
from dashboards.telling.press import Press
from dashboards.telling.recording import Progress, use_recording
from dashboards.telling.steps import Answer

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.scenario.story import Step

HEIGHT, HIGHER, PAD = 256, 296, 300
"""Of a chart with and without a result above it, and of the pad, in pixels: together with the page they fill 720."""


@solara.component
def Teller(name: str, number: int) -> None:
    """The story of a scenario at one of its steps.

    Args: `number` of the step, from 1; one that does not exist is the nearest that does.
    """
    from dashboards.app import Go

    scenario = stories.story(name)
    last = len(scenario.story)
    number = min(max(number, 1), last)
    step = scenario.story[number - 1]
    router = solara.use_router()
    recording = use_recording(name)
    answers, set_answers = solara.use_state({})  # type: ignore[var-annotated]
    seen, set_seen = solara.use_state(frozenset())  # type: ignore[var-annotated]
    motions, set_motions = solara.use_state({})  # type: ignore[var-annotated]
    asking, set_asking = solara.use_state(0)
    problem, set_problem = solara.use_state("")
    focus, set_focus = solara.use_state("")
    opens, set_opens = solara.use_state("")
    at, moves = solara.use_ref(number), solara.use_ref(0)
    solara.use_memo(lambda: setattr(at, "current", number), [number])  # also when the browser goes back

    answer: Answer = answers.get(number, Answer())
    gated = step.predict is not None and number not in seen
    motion: Motion = motions.get(number, Motion(draws=1))
    comparison = recording.comparison
    shown = solara.use_memo(lambda: steps.panels_of(scenario, step, comparison, HEIGHT if step.predict else HIGHER)
                            if comparison else [],
                            [number, recording.progress.complete, comparison is None])
    notes = solara.use_memo(lambda: {p.name: steps.better_of(scenario, step, comparison, p) for p in shown},
                            [number, recording.progress.complete, comparison is None])
    pads = solara.use_ref({})  # type: ignore[var-annotated]
    spec = _pad(scenario, step, number, shown, recording.progress, pads.current)
    ready = bool(answer.given and comparison is not None)

    def move(what: str) -> str:
        moves.current += 1
        return f"{moves.current} {what}"

    def go(to: int) -> None:
        if not 1 <= to <= last or to == at.current:
            return
        at.current = to
        set_motions(lambda old: {**old, number: Motion(draws=motion.draws, drawn=motion.draws)})  # drawn once is enough
        room = my_room()
        if room is not None:
            room.clear_poll()  # the question of another step would stay on the phones
        set_asking(0)
        set_problem("")
        router.push(f"/story?scenario={name}&step={to}")
        set_focus(move("cr-step"))

    def reveal() -> None:
        if not (gated and ready):
            return
        set_motions(lambda old: {**old, number: Motion(draws=1)})  # before the charts: they begin to draw as they come
        set_seen(lambda old: old | {number})
        set_focus(move("cr-result"))

    def pressed(what: str) -> None:
        kind = what.split(" ")[0]
        if kind == "back":
            go(at.current - 1)
        elif gated and ready:
            reveal()
        elif kind == "next":
            go(at.current + 1)

    def predicted(given: Answer) -> None:
        set_answers(lambda old: {**old, number: given})
        if given.given:
            set_focus(move("cr-reveal"))

    def moved(**how: int) -> None:
        set_motions(lambda old: {**old, number: replace(old.get(number, Motion()), **how)})

    def tell_room() -> None:
        from dashboards.rooms import Shown

        room = my_room()
        if room is not None:
            room.show(Shown.of_step(scenario, number, revealed=not gated))

    def invite() -> Any:
        from dashboards.rooms import RoomsFull

        try:
            room = open_room()
        except RoomsFull as error:
            set_problem(str(error))
            return None
        set_problem("")
        tell_room()
        return room

    def facilitate() -> None:
        room = invite()
        if room is not None:
            set_opens(move(f"/facilitator/{room.key}"))

    def ask() -> None:
        room = None if asking == number else invite()
        if room is None:
            set_asking(0)
            return
        called = list(steps.titles(scenario, step).values())
        room.ask(*predicting.question_for_phones(step.predict, step.question, called, step.title))
        set_asking(number)

    solara.use_effect(tell_room, [number, gated])

    result = (steps.result_of(scenario, step, comparison, answer, shown)
              if comparison is not None and not gated else None)
    room = my_room()

    with h("div", class_="cr-teller"):
        Keys.element(on_pressed=pressed, focus=focus, opens=opens)
        with h("div", class_="cr-story-head"):
            with h("p", class_="cr-where"):
                Go("/story", "Stories")
                h("span", " › ", aria_hidden="true")
                h("span", scenario.title)
            with h("nav", aria_label="Steps of the story"), h("ol"):
                for i, each in enumerate(scenario.story, 1):
                    with h("li", key=f"step {i}"):
                        Press(str(i), lambda i=i: go(i), attributes={
                            "aria_label": f"Step {i}: {each.title}", "title": each.title,
                            "aria_current": "step" if i == number else None})
            Badge(scenario, recording)
            Tools(name, facilitate, ask, asking == number, problem)
        h("h1", h("span", f"Step {number} of {last}", class_="cr-step-of"), " ", step.title, id="cr-step",
          tabindex="-1")
        h("p", f"Step {number} of {last}. {_announced(step, result, recording.progress)}", role="status",
          class_="cr-hidden")
        if asking == number and room is not None:
            Vote(room, result.index if result else None, lambda: set_asking(0)).key(f"vote {number}")
        else:
            with h("div", class_="cr-story cr-story-first" if number == 1 else "cr-story", key=f"body {number}"):
                with h("div", class_="cr-telling"):
                    h("p", step.text, class_="cr-text")
                    if number == 1:
                        Regimes(scenario, step)
                    if step.question and step.predict is None:
                        h("p", step.question, class_="cr-question")
                    if result is not None:
                        with h("div", class_="cr-result", id="cr-result", tabindex="-1"):
                            h("p", h("strong", result.headline), " ", result.beside, " ",
                              h("span", result.counted, class_="cr-quiet"))
                with h("div", class_="cr-showing"):
                    if gated:
                        Gate(step.question or "", spec, answer, predicted).key(f"gate {number}")
                    elif shown:
                        curve = steps.curve_of(step, answer, shown[0])
                        Charts(shown, notes, motion, 1 if number == 1 else 2, curve,
                               steps.predicted_line(step, shown),
                               steps.places_of(step, answer) if step.predict else None).key(f"charts {number}")
                    elif step.show:
                        h("p", "The lines appear with the first pair of runs.", class_="cr-quiet", role="status")
        with h("div", class_="cr-story-foot"):
            Press("← Back", lambda: go(number - 1), attributes={"disabled": number == 1}).key("back")
            if gated:
                Press("Reveal", reveal, "cr-main-action", {
                    "id": "cr-reveal", "disabled": not ready, "aria_describedby": "cr-why"}).key("reveal")
                h("span", _why(step, answer, ready), id="cr-why", class_="cr-quiet")
            elif shown and asking != number:
                Press("Replay", lambda: moved(draws=motion.draws + 1)).key("replay")
                if any(len({r for r, _ in p.drawn}) > 1 for p in shown):
                    Press("Replay the change of regime", lambda: moved(changes=motion.changes + 1)).key("change")
            h("span", class_="cr-space")
            if number < last:
                Press("Next →", lambda: go(number + 1), "" if gated else "cr-main-action").key("next")
            else:
                Onward(scenario).key("onward")


def _pad(scenario: Scenario, step: Step, number: int, shown: list[Any], progress: Progress,
         kept: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """What people predict on; once made for a step it stays, because a new one would wipe out what they drew."""
    if step.predict is None:
        return {}
    if number not in kept:
        if step.predict.how == "choose":
            called = steps.titles(scenario, step)
            kept[number] = choice_spec(step.question or "", predicting.options(called),
                                       {name: scenario.regime(name).summary or "" for name in called})
        elif shown and (progress.over or progress.complete >= steps.PAD_PAIRS):
            kept[number] = steps.pad_of(scenario, step, shown, PAD)
    return kept.get(number, {})


def _announced(step: Step, result: Result | None, progress: Progress) -> str:
    """What readers hear; not every new pair of a recording under way."""
    if result is None:
        return step.title
    return result.said if progress.over else "The answer is on the screen, from the runs that are there so far."


def _why(step: Step, answer: Answer, ready: bool) -> str:
    """Why the answer cannot be shown yet."""
    if ready:
        return "R, or the next key, reveals it."
    if answer.given:
        return "The first pair of runs is still being recorded."
    draw = step.predict is not None and step.predict.how == "draw"
    return f"{'Draw the line' if draw else 'Choose'} first: then the answer can be shown."


@solara.component
def Regimes(scenario: Scenario, step: Step) -> None:
    """The regimes that are compared, one line each, with the look of their line."""
    from simulation.drawing import regime_style

    order = [regime.name for regime in stories.regimes_needed(scenario)]
    with h("dl", class_="cr-regimes"):
        for name in step.lines(scenario):
            style, regime = regime_style(order.index(name)), scenario.regime(name)
            dash = "solid" if len(style.dash) < 2 or not style.dash[1] else "dotted" if style.dash[0] < 3 else "dashed"
            h("dt", h("span", aria_hidden="true", class_="cr-swatch", style=f"border-top: 4px {dash} {style.colour}"),
              regime.title or name)
            h("dd", regime.summary or "")


@solara.component
def Onward(scenario: Scenario) -> None:
    """What to do after the last step."""
    from dashboards.app import Go
    from dashboards.choice import Choice

    following = stories.after(scenario.name)
    with h("p", class_="cr-onward"):
        h("strong", "And now: ")
        Go(f"/explore?w={Choice.of(scenario).token()}", "change its levers and look again")
        h("span", " or ")
        if following is not None:
            Go(f"/story?scenario={following.name}", f"the next story: {following.title}")
        else:
            Go("/story", "choose another story")


