"""The page of assumptions: which judgements matter comes from the kept study; a bad link falls back and says so."""

from __future__ import annotations

import pytest

from dashboards import boards
from dashboards.choice import Choice
from dashboards.pages import assumptions
from simulation.register import parameters


def test_the_weightiest_are_judgements_of_the_model_in_words():
    found = assumptions.weightiest()
    judgements = {entry.meaning for entry in parameters() if entry.grade == "judgement"}
    assert found is not None and found["rows"]
    assert all(len(row) == 5 and all(row) and row[1] in judgements for row in found["rows"])


def test_without_a_kept_study_the_part_is_left_out(monkeypatch):
    monkeypatch.setattr(assumptions, "shipped", lambda name: None)
    assert assumptions.weightiest() is None


def test_a_link_brings_its_choice():
    choice = boards.filled(Choice(parameters={"need.growth": 0.05}))
    read, problem = assumptions._read(choice.token())
    assert problem == "" and read.parameters == {"need.growth": 0.05} and read.slots == choice.slots


@pytest.mark.parametrize("token", ["x", Choice(parameters={"need.growth": 99.0}).token(),
                                   Choice(parameters={"no.such": 1.0}).token(), Choice(scenario="no-such").token()])
def test_a_bad_link_is_told_and_the_page_stands(token):
    read, problem = assumptions._read(token)
    assert problem and read == boards.filled(Choice())
    assert boards.knob_groups(read, levers=False)
