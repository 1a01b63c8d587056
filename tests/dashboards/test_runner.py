"""The queue of runs: the numbers of a comparison, fair turns, cancelling, limits, faults that stay where they are."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from dashboards import recordings, runner
from dashboards.recordings import Recordings
from dashboards.runner import Runner, TooMuch
from simulation import runs
from simulation.comparison import compare
from simulation.scenario import load

SMALL = {"world.people": 400, "world.horizon": "8 weeks"}


@pytest.fixture
def queue():
    made = Runner(Recordings(), threads=2)
    yield made
    made.close()


def ask(queue, scenario=None, pairs=2, seed=1, visitor="a", **more):
    scenario = scenario or load("town", set=SMALL)
    return queue.ask(scenario, [scenario.regimes[n] for n in scenario.compare], pairs, seed, visitor=visitor, **more)


def test_it_gives_what_a_comparison_gives(queue):
    job = ask(queue, pairs=3)
    assert job.wait(60) and job.state == "done" and job.done == job.total == 6
    found, wanted = job.comparison(), compare(load("town", set=SMALL), pairs=3, seed=1)
    assert found.table.equals(wanted.table)
    assert found.key == wanted.key


def test_what_was_run_once_is_there_at_once(queue, monkeypatch):
    ask(queue).wait(60)
    monkeypatch.setattr(runs, "run", lambda *a, **k: pytest.fail("a kept run was made again"))
    assert ask(queue, visitor="b").over


def test_the_first_pair_of_everybody_comes_before_the_second_of_anybody(queue, monkeypatch):
    order, gate, real = [], threading.Event(), runs.run

    def slow(scenario, regime, seed, **more):
        gate.wait(20)
        order.append((scenario.world.people, seed))
        return real(scenario, regime, seed, **more)

    monkeypatch.setattr(runs, "run", slow)
    jobs = [ask(queue, load("town", set={**SMALL, "world.people": n}), pairs=3, visitor=str(n))
            for n in (400, 500, 600)]
    gate.set()
    assert all(job.wait(60) for job in jobs)
    begun = order[4:]  # two threads had taken two tasks of the first job, and may have them twice before the gate
    firsts = [at for at, (_, seed) in enumerate(begun) if seed == 1]
    thirds = [at for at, (_, seed) in enumerate(begun) if seed == 3]
    assert not firsts or max(firsts) < min(thirds)


def test_a_cancelled_job_keeps_its_complete_pairs_and_stops(queue, monkeypatch):
    job = ask(queue, load("town", set={"world.people": 400, "world.horizon": "1 year"}), pairs=40)
    seen = threading.Event()
    job.listen(lambda j: j.complete >= 2 and seen.set())
    assert seen.wait(60)
    job.cancel()
    assert job.over and job.state == "cancelled"
    assert 2 <= job.comparison().pairs < 40 and not job.comparison().complete


def test_a_failing_run_fails_its_own_job_only(queue, monkeypatch):
    real = runs.run

    def sometimes(scenario, regime, seed, **more):
        if seed == 13:
            raise ValueError("this world has fallen over")
        return real(scenario, regime, seed, **more)

    monkeypatch.setattr(runs, "run", sometimes)
    bad, good = ask(queue, pairs=1, seed=13), ask(queue, pairs=1, visitor="b")
    assert bad.wait(60) and bad.state == "failed" and bad.error == "this world has fallen over"
    assert good.wait(60) and good.state == "done"


def test_a_visitor_who_leaves_takes_their_runs_along(queue):
    job = ask(queue, load("town", set={"world.people": 2_000, "world.horizon": "4 years"}), pairs=40)
    queue.leave("a")
    assert job.over and job.state == "cancelled"


def test_only_the_latest_questions_of_a_visitor_go_on(queue):
    jobs = [ask(queue, load("town", set={"world.people": 2_000, "world.horizon": "4 years"}), pairs=40, seed=100 * n)
            for n in range(runner.RUNS_A_VISITOR + 2)]
    assert [job.over for job in jobs[:2]] == [True, True] and not jobs[-1].over


def test_too_much_work_is_refused_with_what_would_do(queue):
    scenario = load("town")
    with pytest.raises(TooMuch, match="ask for 250 pairs or fewer"):
        ask(queue, scenario, pairs=300)
    with pytest.raises(TooMuch, match="fewer people"):
        ask(queue, load("town", set={"world.people": 20_000_000}), pairs=1)


def test_a_listener_that_fails_harms_nobody(queue):
    job = ask(queue, load("town", set={**SMALL, "world.people": 700}), pairs=3)
    job.listen(lambda j: 1 / 0)
    assert job.wait(60) and job.state == "done"


# -- what is kept -----------------------------------------------------------------------------------------------------


def kept(seed=1, people=400):
    scenario = load("town", set={**SMALL, "world.people": people})
    name = scenario.compare[0]
    run = runs.run(scenario, name, seed)
    return recordings.key(scenario, name, seed), recordings.KeptRun.of(run, name, scenario.tick_weeks)


def test_runs_come_back_from_the_disk_to_the_bit(tmp_path):
    name, run = kept()
    Recordings(tmp_path).put(name, run, durable=True)
    back = Recordings(tmp_path).find(name)
    assert all(np.array_equal(back.series[o], run.series[o], equal_nan=True) for o in run.series)
    assert np.array_equal(back.waits, run.waits) and back.seed == run.seed
    assert back.summary.keys() == run.summary.keys()
    assert all(back.summary[o] == run.summary[o] or np.isnan(run.summary[o]) for o in run.summary)


def test_memory_is_bounded_and_the_oldest_goes_first():
    (one, a), (two, b), (three, c) = kept(1), kept(2), kept(3)
    store = Recordings(memory=2 * recordings.size(a) + 10)
    for name, run in ((one, a), (two, b), (one, a), (three, c)):
        store.find(name) or store.put(name, run)
    assert len(store) == 2 and store.bytes <= store.memory
    assert store.find(two) is None and store.find(one) is not None


def test_the_disk_is_bounded(tmp_path):
    name, run = kept()
    store = Recordings(tmp_path, disk=20_000)
    for n in range(12):
        store.put(f"{n:032x}", run, durable=True)
    assert sum(p.stat().st_size for p in tmp_path.glob("*.npz")) <= 25_000


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04" + b"\0" * 60])
def test_a_damaged_file_is_as_good_as_none(tmp_path, content):
    name, run = kept()
    (tmp_path / f"{name}.npz").write_bytes(content)
    assert Recordings(tmp_path).find(name) is None


def test_a_disk_that_cannot_be_written_costs_nothing_but_time(tmp_path):
    place = tmp_path / "file"
    place.write_text("in the way")
    name, run = kept()
    store = Recordings(place)
    store.put(name, run, durable=True)
    assert store.find(name) is run


def test_the_key_follows_what_the_numbers_follow_from():
    town = load("town")
    first, second = town.compare[:2]
    assert recordings.key(town, first, 1) == recordings.key(load("town"), first, 1)
    others = {recordings.key(town, second, 1), recordings.key(town, first, 2),
              recordings.key(load("town", set={"world.people": 5_000}), first, 1)}
    assert recordings.key(town, first, 1) not in others and len(others) == 3
