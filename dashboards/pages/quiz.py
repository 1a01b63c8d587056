"""The four-worlds quiz: one headline, four realities; a clue at a time, and the vote after each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import solara

from dashboards import quizzing
from dashboards.html import h
from dashboards.instruments.series import Series
from dashboards.quizzing import CLUES, LETTERS, QUESTION
from dashboards.telling.inviting import my_room, open_room, phone_address, qr_picture
from dashboards.telling.press import Press
from dashboards.telling.recording import Recording, use_recording

if TYPE_CHECKING:
    from dashboards.rooms import Room
    from simulation.comparison import Comparison
    from simulation.scenario import Scenario

CHART = 330
"""Height of the chart in pixels."""
OFTEN = 0.3
"""Seconds between two pictures of a vote under way, at least."""
SHOWN_LEVERS = 4
SINGLE_RUNS = 5
"""Single runs drawn behind each mean; with four worlds more would be a smear."""
OPTIONS = tuple(f"World {letter}" for letter in LETTERS)


@cache
def _style() -> str:
    return Path(__file__).with_name("quiz.css").read_text(encoding="utf-8")


@solara.component
def Page() -> None:
    """The quiz, with the worlds dealt as the address says."""
    from dashboards.app import query

    solara.Title("Four worlds · Care regimes")
    solara.Style(_style())
    order = quizzing.order_of(query(solara.use_router().search).get("order", ""))
    Quiz(order).key(f"quiz {order}")


@solara.component
def Quiz(order: int) -> None:
    """All steps of one deal.

    `votes` holds this visitor's vote at every step; `counts` the room's when a step was left.
    """
    step, set_step = solara.use_state(0)
    votes, set_votes = solara.use_state((None,) * (len(CLUES) + 1))
    counts, set_counts = solara.use_state(((),) * (len(CLUES) + 1))
    problem, set_problem = solara.use_state("")
    asks, set_asks = solara.use_state(0)
    recording = use_recording(quizzing.SCENARIO)
    comparison = solara.use_memo(lambda: quizzing.masked(recording.comparison, order) if recording.comparison else None,
                                 [recording.comparison])
    room = my_room()
    own = next((vote for vote in reversed(votes[:step + 1]) if vote is not None), None)

    def go(to: int) -> None:
        if room is not None:
            if to > step:
                set_counts((*counts[:step], room.counts(), *counts[step + 1:]))
            _tell(room, to)
        set_step(to)

    def vote(choice: int) -> None:
        set_votes((*votes[:step], choice, *votes[step + 1:]))

    def again() -> None:
        if room is not None:
            room.ask(QUESTION, OPTIONS, again=True)
            _tell(room, 0)
        set_counts(((),) * (len(CLUES) + 1))
        set_votes((None,) * (len(CLUES) + 1))
        set_step(0)

    def invite() -> None:
        from dashboards.rooms import RoomsFull

        try:
            opened = open_room()
        except RoomsFull as error:
            set_problem(str(error))
            return
        opened.ask(QUESTION, OPTIONS, again=True)
        _tell(opened, step)
        set_problem("")
        set_counts(((),) * (len(CLUES) + 1))
        set_asks(asks + 1)

    asked = room is not None and room.poll is not None and room.poll.question == QUESTION
    # Who comes back to the quiz begins at the first clue, and so does the room.
    solara.use_effect(lambda: _tell(room, 0) if asked and room is not None else None, [])
    end = step == len(CLUES)
    if not end:
        with Clue(step, comparison, recording).key("clue"):
            Voting(own, vote, room if asked else None, counts[step - 1] if step else (), invite, problem)
    else:
        now = (*counts[:-1], room.counts() if asked and room else ())
        Unveiled(order, votes, now).key("end")
    may_go = own is not None or asked
    with h("div", class_="cr-row cr-quiz-go"):
        # The same two buttons at every step, so that the keyboard's place is not lost.
        Press("Back", lambda: go(step - 1), attributes={"disabled": step == 0})
        Press("Begin again" if end else "Unveil the four worlds" if step + 1 == len(CLUES) else "Next clue",
              again if end else lambda: go(step + 1), "cr-main-action", {"disabled": not may_go})
        h("span", f"Clue {step} of {len(CLUES) - 1}" if 0 < step < len(CLUES) else "", class_="cr-quiet")
        h("span", "" if may_go else "Vote first.", class_="cr-quiet", role="status")
        h("span", recording.progress.says if comparison is not None else "", class_="cr-quiet")
    if end:
        Everything(order, comparison).key("all")
    Deal(order)


def _tell(room: Room, step: int) -> None:
    """Let phones and the facilitator's window know the step; the vote ends with the unveiling."""
    from dashboards.rooms import Shown

    room.show(Shown(**quizzing.shown(step)))
    if step < len(CLUES):
        room.open_poll()
    else:
        room.close_poll()


@solara.component
def Clue(step: int, comparison: Comparison | None, recording: Recording, children: list | None = None) -> None:
    """One clue: its chart, the table of clues so far, and below that the vote (`children`)."""
    clue = CLUES[step]
    drawn = solara.use_memo(lambda: chart(comparison, clue) if comparison is not None else None, [comparison, step])
    rows = solara.use_memo(lambda: [quizzing.row(comparison, each.outcome, each.row) for each in CLUES[:step + 1]]
                           if comparison is not None else [], [comparison, step])
    with h("div", aria_live="polite"):
        h("h1", clue.title)
        h("p", clue.text, class_="cr-lead cr-wide")
    with h("div", class_="cr-quiz"):
        with h("div"):
            if drawn is None:
                h("p", recording.progress.says or "Looking for recorded runs", class_="cr-note", role="status")
            else:
                Series.element(**drawn).key(clue.outcome)
        with h("div"):
            if rows:
                Evidence(rows)
            h("div", *(children or []))


def chart(comparison: Comparison, clue: quizzing.Clue) -> dict[str, Any]:
    """The traits of a clue's chart."""
    from dashboards import panels
    from simulation.charts import Charts

    charts = Charts(comparison)
    charts.drawn = min(charts.drawn, SINGLE_RUNS)
    panel = panels.series(comparison, [clue.outcome], height=CHART, charts=charts)[0]
    return (panel.told(y_domain=list(clue.domain)) if clue.domain else panel).traits


@solara.component
def Evidence(rows: list[quizzing.Row], newest: bool = True) -> None:
    """The clues so far, a row each, a column a world; the newest stands out."""
    from simulation.drawing import regime_style

    with h("table", class_="cr-evidence"):
        h("caption", "What you know", class_="cr-hidden")
        heads = [h("th", option, scope="col", class_="cr-number", style=f"color: {regime_style(at).colour}")
                 for at, option in enumerate(OPTIONS)]
        h("thead", h("tr", h("td"), *heads))
        h("tbody", *(h("tr", h("th", each.name, h("span", f" {each.unit}", class_="cr-unit"), scope="row"),
                       *(h("td", value, class_="cr-number") for value in each.values),
                       class_="cr-newest" if newest and at + 1 == len(rows) else "") for at, each in enumerate(rows)))


@solara.component
def Voting(own: int | None, vote: Callable[[int], None], room: Room | None, before: tuple[int, ...],
           invite: Callable[[], None], problem: str) -> None:
    """The question with its four answers, and the room's votes as they come in."""
    with h("section", class_="cr-ballot", aria_labelledby="cr-quiz-question"):
        h("h2", QUESTION, id="cr-quiz-question")
        if room is not None:
            RoomVotes(room, before).key("room")
        else:
            with h("div", class_="cr-row", role="group", aria_labelledby="cr-quiz-question"):
                for at, option in enumerate(OPTIONS):
                    Press(option, lambda at=at: vote(at),
                          attributes={"aria_pressed": "true" if own == at else "false"}).key(option)
            Press("Let the room vote by phone", invite, "cr-plain-button").key("invite")
        h("p", problem, class_="cr-problem" if problem else "cr-hidden", role="alert")


@solara.component
def RoomVotes(room: Room, before: tuple[int, ...]) -> None:
    """The live histogram, where to vote, and how the vote moved."""
    view, set_view = solara.use_state(room.look())

    def follow() -> Callable[[], None]:
        gone, changed = threading.Event(), threading.Event()
        unsubscribe = room.subscribe(changed.set)

        def watch() -> None:
            while not gone.is_set():
                if changed.wait(1.0) and not gone.is_set():
                    changed.clear()
                    set_view(room.look())
                    gone.wait(OFTEN)

        threading.Thread(target=watch, daemon=True).start()

        def stop() -> None:
            gone.set()
            changed.set()
            unsubscribe()
        return stop

    solara.use_effect(follow, [room])
    typed, address = phone_address(room.code)
    hidden = view.poll is None or view.poll.hidden
    with h("div", class_="cr-room"):
        with h("div"):
            if hidden:
                h("p", f"{view.voters} have voted; the counts are hidden.")
            else:
                Tally(view.counts)
            h("p", "" if hidden else quizzing.moved(before, view.counts), role="status", class_="cr-moved")
        with h("div", class_="cr-how"):
            if address:
                h("img", src=qr_picture(address), alt=f"QR code that opens {address}", width="130", height="130")
                h("p", typed)
            else:
                h("p", "Phones need ", h("code", "regimes dashboard --phones"))
            h("p", "Code ", h("strong", room.code))


@solara.component
def Tally(counts: tuple[int, ...]) -> None:
    """The votes as a low histogram with its numbers."""
    most = max(1, *counts)
    with h("ul", class_="cr-tally", aria_label="Votes of the room"):
        for option, count in zip(OPTIONS, counts, strict=False):
            h("li", h("b", count), h("i", style=f"height: {round(84 * count / most)}px", aria_hidden="true"),
              h("span", option))


@solara.component
def Unveiled(order: int, votes: tuple[int | None, ...], counts: tuple[tuple[int, ...], ...]) -> None:
    """What the four worlds are, and how the vote moved."""
    scenario = solara.use_memo(_scenario, [])
    worlds = solara.use_memo(lambda: quizzing.unveiled(scenario, order), [order])
    last = counts[-1]
    with h("div", aria_live="polite"):
        h("h1", "Four realities behind one headline")
    with h("ul", class_="cr-worlds"):
        for at, world in enumerate(worlds):
            with h("li", key=world.letter):
                h("h2", h("span", f"World {world.letter} ", class_="cr-quiet"), h("span", world.name))
                h("p", world.summary)
                h("p", f"Unlike the others: {unlike(world)}", class_="cr-quiet")
                h("p", f"{last[at]} of {sum(last)} would live here" if sum(last) else
                  "You would live here" if _last(votes) == at else "", class_="cr-yours")
    Moves(votes, counts)


def unlike(world: quizzing.Unveiled) -> str:
    """The levers that set a world apart, as many as a card holds."""
    said = [f"{name} {value}" for name, value, _ in world.unlike]
    more = len(said) - SHOWN_LEVERS
    return "; ".join(said if more <= 1 else [*said[:SHOWN_LEVERS], f"and {more} more levers"])


@solara.component
def Everything(order: int, comparison: Comparison | None) -> None:
    """All the figures with three more, and every lever."""
    scenario = solara.use_memo(_scenario, [])
    worlds = solara.use_memo(lambda: quizzing.unveiled(scenario, order), [order])
    rows = [] if comparison is None else [
        *(quizzing.row(comparison, clue.outcome, clue.row) for clue in CLUES),
        *(quizzing.row(comparison, outcome) for outcome in quizzing.AFTER)]
    if rows:
        h("h2", "All that is known of them")
        Evidence(rows, newest=False)
    with h("details"):
        h("summary", "Every lever in which they differ")
        with h("div", class_="cr-scroll", tabindex="0", role="region", aria_label="Levers"):
            h("table", h("thead", h("tr", h("td"), *(h("th", f"{w.letter} {w.name}", scope="col") for w in worlds))),
              h("tbody", *(h("tr", h("th", meaning, scope="row"), *(h("td", value) for value in values))
                           for meaning, values in quizzing.levers_table(scenario, order))))
    h("p", h("a", "The figures as a table (CSV)", href=f"/download/table.csv?w={_token()}", class_="cr-go",
             download=True))


def _scenario() -> Scenario:
    from simulation.scenario import load

    return load(quizzing.SCENARIO)


@cache
def _token() -> str:
    from dashboards.choice import Choice

    return Choice.of(_scenario()).token()


def _last(votes: tuple[int | None, ...]) -> int | None:
    return next((vote for vote in reversed(votes) if vote is not None), None)


@solara.component
def Moves(votes: tuple[int | None, ...], counts: tuple[tuple[int, ...], ...]) -> None:
    """How the vote moved from clue to clue: the room's where there was one, else this visitor's."""
    titles = [clue.title for clue in CLUES]
    taken = [(title, found) for title, found in zip(titles, counts, strict=False) if sum(found)]
    if taken:
        with h("table", class_="cr-evidence"):
            h("caption", "How the vote moved")
            h("thead", h("tr", h("th", "After", scope="col"),
                         *(h("th", option, scope="col", class_="cr-number") for option in OPTIONS)))
            h("tbody", *(h("tr", h("th", title, scope="row"), *(h("td", count, class_="cr-number") for count in found))
                         for title, found in taken))
    elif any(vote is not None for vote in votes):
        h("p", f"Your votes, clue by clue: {quizzing.own_way(votes[:len(CLUES)])}.", class_="cr-lead")
    else:
        h("p", "")


@solara.component
def Deal(order: int) -> None:
    """How the worlds were dealt, and the way to deal them anew."""
    from dashboards.app import Go

    with h("p", class_="cr-quiet cr-deal"):
        h("span", "The worlds stand in the order of the handout. " if order == 0 else f"Deal {order}: the same number "
          "deals the same letters. ")
        Go(f"/quiz?order={order % quizzing.MOST_ORDER + 1}", "Deal the worlds anew")
