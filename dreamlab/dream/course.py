"""The course of a dream: octave by octave and step by step, as a coroutine.

It asks whoever runs it for each step of gradient ascent, so that the steps of several dreams can be
taken at once, and knows all the rest: octaves, noise, shifts, the limit of the loss and the effort.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance
from dreamlab.dream.batch import BatchAscent, Course, Look
from dreamlab.dream.effort import OctaveEffort
from dreamlab.dream.guide import Guide
from dreamlab.dream.masking import Masking, Masks, carried, kept
from dreamlab.dream.original import grey as luminance
from dreamlab.dream.step import Resume, Start, Step, floats
from dreamlab.dream.turn import drawn, turns
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.images.noise import add_gaussian, add_salt_and_pepper
from dreamlab.images.octaves import OctavePlan, enlarged
from dreamlab.images.resample import resize
from dreamlab.images.shape import Shape

#: Chooses the step of a run, from the direction of its first step, float32 (H, W, 3) with a mean
#: absolute value of 1, and from the rise of the loss per unit of step, to first order, over the
#: loss.
Search = Callable[[np.ndarray, float], float]


def course(
    original: np.ndarray | Picture,
    plan: OctavePlan,
    ascents: Callable[[DreamConfig], list[BatchAscent]],
    provenance: Provenance,
    *,
    resume: Resume | None = None,
    starts: bool = False,
    search: Search | None = None,
    grey: bool = False,
    masks: Masks | None = None,
    guide: Guide | None = None,
) -> Course:
    """Return the course of a dream.

    Parameters
    ----------
    original : numpy.ndarray or Picture
        float32, shape (H, W, 3), in [-1, 1]; a picture takes a quarter of the memory.
    plan : OctavePlan
        The octaves.
    ascents : callable
        Returns the ascent of each octave for a config.
    provenance : Provenance
        Of the run; its config has the settings.
    resume, starts, search
        As in `dreamlab.dream.dream`.
    grey : bool
        Whether the picture is kept grey: noise is, as its luminance.
    masks : callable, optional
        The mask at a size.
    guide : Guide, optional
        The guide of the ascents, which the steps hand on.

    Raises
    ------
    DreamError
        If the run is to resume at an octave or a step that there is not, or with a picture of
        another size.
    """
    if resume is not None:
        resume.check(plan, provenance.config)
    return _course(original, plan, ascents, provenance, resume, starts, search, grey, masks, guide)


def _course(
    original: np.ndarray | Picture,
    plan: OctavePlan,
    ascents: Callable[[DreamConfig], list[BatchAscent]],
    provenance: Provenance,
    resume: Resume | None,
    starts: bool,
    search: Search | None,
    grey: bool,
    masks: Masks | None,
    guide: Guide | None,
) -> Course:
    config = provenance.config
    octaves = ascents(config)
    pixels = [height * width for height, width in plan.shapes]
    source = original.pixels if isinstance(original, Picture) else original
    first, behind, picture = 0, 0, None
    if resume is not None:
        first, behind, picture = resume.octave, resume.iteration, resume.picture
    # Outside of a mask that the dream before did not have stays what this one went on from.
    outside = source
    if masks is not None and resume is not None and resume.begun is not None:
        if resume.begun.area != provenance.area:
            outside = carried(resume.begun, source, plan.shapes)
    del resume
    held: list = []
    for index in range(first, len(octaves)):
        held.clear()
        held = []
        shape, octave = plan.shapes[index], octaves[index]
        # Each octave has its own generator, so that a resumed run draws the same numbers.
        generator = np.random.default_rng((config.seed, index))
        picture = floats(original) if picture is None else picture
        begun, behind = behind, 0
        mask = None if masks is None else masks(shape)
        masking = Masking(mask, partial(_originals, outside, plan, index))
        if begun:  # the noise is in the picture; its numbers come before those of the steps
            before = plan.shapes[index - 1] if index else Shape.of(source)
            _noisy(np.zeros((*before, 3), np.float32), shape, config, generator)
            picture = np.asarray(picture, np.float32)
        else:
            noisy = _noisy(np.asarray(picture), shape, config, generator)
            picture = masking.begun(np.asarray(picture), luminance(noisy) if grey else noisy)
            del noisy
        step_here = partial(
            Step,
            octave=index,
            octaves=len(octaves),
            height=shape[0],
            width=shape[1],
            _original=original,
            guide=guide,
        )
        jitter = max(config.jitter, octave.min_jitter)
        effort, reached = None, False
        if config.effort is not None:
            amount = config.effort * (index + 1) / len(octaves)
            effort = OctaveEffort(*_originals(source, plan, index), amount, mask)
            reached = effort.reached(picture)
        waiting = None
        for _ in range(begun):
            generator.integers(-jitter, jitter + 1, 2)
            drawn(config, generator)
        for iteration in range(begun, begun if reached else config.iterations):
            shift = tuple(generator.integers(-jitter, jitter + 1, 2).tolist())
            view = shift, drawn(config, generator), mask
            if search is None:
                layer_losses, ascended = yield Look(octave, picture, *view)
            else:
                layer_losses, direction, slope = octave.direction(np.asarray(picture), *view)
                ascended = picture
                if direction.any():
                    loss = abs(_finite(layer_losses, index, iteration))
                    config = replace(
                        config, step=search(direction, slope / loss if loss else math.inf)
                    )
                    provenance = replace(provenance, config=config)
                    octaves, search = ascents(config), None
                    octave = octaves[index]
                    ascended = picture + np.float32(config.step) * direction
            moved = ascended is not picture
            loss = _finite(layer_losses, index, iteration)
            if config.max_loss is not None and loss > config.max_loss:
                break
            if effort is not None and effort.reached(ascended):
                ascended, reached = effort.cut(picture, ascended), True
            if waiting is not None:
                yield waiting(ends_octave=False)
            held.clear()
            held = [ascended]
            if starts:
                held.append(Start(np.asarray(picture), octave.memory_budget, *view))
            picture = ascended
            waiting = partial(
                step_here,
                provenance=provenance,
                iteration=iteration,
                fraction=_fraction(pixels, index, (iteration + 1) / config.iterations),
                loss=loss,
                losses=dict(zip(config.layers, layer_losses.tolist(), strict=True)),
                moved=moved,
                reached=reached,
                _held=held,
            )
            if reached or not moved and not jitter and not turns(config):
                break  # every other look would be the same
            # A step that may be the octave's last waits, as its picture is the octave's result.
            if config.max_loss is None and iteration < config.iterations - 1:
                yield waiting(ends_octave=False)
                waiting = None
        effort = None  # frees its pictures
        picture = masking.ended(np.asarray(picture))
        picture = enlarged(picture, source, shape, plan.larger)
        if masks is not None and plan.larger:
            picture = kept(picture, masks(plan.larger[-1]), resize(outside, plan.larger[-1]))
        held[:1] = [picture]  # the start of the octave's last step stays beside it
        if waiting is None:
            waiting = partial(
                step_here,
                provenance=provenance,
                iteration=-1,
                loss=math.nan,
                losses={},
                moved=False,
                reached=reached,
            )
        ascended = None
        done = _fraction(pixels, index, 1.0)
        yield waiting(ends_octave=True, fraction=done, _held=held)


def _noisy(
    picture: np.ndarray, shape: Shape, config: DreamConfig, generator: np.random.Generator
) -> np.ndarray:
    """Return the start of an octave: a picture at its size, with noise."""
    # The notebook's order: salt and pepper at the old size, Gaussian noise at the new size.
    grey = config.keep_colours
    picture = resize(add_salt_and_pepper(picture, config.salt_pepper, generator, grey=grey), shape)
    return add_gaussian(np.asarray(picture), config.gaussian_noise, generator, grey=grey)


def _originals(source: np.ndarray, plan: OctavePlan, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the original, float32 or pixels, at the size of an octave and at that before it."""
    shape = plan.shapes[index]
    # An octave of the original's own size needs no copy of it.
    here = source if shape == Shape.of(source) else resize(source, shape)
    return here, resize(source, plan.shapes[max(0, index - 1)])


def _fraction(pixels: list[int], octave: int, share: float) -> float:
    """Return the share of a run's work that is done after a share of an octave's steps."""
    return (sum(pixels[:octave]) + share * pixels[octave]) / sum(pixels)


def _finite(layer_losses: np.ndarray, octave: int, iteration: int) -> float:
    with np.errstate(invalid="ignore"):
        loss = float(layer_losses.sum(dtype=np.float64))
    if not math.isfinite(loss):
        cure = "a smaller step or fewer iterations" if octave or iteration else "an earlier layer"
        raise DreamError(
            f"the loss became {loss} at octave {octave + 1}, step {iteration + 1}: choose {cure}"
        )
    return loss
