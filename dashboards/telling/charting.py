"""The charts of a step side by side: the one that matters, and one beside it that can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import solara

from dashboards.html import h
from dashboards.instruments.series import Series, packed
from dashboards.panels import Panel
from dashboards.telling.press import Press


@dataclass(frozen=True)
class Motion:
    """How often the lines of a step have been drawn and replayed.

    Attributes:
        draws: drawings asked for. drawn: those that were over when the step came onto the screen.
        changes: replays of the change of regime.
    """

    draws: int = 0
    drawn: int = 0
    changes: int = 0


@solara.component
def Charts(shown: Sequence[Panel], notes: Mapping[str, str], motion: Motion, columns: int, curve: Any = None,
           line: int | None = None, places: int | None = None) -> None:
    """The panels of a step.

    Args:
        shown: the first is the one that matters. notes: name of a panel to the line under it.
        columns: 1 or 2 beside each other; others wait behind buttons.
        curve: float (points), drawn by people, in the first panel; line: index there of the line it is about;
            places: decimals of the gap.
    """
    beside, set_beside = solara.use_state(0)
    fixed, others = (list(shown[:1]), list(shown[1:])) if columns == 2 else ([], list(shown))
    picked = min(beside, max(0, len(others) - 1))
    visible = [*fixed, *others[picked:picked + 1]]
    with h("div"):
        with h("div", class_=f"cr-charts cr-charts-{min(columns, len(visible))}"):
            for place, panel in enumerate(visible):
                mine = curve if panel is shown[0] else None
                Chart(panel, notes.get(panel.name, ""), motion, mine, line, places).key(f"{place} {panel.name}")
        if len(others) > 1:
            with h("div", class_="cr-tabs", role="group", aria_label="Which chart"):
                h("span", "Beside it:" if fixed else "Chart:", class_="cr-quiet")
                for i, panel in enumerate(others):
                    Press(panel.title, lambda i=i: set_beside(i),
                          attributes={"aria_pressed": "true" if i == picked else "false"}).key(panel.name)


@solara.component
def Chart(panel: Panel, note: str, motion: Motion, curve: Any, line: int | None, places: int | None) -> None:
    """One panel with the line under it."""
    drawn = panel.reaching(curve, line, places) if curve is not None and line is not None else panel
    traits: dict[str, Any] = {**drawn.traits, "prediction": packed(curve) if curve is not None else b""}
    spec = traits["spec"]
    if motion.changes and len(panel.drawn) > 1 and len({outcome for _, outcome in panel.drawn}) == 1:
        traits["ghost"] = panel.from_first()
        spec["ghost_label"] = f"at first all as under {spec['lines'][0]['label']}"
    with h("div", class_="cr-chart"):
        Series.element(**traits, reveal=motion.draws, revealed=motion.drawn, replay=motion.changes)
        h("p", note, class_="cr-verdict") if note else None
