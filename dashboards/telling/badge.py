"""The claims of a story, recounted in its own recording: a badge that opens into the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import solara

from dashboards.html import h
from dashboards.telling.press import Press
from dashboards.telling.recording import Recording

if TYPE_CHECKING:
    from simulation.claims import Recount
    from simulation.comparison import Comparison
    from simulation.scenario import Scenario


def recounts(scenario: Scenario, comparison: Comparison) -> list[Recount]:
    """Every claim of the scenario, counted in the pairs that are there."""
    from simulation.claims import recount

    return [recount(comparison, claim) for claim in scenario.claims]


def summary(found: list[Recount], pairs: int) -> str:
    """`12 of 12 claims hold in 20 pairs`."""
    held = sum(each.holds for each in found)
    return f"{held} of {len(found)} {'claim' if len(found) == 1 else 'claims'} hold{'s' if len(found) == 1 else ''} " \
           f"in {pairs} {'pair' if pairs == 1 else 'pairs'}"


@solara.component
def Badge(scenario: Scenario, recording: Recording) -> None:
    """Progress while runs are recorded; then how many claims hold, with the list behind it."""
    from simulation.claims import FAST_PAIRS

    progress, comparison = recording.progress, recording.comparison
    enough = comparison is not None and (progress.state == "done" or progress.complete >= FAST_PAIRS)
    found = solara.use_memo(lambda: recounts(scenario, comparison) if enough and comparison and progress.over else [],
                            [progress.over, progress.complete])
    if not progress.over:
        with h("div", class_="cr-recording"):
            h("span", progress.says)
            h("progress", value=progress.done, max=max(1, progress.total), aria_label="Recording")
            Press("Cancel", recording.cancel, attributes={"aria_label": "Cancel the recording"})
    elif progress.state != "done":
        with h("div", class_="cr-recording", role="alert"):
            h("span", progress.says)
            Press("Go on" if progress.done else "Try again", recording.again)
    elif found and comparison is not None:
        holds = all(each.holds for each in found)
        with h("details", class_=f"cr-badge cr-badge-{'holds' if holds else 'fails'}", data_pop=True):
            h("summary", h("span", "✓ " if holds else "✗ ", aria_hidden="true"), summary(found, comparison.pairs))
            with h("div", class_="cr-badge-list"):
                h("p", "What this story claims, counted again in the very runs that you see. Where a claim fails, "
                       "it is the text that has to change, not the model.", class_="cr-quiet")
                with h("ul"):
                    for each in found:
                        h("li", h("span", "✓" if each.holds else "✗", aria_hidden="true", class_="cr-tick"),
                          h("span", each.claim.says, " ",
                            h("span", said(each), class_="cr-quiet")), class_="" if each.holds else "cr-fails")


def said(found: Recount) -> str:
    """How one claim fared."""
    if found.holds:
        return f"Held in {found.held_in} of {found.pairs}."
    return f"Does not hold: in {found.held_in} of {found.pairs}, it takes {found.needed}."
