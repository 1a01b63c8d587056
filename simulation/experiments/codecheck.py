"""Whether a store holds runs of another version of the code, and what to do about it: never mixed without a word."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation import provenance
from simulation.experiments.pools import SweepError

if TYPE_CHECKING:
    from simulation.experiments.plan import Plan, Task
    from simulation.experiments.store import Store

SAMPLE = 8
"""Runs that are made again to see whether another version of the code gives the same numbers."""


def check(store: Store, plan: Plan, policy: str) -> list[str]:
    """What to know about other versions in the store, in sentences.

    Args: policy: see `sweeping.OtherCodePolicy`.

    Raises SweepError where there are such runs and nothing was said about them, or where their numbers differ.
    """
    from simulation.experiments.sweeping import OtherCodePolicy

    accepted = OtherCodePolicy.__args__  # type: ignore[attr-defined]
    if policy not in accepted:
        raise SweepError(f"{policy!r} is no answer to runs of other code; accepted: {', '.join(accepted)}")
    there = store.codes()
    others = {code: runs for code, runs in there.items()
              if code != plan.code and code not in store.same_codes(plan.code)}
    if not others:
        return []
    said = ", ".join(f"{runs:,} of version {code}" for code, runs in others.items())
    if policy == "verify":
        return _verified(store, plan, list(others))
    if policy == "apart" or plan.code in there:
        return [f"The store also has runs of other code ({said}). They are kept apart and not used here."]
    raise SweepError(
        f"{store.path} has runs that another version of the code made: {said}; this is {plan.code}. Their numbers may "
        "differ. Choose: another --store; --other-code apart, to make all runs anew beside them; or --other-code "
        f"verify, to make up to {SAMPLE} of them again and use the others where every number is the same")


def _verified(store: Store, plan: Plan, others: list[str]) -> list[str]:
    notes = []
    for code in others:
        tasks = _sample(store, plan, code)
        if not tasks:
            notes.append(f"The runs of version {code} are of other worlds: there was nothing to compare, and nothing "
                         "of them is used.")
            continue
        differs = [task for task in tasks if not _same(store, plan, task, code)]
        if differs:
            raise SweepError(
                f"version {code} gives other numbers than {plan.code}: {len(differs)} of {len(tasks)} runs made again "
                f"differ, the first {differs[0].regime} with seed {differs[0].seed}. Use --other-code apart, or "
                "another --store")
        store.accept(code, plan.code)
        notes.append(f"{len(tasks)} runs of version {code} were made again with the same numbers, bit for bit: its "
                     "runs are used as they are.")
    return notes


def _sample(store: Store, plan: Plan, code: str) -> list[Task]:
    """Runs of the plan's beginning that the other version has made, spread over what there is."""
    known = store.known()
    rule = plan.design.replications
    first = range(min(2, rule.fixed if rule.until is None else rule.until.start))
    there = [task for chunk in plan.chunks(first) for task in chunk
             if (key := provenance.key([task.inputs, code])) in known and key not in known.failed]
    step = max(1, len(there) // SAMPLE)
    return there[::step][:SAMPLE]


def _same(store: Store, plan: Plan, task: Task, code: str) -> bool:
    """Whether a run made again has every number of the row that the other version left."""
    from simulation import runs
    from simulation.experiments.varying import world_at

    world = world_at(plan.design.base, plan.design.sample.changes(task.point))
    mine = runs.run(world, task.regime, task.seed).summary
    theirs = store.row(provenance.key([task.inputs, code]))
    return all(name in theirs and _equal(value, theirs[name]) for name, value in mine.items())


def _equal(mine: float, theirs: float | None) -> bool:
    return theirs is not None and (mine == theirs or (math.isnan(mine) and math.isnan(theirs)))


