"""Which fields stand where in a scenario: what error messages and overrides need to name the nearest valid path.

A path is a tuple of keys and list positions, `("regimes", "targets", "levers", "stakes")`.
"""

from __future__ import annotations

from collections.abc import Iterable

from simulation.scenario import known
from simulation.scenario.errors import field_path, nearest, quote, some
from simulation.scenario.events import Event
from simulation.scenario.models import Scenario, WorldDescription
from simulation.scenario.story import Claim, Prediction, Step

Path = tuple[str | int, ...]

TOP = tuple(name for name in Scenario.model_fields if name != "name")
REGIME = ("extends", "title", "summary", "levers")
_LISTS = {"events": tuple(Event.model_fields), "story": tuple(Step.model_fields),
          "claims": tuple(field.alias or name for name, field in Claim.model_fields.items())}
_NAMED = "this name is not a field: a scenario or regime is called by its file or key; 'title' is the name for people"


def children(path: Path, regimes: Iterable[str] = ()) -> tuple[str, ...]:
    """The names that may stand below a path; empty below a value, a list or an unknown path.

    `regimes` are the regimes of the scenario in question.
    """
    head, rest = (path[0], path[1:]) if path else (None, ())
    if head is None:
        return TOP
    if head == "world" and not rest:
        return tuple(WorldDescription.model_fields)
    if head == "switches" and not rest:
        return known.mechanisms()
    if head == "parameters":
        tables = known.tables()
        if not rest:
            return tuple(tables)
        return tuple(tables[rest[0]]) if len(rest) == 1 and rest[0] in tables else ()
    if head in ("regimes", "regime_places") and not rest:
        return tuple(regimes)
    if head == "regimes":
        return REGIME if len(rest) == 1 else tuple(known.LEVERS) if rest[1:] == ("levers",) else ()
    if head in _LISTS and len(rest) == 1 and isinstance(rest[0], int):
        return _LISTS[head]
    if head == "story" and rest[1:] == ("predict",):
        return tuple(Prediction.model_fields)
    if head == "events" and len(rest) == 2:
        below = {"levers": tuple(known.LEVERS), "staffing": known.KINDS, "surge": known.DOMAIN_NAMES}
        return below.get(str(rest[1]), ())
    return ()


def homes(name: str) -> list[str]:
    """The paths at which a field of this name may stand. Looks into the parameter tables only if nowhere else."""
    found = [name] if name in TOP else []
    found += [f"world.{name}"] if name in WorldDescription.model_fields else []
    found += [f"regimes.<name>.levers.{name}"] if name in known.LEVERS else []
    found += [f"regimes.<name>.{name}"] if name in REGIME and name not in TOP else []
    for place, fields in _LISTS.items():
        found += [f"{place}[1].{name}"] if name in fields and not found else []
    found += [f"story[1].predict.{name}"] if name in Prediction.model_fields and not found else []
    if not found:
        found += [f"parameters.{table}.{name}" for table, parameters in known.tables().items() if name in parameters]
    if not found and name in known.mechanisms():
        found.append(f"switches.{name}")
    return found


def unknown_key(path: Path, regimes: Iterable[str] = (), leaf: str | None = None) -> str:
    """What to say about a key that does not belong where it stands: where it belongs, or what was probably meant.

    `leaf` is the last name of the path that was asked for, where an override fails before it gets there.
    """
    name, parent = path[-1], path[:-1]
    if name == "name" and (not parent or parent[0] == "regimes"):
        return _NAMED
    if name == "extends" and not parent:
        return "'extends' can be said in a file only"
    here = children(parent, regimes)
    message = f"unknown key {quote(name)}"
    last = leaf or str(name)
    elsewhere = [home for home in homes(last) if home != field_path(path)]
    if elsewhere:
        return f"{message}; {'it' if last == name else quote(last)} belongs at {' or '.join(elsewhere[:3])}"
    near = nearest(str(name), here)
    if near:
        return f"{message}; did you mean {field_path((*parent, near))!r}?"
    if len(parent) == 2 and parent[0] == "regimes" and (lever := nearest(str(name), known.LEVERS)):
        return f"{message}; did you mean {field_path((*parent, 'levers', lever))!r}?"
    far = nearest(last, [*WorldDescription.model_fields, *known.LEVERS])
    if far and not parent:
        return f"{message}; did you mean {homes(far)[0]!r}?"
    if not here:
        return f"{message}; {field_path(parent)} holds one value, nothing can stand below it"
    return f"{message}; accepted here: {some(here)}"
