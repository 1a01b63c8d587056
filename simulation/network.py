"""The network of a model as one NetworkX multigraph in layers; `rewiring.py` takes edits of it back into the model.

Nodes are the agents' unique ids; a place stands in the graph as its commissioner. The key of an edge is its layer::

    tie        staff - staff                 trust 0..1; can be edited
    known_by   person - staff                strength 0..1; one worker a person; can be edited
    referral   organisation - organisation   sent {who sent: decaying count}, weight their sum
    community  person - person               each with the next two people on the place's ring
    member     staff - organisation
    leads      leader - organisation
    contact    staff - staff                 trust 0..1; colleagues of neighbouring places
    spread     place - place                 who looks at whose figures
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from simulation.fields import nearest, told, told_array
from simulation.mechanisms.spread import neighbours
from simulation.mesa_door import Agent
from simulation.vocabulary import DOMAINS, N_DOMAINS, N_KINDS, NOBODY, ORGANISATION_KINDS

if TYPE_CHECKING:
    from simulation.model import CareSystem

LAYERS = ("tie", "known_by", "referral", "community", "member", "leads", "contact", "spread")
EDITABLE = {"tie": "trust", "known_by": "strength"}
"""The layers that can be edited, with the attribute of an edge that is read."""
WITH_PEOPLE = ("known_by", "community")

Edge = tuple[int, int, str, dict[str, Any]]


def graph_of(model: CareSystem, layers: Iterable[str] = LAYERS,
             people: int | Iterable[int] | None = None) -> nx.MultiGraph:
    """The network as it is now.

    Args:
        model: the care system; it is not changed and does not keep the graph.
        layers: which layers. People are nodes only if a layer with people is among them; everybody else always is.
        people: None for all, a number for that many spread evenly over the rows, or the rows themselves. `community`
            then joins those of them who are neighbours.

    Returns:
        A graph with `graph.graph["layers"]`, `["people"]` (rows) and `["tick"]`. Every edge has the attribute `layer`.
        Nodes have `type`, `row`, `unique_id`, `name` and `place`, and besides: a person `complexity`, `quintile` and
        `need`; staff `organisation` (unique id), `domain` and `vacant`; an organisation `kind` and `domain`.

    Raises:
        ValueError: for an unknown layer, or a row where nobody is.
    """
    layers = checked_layers(layers)
    rows = _people(model, people) if set(layers) & set(WITH_PEOPLE) else np.zeros(0, np.int64)
    graph = nx.MultiGraph(layers=layers, people=rows, tick=model.tick)
    graph.add_nodes_from(_nodes(model, rows))
    for layer in layers:
        graph.add_edges_from((a, b, layer, {"layer": layer, **data}) for a, b, _, data in edges_of(model, layer, rows))
    return graph


def checked_layers(layers: Iterable[str]) -> tuple[str, ...]:
    layers = (layers,) if isinstance(layers, str) else tuple(layers)
    for layer in layers:
        if layer not in LAYERS:
            raise ValueError(f"{layer!r} is no layer of the network; there are {', '.join(LAYERS)}"
                             f"{nearest(str(layer), LAYERS)}")
    return tuple(layer for layer in LAYERS if layer in layers)


def _people(model: CareSystem, people: int | Iterable[int] | None) -> np.ndarray:
    everybody = model.roster.family("person").rows
    if people is None:
        return np.arange(everybody)
    if isinstance(people, numbers.Integral) and not isinstance(people, bool):
        if people < 0:
            raise ValueError(f"people is how many to show, 0 or more, not {people}")
        return np.unique(np.linspace(0, everybody - 1, min(int(people), everybody)).astype(np.int64))
    rows = [person.row if isinstance(person, Agent) else person for person in people]
    rows = np.unique(np.array(rows, np.int64)) if rows else np.zeros(0, np.int64)
    outside = rows[(rows < 0) | (rows >= everybody)]
    if len(outside):
        raise ValueError(f"people: there is no row {outside[0]}; rows run from 0 to {everybody - 1:,}")
    return rows


def _nodes(model: CareSystem, rows: np.ndarray) -> Iterator[tuple[int, dict[str, Any]]]:
    first = {family.name: family.first for family in model.roster.families}
    columns, world = model.world.columns, model.world
    for name in ("person", "staff", "organisation", "leader", "convener", "commissioner"):
        family = model.roster.family(name)
        of = rows if name == "person" else np.arange(family.rows)
        if name == "convener":
            of = of[columns["convener"]["active"] != 0]
        places = _places_of(world, name, of, columns)
        type_name = family.agent_type.__name__
        more = _more_about(name, of, columns, first, world.now)
        for i, (row, place) in enumerate(zip(of.tolist(), places.tolist(), strict=True)):
            about = {key: values[i] for key, values in more.items()}
            node = first[name] + row
            label = about.get("kind", "").replace("_", " ") if name == "organisation" else f"{name} {row}"
            yield node, {"type": type_name, "row": row, "unique_id": node, "name": label, "place": place, **about}


def _places_of(world: Any, name: str, rows: np.ndarray, columns: dict) -> np.ndarray:
    if name == "convener":
        return columns["convener"]["place"][rows]
    if name == "commissioner":
        return rows
    start = world.organisation_start if name == "leader" else getattr(world, f"{name}_start")
    return np.searchsorted(start, rows, side="right") - 1


def _more_about(name: str, rows: np.ndarray, columns: dict, first: dict[str, int], now: int) -> dict[str, list[Any]]:
    if name == "person":
        person = columns["person"]
        return {"complexity": person["complexity"][rows].tolist(), "quintile": person["quintile"][rows].tolist(),
                "need": person["need"][:, rows].sum(axis=0, dtype=np.float64).tolist()}
    if name == "staff":
        organisation = columns["staff"]["organisation"][rows]
        kinds = columns["organisation"]["kind"][organisation].tolist()
        return {"organisation": (organisation + first["organisation"]).tolist(), "domain": _domains(kinds),
                "vacant": (columns["staff"]["vacant_until"][rows] > now).tolist()}
    if name == "organisation":
        kinds = columns["organisation"]["kind"][rows].tolist()
        return {"kind": [ORGANISATION_KINDS[kind] for kind in kinds], "domain": _domains(kinds)}
    return {}


def _domains(kinds: list[int]) -> list[str | None]:
    return [DOMAINS[kind] if kind < N_DOMAINS else None for kind in kinds]


def edges_of(model: CareSystem, layer: str, rows: np.ndarray) -> Iterator[Edge]:
    """The edges of one layer: from, to, layer, attributes."""
    first = {family.name: family.first for family in model.roster.families}
    columns, world = model.world.columns, model.world
    if layer == "tie":
        for (a, b), trust in ties_of(model).items():
            yield first["staff"] + a, first["staff"] + b, layer, {"trust": trust}
    elif layer == "known_by":
        known_by = columns["person"]["known_by"][rows]
        strength = told_array(columns["person"]["known_strength"][rows])
        for row, worker, how_well in zip(rows.tolist(), known_by.tolist(), strength.tolist(), strict=True):
            if worker != NOBODY:
                yield first["person"] + row, first["staff"] + worker, layer, {"strength": how_well}
    elif layer == "referral":
        yield from _referrals(columns["organisation"]["referred_to"], first["organisation"])
    elif layer == "community":
        yield from _community(world.person_start, rows, first["person"])
    elif layer == "member":
        for row, organisation in enumerate(columns["staff"]["organisation"].tolist()):
            yield first["staff"] + row, first["organisation"] + organisation, layer, {}
    elif layer == "leads":
        for row in range(model.roster.family("leader").rows):
            yield first["leader"] + row, first["organisation"] + row, layer, {}
    elif layer == "contact":
        contact, trusts = columns["staff"]["contact"], columns["staff"]["contact_trust"]
        for row in np.flatnonzero(contact > np.arange(len(contact))).tolist():
            yield (first["staff"] + row, first["staff"] + contact.item(row), layer,
                   {"trust": told(trusts.item(row))})
    else:
        for place in range(world.places):
            for other in neighbours(place, world.places):
                if other > place:
                    yield first["commissioner"] + place, first["commissioner"] + other, layer, {}


def _community(person_start: np.ndarray, rows: np.ndarray, first: int) -> Iterator[Edge]:
    shown = set(rows.tolist())
    for begin, end in zip(person_start[:-1].tolist(), person_start[1:].tolist(), strict=True):
        for row in rows[(rows >= begin) & (rows < end)].tolist():
            near = {begin + (row - begin + step) % (end - begin) for step in (-2, -1, 1, 2)} - {row}
            for other in sorted(near & shown):
                if other > row:
                    yield first + row, first + other, "community", {}


def _referrals(sent: np.ndarray, first: int) -> Iterator[Edge]:
    between: dict[tuple[int, int], dict[int, float]] = {}
    for row, kind in np.argwhere(sent > 0).tolist():
        other = row - row % N_KINDS + kind  # every place has one of each kind, in order
        if other != row:
            pair = min(row, other) + first, max(row, other) + first
            between.setdefault(pair, {})[row + first] = sent.item(row, kind)
    for (a, b), who in between.items():
        yield a, b, "referral", {"sent": who, "weight": sum(who.values())}


def ties_of(model: CareSystem) -> dict[tuple[int, int], float]:
    """Every tie that both ends hold: rows of staff, the smaller first, to trust."""
    tie, trust = model.world.staff.tie, model.world.staff.tie_trust
    held = {(a, int(tie[a, j])): told(trust.item(a, j)) for a, j in np.argwhere(tie != NOBODY).tolist()}
    return {(a, b): t for (a, b), t in held.items() if a < b and (b, a) in held}
