"""What is kept of a run: its losses and its frames, bounded in bytes."""

import contextlib
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dreamlab.errors import DreamError
from dreamlab.images import to_pixels
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

    def _keep(self, step: "Step") -> None:
        if self.empty:
            self.original = to_pixels(step.original)
            self.provenance = step.provenance  # last: with it the recording is not empty
        if step.losses:
            place = step.octave, step.height, step.width, step.iteration
            self.losses.append(LossPoint(*place, step.loss, dict(step.losses)))
        wanted = self.every is not None and (step.iteration + 1) % self.every == 0
        if step.ends_octave or wanted:
            self._add(step)

    def _add(self, step: "Step") -> None:
        self.frames.append(
            Frame(step.octave, step.iteration, step.ends_octave, to_pixels(step.image))
        )
        while self.nbytes > self.max_bytes and len(self.frames) > 1:
            self._thin()

    def _add_partial(self, step: "Step | None") -> None:
        if step is None:
            return
        kept = self.frames[-1] if self.frames else None
        if kept is None or (kept.octave, kept.iteration) != (step.octave, step.iteration):
            self._add(step)

    def _thin(self) -> None:
        between = [frame for frame in self.frames[:-1] if not frame.ends_octave]
        gone = between[::2] or self.frames[:1]
        self.frames = [frame for frame in self.frames if not any(frame is one for one in gone)]
        self.dropped += len(gone)
