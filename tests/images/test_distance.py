import math

import numpy as np
import pytest

from dreamlab.images.distance import distance, line_search


def test_a_picture_is_halted_at_the_amount_by_hand():
    start = np.zeros((1, 1, 3), np.float32)
    before = np.full_like(start, 0.1)
    after = np.full_like(start, 0.3)
    assert line_search(start, before, after, 0.15) == pytest.approx(0.25, abs=1e-5)
    # A way that turns: from (.3, 0, 0) towards (.3, .8, 0), the length is .5 at (.3, .4, 0).
    before, after = np.float32([[[0.3, 0, 0]]]), np.float32([[[0.3, 0.8, 0]]])
    assert line_search(start, before, after, 0.5 / math.sqrt(3)) == pytest.approx(0.5, abs=1e-5)
    # One that leaves the range: what is white already does not get whiter, so the rest goes .3.
    start = np.float32([[[1, 0, 0]]])
    after = np.float32([[[2, 0.6, 0]]])
    assert line_search(start, start, after, 0.3 / math.sqrt(3)) == pytest.approx(0.5, abs=1e-5)


def test_what_is_out_of_range_does_not_count_as_moved():
    white = np.ones((2, 2, 3), np.float32)
    assert distance(1.5 * white, white) == 0
    assert distance(-1.5 * white, white) == 2
