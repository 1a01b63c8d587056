"""A visitor's series is read strictly: what is no table of two columns is refused in words, by line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.instruments import xmr as instrument
from dashboards.measured import MOST_BYTES, MOST_ROWS, MeasuredError, read, spec
from simulation import xmr

ROWS = [f"2024-{month:02d},{80 + month % 5}.5" for month in range(1, 13)]


def series(*rows: str, head: str = "") -> str:
    return "\n".join([*([head] if head else []), *(rows or ROWS)])


def test_two_columns_with_and_without_heads():
    plain, headed = read(series()), read(series(head="month,Seen in time"))
    assert plain.values == headed.values and len(plain.values) == 12
    assert plain.name == "" and headed.name == "Seen in time"
    assert plain.periods[0] == "2024-01" and plain.values[0] == 81.5


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_marks_line_ends_and_the_sign_of_spreadsheets(mark):
    text = "\ufeff" + series().replace(",", mark).replace("\n", "\r\n") + "\r\n\r\n"
    assert read(text) == read(series()) == read(text.encode("utf-8"))


def test_per_cent_in_all_lines_or_none():
    assert read(series(*(row + " %" for row in ROWS))).percent
    with pytest.raises(MeasuredError, match="line 3 has no per cent sign"):
        read(series(*(row + ("" if i == 2 else "%") for i, row in enumerate(ROWS))))


def test_the_chart_is_the_models_own():
    found = read(series(head="month,Seen in time"))
    made = spec(found, "higher")
    instrument.XmR(spec=made)
    assert made["centre"] == xmr.chart(found.values, "higher").centre and made["title"] == "Seen in time"
    flat = read("\n".join([f"{n},{50 if n < 12 else 90}" for n in range(24)]))
    kinds = {better: {signal["kind"] for signal in spec(flat, better)["signals"] if signal["at"] >= 12}
             for better in ("higher", "lower")}
    assert kinds == {"higher": {"improving"}, "lower": {"concerning"}}


@pytest.mark.parametrize(("text", "says"), [
    ("", "two columns are needed"), ("no table at all", "two columns are needed"),
    (series(*ROWS[:3]), "3 values; limits need 8 or more"),
    (series(*ROWS, "2025-01,84,2"), "line 13 has 3 columns"),
    (series(*ROWS, "2025-01"), "line 13 has 1 column;"),
    (series(*ROWS, "2025-01,"), "line 13: the value is missing"),
    (series(*ROWS, "2025-01,many"), "line 13: 'many' is not a number"),
    (series(*ROWS, '2025-01,"1,234"'), "write the decimal point"),
    (series(*ROWS, "2025-01,nan"), "'nan' is not a number"), (series(*ROWS, "2025-01,inf"), "'inf' is not a number"),
    (series(*ROWS, "2025-01,1e99"), "too large"), (series(*ROWS, "2025-01," + "9" * 30), "too large"),
    (series(*ROWS, "2025-01," + "9" * 5_000), "is not a number"), (series(*ROWS, "2025-01,0x10"), "is not a number"),
    (series(*ROWS, "2025-01,1_000"), "is not a number"), (series(*ROWS, "2025-01,٣"), "is not a number"),
    (series(*ROWS, "2025-01,=1+1"), "'=1\\+1' is not a number"),
    (series("2025-01,=cmd|' /C calc'!A0", *ROWS), "line 1: .* is not a number"),
    (series(*ROWS, "2025-01\0,84"), "line 13 holds the control character"),
    (series(*ROWS, "\u202e2025-01,84"), "line 13 holds the control character"),
    (series(*ROWS, '2025-01,"84'), "line 13: .*is a quotation mark not closed"),
    (series().encode() + b"\n2025-01,\xff\xfe", "line 13 is not UTF-8"),
    (b"PK\x03\x04\x14\x00\x06\x00", "control character"), (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
    ("1,1\n" * (MOST_ROWS + 1), "2,001 rows; at most 2,000"),
    ("x" * 10_000_000, "10,000,000 bytes; at most 64,000"), (b"1,1\n" * (MOST_BYTES // 4 + 1), "at most 64,000"),
])
def test_what_is_no_series_is_refused_in_words(text, says):
    with pytest.raises(MeasuredError, match=says) as caught:
        read(text)
    assert all(len(problem) < 200 for problem in caught.value.problems)


def test_many_problems_are_cut_short():
    with pytest.raises(MeasuredError) as caught:
        read(series(*["1,x"] * 1, *["1,?"] * 100))
    assert len(caught.value.problems) == 9 and caught.value.problems[-1] == "... and 92 more"


def test_text_in_a_table_stays_short_text():
    found = read(series(*(f"<img src=x onerror=alert(1)>{'a' * 60},{n}" for n in range(9))))
    assert found.periods[0].startswith("<img") and len(found.periods[0]) == 40


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_series_or_is_refused(given_text):
    try:
        read(given_text)
    except MeasuredError as error:
        assert error.problems
