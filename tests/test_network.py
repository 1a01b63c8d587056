"""The network of a model as a NetworkX multigraph, and edits of it back into the model."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from simulation.agents import Commissioner, Organisation, Person, StaffMember
from simulation.columns import MAX_TIES
from simulation.model import CareSystem
from simulation.network import LAYERS
from simulation.rewiring import Changes, NetworkError
from simulation.vocabulary import NOBODY

PEOPLE = 1_000


@pytest.fixture
def model() -> CareSystem:
    model = CareSystem("town", people=PEOPLE, rng=3)
    model.step()
    return model


@pytest.fixture
def places() -> CareSystem:
    model = CareSystem("town", people=1_200, places=3, rng=3)
    model.step()
    return model


def edges(graph: nx.MultiGraph, layer: str) -> list[tuple[int, int, dict]]:
    return [(a, b, data) for a, b, data in graph.edges(data=True) if data["layer"] == layer]


def tied_pair(model: CareSystem) -> tuple[StaffMember, StaffMember]:
    one = next(s for s in model.agents_by_type[StaffMember] if s.ties)
    return one, one.colleagues[0]


def stranger_of(model: CareSystem, one: StaffMember) -> StaffMember:
    return next(s for s in model.agents_by_type[StaffMember]
                if s is not one and s not in one.colleagues and not s.is_vacant and len(s.ties) < MAX_TIES)


def assert_both_ends_agree(model: CareSystem) -> None:
    tie, trust = model.world.staff.tie, model.world.staff.tie_trust
    held = {(a, int(tie[a, j])): trust[a, j] for a, j in np.argwhere(tie != NOBODY)}
    assert held and all(held[b, a] == held[a, b] for a, b in held)


def test_nodes_are_agents(model):
    graph = model.graph()
    assert isinstance(graph, nx.MultiGraph)
    assert set(graph) == set(model.agents.get("unique_id"))
    for agent in (model.agents[5], *model.agents_by_type[StaffMember][:3], *model.agents_by_type[Organisation]):
        node = graph.nodes[agent.unique_id]
        assert (node["type"], node["row"], node["place"]) == (type(agent).__name__, agent.row, agent.place)
        assert node["unique_id"] == agent.unique_id and node["name"]
    practice = model.agents_by_type[Organisation][0]
    assert graph.nodes[practice.unique_id]["kind"] == "general_practice"
    assert graph.nodes[practice.staff[0].unique_id]["domain"] == "physical"
    assert graph.nodes[1]["need"] == pytest.approx(model.agents[0].need)


def test_layers_hold_what_the_columns_say(model):
    graph = model.graph()
    ties = {frozenset((a, b)): data["trust"] for a, b, data in edges(graph, "tie")}
    assert ties == {frozenset((member.unique_id, other.unique_id)): trust
                    for member in model.agents_by_type[StaffMember] for other, trust in member.ties}
    known = {a: (b, data["strength"]) for a, b, data in edges(graph, "known_by")}
    for person in model.agents_by_type[Person]:
        worker = person.known_by
        assert known.get(person.unique_id) == (worker and (worker.unique_id, person.known_strength))
    members = {a: b for a, b, _ in edges(graph, "member")}
    assert members == {s.unique_id: s.organisation.unique_id for s in model.agents_by_type[StaffMember]}
    leads = {(a, b) for a, b, _ in edges(graph, "leads")}
    assert leads == {(o.unique_id, o.leader.unique_id) for o in model.agents_by_type[Organisation]}
    community = {frozenset((a, b)) for a, b, _ in edges(graph, "community")}
    assert len(community) == 2 * PEOPLE == len(edges(graph, "community"))
    assert community == {frozenset((p.unique_id, n.unique_id)) for p in model.agents_by_type[Person]
                         for n in p.neighbours}
    assert not edges(graph, "spread")


def test_referrals_say_who_sent_how_many(model):
    organisations = model.agents_by_type[Organisation]
    model.world.organisation.referred_to[:] = 0
    model.world.organisation.referred_to[0, 1] = 3
    model.world.organisation.referred_to[1, 0] = 0.5
    model.world.organisation.referred_to[4, 2] = 2
    practice, mental, money, care = (organisations[i].unique_id for i in (0, 1, 4, 2))
    assert edges(model.graph(), "referral") == [
        (practice, mental, {"layer": "referral", "sent": {practice: 3.0, mental: 0.5}, "weight": 3.5}),
        (care, money, {"layer": "referral", "sent": {money: 2.0}, "weight": 2.0})]
    assert organisations[0].referrals == {"mental_health": 3.0}


def test_the_key_of_an_edge_is_its_layer(model):
    graph = model.graph()
    assert all(key == data["layer"] for _, _, key, data in graph.edges(keys=True, data=True))


def test_places_look_at_their_neighbours(places):
    graph = places.graph(layers=["spread"])
    commissioners = places.agents_by_type[Commissioner].get("unique_id")
    assert {(a, b) for a, b, _ in edges(graph, "spread")} == set(combinations(commissioners, 2))
    assert not any(node["type"] == "Person" for _, node in graph.nodes(data=True))
    community = places.graph(layers="community")
    assert nx.number_connected_components(community.subgraph(n for n in community if n <= 1_200)) == 3


def test_some_layers_and_some_people(model):
    assert set(nx.get_edge_attributes(model.graph(layers=("tie", "member")), "layer").values()) == {"tie", "member"}
    few = model.graph(people=20)
    assert sum(node["type"] == "Person" for _, node in few.nodes(data=True)) == 20
    three = model.graph(layers=["community", "known_by"], people=[4, 5, 900])
    assert {(a, b) for a, b, _ in edges(three, "community")} == {(5, 6)}
    assert model.graph(people=model.agents_by_type[Person].select(at_most=2)).graph["people"].tolist() == [0, 1]
    assert len(model.graph(people=0).graph["people"]) == 0


@pytest.mark.parametrize(("arguments", "message"), [
    ({"layers": ["ties"]}, "'ties' is no layer of the network; .* nearest: tie"),
    ({"people": -1}, "not -1"), ({"people": [3, PEOPLE]}, f"there is no row {PEOPLE}"),
])
def test_unknown_layers_and_people(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        model.graph(**arguments)


def test_ordinary_networkx_works_on_it(model):
    graph = model.graph()
    ties = nx.Graph((a, b, data) for a, b, data in edges(graph, "tie"))
    assert len(next(nx.connected_components(graph))) >= PEOPLE and len(nx.shortest_path(graph, 1, 4)) == 3
    assert nx.density(ties) > 0 and nx.betweenness_centrality(ties)
    assert nx.degree_assortativity_coefficient(ties) <= 1
    assert graph.degree(model.agents_by_type[Organisation][0].unique_id) >= 2


def test_the_graph_taken_back_unchanged_changes_nothing(model):
    before = [column.copy() for column in model.world.staff]
    assert model.update_ties(model.graph()) == Changes(0, 0, 0)
    for column, was in zip(model.world.staff, before, strict=True):
        assert np.array_equal(column, was)


def test_a_tie_is_added_changed_and_removed(model):
    one, friend = tied_pair(model)
    stranger = stranger_of(model, one)
    graph = model.graph()
    graph.add_edge(one.unique_id, stranger.unique_id, key="tie", layer="tie", trust=0.75)
    graph[one.unique_id][friend.unique_id]["tie"]["trust"] = 0.5
    assert model.update_ties(graph) == Changes(1, 0, 1)
    assert model.update_ties(graph) == Changes(0, 0, 0)
    assert dict(one.ties)[stranger] == dict(stranger.ties)[one] == 0.75
    assert dict(one.ties)[friend] == dict(friend.ties)[one] == 0.5
    assert_both_ends_agree(model)
    graph.remove_edge(stranger.unique_id, one.unique_id, key="tie")
    assert model.update_ties(graph) == Changes(0, 1, 0)
    assert stranger not in one.colleagues and one not in stranger.colleagues
    assert_both_ends_agree(model)
    model.step()


def test_an_edge_needs_only_its_key_or_only_its_layer(model):
    one, _ = tied_pair(model)
    stranger = stranger_of(model, one)
    graph = model.graph(layers="tie")
    graph.add_edge(one, stranger, key="tie", trust=0.5)  # the agents themselves are nodes too
    assert model.update_ties(graph).added == 1
    graph = model.graph(layers="tie")
    graph.remove_edge(one.unique_id, stranger.unique_id, key="tie")
    assert model.update_ties(graph).removed == 1
    own = nx.Graph()
    own.add_edge(one.unique_id, stranger.unique_id, layer="tie", trust=0.25)
    assert model.update_ties(own) == Changes(1, 0, 0)
    own.add_edge(one.unique_id, stranger.unique_id, layer="tie", trust=0.5)
    assert model.update_ties(own) == Changes(0, 0, 1)
    assert dict(one.ties)[stranger] == 0.5
    assert model.update_ties(nx.MultiDiGraph(own)) == Changes(0, 0, 0)
    assert_both_ends_agree(model)


def test_who_knows_whom_is_edited(model):
    known = next(p for p in model.agents_by_type[Person] if p.known_by)
    unknown = next(p for p in model.agents_by_type[Person] if p.known_by is None)
    worker = model.agents_by_type[StaffMember][1]
    graph = model.graph()
    graph.remove_edge(known.unique_id, known.known_by.unique_id, key="known_by")
    graph.add_edge(unknown.unique_id, worker.unique_id, key="known_by", strength=0.5)
    assert model.update_ties(graph) == Changes(1, 1, 0)
    assert known.known_by is None and unknown.known_by is worker and unknown.known_strength == 0.5
    graph = model.graph()
    graph[unknown.unique_id][worker.unique_id]["known_by"]["strength"] = 0.75
    assert model.update_ties(graph) == Changes(0, 0, 1)
    assert unknown.known_strength == 0.75


def test_people_outside_the_graph_keep_their_worker(model):
    before = model.world.person.known_by.copy()
    model.update_ties(model.graph(people=10))
    model.update_ties(model.graph(layers=["tie"]))
    part = model.graph().subgraph(model.agents_by_type[StaffMember].get("unique_id")[:5])
    assert model.update_ties(part) == Changes(0, 0, 0)
    assert np.array_equal(model.world.person.known_by, before)


def test_all_edges_removed_leaves_nobody_tied(model):
    graph = model.graph()
    graph.remove_edges_from([(a, b, k) for a, b, k in graph.edges(keys=True) if k in ("tie", "known_by")])
    model.update_ties(graph)
    assert (model.world.staff.tie == NOBODY).all() and (model.world.staff.tie_trust == 0).all()
    assert (model.world.person.known_by == NOBODY).all() and (model.world.person.known_strength == 0).all()
    model.step()


def edit_stranger(model, graph):
    graph.add_edge(10**9, model.agents_by_type[StaffMember][0].unique_id, key="tie", trust=0.5)


def edit_word(model, graph):
    graph.add_node("nobody")


def edit_trust(model, graph):
    one, friend = tied_pair(model)
    graph[one.unique_id][friend.unique_id]["tie"]["trust"] = 1.5


def edit_no_trust(model, graph):
    one, _ = tied_pair(model)
    graph.add_edge(one.unique_id, stranger_of(model, one).unique_id, key="tie")


def edit_self(model, graph):
    one, _ = tied_pair(model)
    graph.add_edge(one.unique_id, one.unique_id, key="tie", trust=0.5)


def edit_person_tie(model, graph):
    graph.add_edge(1, 2, key="tie", trust=0.5)


def edit_two_workers(model, graph):
    person = next(p for p in model.agents_by_type[Person] if p.known_by)
    other = next(s for s in model.agents_by_type[StaffMember] if s is not person.known_by)
    graph.add_edge(person.unique_id, other.unique_id, key="known_by", strength=0.5)


def edit_member(model, graph):
    member = model.agents_by_type[StaffMember][0]
    graph.remove_edge(member.unique_id, member.organisation.unique_id, key="member")


def edit_community(model, graph):
    graph.add_edge(1, 50, key="community")


def edit_referral(model, graph):
    first, second = model.agents_by_type[Organisation][:2]
    first.model.world.organisation.referred_to[0, 1] = 2
    graph.add_edge(first.unique_id, second.unique_id, key="referral", weight=1.0)


def edit_no_layer(model, graph):
    graph.add_edge(1, 2)


def edit_twice(model, graph):
    one, friend = tied_pair(model)
    graph.add_edge(one.unique_id, friend.unique_id, key="again", layer="tie", trust=0.5)


def edit_vacant(model, graph):
    one, _ = tied_pair(model)
    stranger = stranger_of(model, one)
    model.world.staff.vacant_until[stranger.row] = model.world.now + 5
    graph.add_edge(one.unique_id, stranger.unique_id, key="tie", trust=0.5)


@pytest.mark.parametrize(("edit", "message"), [
    (edit_stranger, "node 1000000000 is nobody in this model"), (edit_word, "node 'nobody' is nobody"),
    (edit_trust, "trust is a number from 0 to 1, not 1.5"), (edit_no_trust, "trust is a number from 0 to 1, not None"),
    (edit_self, "a tie to themselves"), (edit_person_tie, "that joins staff and staff"),
    (edit_two_workers, "known by two workers"),
    (edit_member, "removed from the layer 'member', which cannot be edited: a post belongs"),
    (edit_community, "added to the layer 'community', which cannot be edited"),
    (edit_referral, "cannot be edited: it counts the referrals"), (edit_no_layer, "is in no layer"),
    (edit_twice, "has two edges in the layer 'tie'"), (edit_vacant, "is a vacant post"),
])
def test_an_edit_that_cannot_be_is_refused_and_changes_nothing(model, edit, message):
    graph = model.graph()
    one, friend = tied_pair(model)
    edit(model, graph)
    before = [column.copy() for column in (*model.world.staff, *model.world.person)]
    with pytest.raises(NetworkError, match=message):
        model.update_ties(graph)
    for column, was in zip((*model.world.staff, *model.world.person), before, strict=True):
        assert np.array_equal(column, was)


def test_thirteen_ties_are_too_many():
    model = CareSystem("town", people=10_000, rng=3)
    hub, *others = model.agents_by_type[StaffMember][:MAX_TIES + 2]
    graph = model.graph(layers="tie")
    graph.remove_edges_from(list(graph.edges(keys=True)))
    graph.add_edges_from((hub.unique_id, other.unique_id, "tie", {"trust": 0.5}) for other in others[:MAX_TIES])
    model.update_ties(graph)
    assert set(hub.colleagues) == set(others[:MAX_TIES])
    graph = model.graph(layers="tie")
    graph.add_edge(others[MAX_TIES].unique_id, hub.unique_id, key="tie", trust=0.5)
    with pytest.raises(NetworkError, match="would have 13 ties; at most 12"):
        model.update_ties(graph)
    graph.remove_edge(hub.unique_id, others[0].unique_id, key="tie")
    assert model.update_ties(graph) == Changes(1, 1, 0)
    assert set(hub.colleagues) == set(others[1:])
    assert_both_ends_agree(model)


def test_ties_do_not_join_places(places):
    first = places.agents_by_type[StaffMember][0]
    far = next(s for s in places.agents_by_type[StaffMember] if s.place == 2)
    graph = places.graph()
    graph.add_edge(first.unique_id, far.unique_id, key="tie", trust=0.5)
    with pytest.raises(NetworkError, match="different places"):
        places.update_ties(graph)


def test_a_graph_of_an_earlier_tick_is_refused(model):
    graph = model.graph()
    model.step()
    with pytest.raises(NetworkError, match="the graph shows tick 1 and the model is at tick 2"):
        model.update_ties(graph)
    with pytest.raises(TypeError, match="NetworkX graph"):
        model.update_ties([(1, 2)])


def test_an_edited_tie_counts_in_the_next_tick(model):
    twin = CareSystem("town", people=PEOPLE, rng=3)
    twin.step()
    graph = model.graph(layers="tie")
    graph.remove_edges_from(list(graph.edges(keys=True)))
    model.update_ties(graph)
    model.step()
    twin.step()
    assert model.latest("ties_across") < twin.latest("ties_across")


def test_every_layer_is_described():
    import simulation.network

    assert all(f"\n    {layer} " in simulation.network.__doc__ for layer in LAYERS)


def test_contacts_between_places_are_a_layer_of_their_own(places):
    staff, start = places.world.staff, places.world.organisation_staff
    a, b = int(start[1]), int(start[8])  # the same service in the first two places
    staff.contact[a], staff.contact[b] = b, a
    staff.contact_trust[a] = staff.contact_trust[b] = 0.5
    one, other = (places.roster.at("staff", row) for row in (a, b))
    assert one.contact is other and other.contact is one
    graph = places.graph(layers=["tie", "contact"])
    found = [(x, y, data["trust"]) for x, y, data in edges(graph, "contact")]
    assert (one.unique_id, other.unique_id, 0.5) in found
    assert all(graph.nodes[x]["place"] != graph.nodes[y]["place"] for x, y, _ in found)
    assert all(graph.nodes[x]["place"] == graph.nodes[y]["place"] for x, y, _ in edges(graph, "tie"))
    graph.remove_edge(one.unique_id, other.unique_id, key="contact")
    with pytest.raises(NetworkError, match="conveners make it"):
        places.update_ties(graph)
