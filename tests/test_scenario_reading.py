"""Units and strict YAML: what a value in a file may look like, and what is said when it may not."""

from __future__ import annotations

import pytest

from simulation.parameters import WEEKS_PER_YEAR
from simulation.scenario import ScenarioError
from simulation.scenario.strictyaml import plain, read_text
from simulation.scenario.units import UnitError, convert, show

# -- units ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "unit", "value"), [
    ("4 %", "share", 0.04), ("4%", "share", 0.04), ("4\u00a0%", "share", 0.04), (0.04, "share", 0.04),
    ("100 %", "share", 1.0), (1, "share", 1.0), ("0.1 %", "share", 0.001), ("4 per cent", "share", 0.04),
    ("1 week", "week", 1.0), ("7 days", "week", 1.0), ("168 hours", "week", 1.0), ("10080 minutes", "week", 1.0),
    ("20 minutes", "week", 1 / 504), ("5 years", "week", 5 * WEEKS_PER_YEAR), ("12 months", "year", 1.0),
    ("1 year", "quarter", 4.0), (".5 weeks", "day", 3.5), ("1e1 weeks", "week", 10.0),
    ("0.06 per week", "per week", 0.06), ("1461 per year", "per week", 28.0),
    ("1 per week", "per year", WEEKS_PER_YEAR), ("4 % per year", "per year", 0.04), ("1 per hour", "per day", 24.0),
    ("30 minutes", "hours", 0.5), ("37.5 hours per week", "hours per week", 37.5),
    ("1 hour per day", "hours per week", 7.0), ("£40", "pounds", 40.0), ("40 pounds", "pounds", 40.0),
    ("£40 per hour", "pounds per hour", 40.0), ("5000 people", "people", 5000.0), (3, "choices", 3.0),
    ("-0", "share", 0.0),
])
def test_quantities(written, unit, value):
    assert convert(written, unit) == value
    assert str(convert(written, unit)) == str(value)


@pytest.mark.parametrize(("written", "unit", "message"), [
    (5, "week", "5 has no unit; write a duration, such as '5 weeks' or '2 years'"),
    (0.5, "per year", "0.5 has no unit; write a rate, such as '0.5 per year' or '0.01 per week'"),
    (8, "hours", "8 has no unit; write hours of work, such as '1.5 hours' or '20 minutes'"),
    (40, "pounds", "40 has no unit; write an amount of money, such as '£40'"),
    ("4 weeks", "per year", "'4 weeks' is a duration, but a rate, such as '0.5 per year' or '0.01 per week' is needed"),
    ("5 %", "number", "'5 %' is a share, but a number, such as 2 or 0.5 is needed"),
    ("5 weks", "week", "unknown unit 'weks' in '5 weks'; did you mean 'weeks'?"),
    ("1 per weak", "per week", "unknown unit 'per weak' in '1 per weak'; did you mean 'per week'?"),
    ("10,000", "people", "'10,000' is not a number; write the digits without commas or underscores"),
    (float("nan"), "share", "nan is not a finite number; a share, such as 0.04 or '4 %' is needed"),
    (float("inf"), "share", "inf is not a finite number; a share, such as 0.04 or '4 %' is needed"),
    (True, "share", "true is not a share, such as 0.04 or '4 %'"),
    (None, "share", "nothing is not a share, such as 0.04 or '4 %'"),
    ([4], "share", "a list is not a share, such as 0.04 or '4 %'"),
    ("£4 pounds", "pounds", "'£4 pounds' has two units; write '£40'"),
    ("9e999 years", "week", "'9e999 years' is too large"),
    ("1" * 61, "share", f"'{'1' * 57}...' is too long for a quantity; a share, such as 0.04 or '4 %' is needed"),
])
def test_what_is_no_quantity(written, unit, message):
    with pytest.raises(UnitError) as raised:
        convert(written, unit)
    assert str(raised.value) == message


def test_python_may_leave_the_unit_out_and_files_may_not():
    assert convert(5, "week", bare=True) == 5
    with pytest.raises(UnitError):
        convert("5", "week", bare=True)


def test_durations_are_shown_in_the_unit_in_which_they_are_round():
    assert [show(convert(text, "week"), "week") for text in ("1 year", "1 month", "20 minutes", "13 weeks")] == [
        "1 year", "1 month", "20 minutes", "13 weeks"]
    assert show(1.23456789, "week") == "1.23457 weeks"


# -- strict YAML ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "problem"), [
    ("a: 1\nb: 2\na: 3", "f:3:1: 'a' is given twice (first on line 1)"),
    ("a: {b: 1, b: 2}", "f:1:11: 'b' is given twice (first on line 1)"),
    ("a: no", "f:1:4: 'no' may be a word or a truth value; write false, or put it in quotes"),
    ("a: On", "f:1:4: 'On' may be a word or a truth value; write true, or put it in quotes"),
    ("a: True", "f:1:4: 'True' may be a word or a truth value; write true, or put it in quotes"),
    ("a: 010", "f:1:4: '010' has a leading zero, which some programs read as octal; write 10"),
    ("a: 0o17", "f:1:4: '0o17' is not a decimal number; write it with digits, or put it in quotes"),
    ("a: 12:30:00", "f:1:4: '12:30:00' may be a time of day or a number to base 60; write a quantity such as "
                    "'20 minutes', or put it in quotes"),
    ("a: .inf", "f:1:4: '.inf' is not a number that can be used; a finite number is needed"),
    ("a: 1e999", "f:1:4: '1e999' is too large; a finite number is needed"),
    ("a: &x [*x]", "f:1:4: the anchor '&x' is not accepted; write the value out or use 'extends'"),
    ("a: *x", "f:1:4: the alias '*x' is not accepted; write the value out or use 'extends'"),
    ("a: !!python/name:os.system x",
     "f:1:4: the tag 'tag:yaml.org,2002:python/name:os.system' is not accepted; write the value alone"),
    ("<<: {a: 1}", "f:1:1: the merge key '<<' is not accepted; use 'extends'"),
    ("1: a", "f:1:1: 1 cannot be a key; keys are words"),
    ("? {a: 1}\n: b", "f:1:3: a mapping cannot be a key; keys are words"),
    ("a: 1\n---\na: 2", "f:2:1: a second document starts here; one file holds one scenario or regime"),
    ("a:\n\tb: 1", "f:2:1: a tab cannot be used for indentation; use spaces"),
    ("a: b: c", "f:1:5: a second ': ' on one line; put the text in quotes, or start a new line"),
    ("a: 'b\nc: d\n", "f:1:4: a quote is not closed"),
    ("a: " + "[" * 5000, "f:1:15: is nested too deeply; at most 12 levels are accepted"),
    ("a: x\x07", "f:1: holds the control character '\\x07'; a scenario is plain text"),
])
def test_strict_yaml_refuses(text, problem):
    with pytest.raises(ScenarioError) as raised:
        read_text(text, "f", None)
    assert str(raised.value) == problem


def test_strict_yaml_reports_all_that_it_can_in_one_go():
    with pytest.raises(ScenarioError) as raised:
        read_text("a: yes\nb: 012\na: off\n", "f", None)
    assert [problem.line for problem in raised.value.problems] == [1, 2, 3, 3]


def test_strict_yaml_reads():
    text = ("a: 1\nb: -2.5\nc: .5\nd: 1e3\ne: true\nf: ~\ng: 'no'\nh: 5 years\ni: 2020-01-01\n"
            "j: >-\n  two\n  lines\nk: [1, x]\n")
    assert plain(read_text(text, "f", None)) == {
        "a": 1, "b": -2.5, "c": 0.5, "d": 1000.0, "e": True, "f": None, "g": "no", "h": "5 years", "i": "2020-01-01",
        "j": "two lines", "k": [1, "x"]}
