"""The pages by address, and the frame around them: Solara's module for this application."""

from __future__ import annotations

from urllib.parse import parse_qs

import solara

from dashboards.html import h
from dashboards.pages import assumptions, explore, flips, home, quiz, story

PAGES = (("", "Start"), ("story", "Stories"), ("explore", "Explore"), ("map", "Where it flips"),
         ("quiz", "Four worlds"), ("assumptions", "Assumptions"))
"""Address and name of every page, in the order of the navigation."""


@solara.component
def Layout(children: list | None = None) -> None:
    """The frame: a link past the navigation, the navigation, the page, the caveat."""
    router = solara.use_router()
    here = router.path.strip("/").split("/")[0]
    with h("div", class_="cr-app"):
        h("a", "Skip to the page", href="#page", class_="cr-skip")
        with h("header", class_="cr-top"):
            with h("nav", aria_label="Pages"):
                for path, name in PAGES:
                    Go(f"/{path}", name, current=here == path)
        h("main", *(children or []), id="page", tabindex="-1", class_="cr-main")
        Foot()


@solara.component
def Go(path: str, name: str, current: bool = False) -> None:
    """A link to another page of this application, which keeps the session."""
    router = solara.use_router()
    link = h("a", name, href=path, aria_current="page" if current else None, class_="cr-go")
    solara.v.use_event(link, "click.prevent", lambda *_: router.push(path))


@solara.component
def Foot() -> None:
    """What every page says of itself."""
    from simulation import provenance
    from simulation.findings import CAVEAT

    h("footer", h("span", CAVEAT),
      h("span", f" care-regimes {provenance.project_version()}, model {provenance.model_version()}"), class_="cr-foot")


def query(search: str | None) -> dict[str, str]:
    """The part of an address behind `?`, the first value of each name; untrusted text."""
    return {name: values[0] for name, values in parse_qs((search or "")[:8_000].lstrip("?"), max_num_fields=40).items()}


routes = [
    solara.Route("/", component=home.Page, label="Care regimes", layout=Layout),
    solara.Route("story", component=story.Page, label="Story"),
    solara.Route("explore", component=explore.Page, label="Explore"),
    solara.Route("map", component=flips.Page, label="Where it flips"),
    solara.Route("quiz", component=quiz.Page, label="Four worlds"),
    solara.Route("assumptions", component=assumptions.Page, label="Assumptions"),
]
