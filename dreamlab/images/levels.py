"""Which numbers are black and white in a picture whose file does not say so."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

#: How far beyond black and white a float picture's values may be, in parts of the range: sharpening
#: and scaling overshoot a little.
_OVERSHOOT = 0.1

#: Part of a range that a picture fills if the range is its own.
_FILLED = 0.25


class Levels(NamedTuple):
    """The numbers that are black and white.

    Parameters
    ----------
    black, white : float
        The numbers; values beyond them are clipped.
    stretched : bool
        Whether they are the picture's lowest and highest value, for want of a known range.
    """

    black: float
    white: float
    stretched: bool = False

    def note(self, *, inverted: bool = False) -> list[str]:
        """Return what the stretching does to a picture, as the end of a sentence about it."""
        if not self.stretched:
            return []
        low, high = ("white", "black") if inverted else ("black", "white")
        return [
            f"does not say which of its values is white: its lowest, {self.black:.4g}, is {low} "
            f"and its highest, {self.white:.4g}, {high}"
        ]

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return numbers as float64 from 0, black, to 1, white. What is no number is black."""
        if values.dtype.kind == "f":
            values = np.nan_to_num(
                values.astype(np.float64), nan=self.black, posinf=self.white, neginf=self.black
            )
        # The values are halved first, as their difference may exceed the largest float.
        span = self.white / 2 - self.black / 2
        return np.clip((values / 2 - self.black / 2) / (span or 1.0), 0, 1)


def levels(kind: str, bits: int, low: float, high: float) -> Levels:
    """Return the levels of numbers of a type, from the range that they fill.

    Parameters
    ----------
    kind : str
        NumPy's code of the type: ``"u"``, ``"i"`` or ``"f"``.
    bits : int
        Bits of the type.
    low, high : float
        The lowest and the highest value; both 0 if there is none.

    Returns
    -------
    Levels
        Unsigned numbers up to 16 bits fill their type. For others the range is 0 to 1 (floats
        alone), 255, 65,535 or the type's, the first that the values fill by a quarter and do not
        exceed. Signed numbers with negative ones among them fill their type if they span a quarter
        of it. Else the values are stretched.
    """
    if kind == "u" and bits <= 16:
        return Levels(0, 2**bits - 1)
    if kind == "f":
        if -_OVERSHOOT <= low and high <= 1 + _OVERSHOOT:
            return Levels(0, 1)
        whites, slack = [255, 65535], _OVERSHOOT
    else:
        largest = 2 ** (bits - (kind == "i")) - 1
        whites, slack = [white for white in (255, 65535) if white < largest] + [largest], 0
    for white in whites:
        if -slack * white <= low and white * _FILLED <= high <= white * (1 + slack):
            return Levels(0, white)
    if kind == "i" and low < 0 and high - low >= _FILLED * 2**bits:
        return Levels(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return Levels(low, high, stretched=True)


def levels_of_depth(depth: int, parts: Iterable[np.ndarray]) -> Levels:
    """Return the levels of 16-bit numbers of which a PNG says how many bits are significant.

    Those are the highest by rule, and change nothing. They are the lowest where no number exceeds
    them, and their copies below, which the rule demands, are not there.

    Parameters
    ----------
    depth : int
        The significant bits.
    parts : iterable of numpy.ndarray
        All numbers, uint16, in arrays of any shape.
    """
    full = Levels(0, 65535)
    if not 1 <= depth < 16:
        return full
    copied = True
    for values in parts:
        if values.max() >= 2**depth:
            return full
        kept = values >> 16 - depth << 16 - depth
        copied = copied and bool(((values == kept) | (values == kept | values >> depth)).all())
    return full if copied else Levels(0, 2**depth - 1)
