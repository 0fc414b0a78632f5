"""DeepDream as a plain generator of steps."""

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Parent
from dreamlab.dream.batch import together
from dreamlab.dream.course import Search
from dreamlab.dream.courses import courses as courses_of
from dreamlab.dream.original import checked
from dreamlab.dream.silence import watched
from dreamlab.dream.step import Resume, Step
from dreamlab.images import Picture
from dreamlab.models import Network, load_model


def dream(
    image: np.ndarray | Picture,
    model: Network | str | Path | keras.Model = "vgg16",
    config: DreamConfig | str | Mapping[str, Any] = "mixed",
    *,
    resume: Resume | None = None,
    starts: bool = False,
    memory: float | None = None,
    search: Search | None = None,
    guide: np.ndarray | Picture | None = None,
    mask: np.ndarray | Picture | None = None,
    parent: Parent | None = None,
) -> Generator[Step]:
    """Dream: change a picture, step by step, so that the chosen layers respond more strongly.

    Each step is computed when it is asked for. Closing the generator ends the run.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1]; it is not changed. Whole numbers are taken as pixels
        in 0 to 255, never as they are. A `dreamlab.images.Picture` is taken too.
    model : Network, str, path or keras.Model
        What `dreamlab.models.load_model` returns, or takes.
    config : DreamConfig, str or mapping
        The settings, the name of a preset, or plain values.
    resume : Resume, optional
        Where an earlier run of the same picture, network and settings ended. The octaves before
        it are skipped, and the others come out as in an uninterrupted run.
    starts : bool
        Whether each step has its `Step.start`, which takes one more picture in memory.
    memory : float, optional
        Memory that the process may take, in MB, before it works in tiles. None and 0 stand for
        half of what is free, at most 2,350 MB.
    search : callable, optional
        Chooses the step from the first gradient, in place of the config's step: called with the
        direction of the first step, float32 (H, W, 3) with a mean absolute value of 1, and the
        rise of the loss per unit of step, to first order, as a share of the loss. The config of
        `Step.provenance` has the step that was chosen.
    guide, mask : numpy.ndarray or Picture, optional
        The pictures that the config names with the word ``picture``; each as `image` may be.
    parent : Parent, optional
        What the dream goes on from, for its provenance.

    Returns
    -------
    generator of Step
        One item for each step of gradient ascent, smallest octave first.

    Raises
    ------
    DreamError
        At once, if the picture or a layer does not fit the network, if the memory is no number
        from 0 to 1e6, if Winograd's convolutions are asked for in bfloat16 or without Numba, or if
        the mask leaves nothing to change.
        During the run, if the loss is not a finite number.
    NoAnswer
        Before the last step, if none could change the picture; it names what answers instead.

    Warns
    -----
    SidesRounded
        If rows or columns at the edges are left out, as the layers need sides that divide evenly.
    Silence
        Before the last step, if some octaves or layers did nothing, or no step was to be taken.
        At once, if the mask leaves nothing out, or its settings are given without one.
    FallsShort
        Before the last step, if the picture was not moved by the effort asked for.
    OctaveDropped
        If the smallest octaves are skipped, as they are too small for the network.
    InexactTiles
        If the picture must be tiled and the network allows no exact tiles.
    """
    model = load_model(model)
    beside = {"guide": _in_bytes(guide), "mask": _in_bytes(mask)}
    options = {"resume": resume, "starts": starts, "search": search}
    courses = courses_of([image], model, config, memory, beside, parent, **options)
    moved = resume is not None and resume.moved
    steps = watched(together(courses), model, 1, moved=moved, stacklevel=3)
    return (step for _, step in steps)


def _in_bytes(given: np.ndarray | Picture | None) -> Picture | None:
    """Return a picture that is given beside the settings as one in bytes."""
    image = None if given is None else checked(given)
    return image if image is None or isinstance(image, Picture) else Picture.of(image)


def dreams(
    images: Sequence[np.ndarray | Picture],
    model: Network | str | Path | keras.Model = "vgg16",
    config: DreamConfig | str | Mapping[str, Any] = "mixed",
    *,
    memory: float | None = None,
) -> Generator[tuple[int, Step]]:
    """Dream of several pictures of one size with the same settings, at the same time.

    Each dream is the one that `dream` gives, up to rounding. Small pictures are faster together:
    the network looks at as many at once as keep their feature maps in the processor's cache.

    Parameters
    ----------
    images : sequence of numpy.ndarray
        The pictures, each as for `dream`, all of one shape.
    model, config, memory
        As for `dream`.

    Returns
    -------
    generator of (int, Step)
        The place of the picture in `images`, and a step of its dream.

    Raises
    ------
    DreamError
        As `dream`, or if the pictures differ in shape.
    NoAnswer
        Before the last step of all, if no picture was changed by any.

    Warns
    -----
    Silence, FallsShort, OctaveDropped, InexactTiles
        As `dream`; if there are several pictures, their numbers are told.
    """
    model = load_model(model)
    courses = courses_of(images, model, config, memory)
    return watched(together(courses), model, len(courses))


def attempts(
    images: Sequence[np.ndarray | Picture],
    model: Network,
    config: DreamConfig,
    *,
    memory: float | None = None,
    search: Search | None = None,
) -> Generator[tuple[int, Step]]:
    """Dream as `dreams` does, but leave it to the caller to see which pictures are not changed.

    Parameters
    ----------
    images, model, config, memory
        As for `dreams`.
    search : callable, optional
        As for `dream`, for a single picture.

    Returns
    -------
    generator of (int, Step)
        As that of `dreams`; `Step.moved` says whether a step changed its picture.
    """
    return together(courses_of(images, model, config, memory, search=search))
