"""Drawn shapes of equal area and equal edge length, each told by the distance from its edge.

What is equal in all of them tells none: neither how much of a picture a shape covers nor how much
edge it has. The square of the edge's length is 30 times the area.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

#: Farthest that a shape reaches from its place, in square roots of its area.
REACH = 0.86

#: A straight band has such an edge at this many widths, by (2 l + 2)² = 30 l.
_LENGTH = (11 + math.sqrt(105)) / 4
#: And a cross at arms of this many widths, by (8 a + 4)² = 30 (4 a + 1).
_ARM = (7 + math.sqrt(105)) / 16

#: From the middle of one tip of a star to the next inner corner, a tenth of a turn.
_TENTH = math.pi / 5


def _star(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Its inner corners lie half as far out as its tips."""
    tip = math.sqrt(1 / (2.5 * math.sin(_TENTH)))
    # Its ten edges are images of the one from the tip at (tip, 0) to the next inner corner.
    angle = np.abs((np.arctan2(x, -y) + _TENTH) % (2 * _TENTH) - _TENTH)
    radius = np.hypot(x, y)
    along, across = radius * np.cos(angle) - tip, radius * np.sin(angle)
    back, out = tip * (1 - math.cos(_TENTH) / 2), tip * math.sin(_TENTH) / 2
    return (along * out + across * back) / math.hypot(back, out)


def _ring(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    width = math.sqrt(1 / 7.5)
    return np.abs(np.hypot(x, y) - 1 / (2 * math.pi * width)) - width / 2


def _horseshoe(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Three quarters of a ring."""
    width = math.sqrt(1 / _LENGTH)
    ring = np.abs(np.hypot(x, y) - width * _LENGTH / (1.5 * math.pi)) - width / 2
    return np.maximum(ring, (x - np.abs(y)) / math.sqrt(2))


def _cross(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    half = math.sqrt(1 / (4 * _ARM + 1)) / 2
    reach = half * (2 * _ARM + 1)
    return np.minimum(_box(x, y, half, reach), _box(x, y, reach, half))


def _tee(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    width = math.sqrt(1 / _LENGTH)
    bar = 3.4 * width
    height = width * (1 + _LENGTH) - bar
    y = y + 0.435  # from the middle of the circle around it to its upper edge
    stem = _box(x, y - height / 2, width / 2, height / 2)
    return np.minimum(_box(x, y - width / 2, bar / 2, width / 2), stem)


def _box(x: np.ndarray, y: np.ndarray, across: float, down: float) -> np.ndarray:
    return np.maximum(np.abs(x) - across, np.abs(y) - down)


#: Distances from the edges of shapes of area 1, negative inside, at places (x, y) about them.
SHAPES: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = MappingProxyType(
    {"star": _star, "ring": _ring, "horseshoe": _horseshoe, "cross": _cross, "tee": _tee}
)
