"""The first screen: what this is for, and the four ways in."""

from __future__ import annotations

import solara

from dashboards.html import h

WAYS = (
    ("/story", "Follow a story", "Predict first, then see. Five to seven steps, with notes for whoever leads."),
    ("/explore", "Try it yourself", "Six questions, two to four regimes, the same people and the same luck."),
    ("/map", "Break our conclusion", "In which worlds does the other regime win? Click a world and load it."),
    ("/quiz", "Four worlds, one headline", "The same figure four times. In which world would you want to live?"),
)


@solara.component
def Page() -> None:
    """Purpose card and the ways in."""
    from dashboards.app import Go

    solara.Title("Care regimes")
    with h("section", class_="cr-hero"):
        h("h1", "What happens to people when services are run in different ways?")
        h("p", "By targets from above, by trust and learning, by reputation, by a lead agency: every regime meets the "
               "same people, the same staff, the same money and the same luck. You see what the record says, what is "
               "true, and what people notice. No regime wins by construction.", class_="cr-lead")
    with h("ul", class_="cr-ways"):
        for path, name, says in WAYS:
            with h("li"):
                with h("h2"):
                    Go(path, name)
                h("p", says)
