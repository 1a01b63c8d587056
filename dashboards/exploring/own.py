"""A measured series of the visitor's own, on an XmR chart beside the model's."""

from __future__ import annotations

from typing import Any

import solara

from dashboards import measured
from dashboards.html import h
from dashboards.instruments.fields import Fields
from dashboards.instruments.pick import Pick
from dashboards.instruments.xmr import XmR

_BETTER = {"higher": "higher is better", "lower": "lower is better"}
_EXAMPLE = "month,seen within four weeks\n2024-01,84.2\n2024-02,83.1\n"


@solara.component
def OwnSeries() -> None:
    """Put in two columns, see the chart; nothing is kept when the page is left."""
    series, set_series = solara.use_state(None)
    better, set_better = solara.use_state("higher")
    problems, set_problems = solara.use_state(())

    def sent(what: dict[str, Any]) -> None:
        text = what.get("values", {}).get("text") if isinstance(what.get("values"), dict) else None
        try:
            set_series(measured.read(text if isinstance(text, str) else ""))
            set_problems(())
        except measured.MeasuredError as error:
            set_problems(error.problems)

    with h("details"):
        h("summary", "Put your own figures beside these")
        Fields.element(fields=[{"id": "text", "label": "Two columns: period and value", "kind": "text", "value": "",
                                "accept": ".csv,.txt,.tsv",
                                "hint": f"CSV, one line a period, such as {_EXAMPLE.splitlines()[1]}"}],
                       button="Draw the chart", on_sent=sent)
        if problems:
            h("ul", *(h("li", problem) for problem in problems), class_="cr-problem", role="alert")
        if series is not None:
            Pick.element(spec={"label": "In this series", "groups": [{"label": "", "options": [
                [key, says] for key, says in _BETTER.items()]}]}, value=better,
                on_value=lambda name: set_better(name) if name in _BETTER else None)
            XmR.element(spec=measured.spec(series, better))
