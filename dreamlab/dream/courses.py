"""Checks what a dream is given, and prepares its course: octaves, objective, guide and masks."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.beside import check_given
from dreamlab.config.provenance import Parent, Provenance
from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.batch import BatchAscent, Course
from dreamlab.dream.branching import octaves_of
from dreamlab.dream.compiled import compile_objective
from dreamlab.dream.course import course
from dreamlab.dream.guide import guide_of
from dreamlab.dream.guided import guided_objective
from dreamlab.dream.masking import masks_of
from dreamlab.dream.memory import budget
from dreamlab.dream.original import checked, digest_of, fitting
from dreamlab.dream.shaping import bytes_per_pixel
from dreamlab.dream.step import InexactTiles, OctaveDropped
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.machine import has_much_memory


def courses(
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
