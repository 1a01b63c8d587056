"""The page of assumptions: how much of the model is judgement, what matters most, and every number to be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import solara

from dashboards import boards
from dashboards.choice import Choice, ChoiceError
from dashboards.html import h
from dashboards.instruments.knobs import GRADES, Knobs
from dashboards.shipped import shipped

STYLE = Path(__file__).with_suffix(".css")
_MOST_JUDGEMENTS = 3
_SHAPES = {"measured": "●", "associated": "◐", "judgement": "○"}


@solara.component
def Page() -> None:
    """`/assumptions`, or `/assumptions?w=token` for the numbers of a comparison."""
    from dashboards.app import Go, query

    router = solara.use_router()
    token = query(router.search).get("w", "")
    choice, problem = solara.use_memo(lambda: _read(token), [token])
    changed, set_changed = solara.use_state(dict(choice.parameters), key=token)
    refused, set_refused = solara.use_state("", key=f"refused {token}")
    groups = solara.use_memo(lambda: boards.knob_groups(choice, levers=False), [token])

    def use() -> None:
        try:
            new = boards.set_knobs(choice, {**_levers(choice), **changed})
        except ChoiceError as error:
            set_refused(str(error))
            return
        router.push(f"/explore?w={new.token()}")

    def take(new: dict[str, Any]) -> None:
        set_refused("")
        set_changed(dict(new))

    solara.Title("Assumptions")
    solara.Style(solara.use_memo(lambda: STYLE.read_text(encoding="utf-8"), []))
    Counts()
    if problem:
        h("p", f"This link cannot be used: {problem}", class_="cr-problem", role="alert")
    with h("div", class_="cr-row"):
        h("button", _use_label(len(changed)), on_click=use, class_="cr-main-action")
        h("span", "Change what you doubt below, then see whether the conclusion holds.", class_="cr-quiet")
        if token:
            Go(f"/explore?w={token}", "Back without changes")
    if refused:
        h("p", refused, class_="cr-problem", role="alert")
    Weightiest()
    h("h2", "Every assumption", class_="cr-table-head")
    Knobs.element(groups=groups, changed=changed, on_changed=take)


@solara.component
def Counts() -> None:
    """How the parameters are known: counts by grade."""
    from simulation.register import counts
    from simulation.report import GRADES as WORDS

    found = counts()["all"]
    total = sum(found.values())
    h("h1", f"{found['judgement']} of {total} assumptions are judgement")
    with h("ul", class_="cr-grades"):
        for grade in GRADES:
            word, _, says = WORDS[grade].partition(": ")
            h("li", h("span", _SHAPES[grade], aria_hidden="true", class_="cr-grade-shape"),
              h("strong", f"{found[grade]} {word}"), h("span", f" {says}", class_="cr-quiet"))


@solara.component
def Weightiest() -> None:
    """Which judgements move the difference between two regimes most; nothing where the study is not shipped."""
    rows = solara.use_memo(weightiest, [])
    if not rows:
        return
    with h("details", class_="cr-weightiest"):
        h("summary", "Which judgements matter most")
        h("p", rows["says"], class_="cr-quiet")
        head = h("tr", *(h("th", text, scope="col") for text in ("Outcome", "Judgement", "Believable range",
                                                                  "Moves the difference by", "Direction")))
        body = [h("tr", h("th", row[0], scope="row"), *(h("td", text) for text in row[1:])) for row in rows["rows"]]
        h("div", h("table", h("thead", head), h("tbody", *body)), class_="cr-scroll")


def weightiest() -> dict[str, Any] | None:
    """The kept study of sensitivity in words: `says` and `rows` of five texts; None where none is shipped."""
    from simulation.outcomes import BY_NAME, HEADLINE
    from simulation.register import parameters
    from simulation.scenario import load_regime, regime_library
    from simulation.sensitivity import telling
    from simulation.sensitivity.findings import Sensitivity

    data = shipped("sensitivity")
    if data is None:
        return None
    study = Sensitivity.from_dict(data)
    meanings = {f"{entry.table}.{entry.name}": entry.meaning for entry in parameters()}
    rows = []
    for outcome in (name for name in study.outcomes if name in HEADLINE):
        for effect in study.judgements(outcome, _MOST_JUDGEMENTS):
            if effect.factor in meanings:
                rows.append((BY_NAME[outcome].label, meanings[effect.factor],
                             telling.range_of(study.fact(effect.factor)),
                             f"{telling.percent(effect.mu_star)} ± {telling.percent(effect.half)}",
                             telling.larger(study, outcome, effect)))
    library = regime_library()
    first, second = (f"“{load_regime(name).title}”" if name in library else name for name in study.names)
    says = (f"How far one judgement, moved over its believable range, moves the difference between {first} and "
            f"{second} in the scenario {study.made['scenario']}, in per cent of the average of the two; the three "
            "weightiest of each headline outcome.")
    return {"says": says, "rows": rows}


def _read(token: str) -> tuple[Choice, str]:
    """The choice of a link, and what is wrong with it; then the choice is the default one."""
    default = boards.filled(Choice())
    if not token:
        return default, ""
    try:
        choice = boards.filled(Choice.from_token(token))
        choice.scenario_of()
        return choice, ""
    except ChoiceError as error:
        return default, str(error)


def _levers(choice: Choice) -> dict[str, float]:
    return {f"{i}.{name}": value for i, slot in enumerate(choice.slots) for name, value in slot.levers.items()}


def _use_label(count: int) -> str:
    if not count:
        return "Go to Explore"
    return "Use this one change in Explore" if count == 1 else f"Use these {count} changes in Explore"
