"""Live stepping on the page: one player a visit, its controls, the living networks, and who follows the playhead."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import solara

from dashboards.exploring.player import Moment, Player
from dashboards.html import h
from dashboards.instruments.network import Network
from dashboards.instruments.transport import Transport
from dashboards.telling.press import Press

if TYPE_CHECKING:
    from simulation.scenario import Scenario

NODES = 300


class Playhead:
    """The moment that everything on the page follows; lives as long as the page.

    Listeners get moments from the player's thread, ten a second at most.
    """

    def __init__(self) -> None:
        self.player: Player | None = None
        self.moment: Moment | None = None
        self._of: tuple[str, tuple[str, ...], int] | None = None
        self._weeks: list[Callable[[float | None], None]] = []
        self._moments: list[Callable[[Moment], None]] = []

    def ready(self, scenario: Scenario, seed: int) -> Player:
        """The player of this scenario; another scenario begins where the old one was."""
        of = (scenario.key, tuple(scenario.compare), seed)
        if self.player is None or self._of != of:
            at = self.player.tick if self.player is not None else 0
            speed = self.player.speed if self.player is not None else 5
            self.close()
            self.player = Player(scenario, tuple(scenario.compare), seed, NODES, self._told, at=at)
            self._of, self.moment = of, None
            self.player.speed = speed
        return self.player

    @property
    def week(self) -> int:
        """Where the playhead is, in whole weeks."""
        return 0 if self.player is None else int(self.player.tick * self._tick_weeks)

    @property
    def _tick_weeks(self) -> float:
        return self.player._scenario.tick_weeks if self.player is not None else 1.0

    def follow(self, told: Callable[[float | None], None]) -> Callable[[], None]:
        """Tell weeks at every moment; None where the whole run is shown."""
        self._weeks.append(told)
        if self.moment is not None:
            told(self._shown(self.moment))
        return lambda: self._weeks.remove(told) if told in self._weeks else None

    def watch(self, told: Callable[[Moment], None]) -> Callable[[], None]:
        """Tell every moment, frames and all."""
        self._moments.append(told)
        return lambda: self._moments.remove(told) if told in self._moments else None

    def close(self) -> None:
        if self.player is not None:
            self.player.close()

    def whole(self) -> None:
        """Let charts show the whole run again."""
        for told in list(self._weeks):
            told(None)

    def _shown(self, moment: Moment) -> float | None:
        return moment.tick * self._tick_weeks

    def _told(self, moment: Moment) -> None:
        self.moment = moment
        for told in list(self._weeks):
            _quietly(told, self._shown(moment))
        for each in list(self._moments):
            _quietly(each, moment)


def _quietly(told: Callable[[Any], None], what: Any) -> None:
    """A chart that has just been taken off the page must not stop the player."""
    import logging

    try:
        told(what)
    except Exception:
        logging.getLogger(__name__).debug("a listener has gone", exc_info=True)


@solara.component
def Controls(playhead: Playhead, scenario: Scenario, seed: int) -> None:
    """Play, pause, step, speed and the scrubber."""
    from simulation.timeline import Timeline

    timeline = Timeline.of(scenario)
    problem, set_problem = solara.use_state("")
    said = solara.use_ref("")
    player = playhead.ready(scenario, seed)
    element = Transport.element(ticks=scenario.ticks, says=f"{timeline.unit.capitalize()} {{}}",
                                unit=scenario.tick_weeks / timeline.unit_weeks, speed=player.speed,
                                on_asked=lambda asked: _do(playhead, asked))

    def listen() -> Callable[[], None]:
        widget = solara.get_widget(element)
        widget.tick = player.tick

        def told(moment: Moment) -> None:
            with widget.hold_sync():
                widget.tick, widget.playing = moment.tick, moment.playing
            if moment.problem != said.current:
                said.current = moment.problem
                set_problem(moment.problem)
        return playhead.watch(told)

    solara.use_effect(listen, [scenario.key, seed])
    with h("div"):
        h("div", element)
        if problem:
            h("p", problem, class_="cr-problem", role="alert")


def _do(playhead: Playhead, asked: dict[str, Any]) -> None:
    """What the controls ask for, which comes from a browser and may be anything."""
    player, what, value = playhead.player, asked.get("what"), asked.get("value")
    number = int(value) if isinstance(value, int | float) and abs(value) < 1e9 else None
    if player is None:
        return
    if what == "play":
        player.play(number)
    elif what == "pause":
        player.pause()
    elif what == "step":
        player.step(1)
    elif what == "back":
        player.step(-1)
    elif what == "seek" and number is not None:
        player.seek(number)
    elif what == "speed" and number is not None:
        player.speed = min(max(1, number), 20)


@solara.component
def Networks(playhead: Playhead, scenario: Scenario, seed: int) -> None:
    """The living network of every regime, side by side; one choice of colours for all of them."""
    from dashboards.living import MEASURES

    names = tuple(scenario.compare)
    measure, set_measure = solara.use_state("pressure")
    elements = [Network.element(title=scenario.regimes[name].title or name, measure=measure, compact=i > 0,
                                on_measure=set_measure) for i, name in enumerate(names)]

    def listen() -> Callable[[], None]:
        widgets = [solara.get_widget(element) for element in elements]
        player = playhead.ready(scenario, seed)

        def told(moment: Moment) -> None:
            scenes = player.scenes
            for name, widget in zip(names, widgets, strict=True):
                if name in moment.frames:
                    if not widget.scene:
                        widget.scene = scenes[name]
                    widget.show(moment.frames[name].data, moment.frames[name].says)
        stop = playhead.watch(told)
        player.show()
        return stop

    solara.use_effect(listen, [scenario.key, seed])
    with h("div"):
        with h("div", class_="cr-row", role="group", aria_label="Colour shows"):
            h("span", "Colour shows", class_="cr-quiet")
            for each in MEASURES:
                pressed = "true" if each["key"] == measure else "false"
                Press(each["label"], lambda key=each["key"]: set_measure(key), "cr-small",
                      {"aria_pressed": pressed}).key(each["key"])
            h("span", "One run of each, same people, same luck.",
              class_="cr-quiet")
        h("div", *(h("div", element, class_="cr-chart", key=name)
                   for name, element in zip(names, elements, strict=True)),
          class_=f"cr-charts cr-charts-{min(2, len(names))}")
