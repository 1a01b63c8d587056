"""A design: which worlds, regimes and replications; frozen once made, complete, and checked as strictly as a scenario.

    Design(scenario="town", method="grid", vary={"need.growth": [0.1, 0.2]}, replications=20)

`reading.load_design` makes one from a file. In Python a bare number is in the declared unit of what it sets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from simulation import provenance
from simulation.experiments import sampling
from simulation.experiments.distributions import Reader
from simulation.experiments.replications import Replications, read_replications
from simulation.experiments.sampling import Sample
from simulation.experiments.varying import Factor
from simulation.scenario import catalogue, known, load, regime_library
from simulation.scenario.catalogue import find, looks_like_path
from simulation.scenario.errors import ScenarioError, quote, unknown
from simulation.scenario.fields import Complaints, Frozen, FrozenMap, Line, MaybeText, from_file, mapping_of, names_from
from simulation.scenario.models import Scenario, Seed
from simulation.scenario.overrides import read_overrides
from simulation.scenario.strictyaml import plain
from simulation.scenario.writing import dump

METHODS = ("grid", "latin hypercube", "sobol", "morris", "list")
MOST_POINTS = 1_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_LABEL = re.compile(r"--set #([0-9]+) ")
_COUNTED = {"latin hypercube": "how many points there are", "sobol": "how many base samples there are, a power of two",
            "morris": "how many trajectories there are"}

Method = Literal["grid", "latin hypercube", "sobol", "morris", "list"]
Luck = Literal["own", "shared"]
Series = Literal["none", "first", "all"]


def _one_of(kind: str, names: Sequence[str]) -> BeforeValidator:
    def check(value: object) -> object:
        if value not in names:
            raise ValueError(unknown(kind, value, names, always_list=True))
        return value

    return BeforeValidator(check)


def _file_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{quote(name)} cannot name a design, because folders are called by it; accepted: letters, "
                         "digits, '.', '_' and '-', at most 60; name the file so")
    return name


def _frozen(value: Any) -> Any:
    """Plain data that cannot be changed."""
    if isinstance(value, Mapping):
        return FrozenMap({str(key): _frozen(item) for key, item in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _thawed(item) for key, item in value.items()}
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value


def _changes(value: object) -> FrozenMap:
    if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(item, str) for item in value):
        value = {text.partition("=")[0].strip(): plain(change.value)
                 for text, change in zip(value, read_overrides(value), strict=True)}
    return _frozen(mapping_of(value, "paths to values"))


def _vary(value: object) -> FrozenMap:
    return _frozen(mapping_of(value, "what varies to how"))


def _scenario(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _points(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | list | tuple):
        raise ValueError(f"{quote(value)} is neither a number nor, for the method 'list', a list of points")
    if isinstance(value, int):
        if not 1 <= value <= MOST_POINTS:
            raise ValueError(f"{value:,} is out of range; accepted 1 to {MOST_POINTS:,}")
        return value
    if not value:
        raise ValueError("is empty; at least one point is needed")
    complaints = Complaints()
    for i, point in enumerate(value):
        if not isinstance(point, Mapping):
            complaints.add((i,), f"{quote(point)} is not a point; write {{path: value, ...}}")
    complaints.raise_if_any()
    return _frozen(value)


class Design(Frozen):
    """Everything that a sweep depends on but the code.

    Attributes:
        name: of the file, without ending.
        scenario: name in the catalogue or path. set: what is changed in it everywhere, as `--set` does.
        regimes: in the order of comparison; every contrast is against the first.
        method: see `sampling.sample`; `list` with one empty point where nothing varies.
        vary: factor to how it varies, as a file says it. points: see the fields.
        replications: how often each point is run; see `replications.Replications`.
        seed: of the points and of everything that happens at them.
        luck: whether every point has seeds of its own, or all meet the same luck.
        series: of which replications the weekly series are kept.
        outcomes: what is of interest; empty for the headline.

    Raises ValidationError (a ValueError) with everything that is wrong.
    """

    name: Annotated[Line, AfterValidator(_file_name)] = Field(default="design", description="Name of the file.")
    title: Line = Field(default="", validate_default=False, description="Title for people.")
    purpose: MaybeText = Field(default="", description="What this design is for, in one sentence.")
    scenario: Annotated[Line, BeforeValidator(_scenario)] = Field(
        description="The world to begin with: a name of the catalogue, or the path of a scenario file from this file.")
    set: Annotated[Mapping[str, Any], BeforeValidator(_changes), AfterValidator(_frozen)] = Field(
        default_factory=FrozenMap, description="What is changed in the scenario at every point: path to value.")
    regimes: tuple[Line, ...] = Field(
        default=(), description="The regimes that are compared, each with the first: of the scenario or of the "
        "library. Else those that the scenario compares.")
    method: Annotated[Method, _one_of("method", METHODS)] = Field(
        default="list", description="How points are chosen. May be left out where nothing varies.")
    points: Annotated[Any, BeforeValidator(_points)] = Field(
        default=None, description="Latin hypercube: how many points. Sobol: base samples, a power of two. Morris: "
        "trajectories. List: the points themselves. Grid: not given.")
    vary: Annotated[Mapping[str, Any], BeforeValidator(_vary), AfterValidator(_frozen)] = Field(
        default_factory=FrozenMap, description="What varies, and how.")
    replications: Annotated[Replications, BeforeValidator(read_replications)] = Field(
        default=Replications(fixed=20), description="How often each point is run under every regime, or until when.")
    seed: Seed = Field(default=1, description="Where chance begins.")
    luck: Annotated[Luck, _one_of("luck", ("own", "shared"))] = Field(
        default="own", description="own: every point has seeds of its own; shared: all points meet the same luck.")
    series: Annotated[Series, _one_of("series", ("none", "first", "all"))] = Field(
        default="none", description="Weekly series of no, the first, or every replication.")
    outcomes: names_from("outcome", known.outcomes) = Field(
        default=(), description="Outcomes of interest; else the headline.")

    _base: Scenario | None = PrivateAttr(default=None)
    _factors: tuple[Factor, ...] = PrivateAttr(default=())
    _listed: Any = PrivateAttr(default=None)
    _folder: Path | None = PrivateAttr(default=None)
    _origin: Path | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, value: Any) -> Any:
        """A design without anything that varies is a list of one point that changes nothing."""
        if not isinstance(value, Mapping):
            return value
        if not {"method", "points", "vary"} & set(value):
            value = {**value, "method": "list", "points": [{}]}
        elif "method" not in value:
            complaints = Complaints()
            complaints.add(("method",), f"is missing; accepted: {', '.join(METHODS)}", "unknown_key")
            complaints.raise_if_any()
        name = value.get("name", "design")
        if not value.get("title") and isinstance(name, str):
            value = {**value, "title": name.replace("-", " ").replace("_", " ").capitalize()}
        return value

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Design:
        complaints = Complaints()
        self._folder = (info.context or {}).get("folder")
        self._base = self._load(complaints)
        if self._base is None:
            complaints.raise_if_any()
        if self.replications.until is not None and len(self.regimes) < 2:
            complaints.add(("replications", "until"), "is about a difference between regimes, and there is one regime")
        self._check_fields(complaints)
        complaints.raise_if_any()
        reader = Reader(self._base, self.method, not from_file(info), complaints)
        if self.method == "list":
            self._factors, self._listed = reader.points(self.points)
            complaints.raise_if_any()
            self.__dict__["points"] = tuple(
                FrozenMap({factor.name: factor.own(float(value))
                           for factor, value in zip(self._factors, row, strict=True)}) for row in self._listed)
        else:
            self._factors = reader.vary(self.vary)
            complaints.raise_if_any()
            # Nobody holds the model yet; so said, the design is complete and equal to the one that its text gives.
            self.__dict__["vary"] = FrozenMap({factor.name: _frozen(factor.how()) for factor in self._factors})
            if self.size > MOST_POINTS:
                complaints.add(("vary",) if self.method == "grid" else ("points",),
                               f"makes {self.size:,} points; accepted at most {MOST_POINTS:,}")
        complaints.raise_if_any()
        return self

    def _check_fields(self, complaints: Complaints) -> None:
        """Whether `points` and `vary` go with the method."""
        given = self.points
        if self.method == "list":
            if not isinstance(given, tuple):
                what = "is missing" if given is None else f"{given} is a number"
                complaints.add(("points",), f"{what}; the method 'list' needs the points themselves: "
                               "[{path: value, ...}, ...]")
            if self.vary:
                complaints.add(("vary",), "does not go with the method 'list', whose points say everything; the other "
                               f"methods are {', '.join(METHODS[:-1])}")
            return
        if not self.vary:
            complaints.add(("vary",), f"is empty; {self.method!r} needs something that varies")
        if self.method == "grid":
            if given is not None:
                complaints.add(("points",), "does not go with a grid, which has every combination of the values")
        elif isinstance(given, tuple):
            complaints.add(("points",), f"is a list; {self.method!r} needs a number, and 'method: list' the points")
        elif given is None:
            complaints.add(("points",), f"is missing; {self.method!r} needs {_COUNTED[self.method]}")
        elif self.method == "sobol" and (given < 8 or given & (given - 1)):
            complaints.add(("points",), f"{given} is no power of two of 8 or more, such as 64 or 128")

    def _load(self, complaints: Complaints) -> Scenario | None:
        """The scenario with every compared regime; None after a complaint. Fills `regimes` where they are not said."""
        try:
            path = find(self._from_here(self.scenario), catalogue(), "scenario")
            there = load(path)
        except ScenarioError as error:
            for p in error.problems:
                complaints.add(("scenario",), p.message if p.line is None and p.file == "scenario" else str(p))
            return None
        library = regime_library()
        added = [name for name in self.regimes if name not in there.regimes and name in library]
        changes = {**{f"regimes.{name}": {} for name in added}, **_thawed(self.set)}
        try:
            there = load(path, set=changes)
        except ScenarioError as error:
            paths = list(changes)
            for p in error.problems:
                label = _LABEL.match(p.file)
                where = ("set", paths[int(label[1]) - 1]) if label else ("set",)
                complaints.add(where, p.message if label else str(p))
            return None
        names = self.regimes or there.compare
        for i, name in enumerate(names):
            if name not in there.regimes:
                complaints.add(("regimes", i), unknown("regime", name, [*there.regimes, *library]))
            elif name in names[:i]:
                complaints.add(("regimes", i), f"{quote(name)} is listed twice")
        if complaints.found:
            return None
        self.__dict__["regimes"] = tuple(names)
        return _base(there, names)

    def _from_here(self, text: str) -> str:
        """A relative path as it is from the working folder."""
        if self._folder is None or not looks_like_path(text) or text.startswith("~") or Path(text).is_absolute():
            return text
        return str(self._folder / text)

    @property
    def base(self) -> Scenario:
        """The scenario with `set`, without claims and story. Its regimes are those that are compared, and those that
        rule somewhere or come with an event."""
        assert self._base is not None
        return self._base

    @property
    def regime_names(self) -> tuple[str, ...]:
        return self.regimes

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What varies, in the order of the file; empty where nothing does."""
        return self._factors

    @property
    def origin(self) -> Path | None:
        """The file it was loaded from; None for one made in Python."""
        return self._origin

    @property
    def size(self) -> int:
        """How many points there are."""
        if self.method == "list":
            return len(self.points)
        return sampling.size(self.method, self._factors, self.points)

    @property
    def runs_asked(self) -> int:
        """Points times regimes times replications; the most there can be where a rule says when it is enough."""
        return self.size * len(self.regimes) * self.replications.most

    @cached_property
    def sample(self) -> Sample:
        """The points. Raises SensitivityError where SALib is needed and missing."""
        if self.method == "list":
            return sampling.placed(self._factors, self._listed)
        return sampling.sample(self.method, self._factors, self.points, self.seed)

    @cached_property
    def key(self) -> str:
        """32 hex digits: what changes the plan, and neither prose nor how many replications there are."""
        factors = [[f.name, list(f.paths), f.unit, f.shape,
                    *map(float, (f.low, f.high, f.mode, f.mean, f.sd, *f.levels))] for f in self._factors]
        points = [dict(point) for point in self.points] if self.method == "list" else self.points
        return provenance.key([[[name, self.base.run_key(name)] for name in self.regimes], factors, self.method, points,
                               self.seed, self.luck])

    def changed(self, **fields: Any) -> Design:
        """The design with other fields, checked anew; such as `changed(replications=5)`."""
        given = {name: getattr(self, name) for name in type(self).model_fields} | fields
        if given["method"] != "list" and self.method == "list" and "points" not in fields:
            del given["points"]
        return Design.model_validate(given, context={"folder": self._folder})

    def to_yaml(self, scenario: str | None = None) -> str:
        """The text of a design file that loads to an equal design from the same folder.

        Args: scenario: path of a file beside it that holds `base`; `set`, which is in it already, is then left out.
        """
        one_world = self.method == "list" and not self._factors
        content = {
            "title": self.title, "purpose": self.purpose, "scenario": scenario or self.scenario,
            "set": {} if scenario else _thawed(self.set), "regimes": list(self.regimes),
            "method": "" if one_world else self.method,
            "points": [] if one_world or self.points is None else _thawed(self.points),
            "vary": _thawed(self.vary), "replications": self.replications.written(), "seed": self.seed,
            "luck": self.luck, "series": self.series, "outcomes": list(self.outcomes),
        }
        return dump({name: value for name, value in content.items() if value not in ("", {}, [])})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Design):
            return NotImplemented
        same = all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)
        return same and self.key == other.key

    def __hash__(self) -> int:
        return hash((self.name, self.key))


def _base(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """A scenario for runs under these regimes: no claims, no story, no regimes that never rule."""
    used = {*names, *(name for name, share in scenario.regime_places.items() if share),
            *(name for event in scenario.events for name in (event.regime, *event.regimes))}
    data = {name: getattr(scenario, name) for name in Scenario.model_fields}
    regimes = {name: regime for name, regime in scenario.regimes.items() if name in used}
    compare = tuple(names) if len(names) > 1 else tuple(dict.fromkeys((*names, *regimes)))[:2]
    return Scenario.model_validate({**data, "regimes": regimes, "compare": compare, "claims": (), "story": ()})
