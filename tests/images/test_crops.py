"""The crops that a classifier is shown, against Pillow's scaling of the whole picture."""

import numpy as np
import pytest
from PIL import Image

from dreamlab.images.crops import crops


def pixels(height, width):
    """Noise in the middle shades: beyond black and white the order of Pillow's passes shows."""
    return np.random.default_rng(0).integers(90, 160, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("height", "width", "scaled"),
    [
        (300, 451, (256, 385)),  # 451 * 256 / 300 = 384.85
        (500, 320, (400, 256)),
        (64, 64, (256, 256)),
        (256, 1000, (256, 1000)),
    ],
)
def test_they_are_cut_from_the_scaled_picture(height, width, scaled):
    picture = pixels(height, width)
    size = scaled[::-1]
    whole = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))
    down, right = scaled[0] - 224, scaled[1] - 224
    places = [(round(down / 2), round(right / 2)), (0, 0), (0, right), (down, 0), (down, right)]
    expected = np.stack([whole[top : top + 224, left : left + 224] for top, left in places])
    found = crops(picture)
    assert found.dtype == np.uint8 and found.shape == (5, 224, 224, 3)
    assert np.abs(found.astype(int) - expected).max() <= 2  # each pass of Pillow's rounds


def test_a_strip_is_never_scaled_whole():
    # Its short side at 256 px would make it 4 megapixels long, and 3 GB.
    strip = np.zeros((2, 32_768, 3), np.uint8)
    strip[:, -1] = 255
    found = crops(strip)
    assert not found[0].any() and not found[1].any()
    assert found[2][:, -1].min() > 200  # top right
