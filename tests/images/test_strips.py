import numpy as np
import pytest
from PIL import Image

from dreamlab.images.strips import strips


@pytest.mark.parametrize("pixels", [1, 10, 35, 70, 1000])
@pytest.mark.parametrize("multiple", [1, 3, 50])
def test_strips_are_the_picture(pixels, multiple):
    values = np.arange(7 * 10, dtype=np.uint8).reshape(10, 7)
    tops, parts = zip(*strips(Image.fromarray(values), pixels, multiple=multiple), strict=True)
    assert np.array_equal(np.concatenate([np.asarray(part) for part in parts]), values)
    heights = [part.height for part in parts]
    assert list(tops) == np.cumsum([0, *heights[:-1]]).tolist()
    assert all(height % multiple == 0 for height in heights[:-1])
    assert max(heights) <= max(multiple, pixels // 7)
