"""Which analyses fit what a sweep found, and all of them in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from simulation import wording
from simulation.analysis.section import Section
from simulation.outcomes import BY_NAME
from simulation.scenario.errors import nearest
from simulation.sensitivity.figures import drawn_outcomes
from simulation.sensitivity.points import SensitivityError

if TYPE_CHECKING:
    from simulation.experiments.readings import Readings
    from simulation.workers import Progress

MANY = 6
"""Outcomes beyond which methods that have a section for each look at a few only, unless they were named."""


class AnalysisError(ValueError):
    """An analysis that was asked for cannot be made of these results; the message says why and what would do."""


Fits = Callable[["Readings"], str]
"""Why a method cannot be used on results; empty where it can."""
Make = Callable[["Readings", Sequence[str], str | None], Sequence[Section]]
"""Called with results, outcomes and the regime that is compared with the first (None: the method's own choice)."""


@dataclass(frozen=True, slots=True)
class Method:
    """One way of looking at a sweep.

    Attributes:
        says: what it answers. fits, make: see there.
        each: whether it has a section for each outcome, which is long where there are many and slow.
        unless: the name of a method that answers the same better: where that one fits, this one is made if asked for.
    """

    name: str
    says: str
    fits: Fits
    make: Make
    each: bool = False
    unless: str = ""


def sections(readings: Readings, outcomes: Sequence[str] | None = None, regime: str | None = None,
             methods: Sequence[str] | None = None, progress: Progress | None = None) -> list[Section]:
    """What a sweep says, part by part.

    Args:
        outcomes: default all that were read. regime: compared with the first; default all, or the second where a method
            takes one.
        methods: names of `METHODS`; default every one that fits the design.
        progress: called with (methods done, methods in all).

    Raises:
        AnalysisError: an unknown outcome, regime or method; a method that does not fit, if it was asked for.
    """
    names = list(readings.outcomes if outcomes is None else outcomes)
    _check(readings, names, regime)
    asked = _asked(readings, methods_by_name(), methods)
    few = names if outcomes is not None or len(names) <= MANY else drawn_outcomes(names)
    steps = [(method, part) for method in asked for part in ([[name] for name in few] if method.each else [names])]
    found: list[Section] = []
    left_out: dict[str, list[str]] = {}
    for done, (method, part) in enumerate(steps):
        if progress is not None:
            progress(done, len(steps))
        try:
            found += method.make(readings, part, regime)
        except SensitivityError as error:
            if methods is not None and len(steps) == 1:
                raise AnalysisError(str(error)) from None
            left_out.setdefault(str(error), []).append(f"{method.name} of {', '.join(map(_label, part))}")
    if few != names and any(method.each for method in asked):
        left_out["they would make this long; name them with --outcomes to see them"] = [
            f"what {_label(name)} hangs on" for name in names if name not in few]
    if left_out:
        found.append(Section("left-out", "What was left out", tuple(
            f"{wording.listed(what).capitalize()}: {why}." for why, what in left_out.items())))
    return _apart(found)


def _label(outcome: str) -> str:
    label = BY_NAME[outcome].label
    return label[0].lower() + label[1:]


def _apart(found: Sequence[Section]) -> list[Section]:
    """Sections, tables and pictures with names that no other has, because files and links are called by them."""
    taken: set[str] = set()

    def own(name: str, of: str = "") -> str:
        tried = (f"{name}-{number}" if number > 1 else name for number in range(1, len(taken) + 3))
        new = next(one for one in tried if f"{of}{one}" not in taken)
        taken.add(f"{of}{new}")
        return new

    return [replace(section, name=own(section.name),
                    tables={own(name, "table "): frame for name, frame in section.tables.items()},
                    pictures=tuple(replace(picture, name=own(picture.name, "picture "))
                                   for picture in section.pictures)) for section in found]


def methods_by_name() -> dict[str, Method]:
    """Every method."""
    return {method.name: method for method in METHODS}


def _asked(readings: Readings, known: Mapping[str, Method], names: Sequence[str] | None) -> list[Method]:
    if names is None:
        fits = {method.name: method for method in known.values() if not method.fits(readings)}
        fitting = [method for method in fits.values() if method.unless not in fits]
        if not fitting:
            raise AnalysisError(f"nothing fits the design {readings.design}: "
                                + next(why for method in known.values() if (why := method.fits(readings))))
        return fitting
    for name in names:
        if name not in known:
            near = nearest(name, known)
            guess = f"; did you mean {near!r}?" if near else ""
            raise AnalysisError(f"unknown method {name!r}{guess} Known: {', '.join(known)}")
        if why := known[name].fits(readings):
            fitting = [other.name for other in known.values() if not other.fits(readings)]
            raise AnalysisError(f"{name} does not fit the design {readings.design}: {why}. "
                                f"Fitting: {', '.join(fitting) or 'none'}")
    return [known[name] for name in dict.fromkeys(names)]


def _check(readings: Readings, outcomes: Sequence[str], regime: str | None) -> None:
    for name in outcomes:
        if name not in readings.values:
            near = nearest(name, readings.outcomes)
            raise AnalysisError(f"no outcome {name!r} was read" + (f"; did you mean {near!r}?" if near else
                                f"; there are {', '.join(readings.outcomes)}"))
    contrasts = list(readings.contrasts())
    if regime is not None and regime not in contrasts:
        if regime == readings.regimes[0]:
            raise AnalysisError(f"{regime!r} is the regime that the others are compared with; give one of "
                                f"{', '.join(contrasts) or 'none: it is the only one'}")
        near = nearest(regime, contrasts)
        raise AnalysisError(f"no regime {regime!r} in this sweep" + (f"; did you mean {near!r}?" if near else
                            f"; there are {', '.join(readings.regimes)}"))
    if not any(np.isfinite(readings.values[name]).any() for name in outcomes):
        raise AnalysisError(f"the sweep {readings.design} has no complete run yet: there is nothing to analyse")


# What fits. Each says why not, in words that end a sentence.


def _contrast(readings: Readings) -> str:
    return "" if len(readings.regimes) > 1 else "it has one regime, and nothing to compare it with"


def _several(readings: Readings) -> str:
    """More than one contrast of an outcome: several worlds, or more than two regimes, or several outcomes."""
    if why := _contrast(readings):
        return why
    return "" if len(readings.points) * (len(readings.regimes) - 1) * len(readings.outcomes) > 1 else \
        "there is only one contrast"


def _design(method: str) -> Fits:
    def fits(readings: Readings) -> str:
        if readings.method != method:
            return f"its points are of the method {readings.method}, not {method}"
        return _contrast(readings)
    return fits


def _spread(module: str) -> Fits:
    """Enough worlds that were chosen each by itself, of a method that a module of this package can use."""
    def fits(readings: Readings) -> str:
        from simulation.analysis.responses import LEAST, independent

        if why := _contrast(readings):
            return why
        if not readings.factors:
            return "nothing varies in it"
        methods = import_module(f"simulation.analysis.{module}").METHODS
        if readings.method not in methods:
            return f"its points are of the method {readings.method}, and {wording.listed(list(methods))} would do"
        worlds = len(independent(readings))
        return "" if worlds >= LEAST else f"it has {worlds} independent worlds, and at least {LEAST} are needed"
    return fits


def _module(name: str) -> Make:
    """What the `sections` of a module of this package give; it is loaded when it is needed."""
    def make(readings: Readings, outcomes: Sequence[str], regime: str | None) -> Sequence[Section]:
        return import_module(f"simulation.analysis.{name}").sections(readings, outcomes, regime)
    return make


METHODS = (
    Method("paired", "How much do the regimes differ?", _contrast, _module("paired")),
    Method("families", "Which differences remain when many are looked at?", _several, _module("families")),
    Method("precision", "How sure is that, and how many replications would do?", _contrast, _module("precision")),
    Method("morris", "What does it hang on, and which factors hardly matter?", _design("morris"), _module("elementary"),
           each=True),
    Method("sobol", "How much of its variance comes from which factor?", _design("sobol"), _module("shares"),
           each=True),
    Method("delta", "What does it hang on, whatever the shape?", _spread("delta"), _module("delta"), each=True,
           unless="sobol"),
    Method("discovery", "In which worlds does the conclusion break?", _spread("discovery"), _module("discovery"),
           each=True),
)
"""In the order of a page."""
