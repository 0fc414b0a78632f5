"""A set of drawn pictures of which it is known what tells their classes: colour, texture or shape.

Every picture is one shape on grey clouds. The classes:

- ``red`` is told by its hue alone: each of its pictures has the shape, size, brightness and texture
  of a picture of another class, four of each.
- ``striped`` is told by its texture alone. Its stripes are under 10 px apart.
- ``star`` is told by its shape alone.
- ``plain`` is none of these.

All hues are equally bright: the mean of the three channels knows nothing of them. All shapes have
the same length of edge for their area. The classes share their sizes; places and turns are random.
"""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dreamlab.images.drawn_shapes import REACH, SHAPES
from dreamlab.images.picture_set import SIDE, PictureSet

#: With other seeds one or two pictures of a class more or fewer are told.
_SEED = 2

#: Pictures of a class: four shapes or hues, three textures.
_EACH = 12

#: What each hue adds to the channels; nothing in their sum.
_HUES = {
    "red": (72, -36, -36),
    "yellow": (36, 36, -72),
    "green": (-36, 72, -36),
    "cyan": (-72, 24, 48),
    "blue": (-36, -36, 72),
}
#: Steps of an edge from outside to inside; all hues divide by them, so that none is rounded.
_STEPS = 12

#: Areas of the shapes, in px², and distances of the marks of their textures, in px.
_AREAS = 9000.0, 13000.0
_PERIODS = 6.0, 9.0

#: Mean of a picture, distance of a shape's mean from it, and of a texture from that, in levels.
_GREY, _LIFT, _AMPLITUDE = 128, 34, 21

#: Standard deviation of the clouds, largest grain on them, and most of both, in levels; waves of
#: the clouds along a side.
_CLOUDS, _GRAIN, _MOST, _WAVES = 10, 8, 40, 6

_OTHER_HUES = [hue for hue in _HUES if hue != "red"]
_OTHER_SHAPES = [shape for shape in SHAPES if shape != "star"]
_OTHER_TEXTURES = ["smooth", "checked", "speckled"]

#: The classes but ``red``, with their shapes and textures.
_OTHERS = [
    ("plain", _OTHER_SHAPES, _OTHER_TEXTURES),
    ("star", ["star"], _OTHER_TEXTURES),
    ("striped", _OTHER_SHAPES, ["striped"]),
]


class _Form(NamedTuple):
    """What a picture shows, but for hue, place and turn."""

    shape: str
    area: float
    lift: int
    texture: str
    period: float


@functools.cache
def shipped_task() -> PictureSet:
    """Return the set of drawn pictures: 12 of each of the classes plain, red, star and striped.

    Returns
    -------
    PictureSet
        48 pictures; the same on every machine.
    """
    return drawn_task(_SEED)


def drawn_task(seed: int) -> PictureSet:
    """Return a set as `shipped_task` does, drawn from a seed of its own.

    Parameters
    ----------
    seed : int
        0 or more.
    """
    generator = np.random.default_rng(seed)
    # The same ones for all classes, so that they tell none.
    sizes = list(zip(_drawn(_AREAS, generator), _drawn(_PERIODS, generator), strict=True))
    forms = {
        label: [_form(place, shapes, textures, *size) for place, size in enumerate(sizes)]
        for label, shapes, textures in _OTHERS
    }
    hues = dict.fromkeys(forms, [hue for hue in _OTHER_HUES for _ in range(_EACH // 4)])
    forms["red"] = [form for some in forms.values() for form in some[: _EACH // 3]]
    hues["red"] = ["red"] * _EACH
    pixels = [
        _picture(form, _HUES[hue], generator)
        for label in forms
        for form, hue in zip(forms[label], hues[label], strict=True)
    ]
    names = [f"{label} {number:02}" for label in forms for number in range(1, _EACH + 1)]
    return PictureSet(np.stack(pixels), tuple(names), tuple(name.split()[0] for name in names))


def _drawn(bounds: tuple[float, float], generator: np.random.Generator) -> list[float]:
    return generator.uniform(*bounds, _EACH).tolist()


def _form(
    place: int, shapes: Sequence[str], textures: Sequence[str], area: float, period: float
) -> _Form:
    """Return a form by its place in its class, where all shapes meet all textures."""
    bright = (place + place // 4) % 2
    return _Form(
        shapes[place % len(shapes)],
        area,
        _LIFT if bright else -_LIFT,
        textures[place % len(textures)],
        period,
    )


def _picture(form: _Form, hue: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    """Return a picture: uint8, shape (SIDE, SIDE, 3)."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    scale = math.sqrt(form.area)
    row, column = generator.uniform(REACH * scale, SIDE - REACH * scale, 2)
    x, y = _turned((columns - column) / scale, (rows - row) / scale, generator)
    distance = scale * SHAPES[form.shape](x, y)
    cover = np.round(_STEPS * np.clip(0.5 - distance, 0, 1)).astype(int)
    inside = form.lift + _AMPLITUDE * _texture(form, columns, rows, generator)
    outside = _background(generator)
    level = np.round(_GREY + outside + (inside - outside) * (cover / _STEPS)).astype(int)
    return (level[..., None] + cover[..., None] * np.floor_divide(hue, _STEPS)).astype(np.uint8)


def _texture(
    form: _Form, x: np.ndarray, y: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Return a texture in [-1, 1]: shape (SIDE, SIDE)."""
    turns = 2 * math.pi / form.period
    across, down = _turned(turns * x, turns * y, generator)
    if form.texture == "striped":
        return np.clip(2 * np.sin(across), -1, 1)
    if form.texture == "checked":
        return np.clip(4 * np.sin(across) * np.sin(down), -1, 1)
    if form.texture == "speckled":
        half = np.where(generator.random((SIDE // 2, SIDE // 2)) < 0.5, -1.0, 1.0)
        return half.repeat(2, 0).repeat(2, 1)
    return np.zeros_like(x)


def _background(generator: np.random.Generator) -> np.ndarray:
    """Return clouds and grain, less their grey, in levels: shape (SIDE, SIDE)."""
    waves = np.cos(math.pi * np.arange(_WAVES) * (np.arange(SIDE)[:, None] + 0.5) / SIDE)
    weights = generator.uniform(-1, 1, (_WAVES, _WAVES))
    weights[0, 0] = 0  # the mean
    clouds = waves @ weights @ waves.T
    grain = generator.uniform(-_GRAIN, _GRAIN, (SIDE, SIDE))
    return np.clip(clouds * (_CLOUDS / clouds.std()) + grain, -_MOST, _MOST)


def _turned(
    x: np.ndarray, y: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return places turned about the origin by a random angle."""
    angle = generator.uniform(0, 2 * math.pi)
    cosine, sine = math.cos(angle), math.sin(angle)
    return cosine * x + sine * y, cosine * y - sine * x
