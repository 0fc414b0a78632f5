"""What the command ``dream`` does with each picture: it reads it, dreams on it and writes."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dreamlab.cli import going_on
from dreamlab.cli.console import read_picture
from dreamlab.cli.going_on import Source
from dreamlab.cli.options import setting_values
from dreamlab.config import DreamConfig
from dreamlab.images import Picture, Shape
from dreamlab.images.bounds import check_smallest
from dreamlab.results import export, folder
from dreamlab.results.film import Film
from dreamlab.results.record import PICTURES, run_to_end
from dreamlab.results.recording import Recording


class Given(NamedTuple):
    """A picture that was read, its size, and its size before it was scaled down."""

    image: Picture | np.ndarray
    shape: Shape
    full: Shape


@dataclass(frozen=True)
class Plan:
    """How a command dreams, on whichever picture.

    Parameters
    ----------
    options : argparse.Namespace
        The options of the command.
    config : DreamConfig
        The settings.
    beside : mapping of str to Picture
        The pictures that are given beside the settings.
    film : Film
        Timing and order of the films.
    source : Source or None
        What it goes on from, in place of a picture.
    """

    options: argparse.Namespace
    config: DreamConfig
    beside: Mapping[str, Any]
    film: Film
    source: Source | None = None

    def read(self, file: str) -> Given:
        """Read a picture; raises `DreamError` if it cannot be."""
        loading = setting_values(self.options, ["max_side", "background"])
        loaded = read_picture(file, **loading)
        # Its floats take four times the picture, and go.
        return Given(Picture.exactly(loaded.image), Shape.of(loaded.image), loaded.full)

    def begun(self) -> Given:
        """Return the original of what it goes on from."""
        assert self.source is not None
        original = self.source.original
        return Given(original, original.shape, original.full)

    def dream(self, given: Given, network: Any, memory: float) -> Recording:
        """Dream on a picture, to the end or an interrupt.

        Parameters
        ----------
        given : Given
            The picture.
        network : Network
            The network.
        memory : float
            Memory that the process may take, in MB.

        Raises
        ------
        DreamError
            If the picture is too small, or the settings do not fit the network.
        KeyboardInterrupt
            If it is interrupted before the first step.
        """
        from dreamlab.dream import branch, dream

        check_smallest(given.shape, network.smallest, network.name, full=given.full)
        recording = Recording(every=vars(self.options).get("every"))
        image = given.image
        more: dict[str, Any] = {name: self.beside.get(name) for name in PICTURES}
        if self.source is not None:
            start = self.source.start
            image, resume, _ = branch(start, image, network, self.config)
            more |= {"resume": resume, "parent": start.parent}
            recording.begun_from = None if resume is None else start.picture
        steps = dream(image, network, self.config, memory=memory, **more)
        run_to_end(recording, steps, network, None)
        return recording

    def write(self, recording: Recording, file: Path, directory: Path) -> None:
        """Write the files of a dream on a picture's file, and say so."""
        if recording.dropped:
            print(f"dreamlab: {recording.dropped} frames did not fit in memory", file=sys.stderr)
        names = folder.write_run(recording, directory, self.film, keep=file)
        if export.ORIGINAL not in names:
            going_on.check_original(directory / export.ORIGINAL, recording)
        print(f"wrote {len(names)} files to {directory} ({recording.seconds:.1f} s of dreaming)")
