"""DeepDream as a plain generator of steps."""

import math
import warnings
from collections.abc import Generator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance
from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.ascent import OctaveAscent
from dreamlab.dream.compiled import compile_objective
from dreamlab.dream.memory import budget
from dreamlab.dream.step import InexactTiles, OctaveDropped, Resume, Start, Step
from dreamlab.errors import DreamError
from dreamlab.images.arrays import check_floats
from dreamlab.images.decode import load_image
from dreamlab.images.noise import add_gaussian, add_salt_and_pepper
from dreamlab.images.octaves import OctavePlan, plan_octaves
from dreamlab.images.resample import resize, restore_detail
from dreamlab.images.shape import Shape
from dreamlab.models import Network, load_model


def dream(
    image: np.ndarray,
    model: Network | str | Path | keras.Model = "vgg16",
    config: DreamConfig | str | Mapping[str, Any] = "mixed",
    *,
    resume: Resume | None = None,
    starts: bool = False,
    memory: float | None = None,
) -> Generator[Step]:
    """Dream: change a picture, step by step, so that the chosen layers respond more strongly.

    Each step is computed when it is asked for. Closing the generator ends the run.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1]; it is not changed. Whole numbers are taken as pixels
        in 0 to 255, never as they are.
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
        half of what is free, at most 2,400 MB.

    Returns
    -------
    generator of Step
        One item for each step of gradient ascent, smallest octave first.

    Raises
    ------
    DreamError
        At once, if the picture or a layer does not fit the network, if the memory is no number
        from 0 to 1e6, or if Winograd's convolutions are asked for in bfloat16 or without Numba.
        During the run, if the loss is not a finite number.

    Warns
    -----
    OctaveDropped
        If the smallest octaves are skipped, as they are too small for the network.
    InexactTiles
        If the picture must be tiled and the network allows no exact tiles.
    """
    image = _checked(np.asarray(image))
    model, config = load_model(model), DreamConfig.of(config)
    plan = plan_octaves(*Shape.of(image), config=config, model=model.name, smallest=model.smallest)
    precision, convolution = arithmetic(config.precision, config.convolution)
    objective = compile_objective(model, config, precision, convolution)
    if plan.warning:
        warnings.warn(plan.warning, OctaveDropped, stacklevel=2)
    # The largest octave sets the budget of all: TensorFlow never returns memory to the system.
    memory_budget = budget(plan.shapes[-1].area, memory)
    octaves = [OctaveAscent(objective, config, shape, memory_budget) for shape in plan.shapes]
    if not all(octave.exact for octave in octaves):
        warnings.warn(
            f"in {model.name} each position sees the whole picture, so its tiles are not exact: "
            "they are shifted at random to hide the seams",
            InexactTiles,
            stacklevel=2,
        )
    resume = resume or Resume(0, image)
    if not 0 <= resume.octave < len(octaves):
        raise DreamError(f"octave {resume.octave} to go on with; choose 0 to {len(octaves) - 1}")
    provenance = Provenance(config, model.name, model.weights, precision, convolution)
    return _steps(image, config, plan, octaves, provenance, resume, starts)


def _checked(image: np.ndarray) -> np.ndarray:
    if image.dtype.kind in "uib":
        return load_image(image)
    image = np.asarray(image, np.float32)
    check_floats(image)
    return image


def _steps(
    original: np.ndarray,
    config: DreamConfig,
    plan: OctavePlan,
    octaves: list[OctaveAscent],
    provenance: Provenance,
    resume: Resume,
    starts: bool,
) -> Generator[Step]:
    pixels = [height * width for height, width in plan.shapes]
    picture = resume.picture
    held: list = []
    for index in range(resume.octave, len(octaves)):
        held.clear()
        shape, octave = plan.shapes[index], octaves[index]
        # Each octave has its own generator, so that a resumed run draws the same numbers.
        generator = np.random.default_rng((config.seed, index))
        # The notebook's order: salt and pepper at the old size, Gaussian noise at the new size.
        picture = add_salt_and_pepper(np.asarray(picture), config.salt_pepper, generator)
        picture = resize(picture, shape)
        picture = add_gaussian(np.asarray(picture), config.gaussian_noise, generator)
        step_here = partial(
            Step,
            octave=index,
            octaves=len(octaves),
            height=shape[0],
            width=shape[1],
            original=original,
            provenance=provenance,
        )
        jitter = max(config.jitter, octave.min_jitter)
        waiting = None
        for iteration in range(config.iterations):
            shift = generator.integers(-jitter, jitter + 1, 2).tolist()
            layer_losses, ascended = octave.step(picture, shift)
            loss = _finite(float(layer_losses.sum(dtype=np.float64)), index, iteration)
            if config.max_loss is not None and loss > config.max_loss:
                break
            if waiting is not None:
                yield waiting(ends_octave=False)
            held.clear()
            held = [ascended]
            if starts:
                held.append(Start(np.asarray(picture), tuple(shift), octave.memory_budget))
            picture = ascended
            waiting = partial(
                step_here,
                iteration=iteration,
                fraction=_fraction(pixels, index, (iteration + 1) / config.iterations),
                loss=loss,
                losses=dict(zip(config.layers, layer_losses.tolist(), strict=True)),
                _held=held,
            )
            # A step that may be the octave's last waits, as its picture is the octave's result.
            if config.max_loss is None and iteration < config.iterations - 1:
                yield waiting(ends_octave=False)
                waiting = None
        shrunk = resize(original, plan.shapes[max(0, index - 1)])
        picture = restore_detail(np.asarray(picture), resize(original, shape), shrunk)
        held[:1] = [picture]  # the start of the octave's last step stays beside it
        if waiting is None:
            waiting = partial(step_here, iteration=-1, loss=math.nan, losses={})
        whole = _fraction(pixels, index, 1.0)
        del shrunk  # frees the pictures of sizes that are finished
        ascended = None
        yield waiting(ends_octave=True, fraction=whole, _held=held)


def _fraction(pixels: list[int], octave: int, share: float) -> float:
    """Return the share of a run's work that is done after a share of an octave's steps."""
    return (sum(pixels[:octave]) + share * pixels[octave]) / sum(pixels)


def _finite(loss: float, octave: int, iteration: int) -> float:
    if not math.isfinite(loss):
        raise DreamError(
            f"the loss became {loss} at octave {octave + 1}, step {iteration + 1}: "
            "choose a smaller step or smaller weights"
        )
    return loss
