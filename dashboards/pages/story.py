"""Stories: the catalogue of them, and one told step by step."""

from __future__ import annotations

from pathlib import Path

import solara

from dashboards.html import h
from dashboards.telling import stories
from dashboards.telling.teller import Teller

STYLE = Path(__file__).resolve().parent.parent / "telling" / "story.css"


@solara.component
def Page() -> None:
    """The catalogue, or the story that the address names."""
    from dashboards.app import query

    asked = query(solara.use_router().search)
    name = asked.get("scenario", "")
    style = solara.use_memo(lambda: STYLE.read_text(encoding="utf-8"), [])
    with h("div"):
        solara.Style(style)
        if not name:
            solara.Title("Stories · Care regimes")
            Catalogue().key("catalogue")
            return
        try:
            title = stories.story(name).title
        except stories.NoStory as error:
            solara.Title("No such story · Care regimes")
            Missing(str(error), error.nearest).key("missing")
            return
        solara.Title(f"{title} · Care regimes")
        Teller(name, _number(asked.get("step", ""))).key(f"story {name}")


def _number(text: str) -> int:
    """A step's number from an address; 1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


@solara.component
def Catalogue() -> None:
    """Every story as a card."""
    from dashboards.app import Go

    with h("div"):
        h("h1", "Stories")
        h("p", "Predict first, then see. Every story compares regimes on the same people with the same luck.")
        with h("ul", class_="cr-cards"):
            for card in stories.cards():
                with h("li", key=card.name):
                    with h("h2"):
                        Go(f"/story?scenario={card.name}", card.title)
                    h("p", card.purpose)
                    h("p", facts(card), class_="cr-quiet")


def facts(card: stories.Card) -> str:
    """`7 steps · 44 minutes · 6 predictions`."""
    parts = [_count(card.steps, "step")]
    if card.minutes:
        parts.append(_count(card.minutes, "minute"))
    if card.predictions:
        parts.append(_count(card.predictions, "prediction"))
    return " · ".join(parts)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


@solara.component
def Missing(says: str, nearest: str | None) -> None:
    """An address that names no story."""
    from dashboards.app import Go

    with h("div"):
        h("h1", "No such story")
        with h("div", class_="cr-problem", role="alert"):
            h("p", says)
            if nearest is not None:
                with h("p"):
                    h("span", "Did you mean ")
                    Go(f"/story?scenario={nearest}", stories.story(nearest).title)
                    h("span", f" ({nearest})?")
        with h("p"):
            Go("/story", "All stories")
