"""A set of pictures with classes, all of one size."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dreamlab.errors import DreamError, listed, shown

#: Most pictures of a set.
MOST_PICTURES = 200

#: Side of its pictures, in pixels.
SIDE = 224


@dataclass(frozen=True, eq=False, repr=False)
class PictureSet:
    """Pictures with classes, which do not change.

    Whatever the order they are given in, they stand in that of their classes, and within a class
    in that of their names.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (n, 224, 224, 3), n from 1 to 200.
    names : tuple of str
        Name of each picture; no two are the same.
    labels : tuple of str
        Class of each picture; all are ``""`` where there are no classes.
    notes : tuple of str
        What was left out or done, in a sentence each.

    Raises
    ------
    DreamError
        If shape or type differ, names or labels are too few or too many, a name stands twice, or
        only some pictures have a class.
    """

    pixels: np.ndarray
    names: tuple[str, ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(self.pixels, self.names, self.labels)
        order = sorted(range(len(self.names)), key=lambda at: (self.labels[at], self.names[at]))
        pixels = self.pixels[order]
        pixels.flags.writeable = False
        ordered = {
            "pixels": pixels,
            "names": tuple(self.names[at] for at in order),
            "labels": tuple(self.labels[at] for at in order),
            "notes": tuple(self.notes),
        }
        for field, value in ordered.items():
            object.__setattr__(self, field, value)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, sorted; empty where there are none."""
        return tuple(sorted(set(self.labels) - {""}))

    @property
    def numbers(self) -> np.ndarray:
        """Place of each picture's class in `classes`, int (n,); -1 where there are none."""
        places = {name: place for place, name in enumerate(self.classes)}
        return np.array([places.get(label, -1) for label in self.labels])

    @property
    def counts(self) -> dict[str, int]:
        """Number of pictures of each class, in the order of `classes`."""
        counted = Counter(self.labels)
        return {name: counted[name] for name in self.classes}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of pixels, names and labels, in hexadecimal."""
        words = json.dumps([self.names, self.labels]).encode()
        hashed = hashlib.sha256(len(words).to_bytes(8) + words)
        hashed.update(np.ascontiguousarray(self.pixels).data)
        return hashed.hexdigest()

    @property
    def nbytes(self) -> int:
        """Bytes that its pixels take."""
        return self.pixels.nbytes

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PictureSet):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    # Names and pixels are a visitor's: neither may show in a log.
    def __repr__(self) -> str:
        return f"<PictureSet: {len(self)} pictures, {len(self.classes)} classes>"


def _check(pixels: np.ndarray, names: tuple[str, ...], labels: tuple[str, ...]) -> None:
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != (SIDE, SIDE, 3):
        raise DreamError(
            f"the set is an array of {pixels.dtype} of shape {pixels.shape}; give uint8 pixels, "
            f"n x {SIDE} x {SIDE} x 3"
        )
    count = len(pixels)
    if not 1 <= count <= MOST_PICTURES:
        raise DreamError(f"the set has {count} pictures; give 1 to {MOST_PICTURES}")
    if not count == len(names) == len(labels):
        raise DreamError(
            f"the set has {count} pictures, {len(names)} names and {len(labels)} labels; give as "
            "many of each"
        )
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise DreamError(f"the name {shown(twice[0])} stands twice in the set; give other names")
    bare = [name for name, label in zip(names, labels, strict=True) if not label]
    if bare and len(bare) < count:
        raise DreamError(
            f"pictures without a class among others: {listed(bare)}; give each a class, or none"
        )
