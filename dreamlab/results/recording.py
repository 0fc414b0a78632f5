"""Recordings: the losses and frames of a run, bounded in bytes."""

import contextlib
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.classes import class_names
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.report.colours import COLOURS
from dreamlab.results import folder, section
from dreamlab.results.film import Film
from dreamlab.results.frame import Frame, rounded, surplus
from dreamlab.results.guide_map import GuideMap, guide_map
from dreamlab.results.predictions import BEFORE, Prediction, predictions
from dreamlab.results.run_data import LossPoint, RunData

if TYPE_CHECKING:  # the engine imports TensorFlow; recordings must load without it
    from dreamlab.dream import Step
    from dreamlab.models import Network


class Recording(RunData):
    """Losses and frames of a run, recorded while its steps pass through.

    Parameters
    ----------
    every : int, optional
        Keep a frame after every n-th step too, not only a frame per octave.
    exact : bool
        Keep `Frame.exact` of the octaves' results too, for dreams that go on from them.
    max_bytes : int
        Most bytes of frames. Beyond it, `Frame.exact` is given up first, that of the smallest
        octaves before others; then every second frame between octaves is dropped, then the smallest
        octaves; the original and the last frame always stay.

    Attributes
    ----------
    dropped : int
        Number of dropped frames; the other attributes are those of `RunData`.
    """

    def __init__(
        self, *, every: int | None = None, exact: bool = False, max_bytes: int = 512 * 2**20
    ) -> None:
        if every is not None and every < 1:
            raise DreamError(f"every is {every}; keep a frame every 1 step or more")
        super().__init__()
        self.every = every
        self.exact = exact
        self.max_bytes = max_bytes
        self.dropped = 0
        self._framed: tuple[int, int] | None = None  # place of the last frame
        self._network: Network | None = None
        self._classifier: Network | None = None  # the network, if it has a head

    def record(
        self, steps: Iterable["Step"], network: "Network | None" = None
    ) -> Generator["Step"]:
        """Yield the steps of a run and record them.

        If this iterator is closed, interrupted, or ended by an error of the run, it keeps all steps
        so far, with a frame of the last step, and closes the run. After an error that frame is kept
        only if the run still provides its picture.

        Parameters
        ----------
        steps : iterable of Step
            Steps of `dreamlab.dream.dream`.
        network : Network, optional
            The network, which is asked what it calls the original and the result of each octave; a
            run that ends early has its last picture for that. One without a head is not asked. It
            is needed too for which part of a guide the last picture used.

        Yields
        ------
        Step
            The same steps.

        Raises
        ------
        Exception
            Any exception of the run, after the recording is complete.
        """
        began = time.perf_counter()
        self._network = network
        if network is not None and class_names(network.name):
            self._classifier = network
        last = None
        try:
            for step in steps:
                self._keep(step)
                last = step
                yield step
            self.finished = True
        except GeneratorExit:  # closed between steps: the last step's picture is still valid
            self._add_partial(last)
            raise
        except BaseException:
            # The run raised; its last picture may be gone. Never mask that exception.
            with contextlib.suppress(Exception):
                self._add_partial(last)
            raise
        finally:
            self._network = self._classifier = None
            self.seconds += time.perf_counter() - began
            if close := getattr(steps, "close", None):
                close()

    def save(self, directory: str | Path, film: Film | None = None) -> list[str]:
        """Write the files of the command ``dreamlab dream`` into a directory.

        Parameters
        ----------
        directory : str or path
            The directory; it is created if missing. Files of the same names are replaced.
        film : Film, optional
            Timing and order of ``progression.gif`` and ``progression.webp``.

        Returns
        -------
        list of str
            Names of the files.

        Raises
        ------
        DreamError
            If the recording is empty, or a file cannot be written.
        """
        folder.prepare(Path(directory))
        return folder.write_run(self, Path(directory), film or Film())

    def rows(self) -> list[dict[str, Any]]:
        """Return the losses as flat dicts, one per step, for ``pandas.DataFrame``.

        Each has ``octave``, ``height``, ``width``, ``iteration`` and ``loss``, and each layer's
        part of the loss under the layer's name.
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

    def add(self, part: Provenance | LossPoint | Prediction | GuideMap | Frame) -> None:
        """Add a part of the run; where it is a frame, drop the surplus ones."""
        if isinstance(part, LossPoint):
            self.losses.append(part)
        elif isinstance(part, Prediction):
            self.predictions.append(part)
        elif isinstance(part, GuideMap):
            self.guide = part
        elif isinstance(part, Frame):
            self.frames.append(part)
            most = self.max_bytes - self.original.nbytes
            self.frames = rounded(self.frames, most)
            indices = surplus(self.frames, most)
            self.frames = [frame for place, frame in enumerate(self.frames) if place not in indices]
            self.dropped += len(indices)
        else:
            self.provenance = part

    def _predict(self, picture: Picture, octave: int) -> None:
        """Add what the network calls the result of an octave, if it has a head."""
        if self._classifier is not None:
            for each in predictions(self._classifier, picture.pixels, octave):
                self.add(each)

    def _match(self, picture: Picture, step: "Step") -> None:
        """Add which part of its guide the last picture of a run used where, if it has one."""
        if self._network is not None:
            found = guide_map(self._network, step, picture)
            if found is not None:
                self.add(found)

    def _keep(self, step: "Step") -> None:
        if self.empty:
            self.original = step.original_picture
            self.add(step.provenance)
            self._predict(self.original, BEFORE)
        if step.losses:
            place = step.octave, step.height, step.width, step.iteration
            self.add(LossPoint(*place, step.loss, dict(step.losses)))
        is_due = self.every is not None and (step.iteration + 1) % self.every == 0
        if step.ends_octave or is_due:
            picture = self._add(step)
            if step.ends_octave:
                self._predict(picture, step.octave)
            if step.ends_dream:
                self._match(picture, step)

    def _add(self, step: "Step") -> Picture:
        self._framed = step.octave, step.iteration
        picture, exact = Picture.of(step.image), None
        if self.exact and step.ends_octave and not step.ends_dream:
            exact = np.array(step.image, np.float32)  # a copy: the engine reuses its own
        self.add(Frame(*self._framed, step.ends_octave, picture, exact))
        return picture

    def _add_partial(self, step: "Step | None") -> None:
        if step is None or step.ends_dream:
            return
        is_framed = self._framed == (step.octave, step.iteration)
        picture = Picture.of(step.image) if is_framed else self._add(step)
        if not step.ends_octave:
            self._predict(picture, step.octave)
        self._match(picture, step)
