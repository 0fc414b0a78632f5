"""DeepDream as a plain generator of steps."""

import warnings
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras
import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.beside import check_given
from dreamlab.config.provenance import Parent, Provenance
from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.batch import BatchAscent, Course, together
from dreamlab.dream.branching import octaves_of
from dreamlab.dream.compiled import compile_objective
from dreamlab.dream.course import Search, course
from dreamlab.dream.guide import guide_of
from dreamlab.dream.guided import guided_objective
from dreamlab.dream.masking import masks_of
from dreamlab.dream.memory import budget
from dreamlab.dream.original import checked, digest_of, fitting
from dreamlab.dream.shaping import bytes_per_pixel
from dreamlab.dream.silence import watched
from dreamlab.dream.step import InexactTiles, OctaveDropped, Resume, Step
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.images.shape import Shape
from dreamlab.models import Network, load_model
from dreamlab.models.machine import has_much_memory


def dream(
    image: np.ndarray | Picture,
    model: Network | str | Path | keras.Model = "vgg16",
    config: DreamConfig | str | Mapping[str, Any] = "mixed",
    *,
    resume: Resume | None = None,
    starts: bool = False,
    memory: float | None = None,
    search: Search | None = None,
    guide: Picture | None = None,
    mask: Picture | None = None,
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
    guide, mask : Picture, optional
        The pictures that the config names with the word ``picture``.
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
    beside = {"guide": guide, "mask": mask}
    options = {"resume": resume, "starts": starts, "search": search}
    courses = _courses([image], model, config, memory, beside, parent, **options)
    moved = resume is not None and resume.moved
    steps = watched(together(courses), model, 1, moved=moved, stacklevel=3)
    return (step for _, step in steps)


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
    courses = _courses(images, model, config, memory)
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
    return together(_courses(images, model, config, memory, search=search))


def _courses(
    images: Sequence[np.ndarray | Picture],
    model: Network,
    config: DreamConfig | str | Mapping[str, Any],
    memory: float | None,
    beside: Mapping[str, Picture | None] = MappingProxyType({"guide": None, "mask": None}),
    parent: Parent | None = None,
    **options: Any,
) -> list[Course]:
    """Check and prepare; return the course of each picture's dream."""
    if not images:
        raise DreamError("there are 0 pictures to dream of; give at least 1")
    config = model.settled(DreamConfig.of(config))
    for name, given in beside.items():
        check_given(name, getattr(config, name), given=given is not None)
    input_range = model.feeding.chosen(config.preprocessing)
    images = [fitting(checked(image), model, config.layers) for image in images]
    shape, *others = (Shape(*image.shape[:2]) for image in images)
    for other in others:
        if other != shape:
            raise DreamError(
                f"the pictures are {shape.width} x {shape.height} and "
                f"{other.width} x {other.height} px; give pictures of one size"
            )
    plan = octaves_of(shape, model, config)
    precision, convolution = arithmetic(config.precision, config.convolution)
    guide = guide_of(model, config, beside["guide"])
    if guide is None:
        objective = compile_objective(model, config, precision, convolution)
    else:
        objective = guided_objective(model, config, guide, precision, convolution)
    if plan.warning:
        warnings.warn(plan.warning, OctaveDropped, stacklevel=3)

    def ascents(config: DreamConfig) -> list[BatchAscent]:
        # The largest octave sets the budget of all: TensorFlow never returns memory to the system.
        memory_budget = budget(plan.shapes[-1].area * len(images), memory, bytes_per_pixel(config))
        return [BatchAscent(objective, config, shape, memory_budget) for shape in plan.shapes]

    model.keep_transformed_kernels(has_much_memory())
    octaves = ascents(config)
    if any(len(octave.tiles) > 1 for octave in octaves):
        model.keep_transformed_kernels(False)  # larger tiles gain more
        octaves = ascents(config)
    if not all(octave.exact for octave in octaves):
        warnings.warn(
            f"in {model.name} each position sees the whole picture, so its tiles are not exact: "
            "they are shifted at random to hide the seams",
            InexactTiles,
            stacklevel=3,
        )
    provenance = Provenance(
        config,
        model.name,
        model.weights,
        precision,
        convolution,
        input_range,
        parent=parent,
        **{name: given.digest for name, given in beside.items() if given is not None},
    )

    def shared(other: DreamConfig) -> list[BatchAscent]:
        # All dreams have the same ascents, so that their looks are known to go together.
        return octaves if other is config else ascents(other)

    options |= {"grey": model.feeding.grey, "guide": guide}
    masks = [
        masks_of(config, image, beside["mask"], model, plan.shapes, stacklevel=4)
        for image in images
    ]
    return [
        course(
            image, plan, shared, replace(provenance, picture=digest_of(image)), masks=of, **options
        )
        for image, of in zip(images, masks, strict=True)
    ]
