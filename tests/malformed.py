"""Two hundred and more scenario files that are wrong, made from the shipped ones by one small slip each.

Each slip is one that breaks the file whatever else it says, so no file is malformed by luck. Nothing is random: the
same files come out every time. `malformed_files(folder)` writes them; names say what is wrong, and end in `-whole`
where the fault has no line because it is in the file as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from simulation.scenario import catalogue

RICH = """\
extends: town
title: A town with everything
purpose: Have every kind of field once, so that each can be broken.
world:
  people: 20000
  places: 4
  tick: 1 week
  horizon: 5 years
parameters:
  population:
    complexity_mean: 0.3
switches:
  spread: false
regimes:
  targets:
  mine:
    extends: hybrid
    title: My own
    summary: A hybrid with less at stake.
    levers:
      stakes: 0.2
      target_wait: 6 weeks
      retraining: 1 per year
      conveners: 2
      reporting: 5 %
compare: [targets, mine]
regime_places:
  targets: 50 %
  mine: 0.25
events:
  - at: 1 year
    until: 18 months
    staffing: {hospital: 80 %}
    says: Posts at the hospital are cut.
  - at: 2 years
    regimes: [mine]
    levers: {learning_time: 2 %}
  - at: 3 years
    regime: mine
  - at: 4 years
    surge: {all: 1.5}
claims:
  - says: Records look better under targets.
    outcome: recorded_performance
    is: targets > mine by at least 0.01
    over: from 26 weeks to 2 years
    in_at_least: 80 %
story:
  - title: The beginning
    text: Ten thousand people twice.
    show: [need, cost]
    question: What will happen?
pairs: 4
seed: 11
"""
"""A valid scenario with every field. It extends `town` and replaces whatever `town` might come to claim."""

VALUES: dict[str, tuple[str, ...]] = {
    "extends": ("twon", "./not-here.yaml", "[town]", "5", "{town: 1}", "../regimes", "rich.yml/"),
    "title": ("5", "[a, b]", "''", "no", "true", "'x", "{a: 1}"),
    "purpose": ("3.5", "[why]", '"  "', "- why", "", "a: b: c"),
    "people": ("-5", "0", "1.5", "ten", "12 weeks", ".nan", ".inf", "1e12", "[5000]", "{a: 1}", "true", "5,000", "0x10",
               "010", "10_000", "", "799", "~", "20000 peple", "50 %", "100000001", "9" * 50, "!!int 5", "&p 20000",
               "*p"),
    "places": ("0", "-1", "2.5", "101", "eight", "4 %", "''"),
    "tick": ("1", "0 weeks", "-1 weeks", "1 wek", "2 months", "soon", "6 years", "4 %", "1 per week", "nan weeks",
             "1 s"),
    "horizon": ("5", "-5 years", "0 years", "5 yeers", "200 years", "3 days", "5 years ago", "12:30:00", "[5 years]",
                "2 years", "1e9 weeks", "inf"),
    "complexity_mean": ("0.3 per week", "30 weeks", "2", "-0.1", "high", "[0.3]", "no"),
    "spread": ("off", "0", "'false'", "[false]", "maybe"),
    "stakes": ("1.5", "-0.1", "120 %", "5 weeks", "high", "yes", "NaN", "[0.5]", "0.2.1"),
    "target_wait": ("4", "0 weeks", "300 weeks", "4 per week", "4 weeks later"),
    "retraining": ("1", "1 week", "-1 per year", "400 per week", "1 per yeer", "per year"),
    "conveners": ("50", "5 %", "-1", "two", "2 people"),
    "reporting": ("60 %", "0.05 hours", "-5 %", "5 %%"),
    "compare": ("[mine]", "[targets, targets]", "[targets, min]", "targets", "{targets: 1}", "[targets, 5]",
                "[targets, mine"),
    "targets": ("5", "[stakes]", "{levers: 5}", "{lever: {stakes: 1}}", "{extends: trgets}", "{name: x}",
                "{levers: {learning_time: 0.3, reporting: 0.4, relationship_time: 0.3}}",
                "{levers: {funding_results: 0.6, funding_trust: 0.6}}"),
    "mine": ("5", "", "{title: Mine, levers: {staks: 1}}", "{extends: ./nowhere.yaml}", "{extends: mine}"),
    "at": ("1", "5 years", "6 years", "-1 weeks", "tomorrow", "[1 year]", "2 years"),
    "until": ("1 year", "26 weeks", "6 years", "18", "later"),
    "staffing": ("{hospitl: 0.8}", "{hospital: -1}", "{hospital: 11}", "{}", "0.8", "[hospital]",
                 "{hospital: 3 weeks}"),
    "levers#2": ("{learning_time: 50 %}", "{learn: 1}", "{}", "5", "{sacking: 1}"),
    "surge": ("{all: 101}", "{everything: 2}", "2", "{all: twice}"),
    "regime": ("mien", "[mine]", "5"),
    "outcome": ("recorded", "5", "[need]", "zzz", ""),
    "is": ("targets > mien", "targets >> mine", "targets", "mine > mine", "5", "targets > mine by at least much",
           "targets > mine by at least -1", "targets > mine by a lot", "0.3 > targets", "targets > 300", "mien > 0.5"),
    "over": ("year 6", "year two", "the whole run", "from 2 years to 1 year", "from 26 to 52",
             "from 4 years to 6 years", "last month", "5"),
    "in_at_least": ("0", "1.5", "45", "120 %", "most", "45 of 50"),
    "show": ("[ned]", "[need, need]", "5", "{need: 1}", "[[need]]"),
    "question": ("5", "[a]", "''"),
    "pairs": ("0", "-3", "2.5", "lots", "1e9", "20 %", "true", "[4]"),
    "seed": ("-1", "1.5", "abc", "1e30", "11 weeks"),
}
"""Field to values that it must not take, each a slip that people make. `levers#2` is the second field of that name."""

OTHER_LINES: dict[str, tuple[str, str]] = {
    "unknown-top": ("pairs: 4", "piars: 4"),
    "top-key-capital": ("title: A town", "Title: A town"),
    "leaf-at-the-top": ("pairs: 4", "people: 4"),
    "parameter-in-wrong-table": ("  population:", "  need:"),
    "unknown-table": ("  population:", "  populace:"),
    "unknown-parameter": ("complexity_mean", "complexity_meen"),
    "unknown-mechanism": ("  spread: false", "  spraed: false"),
    "switches-as-list": ("  spread: false", "  - spread"),
    "regime-with-capitals": ("  mine:\n    extends", "  My Own:\n    extends"),
    "regime-with-reserved-name": ("  mine:\n    extends", "  difference:\n    extends"),
    "regime-twice": ("  targets:\n  mine:", "  targets:\n  targets:\n  mine:"),
    "places-over-one": ("  mine: 0.25", "  mine: 0.75"),
    "places-unknown-regime": ("  mine: 0.25", "  mien: 0.25"),
    "places-without-number": ("  mine: 0.25", "  mine: some"),
    "event-changes-nothing": ("    regime: mine", "    says: nothing"),
    "event-changes-two-things": ("    regime: mine", "    regime: mine\n    surge: {all: 2}"),
    "event-for-unknown-regime": ("[mine]\n", "[mien]\n"),
    "event-without-date": ("  - at: 3 years\n    regime", "  - regime"),
    "event-unknown-field": ("    regime: mine", "    regiem: mine"),
    "events-as-map": ("events:\n", "events: {}\nunused:\n"),
    "claim-without-outcome": ("    outcome: recorded_performance\n", ""),
    "claim-unknown-field": ("    in_at_least: 80 %", "    in_at_most: 80 %"),
    "step-without-text": ("    text: Ten thousand people twice.\n", ""),
    "step-unknown-field": ("    question: What", "    qestion: What"),
    "tab": ("  people: 20000", "\tpeople: 20000"),
    "bad-indentation": ("  places: 4", "   places: 4"),
    "too-little-indentation": ("  places: 4", " places: 4"),
    "no-colon": ("pairs: 4", "pairs 4"),
    "no-space-after-colon": ("pairs: 4", "pairs:4"),
    "key-twice-in-map": ("  places: 4", "  places: 4\n  people: 20000"),
    "merge-key": ("  places: 4", "  <<: {places: 4}"),
    "number-as-key": ("  spread: false", "  1: false"),
    "list-as-key": ("  spread: false", "  ? [a]\n  : false"),
    "name": ("pairs: 4", "name: rich\npairs: 4"),
    "directive": ("extends: town", "%YAML 1.2\n---\nextends: town"),
    "open-brace": ("{hospital: 80 %}", "{hospital: 80 %"),
    "wrong-bracket": ("[need, cost]", "[need, cost}"),
    "open-quote": ("My own", "'My own"),
    "deep": ("pairs: 4", "pairs: " + "[" * 40 + "4" + "]" * 40),
}


def _fields() -> Iterator[tuple[str, str]]:
    for field, values in VALUES.items():
        for number, value in enumerate(values, 1):
            yield f"{field}-{number}", _replaced(field, value)


def _replaced(field: str, value: str) -> str:
    """`RICH` with one field's value replaced, the lines below the old value taken away."""
    name, _, which = field.partition("#")
    wanted = int(which or 1)
    out: list[str] = []
    inside = None
    for line in RICH.splitlines():
        if inside is not None and len(line) - len(line.lstrip()) > inside:
            continue
        inside = None
        found = re.match(rf"( *(?:- )?){name}:", line)
        wanted -= bool(found)
        if found and wanted == 0:
            inside = len(found[1])
            line = f"{found[0]} {value}".rstrip()
        out.append(line)
    assert wanted <= 0, f"no field {field!r}"
    return "\n".join(out) + "\n"


def _lines() -> Iterator[tuple[str, str]]:
    for name, (old, new) in OTHER_LINES.items():
        assert old in RICH, name
        yield name, RICH.replace(old, new, 1)


def _shipped() -> Iterator[tuple[str, str]]:
    """Slips that can be made in every file, in every shipped scenario."""
    for name in ("town", "null", "neighbourhoods"):
        text = catalogue()[name].read_text(encoding="utf-8")
        yield f"{name}-key-twice", text + "\ntitle: Once more\n"
        yield f"{name}-second-document", text + "\n---\ntitle: Another\n"
        yield f"{name}-cut-in-a-key", text[: text.index("purpose:") + 4]
        yield f"{name}-cut-in-a-list", text + "\nextra: [1, 2"
        yield f"{name}-open-quote", text.replace("title: ", 'title: "', 1)
        yield f"{name}-unknown-key", text + "\nhorizn: 5 years\n"
        yield f"{name}-tabs", text.replace("\n  ", "\n\t", 1)
        yield f"{name}-shifted", re.sub(r"(?m)^pairs", " pairs", text)
        yield f"{name}-list", re.sub(r"(?m)^", "  ", text).replace("  ", "- ", 1)
        yield f"{name}-control", text.replace("title: ", "title: \x07", 1)


def _whole() -> Iterator[tuple[str, bytes]]:
    """Files that are no scenario at all."""
    text = catalogue()["town"].read_text(encoding="utf-8")
    yield "empty-whole", b""
    yield "blank-whole", b"\n\n   \n"
    yield "comment-whole", b"# a scenario\n"
    yield "start-only-whole", b"---\n"
    yield "utf-16-whole", text.encode("utf-16")
    yield "zero-byte-whole", text.encode().replace(b"title", b"ti\0tle", 1)
    yield "binary-whole", bytes(range(256)) * 8
    yield "large-whole", text.encode() + b"# filler\n" * 150_000
    yield "latin-1", text.encode().replace(b"title: A", "title: \u00c4".encode("latin-1"), 1)
    yield "word", b"town\n"
    yield "json-list", b"[1, 2, 3]\n"
    yield "nothing-but-title", b"title: x\n"


def malformed_files(folder: Path) -> list[Path]:
    """Writes the malformed files into a folder, in an order that never changes, and returns their paths."""
    contents = [*_fields(), *_lines(), *_shipped(), *_whole()]
    paths = []
    for number, (name, content) in enumerate(contents, 1):
        path = Path(folder) / f"{number:03}-{name}.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return paths
