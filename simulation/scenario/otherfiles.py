"""Problems in the other kinds of file, designs and calibration plans: what pydantic says, placed, in our words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulation.scenario.errors import Problem, field_path, nearest, quote, some
from simulation.scenario.loading import place_of

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from simulation.scenario.strictyaml import Map

Path = tuple[str | int, ...]
Fields = Callable[[Path], Mapping[str, "FieldInfo"]]
"""The fields that may stand where the last step of a path stands, by name."""


def problem(detail: Any, tree: Map, fields: Fields) -> Problem:
    """One error of pydantic's as a problem with a place."""
    path, kind, value = tuple(detail["loc"]), detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return at(tree, path, _unknown(path, fields), of_key=True)
    if kind == "unknown_key":
        return at(tree, path, detail["msg"], of_key=True)
    if kind == "missing":
        return at(tree, path, f"is missing; {_described(path, fields)}", of_key=True)
    if "ctx" in detail and "error" in detail["ctx"]:
        message = str(detail["ctx"]["error"])
    elif kind in ("tuple_type", "list_type"):
        message = f"{quote(value)} is not a list; write '- ' before every item"
    elif kind in ("dict_type", "model_type", "model_attributes_type", "mapping_type"):
        message = f"{quote(value)} is not a mapping; 'field: value' lines are needed"
    else:
        message = detail["msg"]
    return at(tree, path, message)


def at(tree: Map, path: Path, message: str, of_key: bool = False) -> Problem:
    """A problem where a path of the tree was written; `of_key`: where its key was."""
    place = place_of(tree, path, of_key=of_key)
    return Problem(place.file, place.line, place.column, field_path(path), message)


def _unknown(path: Path, fields: Fields) -> str:
    names = [name for name in fields(path) if name != "name"]
    near = nearest(str(path[-1]), names)
    return f"unknown key {quote(path[-1])}; " + (f"did you mean {near!r}?" if near else f"accepted here: {some(names)}")


def _described(path: Path, fields: Fields) -> str:
    field = fields(path).get(str(path[-1]))
    return (field.description or "it is needed") if field else "it is needed"
