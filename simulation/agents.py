"""The agents: Person, StaffMember, Organisation, Leader, Convener, Commissioner. Each is a view of one row.

They are ordinary Mesa agents to look at and to assign to, but their attributes live in the world's columns: what a
mechanism writes is seen at once, and what is assigned counts from the next tick on. Behaviour is in the mechanisms,
so `step()` of an agent does nothing; subclass an agent and name the subclass in `CareSystem.agent_classes` to give it
methods.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, MutableMapping

import numpy as np

from simulation import columns
from simulation.agentset import AgentSet
from simulation.fields import Field, Link, Total, nearest, told
from simulation.rowagent import RowAgent
from simulation.vocabulary import DOMAINS, N_DOMAINS, NOBODY, ORGANISATION_KINDS

_LEADER = ("mindset", "belief", "leader_since", "leader_from")


def _column(family: str, name: str) -> columns.Column:
    return next(column for column in columns.FAMILIES[family] if column.name == name)


def _rows(agent: RowAgent, family: str, rows: np.ndarray) -> AgentSet:
    return AgentSet.of_rows(agent.model.roster, family, rows)


def _between(agent: RowAgent, family: str, starts: np.ndarray, position: int) -> AgentSet:
    """The rows of a family that belong to one position of an array of starts."""
    return _rows(agent, family, np.arange(starts[position], starts[position + 1]))


class Needs(MutableMapping[str, float]):
    """A person's unmet need by domain: reads and assigns the columns; a domain cannot be deleted, set it to 0."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def __getitem__(self, domain: str) -> float:
        return getattr(self._person, f"need_{_known(domain)}")

    def __setitem__(self, domain: str, value: float) -> None:
        setattr(self._person, f"need_{_known(domain)}", value)

    def __delitem__(self, domain: str) -> None:
        raise TypeError(f"the need of {_known(domain)} cannot be deleted; set it to 0")

    def __iter__(self) -> Iterator[str]:
        return iter(DOMAINS)

    def __len__(self) -> int:
        return N_DOMAINS

    def __repr__(self) -> str:
        return repr({domain: round(value, 3) for domain, value in self.items()})


def _known(domain: str) -> str:
    if domain not in DOMAINS:
        raise KeyError(f"{domain!r} is no domain; there are {', '.join(DOMAINS)}")
    return domain


class Person(RowAgent, family="person", without=("door",)):
    """Somebody with needs.

    `need` is unmet need over all domains, 0..6, as in the outcome of that name; `needs` is the same by domain, to read
    and to assign, and so is each of `need_physical`, `need_mental`, ...; `last_result_...` and `attempts_...` likewise.
    """

    need = Total("person", _column("person", "need"),
                 fixed="say which need: person.needs['housing'] = 0.2, or person.need_housing = 0.2")
    known_by = Link("person", _column("person", "known_by"), "staff", assignable=True)

    @property
    def needs(self) -> Needs:
        """Unmet need by domain, 0..1 each."""
        return Needs(self)

    @needs.setter
    def needs(self, values: MutableMapping[str, float]) -> None:
        self.needs.update(values)

    @property
    def waiting_since(self) -> dict[str, int]:
        """Kind of organisation to the tick since which the person waits there; only those at which they wait."""
        start = self.model.world.burn_in
        return {kind: door - start for kind, door in zip(ORGANISATION_KINDS, self._doors(), strict=True) if door >= 0}

    @property
    def turned_away_until(self) -> dict[str, int]:
        """Kind of organisation to the tick until which the person stays away after a refusal; only those in force."""
        start = self.model.world.burn_in
        until = {kind: -2 - door - start for kind, door in zip(ORGANISATION_KINDS, self._doors(), strict=True)}
        return {kind: tick for kind, tick in until.items() if tick > self.model.tick}

    @property
    def organisations(self) -> AgentSet:
        """The organisations of the person's place."""
        return _between(self, "organisation", self.model.world.organisation_start, self.place)

    @property
    def neighbours(self) -> list[Person]:
        """The two people on each side on the place's ring, who can give support."""
        start = self.model.world.person_start
        first, people = int(start[self.place]), int(start[self.place + 1] - start[self.place])
        rows = {first + (self.row - first + step) % people for step in (-2, -1, 1, 2)} - {self.row}
        return [self.model.roster.at("person", row) for row in sorted(rows)]

    def _doors(self) -> list[int]:
        return self.model.world.person.door[:, self.row].tolist()


class StaffMember(RowAgent, family="staff"):
    """A post and whoever holds it now; while it is vacant its traits are those of the last holder."""

    organisation = Link("staff", _column("staff", "organisation"), "organisation",
                        fixed="a post belongs to its organisation")
    contact = Link("staff", _column("staff", "contact"), "staff", fixed="conveners make contacts between places")

    @property
    def is_vacant(self) -> bool:
        """Whether nobody holds the post."""
        return self.vacant_until > self.model.tick

    @property
    def ties(self) -> list[tuple[StaffMember, float]]:
        """Colleagues, in any organisation, with the trust of the tie, 0..1. Change them with `model.update_ties`."""
        held = self.model.world.staff
        pairs = zip(held.tie[self.row].tolist(), held.tie_trust[self.row].tolist(), strict=True)
        return [(self.model.roster.at("staff", row), told(trust)) for row, trust in pairs if row != NOBODY]

    @property
    def colleagues(self) -> list[StaffMember]:
        """Those with whom there is a tie, in any organisation."""
        return [colleague for colleague, _ in self.ties]

    @property
    def people(self) -> AgentSet:
        """The people whom this member of staff knows best."""
        return _rows(self, "person", (self.model.world.person.known_by == self.row).nonzero()[0])


class Organisation(RowAgent, family="organisation", without=_LEADER):
    """One service of one place. What its leader thinks is an attribute of `organisation.leader`."""

    kind = Field("organisation", _column("organisation", "kind"), names=ORGANISATION_KINDS,
                 fixed="every place has one organisation of each kind")

    @property
    def name(self) -> str:
        """The kind in words, with the place where there are several."""
        words = self.kind.replace("_", " ")
        return words if self.model.world.places == 1 else f"{words}, place {self.place}"

    @property
    def domain(self) -> str | None:
        """The domain of need in which the organisation is at home; None for the hospital, which sees any crisis."""
        position = ORGANISATION_KINDS.index(self.kind)
        return DOMAINS[position] if position < N_DOMAINS else None

    @property
    def leader(self) -> Leader:
        return self.model.roster.at("leader", self.row)

    @property
    def staff(self) -> AgentSet:
        """Its posts, vacant ones included."""
        return _between(self, "staff", self.model.world.organisation_staff, self.row)

    @property
    def figures(self) -> list[float]:
        """The monthly recorded figures that the leader can look back on, oldest first."""
        return [x for x in self.model.world.organisation.figures[self.row].tolist() if not math.isnan(x)]

    @property
    def referrals(self) -> dict[str, float]:
        """Kind of organisation to the decaying count of people referred to it."""
        sent = self.model.world.organisation.referred_to[self.row].tolist()
        return {kind: count for kind, count in zip(ORGANISATION_KINDS, sent, strict=True) if count > 0}


class Leader(RowAgent, family="organisation", only=_LEADER):
    """Who leads an organisation; one for each, whoever it is at the moment."""

    leader_from = Link("organisation", _column("organisation", "leader_from"), "staff",
                       fixed="the post held before does not change")

    @property
    def organisation(self) -> Organisation:
        return self.model.roster.at("organisation", self.row)

    @property
    def tenure(self) -> float:
        """Weeks since the appointment."""
        return (self.model.tick - self.leader_since) * self.model.world.tick_weeks


class Convener(RowAgent, family="convener", without=("active", "reaching")):
    """Somebody who works across the boundaries of organisations; in `model.agents` while the post is funded."""

    place = Field("convener", _column("convener", "place"), fixed="a convener belongs to their place")

    @property
    def is_active(self) -> bool:
        """Whether the post is funded."""
        return bool(self.model.world.convener.active[self.row])


class Commissioner(RowAgent, family="place", without=("regime",)):
    """Who decides by which regime a place is run; one for each place."""

    @property
    def place(self) -> int:
        return self.row

    @property
    def regime(self) -> str:
        """Name of the regime in force. Assign the name of another of the scenario's to put that in force."""
        world = self.model.world
        return world.regime_names[world.place.regime[self.row]]

    @regime.setter
    def regime(self, name: str) -> None:
        names = self.model.world.regime_names
        if name not in names:
            raise ValueError(f"{name!r} is no regime of this run; there are {', '.join(names)}"
                             f"{nearest(str(name), names)}")
        self.model.world.adopt(self.row, names.index(name))

    @property
    def organisations(self) -> AgentSet:
        return _between(self, "organisation", self.model.world.organisation_start, self.row)

    @property
    def people(self) -> AgentSet:
        return _between(self, "person", self.model.world.person_start, self.row)


AGENT_TYPES: dict[str, type[RowAgent]] = {
    "person": Person, "staff": StaffMember, "organisation": Organisation, "leader": Leader, "convener": Convener,
    "commissioner": Commissioner,
}
"""Family of agents to the class that views it, in the order of ids."""
