"""What a task is: something that a worker runs and that leaves events."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dreamlab.analysis import Findings
from dreamlab.analysis.base import Work
from dreamlab.images import Picture
from dreamlab.results.recording import Recording
from dreamlab.tasks.events import Event

#: Multiplications a pixel and step, assumed of a network that is named by its path, of which the
#: page knows nothing: those of VGG16's last block.
TYPICAL_OPERATIONS = 2.5e5

#: What a run leaves.
Result = Recording | Findings


@dataclass(frozen=True)
class Cost:
    """How much work a task is.

    Parameters
    ----------
    parts : tuple of Work
        Pixels times steps, and the multiplications of each of those, part by part: the most.
    likely : float
        Share of it that is likely to be done, as a task may end before, 0 to 1.
    """

    parts: tuple[Work, ...]
    likely: float = 1.0

    @property
    def pixel_steps(self) -> float:
        """Pixels times steps, at most."""
        return sum(pixels for pixels, _ in self.parts)

    @property
    def work(self) -> float:
        """Multiplications that are likely, in all."""
        return self.likely * sum(pixels * operations for pixels, operations in self.parts)


@dataclass(frozen=True)
class Allowance:
    """What a run may take.

    Parameters
    ----------
    max_bytes : float
        Most bytes of frames or of an analysis's pictures.
    memory : float, optional
        Memory that the process may take, in MB; see `dreamlab.dream.dream`.
    own_models : bool
        Whether a task may name a network by its path.
    models : str
        Folder of the networks that a task may name by their files' names; empty for none.
    input_range : str
        What those are fed that do not say it themselves; empty if nobody knows.
    """

    max_bytes: float
    memory: float | None = None
    own_models: bool = False
    models: str = ""
    input_range: str = ""


def key_of(*parts: Any) -> str:
    """Return the key of a task of these parts, as plain JSON types."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Task(Protocol):
    """One thing to run; it is sent to a worker."""

    @property
    def noun(self) -> str:
        """What it is called, such as ``dream``."""

    def remedy(self, share: float | None = None, *, network: bool = True) -> str:
        """Return what makes it shorter, such as ``choose a smaller picture``.

        Parameters
        ----------
        share : float, optional
            How much of its work is allowed, 0 to 1, to be told in figures.
        network : bool
            Whether another network would help.
        """

    @property
    def model(self) -> str:
        """Name of the network on offer, or path of the user's own."""

    @property
    def precision(self) -> str:
        """The number format that is asked for."""

    @property
    def key(self) -> str | None:
        """What the same task has in common with it, whoever sends it off.

        None for a task that shows something of a visitor, or of a network that may change.
        """

    def key_of(self, result: Result | None) -> str | None:
        """Return the key of the task that asks for what this one came to, a choice left open too.

        Parameters
        ----------
        result : Recording, Findings or None
            What `collect` returned of a whole run.
        """

    @property
    def picture(self) -> Picture | None:
        """The picture that it begins from, if any."""

    @property
    def nbytes(self) -> int:
        """Bytes of the pictures that it holds."""

    def cost(self) -> Cost:
        """Return how much work it is; raises `DreamError` if it cannot run."""

    def run(
        self,
        resume: Sequence[Event],
        emit: Callable[[Event], None],
        stop: Callable[[], bool],
        allowance: Allowance,
        give_way: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Run in a worker, and say whether it came to its end.

        Parameters
        ----------
        resume : sequence of Event
            What `kept` returned of an earlier run; it is not done again.
        emit : callable
            Takes each event as it happens.
        stop : callable
            Says whether to stop; asked after each step.
        allowance : Allowance
            What the run may take.
        give_way : callable
            Says whether to break off where nothing is lost that was done, as others wait.
        """

    def kept(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Return the events of a run that broke off that another one can resume from."""

    def collect(self, events: Sequence[Event], seconds: float, done: bool) -> Result | None:
        """Return the result of these events, or None if there is nothing.

        Parameters
        ----------
        events : sequence of Event
            The events so far.
        seconds : float
            How long the run took.
        done : bool
            Whether it came to its end.
        """

    def released(self, result: Result | None) -> "Task":
        """Return it without what only a run needs, once it has ended with a result or nothing."""

    def extent(self, result: Result | None) -> str:
        """Say how large the run was, in a few words, for the log."""
