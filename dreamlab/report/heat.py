"""The colours of heat maps, and a heat map as a picture."""

import math

import numpy as np

from dreamlab.report.table import Table

#: Grey of a cell without a figure.
_NOTHING = (226, 226, 226)


def warmth(figure: float, drawn: str) -> float:
    """Return the colour value of a heat map cell: -1 (blue), 0 (white) to 1 (red).

    A ratio counts by its decimal logarithm: 10 gives 1, and 0.1 gives -1.
    """
    if drawn in ("cosines", "shares"):
        return max(-1.0, min(1.0, figure))
    return max(-1.0, min(1.0, math.log10(figure))) if figure > 0 else -1.0


def colour(figure: float, drawn: str) -> tuple[int, int, int]:
    """Return the colour of a heat map cell, red, green and blue in 0 to 255."""
    heat = warmth(figure, drawn)
    fade = round(255 * (1 - 0.65 * abs(heat)))
    return (255, fade, fade) if heat >= 0 else (fade, fade, 255)


def heat(table: Table, side: int = 1) -> np.ndarray:
    """Return a heat map as a picture, uint8, with `side` pixels a cell down and across."""
    cells = [
        [_NOTHING if figure is None else colour(figure, table.drawn) for figure in figures]
        for _, *figures in table.rows
    ]
    return np.array(cells, np.uint8).repeat(side, axis=0).repeat(side, axis=1)
