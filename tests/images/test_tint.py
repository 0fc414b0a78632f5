import numpy as np
import pytest

from dreamlab.images.tint import colour_error


def test_colour_error_by_hand():
    grey = np.full((2, 3, 3), 100, np.uint8)
    tinted = grey.copy()
    tinted[0, 0] = 130, 100, 100
    # Less its mean of 10, the difference of that pixel is 20, -10, -10; the others have none.
    expected = ((400 + 100 + 100) / 18) ** 0.5 * 2 / 255
    assert colour_error(tinted, grey) == pytest.approx(expected)
    assert colour_error(grey, tinted) == pytest.approx(expected)


def test_brightness_is_no_colour():
    dark, bright = (np.full((2, 2, 3), level, np.uint8) for level in (10, 250))
    assert colour_error(dark, bright) == 0
