"""Edits of the network back into the columns: ties between staff, and who knows whom.

An edited graph is read as a whole and checked before anything changes. Only what lies between nodes of the graph is
compared, so that a part of the network can be edited alone.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx
import numpy as np

from simulation.columns import MAX_TIES
from simulation.fields import told
from simulation.mesa_door import Agent
from simulation.network import EDITABLE, LAYERS, checked_layers, edges_of, ties_of
from simulation.vocabulary import NOBODY

if TYPE_CHECKING:
    from simulation.model import CareSystem

_FOLLOWS_FROM = {
    "referral": "it counts the referrals that were made",
    "community": "it follows from where people live",
    "member": "a post belongs to its organisation",
    "leads": "every organisation has its one leader",
    "contact": "conveners make it between places",
    "spread": "it follows from where places lie",
}

Pair = tuple[int, int]


class NetworkError(ValueError):
    """An edited graph says something that the model cannot hold. Nothing has been changed."""


class Changes(NamedTuple):
    """What an edit came to, in relations (a tie counts once, not once a direction)."""

    added: int
    removed: int
    changed: int


def rewire(model: CareSystem, graph: nx.Graph) -> Changes:
    """Make the model's ties, and who knows whom, those of the graph.

    Args:
        model: the care system that the graph was taken from.
        graph: an edited `model.graph()`, or part of one: what lies between its nodes becomes as it says. In a graph of
            one's own, which does not come from `model.graph()`, what is not there is not meant, so that nothing is
            removed.

    Raises:
        NetworkError: for a node or edge that cannot be: a stranger, another layer, trust outside 0..1, more than 12
            ties, ends in different places, a vacant post, two workers who know one person best.
    """
    if not isinstance(graph, nx.Graph):
        raise TypeError(f"update_ties takes a NetworkX graph, such as model.graph() gives, not {graph!r}")
    if graph.graph.get("tick", model.tick) != model.tick:
        raise NetworkError(f"the graph shows tick {graph.graph['tick']} and the model is at tick {model.tick}; ties "
                           "have changed since: take a new model.graph() and edit that")
    edit = _Edit(model, graph)
    edit.check_other_layers()
    ties, workers = edit.new_ties(), edit.new_workers()
    return Changes(*(a + b for a, b in zip(_write_ties(model, ties), _write_workers(model, workers), strict=True)))


class _Edit:
    """One edited graph, read into rows."""

    def __init__(self, model: CareSystem, graph: nx.Graph) -> None:
        self.model, self.graph = model, graph
        self.nodes = {self._id(node) for node in graph}
        self.edges: dict[str, dict[Pair, dict[str, Any]]] = {layer: {} for layer in LAYERS}
        seen: dict[str, set[Pair]] = {layer: set() for layer in LAYERS}
        for pair, layer, data in self._layered():
            if self.edges[layer].setdefault(pair, data) != data or (pair in seen[layer] and not graph.is_directed()):
                raise NetworkError(f"{self.said(pair)} has two edges in the layer {layer!r}; remove one")
            seen[layer].add(pair)
        self.layers = checked_layers(graph.graph.get("layers", ()))

    def _id(self, node: Any) -> int:
        number = node.unique_id if isinstance(node, Agent) and node.model is self.model else node
        last = self.model.roster.end - 1
        if isinstance(number, bool) or not isinstance(number, numbers.Integral) or not 1 <= number <= last:
            raise NetworkError(f"node {node!r} is nobody in this model; nodes are agents' unique ids, 1 to {last:,}")
        return int(number)

    def _layered(self) -> Iterator[tuple[Pair, str, dict[str, Any]]]:
        if self.graph.is_multigraph():
            edges = self.graph.edges(keys=True, data=True)
        else:
            edges = ((a, b, None, data) for a, b, data in self.graph.edges(data=True))
        for a, b, key, data in edges:
            layer = data.get("layer", key)
            if layer not in LAYERS or (key in LAYERS and key != layer):
                raise NetworkError(f"the edge from {a!r} to {b!r} is in no layer (key {key!r}, layer "
                                   f"{data.get('layer')!r}); give it one of {', '.join(LAYERS)} as its key")
            a, b = self._id(a), self._id(b)
            yield (min(a, b), max(a, b)), layer, data

    def said(self, pair: Pair) -> str:
        return " to ".join(repr(self.model.roster.view(node)) for node in pair)

    def check_other_layers(self) -> None:
        """Every layer that follows from something else must be as it is in the model."""
        for layer, reason in _FOLLOWS_FROM.items():
            now: dict[Pair, dict] = {}
            if layer in self.layers:
                people = self.graph.graph.get("people", np.zeros(0, np.int64))
                now = {(min(a, b), max(a, b)): data for a, b, _, data in edges_of(self.model, layer, people)
                       if a in self.nodes and b in self.nodes}
            said = self.edges[layer]
            for pair in [*(said.keys() - now.keys()), *(now.keys() - said.keys())]:
                done = "added to" if pair in said else "removed from"
                raise NetworkError(f"{self.said(pair)} was {done} the layer {layer!r}, which cannot be edited: "
                                   f"{reason}; {' and '.join(EDITABLE)} can")
            for pair, data in now.items():
                if any(said[pair].get(name) != value for name, value in data.items()):
                    raise NetworkError(f"{self.said(pair)} was changed in the layer {layer!r}, which cannot be edited: "
                                       f"{reason}; {' and '.join(EDITABLE)} can")

    def _rows(self, pair: Pair, layer: str, families: tuple[str, str]) -> Pair:
        """The rows of an edge's ends, which must be of these families and of one place."""
        rows = []
        for node, wanted in zip(pair, families, strict=True):
            family = self.model.roster.family_of(node)
            if family.name != wanted:
                raise NetworkError(f"{self.said(pair)} cannot be a {layer!r}: that joins {' and '.join(families)}")
            rows.append(node - family.first)
        if self.model.roster.view(pair[0]).place != self.model.roster.view(pair[1]).place:
            raise NetworkError(f"{self.said(pair)} cannot be a {layer!r}: they are in different places, and ties "
                               "stay within a place; the layer 'contact' shows who knows whom in a neighbouring one")
        return rows[0], rows[1]

    def _strength(self, pair: Pair, layer: str) -> float:
        name = EDITABLE[layer]
        value = self.edges[layer][pair].get(name)
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 <= value <= 1:
            raise NetworkError(f"{self.said(pair)}, {layer!r}: {name} is a number from 0 to 1, not {value!r}")
        return told(float(np.float32(value)))  # as the column holds it, so that the same graph twice changes nothing

    def new_ties(self) -> dict[Pair, float | None]:
        """Pairs of staff rows, the smaller first, whose tie is new or changed: its trust, None where it is gone."""
        said = {}
        for pair in self.edges["tie"]:
            if pair[0] == pair[1]:
                raise NetworkError(f"{self.model.roster.view(pair[0])!r} cannot have a tie to themselves")
            said[self._rows(pair, "tie", ("staff", "staff"))] = self._strength(pair, "tie")
        first = self.model.roster.family("staff").first
        now = ties_of(self.model)
        new: dict[Pair, float | None] = {pair: trust for pair, trust in said.items() if trust != now.get(pair)}
        if "tie" in self.layers:
            new |= {(a, b): None for a, b in now.keys() - said.keys() if {a + first, b + first} <= self.nodes}
        self._check_room(new)
        return new

    def _check_room(self, new: dict[Pair, float | None]) -> None:
        staff = self.model.world.staff
        held = {(a, b) for a, row in enumerate(staff.tie.tolist()) for b in row if b != NOBODY}
        number = (staff.tie != NOBODY).sum(axis=1)
        for (a, b), trust in new.items():
            for one, other in ((a, b), (b, a)):
                number[one] += (trust is not None) - ((one, other) in held)
                if trust is not None and (one, other) not in held and staff.vacant_until[one] > self.model.world.now:
                    raise NetworkError(f"{self.model.roster.at('staff', one)!r} is a vacant post and cannot have a tie")
        if (number > MAX_TIES).any():
            full = int(number.argmax())
            raise NetworkError(f"{self.model.roster.at('staff', full)!r} would have {number[full]} ties; at most "
                               f"{MAX_TIES} are possible: remove some")

    def new_workers(self) -> dict[int, tuple[int, float]]:
        """Person rows of the graph whose best-known worker changes: staff row (-1 nobody) and strength."""
        said: dict[int, tuple[int, float]] = {}
        first = self.model.roster.family("staff").first
        for pair in self.edges["known_by"]:
            person, worker = self._rows(pair, "known_by", ("person", "staff"))
            if person in said:
                raise NetworkError(f"{self.model.roster.at('person', person)!r} is known by two workers; one knows a "
                                   "person best: remove the other edge")
            said[person] = worker, self._strength(pair, "known_by")
        if "known_by" in self.layers:
            said = {**{node - 1: (NOBODY, 0.0) for node in self.nodes if node < first}, **said}
        people = self.model.world.person
        return {person: to for person, to in said.items()
                if to != (people.known_by.item(person), told(people.known_strength.item(person)))
                and (to[0] != NOBODY or people.known_by[person] != NOBODY)}


def _write_ties(model: CareSystem, new: dict[Pair, float | None]) -> Changes:
    tie, trusts = model.world.staff.tie, model.world.staff.tie_trust
    added = removed = changed = 0
    for (a, b), trust in sorted(new.items(), key=lambda item: item[1] is not None):  # gone ones first: they make room
        known = b in tie[a] and a in tie[b]
        added += trust is not None and not known
        removed += trust is None
        changed += trust is not None and known
        for one, other in ((a, b), (b, a)):
            at = np.nonzero(tie[one] == other)[0]
            if trust is None:
                tie[one, at], trusts[one, at] = NOBODY, 0.0
            else:
                slot = at[0] if len(at) else np.nonzero(tie[one] == NOBODY)[0][0]
                tie[one, slot], trusts[one, slot] = other, trust
    return Changes(added, removed, changed)


def _write_workers(model: CareSystem, new: dict[int, tuple[int, float]]) -> Changes:
    people = model.world.person
    added = removed = changed = 0
    for person, (worker, strength) in new.items():
        before = people.known_by[person]
        added += before == NOBODY
        removed += worker == NOBODY
        changed += before != NOBODY and worker != NOBODY
        people.known_by[person], people.known_strength[person] = worker, strength
    return Changes(int(added), int(removed), int(changed))
