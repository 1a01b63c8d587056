"""From a claim down to parameters: what an outcome counts, who counts it, and that every step of the way is there."""

from __future__ import annotations

import re

import pytest

from simulation import odd, tallies, trail
from simulation.mechanisms import TABLES
from simulation.outcomes import BY_NAME, OUTCOMES

ROOT = odd.checkout()


def test_what_an_outcome_counts_is_what_its_formula_reads():
    assert trail.counts_of(BY_NAME["first_time"]) == ("first_resolved", "first_contacts")
    assert trail.counts_of(BY_NAME["need"]) == ("need",)
    assert trail.counts_of(BY_NAME["cost_share_top5"]) == (), "it is taken when the year closes"
    for outcome in OUTCOMES:
        assert set(trail.counts_of(outcome)) <= set(tallies.NAMES)


@pytest.mark.parametrize(("outcome", "made"), [
    ("crises", ("need",)),                                            # counted in the mechanism
    ("wait", ("care",)),                                              # in a helper of the mechanism
    ("safety", ("pressure",)),                                        # at the end of the tick, from a column
    ("leaving", ("pressure", "leadership")),                          # of those only who are present
    ("cohesion", ("care", "pressure", "relationships", "leadership"))])  # from what a loop has marked
def test_who_makes_an_outcome(outcome, made):
    assert trail.mechanisms_of(outcome) == made


def test_who_feeds_a_mechanism_writes_what_it_reads():
    assert trail.fed_by(("need",)) == ("access", "care")
    assert trail.fed_by(TABLES) == (), "of all there are no others"


def test_every_outcome_is_made_somewhere_unless_the_year_makes_it():
    assert [o.name for o in OUTCOMES if not trail.mechanisms_of(o.name)] == [
        o.name for o in OUTCOMES if not trail.counts_of(o)]


def test_every_claim_was_recounted_held_and_leads_to_a_heading_that_exists():
    page = odd.documents()["claims.md"]
    headings = {trail.anchor(line.lstrip("# ")) for line in odd.documents()["evidence.md"].splitlines()
                if line.startswith("#")}
    links = set(re.findall(r"evidence\.md#([\w-]+)", page))
    assert len(links) >= 8 and links <= headings
    rows = [line for line in page.splitlines() if line.startswith("| <a id=")]
    from simulation import register
    assert len(rows) == len(register.claims())
    assert "| not yet |" not in page, "recount anew: regimes check --json > docs/data/recount.json"


def test_the_kept_recount_is_of_this_model_and_every_claim_held():
    import json

    from simulation.claimspage import KEPT
    from simulation.provenance import model_version

    kept = json.loads((ROOT / KEPT).read_text(encoding="utf-8"))
    assert kept["model"] == model_version(), "recount anew: regimes check --json > docs/data/recount.json"
    assert [each for each in kept["claims"] if not each["holds"]] == []


def test_the_readme_leads_to_claims_and_pages_that_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    page = odd.documents()["claims.md"]
    anchors = re.findall(r"docs/claims\.md#([\w-]+)", readme)
    assert len(anchors) >= 15
    assert [name for name in anchors if f'<a id="{name}"></a>' not in page] == []
    pages = set(re.findall(r"\]\((docs/[\w./-]+)", readme))
    assert [name for name in sorted(pages) if not (ROOT / name).is_file()] == []
