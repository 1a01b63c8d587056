"""`/explore`: two to four regimes on the same people, six levers, every assumption, stepped live or run to the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import solara

from dashboards import boards
from dashboards.choice import Choice, ChoiceError
from dashboards.exploring import charts, reproducing, side, stepping, views
from dashboards.exploring.asking import Asked, leave, use_runs
from dashboards.html import h
from dashboards.instruments.copy import Copy
from dashboards.instruments.tabs import Tabs
from dashboards.telling.press import Press

if TYPE_CHECKING:
    from simulation.comparison import Comparison

STYLE = Path(__file__).with_name("explore.css")
NAMES = dict((*views.TABS, ("world", "World"), ("assumptions", "Assumptions")))
"""Every tab, what is shown first."""
TABS = {"label": "What is shown", "panel": "cr-tab", "tabs": [list(each) for each in NAMES.items()]}


@solara.component
def Page() -> None:
    """The address holds what is compared: `?w=` and the token of a `Choice`."""
    from dashboards.app import query

    router = solara.use_router()
    token = query(router.search).get("w", "")
    choice, problem = solara.use_memo(lambda: _read(token), [token])
    visitor = solara.get_kernel_id()
    solara.use_effect(lambda: lambda: leave(visitor), [])
    solara.Title("Explore")
    solara.Style(solara.use_memo(lambda: STYLE.read_text(encoding="utf-8"), []))
    Explorer(choice, problem)


@solara.component
def Explorer(choice: Choice, problem: str) -> None:
    """The page of a choice."""
    router = solara.use_router()
    tab, set_tab = solara.use_state("people")
    told, set_told = solara.use_state("")
    replay, set_replay = solara.use_state(0)
    last, set_last = solara.use_state([])  # type: ignore[var-annotated]
    playhead = solara.use_memo(stepping.Playhead, [])
    solara.use_effect(lambda: playhead.close, [])
    asked = use_runs(choice, choice.token())

    def change(new: Choice) -> None:
        set_last([*last[-30:], choice])
        set_replay(0)
        playhead.whole()
        router.push(f"/explore?w={new.token()}")

    def undo() -> None:
        if last:
            set_last(last[:-1])
            set_replay(0)
            router.push(f"/explore?w={last[-1].token()}")

    def again() -> None:
        playhead.whole()
        set_replay(replay + 1)

    with h("div", class_="cr-explore"):
        with h("div", class_="cr-explore-head"):
            h("h1", "Explore")
            if asked.scenario is not None:
                side.Regimes(choice, asked.scenario, change, set_told).key(f"slots {len(choice.slots)}")
            Progress(asked)
        with h("div"):  # always there: what comes after it must not be built anew when something is told
            for text in dict.fromkeys(t for t in (problem, told, asked.problem) if t):
                h("p", text, class_="cr-problem", role="alert", key=text)
        if asked.scenario is not None:
            with h("div", class_="cr-explore-body"):
                with h("div", class_="cr-explore-levers"):
                    side.Levers(choice, change, set_told)
                with h("div", class_=f"cr-explore-show cr-show-{tab}"):
                    h("div", Tabs.element(spec=TABS, chosen=tab,
                                          on_chosen=lambda name: name in NAMES and set_tab(name)))
                    with h("div", id="cr-tab", role="tabpanel", aria_labelledby=f"cr-tab-{tab}", class_="cr-tab",
                           key=f"panel {tab}"):
                        Shown(tab, choice, asked, replay, playhead, change, set_told).key(tab)
                    with h("div", class_="cr-hands"):
                        stepping.Controls(playhead, asked.scenario, asked.scenario.seed)
                        side.Shocks(choice, lambda: playhead.week, change)
            Deeds(choice, asked, change, undo if last else None, again, tab)
        Marker(asked)


@solara.component
def Shown(tab: str, choice: Choice, asked: Asked, replay: int, playhead: stepping.Playhead, change: side.Change,
          tell: Callable[[str], None]) -> None:
    """The tab that is open."""
    scenario, comparison = asked.scenario, asked.comparison
    if scenario is None:
        return
    if tab == "world":
        side.World(choice, scenario, change, tell)
    elif tab == "assumptions":
        side.Assumptions(choice, change, tell)
    elif tab == "network":
        stepping.Networks(playhead, scenario, scenario.seed).key(scenario.key + str(scenario.compare))
    elif comparison is None:
        h("p", "The lines appear with the first pair of runs.", class_="cr-quiet", role="status")
    elif tab == "waits":
        charts.Waits(comparison)
    elif tab == "variation":
        charts.Variation(comparison)
    elif tab == "table":
        charts.Table(comparison)
    else:
        charts.Lines(comparison, asked.before, tab, replay, playhead.follow).key(tab)


@solara.component
def Progress(asked: Asked) -> None:
    """How far the runs are."""
    now = asked.progress
    with h("div", class_="cr-progress"):
        if asked.scenario is not None and not now.over and not asked.problem:
            h("progress", value=now.done, max=max(1, now.total), aria_label="Runs made")
            h("span", f"{now.done} of {now.total} runs" if now.total else "Waiting for a free processor",
              class_="cr-quiet", role="status")
            Press("Cancel", asked.cancel).key("cancel")
        elif now.problem:
            h("span", now.problem, class_="cr-problem", role="alert")
        elif now.state == "cancelled":
            h("span", f"Stopped after {now.done} of {now.total} runs", class_="cr-quiet")
            Press("Go on", asked.again).key("again")
        elif asked.problem:
            Press("Try again", asked.again).key("again")


@solara.component
def Deeds(choice: Choice, asked: Asked, change: side.Change, undo: Callable[[], None] | None,
          again: Callable[[], None], tab: str) -> None:
    """What can be done with what is shown: take back, replay, test, share, export, reproduce."""
    comparison, token = asked.comparison, choice.token()
    null = side.is_null(choice)
    with h("div", class_="cr-row cr-deeds"):
        Press("Undo", undo or (lambda: None), attributes={"disabled": undo is None}).key("undo")
        Press("Replay the last change", again, attributes={"disabled": asked.before is None}).key("replay")
        Press("Null test", lambda: change(side.nulled(choice)), attributes={"disabled": null, "title": (
            "Give every regime the levers of the first: all lines must coincide")}).key("null")
        Press("Reset the world, keep the levers", lambda: change(side.restored(choice))).key("reset")
        Copy.element(says="Copy link", text=f"/explore?w={token}")
        Export(token, tab, comparison)
    with h("div"):
        if null and comparison is not None and not asked.stale:
            h("p", views.null(comparison), class_="cr-note", role="status", id="cr-null")
    with h("div", class_="cr-row cr-quiet cr-fingerprint"):
        if comparison is not None and asked.scenario is not None:
            h("span", _fingerprint(asked))
        h("a", "Link to this screen", href=f"/explore?w={token}")
        if side.is_small(choice):
            h("span", "A small world to begin with, so that a lever answers at once; under World it can be larger.")
    Code(choice)


@solara.component
def Export(token: str, tab: str, comparison: Comparison | None) -> None:
    """Links to pictures and tables of what is shown."""
    if comparison is None:
        return
    with h("details", class_="cr-tools"):
        h("summary", "Export")
        with h("div", class_="cr-tools-list"):
            for view, title, kinds in views.exports(tab):
                with h("div", class_="cr-row", key=f"{tab} {view}"):
                    h("span", title)
                    for kind, says in kinds.items():
                        h("a", kind.upper(), href=f"/download/{view}.{kind}?w={token}", download=True,
                          aria_label=f"{title}: {says} ({kind.upper()})", key=f"{tab} {view} {kind}")


@solara.component
def Code(choice: Choice) -> None:
    """How to make these figures again without the dashboard."""
    texts = solara.use_memo(lambda: {"from the command line": reproducing.command(choice),
                                     "in Python": reproducing.python(choice)}, [choice.token()])
    with h("details"):
        h("summary", "Use in code")
        for name, text in texts.items():
            with h("div", class_="cr-row"):
                h("span", f"The same figures {name}:")
                Copy.element(says="Copy", text=text)
            h("pre", h("code", text), tabindex="0", aria_label=name)


@solara.component
def Marker(asked: Asked) -> None:
    """Says, for tests and benchmarks, of which scenario the charts are and how many pairs they have."""
    comparison = asked.comparison
    key = "" if comparison is None else f"{comparison.scenario.key} {comparison.seed} {' '.join(comparison.names)}"
    h("span", hidden=True, data_shown=key, data_pairs=0 if comparison is None else comparison.pairs,
      data_over="yes" if asked.progress.over else "no")


def _fingerprint(asked: Asked) -> str:
    comparison = asked.comparison
    assert comparison is not None and asked.scenario is not None
    world = comparison.scenario.world
    pairs = "1 pair" if comparison.pairs == 1 else f"{comparison.pairs} pairs"
    stale = " Still the choice before." if asked.stale else ""
    return (f"{comparison.scenario.title}: {world.people:,} people, {pairs} from seed {comparison.seed}. "
            f"World {comparison.scenario.key[:8]}, figures {comparison.key[:8]}.{stale}")


def _read(token: str) -> tuple[Choice, str]:
    """The choice of a link, and what to say about it; then a first look instead."""
    from simulation.provenance import model_version

    if not token:
        return side.first_look(), ""
    try:
        choice = boards.filled(Choice.from_token(token))
        choice.scenario_of()
    except ChoiceError as error:
        return side.first_look(), f"This link cannot be used: {error}. Here is the default town instead."
    if choice.model and choice.model != model_version():
        return choice, (f"This link was made with version {choice.model} of the model; this is version "
                        f"{model_version()}, and its figures may differ.")
    return choice, ""
