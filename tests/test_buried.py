"""No judgement stands buried in a formula, where no sensitivity analysis reaches it; and the search finds what is."""

from __future__ import annotations

from collections import Counter

import pytest

from simulation import buried
from simulation.mechanisms import MECHANISMS

MODEL = buried.model()


@pytest.mark.parametrize("module", sorted(MODEL))
def test_no_judgement_is_buried(module):
    found = [f"{each.module}.py:{each.line}: {each.number:g} in {each.function or 'the module'}"
             for each in buried.judgements(MODEL) if each.module == module]
    assert not found, "\n".join([*found, "Make it a Parameter of the mechanism's table; if it is form and no "
                                 "judgement, say why in simulation/buried.py."])


def test_every_mechanism_is_searched_and_its_table_is_not():
    assert set(MECHANISMS) < set(MODEL)
    assert len(MODEL) >= 20
    assert 0.085 not in {each.number for each in buried.numbers(MODEL)}, "the hazard of leaving is a parameter"


def test_what_is_excused_is_there_as_often_as_it_is_excused_and_says_why():
    times = Counter(each.place for each in buried.numbers(MODEL))
    stale = {place: (times[place], allowed) for place, (allowed, _) in buried.FORM.items() if times[place] != allowed}
    assert not stale, f"simulation/buried.py excuses what is not there so often (found, excused): {stale}"
    assert all(len(why) > 10 for _, why in buried.FORM.values())


@pytest.mark.parametrize("line", [
    "x = 0.3 * y", "x = 2.0 * y", "x = y ** 3", "x = min(0.95, y)", "x = -0.5", "x = y if y < 12 else y",
    "x = word(k, y, 0) * 0.2", "x = random_bits(k, 1, 0, 0.4, 60)", "for x in range(9): pass", "x = np.float32(0.7)",
    "x[y] = 0.85", "x[int(0.4 * y)] = y", "def f(x=0.7): return x",
])
def test_a_number_in_a_formula_is_found(line):
    text = f"def rule(k, y):\n    {line}\n"
    found = buried.judgements({"population": MODEL["population"], "made": text})
    assert [each for each in found if each.module == "made"], line


@pytest.mark.parametrize("line", [
    "x = 1.0 - y", "x = unit(word(k, y, 20 + y))", "x = need[2, y]", "x = y[5:]", "x = True", "x = 'in 0.7'",
    "x = P('name', 0.7, 'share', 0, 0.9)", "x = world.fixed_key('population', 9)", "x = random_bits(k, 1, 100, y, y)",
])
def test_addresses_rows_and_parameters_are_not(line):
    text = f"def rule(k, y):\n    {line}\n"
    found = buried.judgements({"population": MODEL["population"], "made": text})
    assert not [each for each in found if each.module == "made"], line


def test_more_of_an_excused_number_is_found():
    more = MODEL["turnover"].replace("2.0 * n.vacancy_spread", "2.0 * 2.0 * n.vacancy_spread")
    assert buried.judgements({"turnover": MODEL["turnover"]}) == []
    assert len(buried.judgements({"turnover": more})) == 2
