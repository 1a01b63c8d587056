"""Play, pause, step, speed and a scrubber: the hands on a run that is stepped live."""

from __future__ import annotations

from typing import Any

import traitlets

from dashboards.instruments.instrument import Instrument


class Transport(Instrument):
    """The controls of one run.

    Traits:
        ticks: of the run; the scrubber goes from 0 to it. tick: where it is; settable.
        playing: whether it is running. speed: ticks a second, one of `speeds`.
        says: the moment in words, one text for 0 and one a tick, or a pattern with {} for `tick` times `unit`.
        unit: what a tick is in the unit of the pattern.
        asked: answered: {what: play, pause, step, back, seek or speed, value, n}, `n` counting up.
    """

    scripts = ("transport.js",)
    styles = ("instruments.css", "transport.css")

    ticks = traitlets.Int(0).tag(sync=True)
    tick = traitlets.Int(0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    speed = traitlets.Int(5).tag(sync=True)
    speeds = traitlets.List(traitlets.Int(), [1, 2, 5, 10, 20]).tag(sync=True)
    says = traitlets.Unicode("Tick {}").tag(sync=True)
    unit = traitlets.Float(1.0).tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)

    @traitlets.validate("tick")
    def _inside(self, proposal: Any) -> int:
        return min(max(0, int(proposal["value"])), max(self.ticks, 0))
