"""The board of front levers: a row for every question, a slider for every regime."""

from __future__ import annotations

from typing import Any

import traitlets

from dashboards.instruments.instrument import Instrument, check_fields

MOST_SLOTS = 4


class LeverBoard(Instrument):
    """Sliders from 0 to 1 between two answers.

    Traits:
        board: fields below; put there again after every move, it changes the sliders in place.
        moved: answered: {slot, question, value, n}, `slot` from 0, `value` 0..1, `n` counting up; sent on release.

    Fields of board:
        slots: [{letter, name, colour}], 1 to 4 columns.
        questions: [{id, name, text, low, high, slots, levers, left}], `low` and `high` being the ends in words;
            slots [{value, exact, start, start_exact}], one a column: where it stands, whether exactly there, and where
            it began; levers [{name, meaning, unit, from, to, now}], texts, `now` one a column: what the slider moves;
            left: a sentence on what it does not move.

    Raises ValueError for a field that nothing reads, a missing one, or columns that do not fit.
    """

    scripts = ("levers.js",)
    styles = ("instruments.css", "levers.css")

    board = traitlets.Dict().tag(sync=True)
    moved = traitlets.Dict().tag(sync=True)

    @traitlets.validate("board")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        return check(proposal["value"])


def check(board: dict[str, Any]) -> dict[str, Any]:
    """A board as it is; ValueError names what in it cannot be shown. An empty one shows nothing."""
    if not board:
        return board
    check_fields(board, ("slots", "questions"), ("slots", "questions"), "a board of levers")
    slots = board["slots"]
    if not 1 <= len(slots) <= MOST_SLOTS:
        raise ValueError(f"{len(slots)} columns of levers; 1 to {MOST_SLOTS} stand side by side")
    for slot in slots:
        check_fields(slot, ("letter", "name", "colour"), ("letter", "name", "colour"), "a column of levers")
    for question in board["questions"]:
        known = ("id", "name", "text", "low", "high", "slots", "levers", "left")
        check_fields(question, known, known[:-1], "a question")
        if len(question["slots"]) != len(slots):
            raise ValueError(f"{question['name']!r} has {len(question['slots'])} sliders for {len(slots)} columns")
        for at in question["slots"]:
            check_fields(at, ("value", "exact", "start", "start_exact"), ("value",), "a slider")
            for name in ("value", "start"):
                if not 0 <= at.get(name, 0) <= 1:
                    raise ValueError(f"{question['name']!r}: {name} is {at[name]}; a slider goes from 0 to 1")
        for row in question["levers"]:
            needed = ("name", "from", "to", "now")
            check_fields(row, (*needed, "meaning", "unit"), needed, "a lever that is moved")
            if len(row["now"]) != len(slots):
                raise ValueError(f"{row['name']!r} has {len(row['now'])} values for {len(slots)} columns")
    return board
