"""Where batches are run: processes of this computer, or the workers of a Dask cluster. The same few verbs for both.

A worker that dies is no error here. What it had is handed back as `Lost`, and others take its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from simulation.experiments.running import Batch, Filled


class SweepError(Exception):
    """A sweep that cannot be made or cannot go on; the message says why and what would do."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A batch whose worker died.

    Attributes: suspects: the runs that may have killed it, by key; None where that is not known.
    """

    suspects: frozenset[str] | None = None


Outcome = Filled | Lost | Exception
"""What became of a batch."""


class Pool(Protocol):
    """Workers that take batches.

    Attributes:
        workers: how many there are now. batch_seconds: how long a batch should take, so that handing it out costs
            little and losing it costs little.
    """

    batch_seconds: float

    @property
    def workers(self) -> int: ...

    def submit(self, batch: Batch) -> None:
        """Hand out a batch. Raises SweepError where nobody can take it any more."""

    def finished(self, timeout: float) -> list[tuple[Batch, Outcome]]:
        """What has ended since the last call, waiting up to `timeout` seconds for the first. Raises SweepError where
        the rest will never end."""

    @property
    def busy(self) -> int:
        """Batches that were handed out and have not come back."""

    def withdraw(self) -> None:
        """Take back every batch that nobody has begun."""

    def close(self) -> None:
        """Let everybody go. Batches that are still under way are lost."""
