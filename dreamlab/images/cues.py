"""Cues: what a picture shows, each taken away or changed in three strengths."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import permutations
from types import MappingProxyType
from typing import Any

import numpy as np

from dreamlab.images.filters import bilateral, blurred, high_pass, low_pass, phases_scrambled

#: What the cues are of, in words. Noise is none of them: it shows the error of the figures.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "colour": "colour",
        "texture": "fine texture",
        "shape": "global shape",
        "place": "place",
        "noise": "noise",
    }
)


@dataclass(frozen=True)
class Cue:
    """A cue, and how a picture loses it.

    Parameters
    ----------
    label : str
        Its name in words.
    group : str
        Key in `GROUPS`.
    change : callable
        ``change(image, strength, generator)`` returns the picture changed.
    strengths : mapping of str to object
        The three strengths by their names in words, weakest first.
    drawn : bool
        Whether chance is in it, so that each draw is another picture.
    """

    label: str
    group: str
    change: Callable[[np.ndarray, Any, np.random.Generator], np.ndarray]
    strengths: Mapping[str, Any]
    drawn: bool = False

    def applied(
        self, image: np.ndarray, strength: str, generator: np.random.Generator
    ) -> np.ndarray:
        """Return a picture changed: float32, shape (H, W, 3), clipped to [-1, 1].

        Parameters
        ----------
        image : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1].
        strength : str
            Key of the strengths.
        generator : numpy.random.Generator
            Source of randomness; the same for all strengths, so that they differ by it alone.
        """
        changed = self.change(image, self.strengths[strength], generator)
        return np.clip(changed, -1, 1).astype(np.float32, copy=False)


def faded(image: np.ndarray, saturation: float) -> np.ndarray:
    """Return a picture with less colour; at saturation 0 each pixel is the mean of its channels."""
    grey = image.mean(axis=2, keepdims=True)
    return grey + np.float32(saturation) * (image - grey)


def channels_shuffled(
    image: np.ndarray, share: float, generator: np.random.Generator
) -> np.ndarray:
    """Return a picture mixed with itself, the channels in another order; the share is the mix's."""
    orders = list(permutations(range(3)))[1:]
    other = image[..., list(orders[generator.integers(len(orders))])]
    return image + np.float32(share) * (other - image)


def patches_shuffled(image: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """Return a picture cut into equal patches in another order; none stays in its place.

    Pixels that are left over at the right and lower border stay.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3).
    count : int
        Patches a side; fewer where a side has fewer pixels.
    generator : numpy.random.Generator
        Source of randomness.
    """
    down, across = (min(count, side) for side in image.shape[:2])
    height, width = image.shape[0] // down, image.shape[1] // across
    corners = [(row * height, column * width) for row in range(down) for column in range(across)]
    order = generator.permutation(len(corners)).tolist()
    shuffled = image.copy()
    # Each takes the place of the next in a random circle.
    for source, target in zip(order, [*order[1:], *order[:1]], strict=True):
        (top, left), (row, column) = corners[source], corners[target]
        patch = image[top : top + height, left : left + width]
        shuffled[row : row + height, column : column + width] = patch
    return shuffled


def shifted(image: np.ndarray, part: int) -> np.ndarray:
    """Return a picture moved down and right by 1 / `part` of its sides; the rest comes in again."""
    return np.roll(image, [side // part for side in image.shape[:2]], axis=(0, 1))


def rotated(image: np.ndarray, degrees: float) -> np.ndarray:
    """Return a picture turned about its centre, read bilinearly, with its mirror image around it.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3).
    degrees : float
        Angle, clockwise.
    """
    height, width = image.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    rows, columns = rows - (height - 1) / 2, columns - (width - 1) / 2
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    above, below, down = _neighbours(cosine * rows - sine * columns + (height - 1) / 2, height)
    left, right, along = _neighbours(sine * rows + cosine * columns + (width - 1) / 2, width)
    upper = image[above, left] * (1 - along) + image[above, right] * along
    lower = image[below, left] * (1 - along) + image[below, right] * along
    return upper * (1 - down) + lower * down


def _neighbours(at: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pixels before and after places, mirrored at the ends, and the way between."""
    folded = np.mod(at + 0.5, 2 * length)
    folded = np.clip(np.minimum(folded, 2 * length - folded) - 0.5, 0, length - 1)
    before = folded.astype(np.intp)
    way = (folded - before).astype(np.float32)[..., None]
    return before, np.minimum(before + 1, length - 1), way


def noisy(image: np.ndarray, deviation: float, generator: np.random.Generator) -> np.ndarray:
    """Return a picture with Gaussian noise of mean 0 and a standard deviation; not clipped."""
    return image + np.float32(deviation) * generator.standard_normal(image.shape, np.float32)


def _worded(words: str, *values: float) -> Mapping[str, float]:
    return MappingProxyType({words.format(value): value for value in values})


#: All cues by name, in the order of their groups.
CUES: Mapping[str, Cue] = MappingProxyType(
    {
        "greyscale": Cue(
            "greyscale",
            "colour",
            lambda image, saturation, _: faded(image, saturation),
            _worded("saturation {:.0%}", 2 / 3, 1 / 3, 0.0),
        ),
        "channels": Cue(
            "channel shuffle",
            "colour",
            channels_shuffled,
            _worded("{:.0%} shuffled", 1 / 3, 2 / 3, 1.0),
            drawn=True,
        ),
        "bilateral": Cue(
            "bilateral filter",
            "texture",
            lambda image, tolerance, _: bilateral(image, tolerance),
            _worded("tolerance {:g}", 0.1, 0.2, 0.4),
        ),
        "blur": Cue(
            "blur",
            "texture",
            lambda image, deviation, _: blurred(image, deviation),
            _worded("σ {:g} px", 1.0, 2.0, 4.0),
        ),
        "low_pass": Cue(
            "low pass",
            "texture",
            lambda image, period, _: low_pass(image, period),
            _worded("waves over {:g} px", 4.0, 8.0, 16.0),
        ),
        "patches": Cue(
            "patch shuffle",
            "shape",
            patches_shuffled,
            _worded("{0} x {0} patches", 2, 4, 8),
            drawn=True,
        ),
        "phase": Cue(
            "phase scrambling",
            "shape",
            phases_scrambled,
            _worded("{:.0%} scrambled", 1 / 3, 2 / 3, 1.0),
            drawn=True,
        ),
        "high_pass": Cue(
            "high pass",
            "shape",
            lambda image, period, _: high_pass(image, period),
            _worded("waves under {:g} px", 64.0, 32.0, 16.0),
        ),
        "shift": Cue(
            "shift",
            "place",
            lambda image, part, _: shifted(image, part),
            _worded("1/{} of the sides, wrapped around", 16, 8, 4),
        ),
        "rotation": Cue(
            "rotation",
            "place",
            lambda image, degrees, _: rotated(image, degrees),
            _worded("{:g} degrees, mirrored at the border", 5.0, 15.0, 45.0),
        ),
        "mirror": Cue(
            "mirror",
            "place",
            lambda image, axes, _: np.flip(image, axes),
            MappingProxyType({"left to right": (1,), "top to bottom": (0,), "both": (0, 1)}),
        ),
        "noise": Cue(
            "noise",
            "noise",
            noisy,
            _worded("deviation {:g}", 0.05, 0.1, 0.2),
            drawn=True,
        ),
    }
)
