"""YAML without its traps: every value keeps its place, and whatever YAML would guess at is refused.

Refused: keys given twice, yes/no/on/off as truth values, octal, hexadecimal and sexagesimal numbers, anchors and
aliases (hence cycles), tags, keys that are not words, several documents, deep nesting and large files. Reading never
raises anything but ScenarioError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from simulation.scenario.errors import Problem, ScenarioError, quote, refuse

LARGEST = 1_000_000
"""Bytes of one file: some hundred pages of prose, and about two seconds of reading."""
DEEPEST = 12
"""Levels of nesting; the deepest thing that a scenario says is at level 5."""

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]{1,3})?")
_TRUTH = {"true": True, "false": False}
_GUESSED_TRUTH = {"yes": "true", "no": "false", "on": "true", "off": "false", "y": "true", "n": "false"}
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_INSTEAD = "write the value out or use 'extends'"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written. `line` is None for an override, whose `file` is `--set #1 (...)`."""

    file: str
    line: int | None = None
    column: int | None = None
    folder: Path | None = None
    """The folder against which a relative path written here is read."""


@dataclass(frozen=True, slots=True)
class Leaf:
    value: str | int | float | bool | None
    place: Place


@dataclass(slots=True)
class Items:
    items: list[Node]
    place: Place


@dataclass(slots=True)
class Map:
    """A mapping; `keys` holds the place of every key, which is where an unknown one is reported.

    Once read, a node is not changed: it may belong to several trees.
    """

    place: Place
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)

    def put(self, key: str, node: Node, place: Place) -> None:
        self.items[key] = node
        self.keys[key] = place

    def without(self, *names: str) -> Map:
        kept = [key for key in self.items if key not in names]
        return Map(self.place, {key: self.items[key] for key in kept}, {key: self.keys[key] for key in kept})


Node = Leaf | Items | Map


def plain(node: Node) -> object:
    """The node as ordinary Python data, without places."""
    if isinstance(node, Map):
        return {key: plain(value) for key, value in node.items.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return node.value


def from_python(value: object, place: Place) -> Node:
    """Python data given in place of text; everything in it has the same place.

    Raises TypeError for what a file could not say.
    """
    if isinstance(value, dict):
        node = Map(place)
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"key {quote(key)} is not text")
            node.put(key, from_python(item, place), place)
        return node
    if isinstance(value, list | tuple):
        return Items([from_python(item, place) for item in value], place)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()  # a NumPy scalar
    if value is None or isinstance(value, str | int | float):
        return Leaf(value, place)
    raise TypeError(f"{type(value).__name__} {quote(value)} is not a number, text, true or false, a list or a mapping")


def shown(path: Path) -> str:
    """A path for messages: relative to the working folder where that is shorter."""
    try:
        text = str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        text = str(path)
    return text if text.isprintable() else repr(text)


def read_file(path: Path) -> Map:
    """The mapping in a YAML file.

    Raises ScenarioError for a path that cannot be read, for what is not text, and for YAML that is not strict.
    """
    name = shown(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except IsADirectoryError:
        raise refuse(name, "is a folder; the path of a YAML file is needed") from None
    except FileNotFoundError:
        raise refuse(name, "no such file") from None
    except (OSError, ValueError) as error:
        if path.is_dir():  # Windows says that permission is denied
            raise refuse(name, "is a folder; the path of a YAML file is needed") from None
        raise refuse(name, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > LARGEST:
        raise refuse(name, f"is too large; a scenario file has at most {LARGEST:,} bytes")
    if b"\0" in data:
        raise refuse(name, "is not text: it holds zero bytes; a UTF-8 text file is needed")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(name, "is not UTF-8 text; save it as UTF-8", line=line) from None
    root = _read(text, name, path.parent)
    if root is None:
        raise refuse(name, "is empty; a scenario has at least a title, a world and regimes")
    if not isinstance(root, Map):
        raise refuse(name, f"holds {quote(plain(root))}, but 'field: value' lines are needed", line=root.place.line,
                     column=root.place.column)
    return root


def read_text(text: str, name: str, folder: Path | None) -> Node | None:
    """The node that a YAML text says, None for none; `name` is the file in messages. Raises ScenarioError."""
    if bad := _CONTROL.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise refuse(name, f"holds the control character {bad[0]!r}; a scenario is plain text", line=line)
    return _Builder(name, folder).build(text)


@lru_cache(maxsize=32)
def _read(text: str, name: str, folder: Path) -> Node | None:
    """`read_text`, remembered: a library of regimes is read once, however often scenarios are loaded from it."""
    return read_text(text, name, folder)


def _plain_words(problem: str) -> str:
    """What the YAML parser complains about, without its jargon."""
    if "\\t" in problem:
        return "a tab cannot be used for indentation; use spaces"
    for jargon, words in _JARGON.items():
        if jargon in problem:
            return words
    return f"not valid YAML: {problem}"


_JARGON = {
    "mapping values are not allowed": "a second ': ' on one line; put the text in quotes, or start a new line",
    "could not find expected ':'": "a line without 'field: value'; is the ':' missing, or a quote or bracket open?",
    "expected '<document start>'": "the indentation does not match the lines above",
    "expected <block end>": "the indentation does not match the lines above, or a quote or bracket is missing",
    "expected ',' or '}'": "a '{' is not closed, or a ',' is missing",
    "expected ',' or ']'": "a '[' is not closed, or a ',' is missing",
    "unexpected end of stream": "a quote is not closed",
    "cannot start any token": "a value cannot start with this character; put it in quotes",
}


class _Builder:
    """Turns the events of PyYAML's parser into nodes, without its recursive and permissive composer."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self.name = name
        self.folder = folder
        self.problems: list[Problem] = []

    def place(self, mark: yaml.Mark) -> Place:
        return Place(self.name, mark.line + 1, mark.column + 1, self.folder)

    def complain(self, place: Place, message: str) -> None:
        self.problems.append(Problem(place.file, place.line, place.column, "", message))

    def stop(self, place: Place, message: str) -> ScenarioError:
        self.complain(place, message)
        return ScenarioError(self.problems)

    def build(self, text: str) -> Node | None:
        try:
            events = self.refusing(yaml.parse(text, Loader=yaml.SafeLoader))
            root = self.document(events)
        except ScenarioError:
            raise
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise refuse(self.name, "holds a character that is not allowed in YAML", line=line) from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = _plain_words(error.problem or error.context or "?")
            if mark is None:
                raise refuse(self.name, message) from None
            if "end of stream" in (error.problem or "") and error.context_mark is not None:
                mark = error.context_mark  # where the quote was opened, rather than where the file ends
            raise self.stop(self.place(mark), message) from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise refuse(self.name, f"not valid YAML: {error}") from None
        if self.problems:
            raise ScenarioError(self.problems)
        return root

    def refusing(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        """The parser's events; stops at what is never accepted wherever it stands."""
        documents = 0
        for event in events:
            place = self.place(event.start_mark)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.stop(place, "a second document starts here; one file holds one scenario or regime")
                if event.tags or event.version:
                    raise self.stop(place, "a YAML directive (%...) is not accepted")
            elif isinstance(event, yaml.AliasEvent):
                raise self.stop(place, f"the alias '*{event.anchor}' is not accepted; {_INSTEAD}")
            elif getattr(event, "anchor", None):
                raise self.stop(place, f"the anchor '&{event.anchor}' is not accepted; {_INSTEAD}")
            elif getattr(event, "tag", None):
                raise self.stop(place, f"the tag {quote(event.tag)} is not accepted; write the value alone")
            yield event

    def document(self, events: Iterator[yaml.Event]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                empty = isinstance(event, yaml.ScalarEvent) and event.value == "" and event.style is None
                root = self.node(event, events, 1)
                root = None if empty else root
        return root

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        place = self.place(event.start_mark)
        if depth > DEEPEST:
            raise self.stop(place, f"is nested too deeply; at most {DEEPEST} levels are accepted")
        if isinstance(event, yaml.ScalarEvent):
            return Leaf(self.scalar(event, place), place)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(following := next(events), yaml.SequenceEndEvent):
                items.append(self.node(following, events, depth + 1))
            return Items(items, place)
        found = Map(place)
        while not isinstance(following := next(events), yaml.MappingEndEvent):
            key_place = self.place(following.start_mark)
            key = self.key(following, events, key_place, depth)
            value = self.node(next(events), events, depth + 1)
            if key in found.items:
                self.complain(key_place, f"{quote(key)} is given twice (first on line {found.keys[key].line})")
            elif key:
                found.put(key, value, key_place)
        return found

    def key(self, event: yaml.Event, events: Iterator[yaml.Event], place: Place, depth: int) -> str:
        """A key, or '' after a complaint about it."""
        node = self.node(event, events, depth + 1)
        if not isinstance(node, Leaf):
            self.complain(place, f"{quote(plain(node))} cannot be a key; keys are words")
            return ""
        if not isinstance(node.value, str) or not node.value:
            self.complain(place, f"{quote(node.value)} cannot be a key; keys are words")
            return ""
        if node.value == "<<":
            self.complain(place, "the merge key '<<' is not accepted; use 'extends'")
            return ""
        return node.value

    def scalar(self, event: yaml.ScalarEvent, place: Place) -> str | int | float | bool | None:
        text = event.value
        if event.style is not None:
            return text
        if text in ("", "~", "null"):
            return None
        if text in _TRUTH:
            return _TRUTH[text]
        low = text.lower()
        if low in _TRUTH or low in _GUESSED_TRUTH:
            meant = _GUESSED_TRUTH.get(low, low)
            self.complain(place, f"{text!r} may be a word or a truth value; write {meant}, or put it in quotes")
        elif _NOT_FINITE.fullmatch(text):
            self.complain(place, f"{text!r} is not a number that can be used; a finite number is needed")
        elif text[0] in "+-.0123456789" and len(text) <= 40:
            return self.number(text, place)
        return text

    def number(self, text: str, place: Place) -> str | int | float:
        """A plain scalar that begins like a number: a number, a quantity with its unit, or a complaint."""
        if _INT.fullmatch(text):
            return int(text)
        if re.fullmatch(r"[-+]?0[0-9]+", text):
            self.complain(place, f"{text!r} has a leading zero, which some programs read as octal; write {int(text)}")
        elif re.fullmatch(r"[-+]?0[xob][0-9a-fA-F]+", text):
            self.complain(place, f"{text!r} is not a decimal number; write it with digits, or put it in quotes")
        elif re.fullmatch(r"[-+]?[0-9]+(:[0-9]+)+(\.[0-9]*)?", text):
            self.complain(place, f"{text!r} may be a time of day or a number to base 60; write a quantity such as "
                                 "'20 minutes', or put it in quotes")
        elif re.fullmatch(r"[-+]?[0-9][0-9]*([,_][0-9]+)+(\.[0-9]*)?", text):
            digits = re.sub("[,_]", "", text)
            self.complain(place, f"{text!r} is not a number; write {digits}, or put it in quotes")
        elif _FLOAT.fullmatch(text):
            value = float(text)
            if value in (float("inf"), float("-inf")):
                self.complain(place, f"{text!r} is too large; a finite number is needed")
            return value
        return text
