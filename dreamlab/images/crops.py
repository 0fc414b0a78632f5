"""The crops of a picture that a classifier is shown."""

import numpy as np
from PIL import Image

#: Side of a crop, and the short side of the picture that it is cut from, in pixels.
CROP_SIDE, SHORT_SIDE = 224, 256


def crops(pixels: np.ndarray) -> np.ndarray:
    """Return the centre and the corners of a picture whose short side is scaled to 256 px.

    Scaling is bicubic, as where networks are tested on ImageNet. Each crop is scaled by itself, so
    that a long strip of a picture never becomes a huge one.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (H, W, 3).

    Returns
    -------
    numpy.ndarray
        uint8, shape (5, 224, 224, 3): the centre, then top left, top right,
        bottom left and bottom right.
    """
    image = Image.fromarray(pixels)
    scale = SHORT_SIDE / min(image.size)
    width, height = (round(side * scale) for side in image.size)
    right, down = width - CROP_SIDE, height - CROP_SIDE
    places = [(round(right / 2), round(down / 2)), (0, 0), (right, 0), (0, down), (right, down)]
    across, along = image.width / width, image.height / height
    parts = []
    for left, top in places:
        edges = left * across, top * along, (left + CROP_SIDE) * across, (top + CROP_SIDE) * along
        part = image.resize((CROP_SIDE, CROP_SIDE), Image.Resampling.BICUBIC, box=edges)
        parts.append(np.asarray(part))
    return np.stack(parts)
