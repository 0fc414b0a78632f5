"""What is kept of a run: its losses and its frames, bounded in bytes."""

import contextlib
import time
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.report.colours import COLOURS
from dreamlab.results import folder, section
from dreamlab.results.film import Film
from dreamlab.results.run_data import Frame, LossPoint, RunData

if TYPE_CHECKING:  # the engine imports TensorFlow; a recording is read where there is none
    from dreamlab.dream import Step


class Recording(RunData):
    """Losses and frames of one run, kept while its steps pass through.

    Parameters
    ----------
    every : int, optional
        Keep a frame after every so many steps too, not only one an octave.
    max_bytes : int
        Most bytes of frames to keep. When they pass it, frames between octaves go first (every
        second one), then the smallest octaves; the original and the last frame always stay.

    Attributes
    ----------
    dropped : int
        Frames that did not fit; the other attributes are those of `RunData`.
    """

    def __init__(self, *, every: int | None = None, max_bytes: int = 512 * 2**20) -> None:
        if every is not None and every < 1:
            raise DreamError(f"every is {every}; keep a frame every 1 step or more")
        super().__init__()
        self.every = every
        self.max_bytes = max_bytes
        self.dropped = 0
        self._framed: tuple[int, int] | None = None  # place of the last frame

    def record(self, steps: Iterable["Step"]) -> Generator["Step"]:
        """Pass the steps of a run on, keeping what is asked for.

        Closing this iterator, an interrupt or an error in the run keeps all that was done so
        far, the picture between two octaves included, and closes the run. After an error the
        frame is there only if the run still gives the picture it had.

        Parameters
        ----------
        steps : iterable of Step
            What `dreamlab.dream.dream` returns.

        Yields
        ------
        Step
            The same steps.

        Raises
        ------
        Exception
            What the run itself raises, when all that was done is kept.
        """
        began = time.perf_counter()
        last = None
        try:
            for step in steps:
                self._keep(step)
                last = step
                yield step
            self.finished = True
        except GeneratorExit:  # closed between steps: the last one's picture is still valid
            self._add_partial(last)
            raise
        except BaseException:
            # The run itself ended so, and its picture may be gone: what ended it matters more.
            with contextlib.suppress(Exception):
                self._add_partial(last)
            raise
        finally:
            self.seconds += time.perf_counter() - began
            if close := getattr(steps, "close", None):
                close()

    def save(self, directory: str | Path, film: Film | None = None) -> list[str]:
        """Write the files of the command ``dreamlab dream`` into a directory, made if need be.

        Parameters
        ----------
        directory : str or path
            Where to. Files of the same names are replaced.
        film : Film, optional
            How ``progression.gif`` and ``progression.webp`` run.

        Returns
        -------
        list of str
            The names written.

        Raises
        ------
        DreamError
            If the recording is empty, or a file cannot be written.
        """
        folder.prepare(Path(directory))
        return folder.write_run(self, Path(directory), film or Film())

    def rows(self) -> list[dict[str, Any]]:
        """Return the losses as flat dicts, one a step, such as ``pandas.DataFrame`` takes.

        Each has ``octave``, ``height``, ``width``, ``iteration`` and ``loss``, and each layer's
        share of the loss under the layer's name.
        """
        return [
            {name: value for name, value in vars(point).items() if name != "losses"} | point.losses
            for point in self.losses
        ]

    def __repr__(self) -> str:
        if self.empty:
            return "<Recording: empty>"
        state = "finished" if self.finished else "ended early"
        weights = self.provenance.config.layers.items()
        layers = ", ".join(f"{name} x {weight:g}" for name, weight in weights)
        return (
            f"<Recording: {self.provenance.model}, {layers}; {len(self.losses)} steps, "
            f"{len(self.frames)} frames, {self.seconds:.1f} s, {state}>"
        )

    def _repr_html_(self) -> str:
        return section.in_notebook([section.NamedDream("Dream", COLOURS[0], self)])

    def add(self, part: Provenance | LossPoint | Frame) -> None:
        """Keep a part of the run: how it was made, a loss, or a frame if it fits."""
        if isinstance(part, LossPoint):
            self.losses.append(part)
        elif isinstance(part, Frame):
            self.frames.append(part)
            indices = surplus(self.frames, self.max_bytes - self.original.nbytes)
            self.frames = [frame for place, frame in enumerate(self.frames) if place not in indices]
            self.dropped += len(indices)
        else:
            self.provenance = part

    def _keep(self, step: "Step") -> None:
        if self.empty:
            self.original = Picture.of(step.original)
            self.add(step.provenance)
        if step.losses:
            place = step.octave, step.height, step.width, step.iteration
            self.add(LossPoint(*place, step.loss, dict(step.losses)))
        is_due = self.every is not None and (step.iteration + 1) % self.every == 0
        if step.ends_octave or is_due:
            self._add(step)

    def _add(self, step: "Step") -> None:
        self._framed = step.octave, step.iteration
        self.add(Frame(*self._framed, step.ends_octave, Picture.of(step.image)))

    def _add_partial(self, step: "Step | None") -> None:
        if step is not None and self._framed != (step.octave, step.iteration):
            self._add(step)


def surplus(frames: Sequence[Frame], max_bytes: float) -> set[int]:
    """Return the places of the frames that do not fit into so many bytes; the last always does.

    Every second frame between octaves goes first, as often as need be, then the smallest octaves.
    """
    places = list(range(len(frames)))
    total = sum(frame.picture.nbytes for frame in frames)
    while total > max_bytes and len(places) > 1:
        between = [place for place in places[:-1] if not frames[place].ends_octave]
        removal = between[::2] or places[:1]
        total -= sum(frames[place].picture.nbytes for place in removal)
        places = [place for place in places if place not in removal]
    return set(range(len(frames))) - set(places)
