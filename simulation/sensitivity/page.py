"""What stands on the page of sensitivity: made from the kept study and the kept ablations, and from nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from simulation import wording
from simulation.markdown import table
from simulation.outcomes import BY_NAME
from simulation.ranges import ORDINARY
from simulation.register import parameters
from simulation.sensitivity import ablations, findings, telling
from simulation.sensitivity.ablations import AS_IT_IS, Ablations
from simulation.sensitivity.factors import CHANCE
from simulation.sensitivity.figures import DOTS, drawn_outcomes, parameters_told, without_told, worlds_told
from simulation.sensitivity.findings import Sensitivity
from simulation.sensitivity.variance import REST

DATA = "docs/data"
"""Where the kept results are, below the project's folder."""
WEIGHTS = 20
"""Rows of the table of what matters most."""


def context(root: Path) -> dict[str, Any]:
    """What the template needs. Raises OSError where a kept result is missing, SensitivityError where it is not one."""
    study = findings.load(root / DATA / "sensitivity.json")
    without = ablations.load(root / DATA / "ablations.json")
    first, second = study.names
    three = [key for key in study.weights() if study.fact(key).grade == "judgement"][:3]
    return {
        "first": first, "second": second, "made": study.made, "without_made": without.made,
        "weeks": wording.duration(study.made["weeks"]), "n_facts": len(study.facts),
        "n_judgement": sum(fact.grade == "judgement" for fact in study.facts),
        "stale": telling.stale(study.made), "stale_without": telling.stale(without.made),
        "outcomes": wording.listed([BY_NAME[o].label.lower() for o in study.outcomes]),
        "n_worlds": len(next(iter(study.worlds.values())).values), "n_ordinary": sum(
            next(iter(study.worlds.values())).ordinary), "failures": sum(study.failures.values()),
        "three": wording.listed([f"`{key}`" for key in three]),
        "robust": [telling.robustness(study, o) for o in study.outcomes],
        "worlds_table": _worlds(study), "ordinary_table": _ordinary(), "likeness": _likeness(study),
        "judgements_table": _judgements(study), "weights_table": _weights(study), "shares_table": _shares(study),
        "mechanisms_table": _without(without, "mechanism"), "ideas_table": _without(without, "idea"),
        "needed": [telling.effect_of(without, o) for o in without.outcomes],
        "alts": {"worlds": worlds_told(study), "parameters": parameters_told(study),
                 "mechanisms": without_told(without, "mechanism"), "ideas": without_told(without, "idea")},
        "dots": DOTS,
        "drawn": wording.listed([BY_NAME[o].label.lower() for o in drawn_outcomes(study.outcomes)]),
    }


def _worlds(study: Sensitivity) -> str:
    second = study.names[1]
    rows = []
    for outcome in study.outcomes:
        as_it_is, worlds = study.as_it_is[outcome], study.worlds[outcome]
        if not worlds.known():
            continue
        low, middle, high = (telling.percent(v, signed=True) for v in np.percentile(worlds.known(), [5, 50, 95]))
        rows.append((BY_NAME[outcome].label, telling.difference(outcome, as_it_is),
                     telling.out_of(as_it_is.lower, as_it_is.pairs),
                     telling.out_of(worlds.lower(), len(worlds.known())),
                     telling.out_of(worlds.lower(True), len(worlds.known(True))), f"{low} to {high}, middle {middle}"))
    return table(("outcome", "difference as it is (95 % interval)", f"lower under {second}: only chance differs",
                  "in believable worlds", "in those that look ordinary", "nine in ten worlds"), rows)


def _ordinary() -> str:
    return table(("outcome", "from", "to", "because"),
                 [(BY_NAME[name].label, wording.value(BY_NAME[name], low), wording.quantity(BY_NAME[name], high), why)
                  for name, (low, high, why) in ORDINARY.items()])


def _likeness(study: Sensitivity) -> str:
    known = [f"{BY_NAME[o].label.lower()} {value:.2f}" for o, value in study.likeness.items() if math.isfinite(value)]
    return wording.listed(known)


def _judgements(study: Sensitivity) -> str:
    rows = []
    for outcome in study.outcomes:
        for place, effect in enumerate(study.judgements(outcome), 1):
            fact = study.fact(effect.factor)
            rows.append((BY_NAME[outcome].label if place == 1 else "", place, f"`{effect.factor}`",
                         telling.range_of(fact), f"{telling.percent(effect.mu_star)} ± {telling.percent(effect.half)}",
                         telling.larger(study, outcome, effect), telling.share(study.share(outcome, effect.factor))))
        chance = study.chance(outcome)
        further = sum(effect.mu_star > chance.mu_star for effect in study.ranked(outcome))
        rows.append(("", "", "*chance*", "", f"{telling.percent(chance.mu_star)} ± {telling.percent(chance.half)}",
                     f"{further} of {len(study.facts)} parameters move it further",
                     telling.share(study.share(outcome, CHANCE))))
    return table(("outcome", "", "judgement", "believable range", "moves the difference by", "direction",
                  "total share of variance"), rows)


def _weights(study: Sensitivity) -> str:
    meanings = {f"{e.table}.{e.name}": e.meaning for e in parameters()}
    effects = {o: {e.factor: e for e in study.effects[o]} for o in study.outcomes}
    rows = [(place, f"`{key}`", meanings.get(key, "no longer in the model"), study.fact(key).grade,
             telling.range_of(study.fact(key)), telling.percent(weight),
             *(f"{telling.percent(effects[o][key].mu_star)} ({telling.percent(effects[o][key].sigma)})"
               for o in study.outcomes))
            for place, (key, weight) in enumerate(list(study.weights().items())[:WEIGHTS], 1)]
    return table(("#", "parameter", "meaning", "grade", "believable range", "weight",
                  *(BY_NAME[o].label for o in study.outcomes)), rows)


def _shares(study: Sensitivity) -> str:
    first = study.shares[study.outcomes[0]]
    names = {CHANCE: "*chance*", REST: f"*{REST}*"}
    rows = [(names.get(group.factor, f"`{group.factor}`"), *(_share(study, o, group.factor) for o in study.outcomes))
            for group in first]
    return table(("", *(BY_NAME[o].label for o in study.outcomes)), rows)


def _share(study: Sensitivity, outcome: str, group: str) -> str:
    found = study.share(outcome, group)
    if found is None or not math.isfinite(found.total):
        return wording.MISSING
    return f"{telling.share(found)} ({wording.number(found.first, 2)})"


def _without(found: Ablations, kind: str) -> str:
    names = [AS_IT_IS, *(name for name, (what, _) in found.cases.items() if what == kind)]
    rows = [(f"*{name}*" if name == AS_IT_IS else name, "" if name == AS_IT_IS or kind == "mechanism" else
             found.cases[name][1], *(_cell(found, name, o) for o in found.outcomes)) for name in names]
    head: Sequence[str] = ("without", "what no longer holds", *(BY_NAME[o].label for o in found.outcomes))
    if kind == "mechanism":
        head, rows = (head[0], *head[2:]), [(row[0], *row[2:]) for row in rows]
    return table(head, rows)


def _cell(found: Ablations, name: str, outcome: str) -> str:
    """`**−0.031** ± 0.010`, bold where the interval excludes zero; with a mark where the sign has turned."""
    each, defined = found.remains[name][outcome], BY_NAME[outcome]
    if not math.isfinite(each.difference):
        return wording.MISSING
    if each.nothing:
        return "none"
    half = wording.number((each.high - each.low) / 2 * wording.scale(defined), _places(outcome, each.high - each.low))
    said = wording.difference(defined, each.difference).removesuffix(" points")
    mark = " (turned)" if name in found.turning(outcome) else ""
    return (f"**{said}**" if each.turned else said) + f" ± {half}{mark}"


def _places(outcome: str, width: float) -> int:
    return wording.places(BY_NAME[outcome], [width / 2])
