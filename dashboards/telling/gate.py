"""The predict gate: people commit themselves before they see, by drawing a line or by choosing a regime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import solara

from dashboards.html import h
from dashboards.instruments.sketch import Sketch
from dashboards.telling.steps import Answer


@solara.component
def Gate(question: str, spec: Mapping[str, Any], answer: Answer, tell: Callable[[Answer], None]) -> None:
    """The pad.

    Args:
        question: what to predict, for the time until there is a pad.
        spec: of `Sketch`; empty while the line's beginning is not recorded yet. It must stay the same once it is there:
            a new one would wipe out a line half drawn.
        tell: called with what is predicted, whenever that is kept or taken back.
    """
    now = solara.use_ref(answer)
    now.current = answer

    def change(**what: Any) -> None:
        now.current = Answer(**{"drawn": now.current.drawn, "chosen": now.current.chosen, "kept": now.current.kept,
                                **what, "pad": spec})
        tell(now.current)

    with h("section", class_=f"cr-gate cr-gate-{spec.get('mode', 'waiting')}", aria_label="Your prediction"):
        if not spec:
            h("h2", question)
            h("p", "The pad to draw on appears as soon as the first runs are recorded.", class_="cr-quiet",
              role="status")
        else:
            Sketch.element(spec=dict(spec), prediction=list(answer.drawn), chosen=answer.chosen, done=answer.kept,
                           on_prediction=lambda values: change(drawn=tuple(values)),
                           on_chosen=lambda value: change(chosen=value),
                           on_done=lambda kept: change(kept=kept)).key("pad")


def choice_spec(question: str, options: list[dict[str, str]], summaries: Mapping[str, str]) -> dict[str, Any]:
    """The specification of a choice; `summaries` from an option's value to the line under it."""
    return {"mode": "choose", "title": question,
            "options": [{**option, "detail": summaries[option["value"]]} if summaries.get(option["value"]) else option
                        for option in options]}
