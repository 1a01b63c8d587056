"""The evidence register: every number has a source and a grade, DOIs are known, ranges are those of the review."""

from __future__ import annotations

import json
import re

import pytest

from simulation import register
from simulation.levers import LEVERS
from simulation.mechanisms import MECHANISMS, TABLES
from simulation.odd import PACKAGE
from simulation.outcomes import OUTCOMES
from simulation.references import BY_DOI, REFERENCES, dois_in
from simulation.scenario import catalogue, load

PARAMETERS = register.parameters()


def test_the_register_holds_everything_once():
    assert [(e.table, e.name) for e in PARAMETERS] == [(t, name) for t, table in TABLES.items() for name in table]
    assert [e.name for e in register.levers()] == [lever.name for lever in LEVERS]
    assert [e.name for e in register.outcomes()] == [o.name for o in OUTCOMES]
    assert [e.number for e in register.patterns()] == list(range(1, 24))
    assert len(register.claims()) == sum(len(load(name).claims) for name in catalogue())


def test_counts_add_up():
    counts = register.counts()
    assert sum(counts["all"].values()) == len(PARAMETERS)
    for grade, number in counts["all"].items():
        assert number == sum(e.grade == grade for e in PARAMETERS)
        assert number == sum(found[grade] for table, found in counts.items() if table != "all")


def test_it_is_plain_data():
    again = json.loads(json.dumps(register.as_dict()))
    assert [e["name"] for e in again["parameters"]] == [e.name for e in PARAMETERS]
    assert again["parameters"][0]["grade"] in ("measured", "associated", "judgement")


@pytest.mark.parametrize("entry", PARAMETERS, ids=lambda e: f"{e.table}.{e.name}")
def test_every_parameter_says_where_it_is_from(entry):
    assert len(entry.source) > 3 and entry.meaning.endswith(".")
    if entry.grade != "judgement":
        assert entry.dois or re.search(r"\b(19|20)\d\d\b|Moscelli & Sayli|Greenwood|Survey|published", entry.source), (
            f"{entry.table}.{entry.name} is graded {entry.grade} and names no publication: is it judgement?")
    if re.search(r"no (direct )?estimate|judgement from|is known$", entry.source, re.IGNORECASE):
        assert entry.grade == "judgement"


def test_every_doi_in_the_model_is_in_the_list_of_references():
    texts = [e.source for e in PARAMETERS] + [p.sources for p in register.patterns()]
    texts += [c.evidence for c in register.causes()] + [p.read_text(encoding="utf-8") for p in PACKAGE.rglob("*.py")]
    texts += [p.read_text(encoding="utf-8") for p in (PACKAGE / "templates").glob("*.jinja")]
    cited = {doi for text in texts for doi in dois_in(text)}
    assert len(cited) > 30
    assert cited <= set(BY_DOI), "look the publication up, then add it to simulation/references.py"
    assert len(BY_DOI) == len(REFERENCES), "a DOI is listed twice"


@pytest.mark.parametrize("text, found", [
    ("Box & Muller 1958, doi:10.1214/aoms/1177706645).", ("10.1214/aoms/1177706645",)),
    ("doi:10.1016/S0140-6736(16)00276-2; doi:10.1136/bmj.j84, and (doi:10.1136/bmj.j84)",
     ("10.1016/S0140-6736(16)00276-2", "10.1136/bmj.j84")),
    ("doi:10.2189/asqu.52.4.667.", ("10.2189/asqu.52.4.667",)),
    ("no doi here, 10.1136/bmj.j84", ()),
])
def test_dois_are_found_without_the_punctuation_that_follows(text, found):
    assert dois_in(text) == found


@pytest.mark.parametrize("place", register.EVIDENCE_RANGES, ids=".".join)
def test_ranges_from_the_review_are_the_ranges_of_the_parameters(place):
    table, name = place
    low, central, high = register.EVIDENCE_RANGES[place]
    parameter = TABLES[table][name]
    assert (parameter.low, parameter.high) == (low, high)
    assert low <= central <= high
    entry = next(e for e in PARAMETERS if (e.table, e.name) == place)
    assert (entry.range_from, entry.central) == ("evidence", central)


def test_causes_name_mechanisms_that_exist():
    for cause in register.causes():
        assert cause.mechanisms and set(cause.mechanisms) <= set(MECHANISMS)
