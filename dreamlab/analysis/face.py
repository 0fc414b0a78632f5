"""The picture that stands for an analysis among the others."""

import numpy as np

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.catalogue import named
from dreamlab.analysis.cells import cells
from dreamlab.images import Picture, Shape, resize_pixels
from dreamlab.report.heat import heat

#: Size of the picture, in pixels; its quarters have the proportions of a photograph.
_SHAPE = Shape(320, 480)


def face(findings: AnalysisData) -> Picture:
    """Return the heat map that the analysis names for it, else four of its pictures."""
    wanted = named(findings.analysis).face
    for table in named(findings.analysis).tables(findings):
        if table.name == wanted:
            return Picture(_scaled(heat(table)))
    return Picture(_mosaic(findings))


def _mosaic(findings: AnalysisData) -> np.ndarray:
    found = [
        [item.picture.pixels for item in cell if item.picture is not None]
        for cell in cells(findings)
    ]
    # Of cells with several pictures two, one above the other; of single ones four.
    several = max(map(len, found)) > 1
    places = np.linspace(0, len(found) - 1, 2 if several else 4).round().astype(int)
    chosen = [found[place] for place in places]
    if several:
        columns = [[members[0], members[-1]] for members in chosen]
    else:
        columns = [[chosen[0][0], chosen[2][0]], [chosen[1][0], chosen[3][0]]]
    half = Shape(_SHAPE.height // 2, _SHAPE.width // 2)
    return np.hstack([np.vstack([_cut(part, half) for part in column]) for column in columns])


def _cut(pixels: np.ndarray, shape: Shape) -> np.ndarray:
    """Return the middle of a picture, in the proportions of a shape, scaled to it."""
    height, width = pixels.shape[:2]
    tall = min(height, width * shape.height // shape.width)
    wide = min(width, height * shape.width // shape.height)
    top, left = (height - tall) // 2, (width - wide) // 2
    return resize_pixels(pixels[top : top + tall, left : left + wide], *shape)


def _scaled(pixels: np.ndarray) -> np.ndarray:
    """Return a heat map with a cell as a patch of one colour."""
    rows, columns = (
        np.arange(wanted) * side // wanted
        for wanted, side in zip(_SHAPE, pixels.shape[:2], strict=True)
    )
    return pixels[np.ix_(rows, columns)]
