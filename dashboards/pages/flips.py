"""The map of where the winner flips: "break our conclusion", any square of it loaded in Explore."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import solara

from dashboards import flipworlds
from dashboards.choice import ChoiceError
from dashboards.html import h
from dashboards.instruments.pick import Pick
from dashboards.instruments.squares import PATTERNS, Squares

if TYPE_CHECKING:
    from simulation.frontier import Frontier, Place

TITLE = "Break our conclusion"


@cache
def _style() -> str:
    return Path(__file__).with_name("flips.css").read_text(encoding="utf-8")  # a path would be watched for changes


@solara.component
def Page() -> None:
    """The page: an outcome, the map, the square that was pressed."""
    solara.Title(f"{TITLE} · Care regimes")
    solara.Style(_style())
    frontier = flipworlds.kept()
    if frontier is None:
        h("h1", TITLE)
        h("p", "This installation came without the map. It is made with ", h("code", "regimes frontier"), ".",
          class_="cr-problem")
    else:
        Map(frontier)


@solara.component
def Map(frontier: Frontier) -> None:
    """The whole map of one outcome; which one, and which square is open, is also read from the address."""
    from dashboards.app import query

    search = solara.use_router().search
    asked = solara.use_memo(lambda: _asked(frontier, query(search)), [])
    outcome, set_outcome = solara.use_state(asked[0])
    chosen, set_chosen = solara.use_state(asked[1])
    drawn = solara.use_memo(lambda: _drawn(frontier, outcome), [outcome])
    here: Frontier = drawn["map"]
    with h("div", class_="cr-flips-head"):
        h("h1", f"{TITLE}: where does the winner change?")
        Pick.element(spec=drawn["list"], value=outcome, on_value=set_outcome)
    for doubt in drawn["doubts"]:
        h("p", doubt, class_="cr-problem")
    h("p", drawn["title"], class_="cr-said", aria_live="polite")
    with h("div", class_="cr-flips"):
        with h("div"):
            Squares.element(spec=drawn["spec"], chosen=list(chosen), on_chosen=lambda at: set_chosen(tuple(at)))
            Key(here)
        Square(here, chosen if chosen in here.cells else None).key(f"square-{outcome}-{chosen}")
    Under(here, drawn)


def _asked(frontier: Frontier, words: dict[str, str]) -> tuple[str, tuple[int, ...]]:
    """Outcome and square that an address asks for, where the map has them."""
    there = next(iter(frontier.cells.values())).standings
    outcome = words.get("outcome", "")
    parts = words.get("square", "").split(",")
    place = tuple(int(part) for part in parts) if all(p.isascii() and p.isdigit() and len(p) < 4 for p in parts) else ()
    return (outcome if outcome in there else frontier.outcome, place if place in frontier.cells else ())


def _drawn(frontier: Frontier, outcome: str) -> dict[str, Any]:
    """Everything about one outcome that does not change with the square that is open."""
    from simulation import flipmap
    from simulation.outcomes import BY_NAME

    here = flipworlds.on(frontier, outcome)
    figure = flipmap.figure(here)
    return {
        "map": here, "title": figure.title, "alt": figure.alt, "where": flipmap.where(here),
        "caption": flipmap.caption(here), "doubts": flipworlds.doubts(frontier), "table": figure.table,
        "spec": spec(here),
        "list": {"label": "Outcome", "groups": [
            {"label": heading, "options": [[name, BY_NAME[name].label] for name in names]}
            for heading, names in flipworlds.outcomes(frontier).items()]},
    }


def spec(frontier: Frontier) -> dict[str, Any]:
    """The map as the instrument takes it."""
    from simulation import flipmap, tiles
    from simulation.outcomes import BY_NAME

    letter = flipmap.letters(frontier.regimes)
    cells = []
    for place, found in frontier.standings().items():
        fill, pattern = tiles.OPEN, "open"
        if found.winner:
            fill, pattern = _fill(frontier, found.winner, strong=not found.margin < flipmap.STRONG)
        cells.append({"column": place[0], "row": place[1], "letter": letter.get(found.winner or "", flipmap.NEITHER),
                      "says": flipmap.percent(found) if found.winner else "", "fill": fill, "pattern": pattern,
                      "ink": tiles.ink_on(fill), "area": found.winner or "",
                      "label": flipworlds.square_says(frontier, place)})
    homes = frontier.x.home, frontier.y.home
    return {"label": f"Map of worlds: {BY_NAME[frontier.outcome].label}. From left to right: {frontier.x.title}; from "
                     f"below: {frontier.y.title}. Arrow keys move, Enter opens a world.",
            "columns": list(frontier.x.labels), "rows": list(frontier.y.labels), "x_title": frontier.x.title,
            "y_title": frontier.y.title, "cells": cells, "home": None if None in homes else list(homes),
            "home_label": f"{frontier.about['name']} as it is"}


def _fill(frontier: Frontier, regime: str, *, strong: bool) -> tuple[str, str]:
    from simulation import tiles

    position = frontier.regimes.index(regime)
    dark, light = tiles.fills(position)
    return dark if strong else light, PATTERNS[position % (len(PATTERNS) - 1)]


@solara.component
def Key(frontier: Frontier) -> None:
    """What letters, fills and the dashed frame mean."""
    from simulation import flipmap, tiles
    from simulation.outcomes import BY_NAME

    letter = flipmap.letters(frontier.regimes)
    better = BY_NAME[frontier.outcome].better

    def swatch(text: str, fill: str, pattern: str) -> solara.Element:
        edge = "box-shadow: inset 0 0 0 1px #9aa1a9;" if pattern == "open" else ""
        return h("span", text, class_=f"cr-swatch cr-pattern-{pattern}", aria_hidden="true",
                 style=f"background: {fill}; color: {tiles.ink_on(fill)}; {edge}")

    with h("ul", class_="cr-key", aria_label="Key"):
        for name in frontier.regimes:
            both = [swatch(letter[name], *_fill(frontier, name, strong=strong)) for strong in (True, False)]
            h("li", *both, h("span", f"{better} under {name}, by {100 * flipmap.STRONG:.0f} % or more; by less"))
        h("li", swatch(flipmap.NEITHER, tiles.OPEN, "open"), h("span", "nobody can tell"))
        if None not in (frontier.x.home, frontier.y.home):
            h("li", h("span", class_="cr-swatch cr-swatch-home", aria_hidden="true"),
              h("span", f"{frontier.about['name']} as it is"))


@solara.component
def Square(frontier: Frontier, place: Place | None) -> None:
    """The square that was pressed: what world it is, how the regimes stand in it, and the way to run it."""
    from simulation import flipmap

    with h("section", class_="cr-square-panel", aria_live="polite", aria_label="The world you chose"):
        if place is None:
            h("h2", "Pick a world")
            h("p", "Find the world where you would expect our conclusion to fail, and press its square. It can be run "
                   "again here, with your own changes.")
            h("p", f"A regime wins a square where {flipmap.rule(frontier.pairs)}.", class_="cr-quiet")
        else:
            _told(frontier, place)


def _told(frontier: Frontier, place: Place) -> None:
    home = (frontier.x.home, frontier.y.home) == tuple(float(at) for at in place)
    h("h2", f"{frontier.about['title'].rstrip('.')}, as it is" if home else "This world")
    with h("dl"):
        for axis, at in zip((frontier.x, frontier.y), place, strict=True):
            h("dt", axis.title)
            h("dd", axis.labels[at])
    verdict, *more = flipworlds.standing_says(frontier.standings()[place], frontier.outcome)
    h("p", verdict, class_="cr-verdict")
    for sentence in more:
        h("p", sentence, class_="cr-quiet")
    try:
        token = flipworlds.choice_at(frontier, place).token()
    except ChoiceError as problem:
        h("p", str(problem), class_="cr-problem")
    else:
        Button(f"/explore?w={token}", "Load this world in Explore")


@solara.component
def Button(path: str, name: str) -> None:
    """A link to another page that looks like the main button."""
    router = solara.use_router()
    link = h("a", name, href=path, class_="cr-button")
    go: Callable[..., None] = lambda *_: router.push(path)  # noqa: E731
    solara.v.use_event(link, "click.prevent", go)


@solara.component
def Under(frontier: Frontier, drawn: dict[str, Any]) -> None:
    """Below the map: what it says in sentences, what it is made of, the same as a table, and files to take away."""
    table = drawn["table"]
    with h("div", class_="cr-under"):
        h("p", " ".join(drawn["where"]), class_="cr-lead")
        h("p", drawn["caption"], class_="cr-quiet", style="max-width: 60em")
        with h("details"):
            h("summary", "The map as text and as a table")
            h("p", drawn["alt"])
            with h("div", class_="cr-scroll", tabindex="0", role="region", aria_label="The map as a table"):
                with h("table"):
                    h("caption", f"{table.index.name}, from top to bottom; {table.columns.name}, from left to right")
                    h("thead", h("tr", h("td"), *(h("th", label, scope="col") for label in table.columns)))
                    h("tbody", *(h("tr", h("th", label, scope="row"), *(h("td", said) for said in row))
                                 for label, row in zip(table.index, table.to_numpy(), strict=True)))
        with h("p", "Take it with you: ", class_="cr-quiet cr-take"):
            for kind in ("png", "svg", "csv"):
                h("a", kind.upper(), href=f"/download/map.{kind}?outcome={frontier.outcome}", class_="cr-go",
                  download=True)

