"""The six front levers: one for each question, each moving those levers of the question that belong together.

A front lever is a line between two answers, from 0 to 1; what it moves is on `ends`. Neither end is better. The ends
are the lowest and the highest value that any regime of the library has (a test holds them together), so that the whole
library lies between them. A lever that no front lever moves stays as the regime has it, and can be set by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulation.levers import LEVERS
from simulation.report import QUESTIONS

_LEVERS = {lever.name: lever for lever in LEVERS}
_DIGITS = 10
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class FrontLever:
    """One question as one slider.

    Attributes:
        question: as `Lever.question` has it.
        name: of the slider, for people.
        low, high: what 0 and 1 mean, in words.
        ends: lever to its value at 0 and at 1, in its declared unit; the first may be the larger.
        left: why the other levers of the question are not moved.
    """

    question: str
    name: str
    low: str
    high: str
    ends: Mapping[str, tuple[float, float]]
    left: str = ""

    @property
    def text(self) -> str:
        """The question as a sentence."""
        return QUESTIONS[self.question]

    @property
    def others(self) -> tuple[str, ...]:
        """The levers of the same question that this one does not move."""
        return tuple(lever.name for lever in LEVERS if lever.question == self.question and lever.name not in self.ends)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a regime stands on a front lever.

    Attributes:
        value: 0..1, the nearest point of the line.
        exact: whether the levers lie on the line there; if not, the regime has a mix of its own.
    """

    value: float
    exact: bool


FRONT: tuple[FrontLever, ...] = (
    FrontLever("measured", "What hangs on the figures", "Nothing", "Job and name",
               {"stakes": (0, 0.9), "audit": (0, 0.7), "publicity": (0, 0.9), "reporting": (0.01, 0.08)},
               "The target itself is the yardstick: it is the same for every regime, so that they can be compared."),
    FrontLever("decides", "Who decides how to help", "The book", "The front line",
               {"discretion": (0.2, 0.8), "retraining": (1, 0)}),
    FrontLever("learns", "Who learns, and how fast", "The centre, slowly", "The front line, soon",
               {"learning_time": (0, 0.05), "feedback_delay": (26, 4), "peer_reflection": (0.1, 0.7),
                "just_culture": (0.35, 0.75), "local_standards": (0, 0.7)}),
    FrontLever("knows whom", "Who knows whom", "Within services", "Across services",
               {"relationship_time": (0, 0.04), "conveners": (0, 1.5), "continuity": (0.5, 0.75)},
               "A lead agency is another way to the same end, so it is no part of this line."),
    FrontLever("leads", "How leaders get there", "Visible fixes", "Regard of peers",
               {"promotes_regard": (0.2, 0.75), "signals_only": (0.06, 0.7), "sacking": (1, 0)}),
    FrontLever("pays", "What earns money", "Good figures", "Figures people confirm",
               {"funding_results": (0.1, 0), "funding_trust": (0, 0.2)},
               "Deficits and the threshold are questions of their own: who is helped out, and who is let in."),
)
"""One a question, in the order of the questions."""

BY_QUESTION: Mapping[str, FrontLever] = {front.question: front for front in FRONT}


def position(front: FrontLever, levers: Mapping[str, float]) -> Position:
    """Where these levers stand on a front lever.

    The nearest point of the line by least squares, each lever counted in shares of the way between its ends.

    Args:
        levers: lever to value, in declared units; one that is missing has its default.
    """
    shares = [(levers.get(name, _LEVERS[name].default) - low) / (high - low)
              for name, (low, high) in front.ends.items()]
    value = min(1.0, max(0.0, round(sum(shares) / len(shares), _DIGITS)))
    return Position(value, all(abs(share - value) <= _NEAR for share in shares))


def moved(front: FrontLever, value: float) -> dict[str, float]:
    """What a front lever at `value` makes of the levers that it moves, in declared units.

    Raises:
        ValueError: `value` is not between 0 and 1.
    """
    if not 0 <= value <= 1:
        raise ValueError(f"a front lever at {value}; accepted: 0 to 1")
    return {name: round(low * (1 - value) + high * value, _DIGITS) for name, (low, high) in front.ends.items()}
