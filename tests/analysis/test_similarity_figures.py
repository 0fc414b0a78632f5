"""The figures of similar layers, by hand."""

import numpy as np

from dreamlab.analysis.similarity_figures import Figures, items

NAN = np.nan


def figures(halves):
    """Of two layers of one network whose CKA is 0.5, over all pictures."""
    alike = np.array([[1, 0.5], [0.5, 1]])
    return Figures(alike, None, None, np.array(halves, float), np.full((4, 2, 2), 0.1))


def test_halves_that_a_layer_finds_all_the_same_count_as_like_no_other():
    nothing, usual = [[NAN, NAN], [NAN, 1]], [[1, 0.5], [0.5, 1]]
    first, second = items("ab", "", "ab", figures([nothing, nothing, usual, usual]), 64)
    for item, partner in ((first, "b"), (second, "a")):
        assert item.values["partner"] == partner
        assert (item.values["low"], item.values["high"]) == (0, 0.5)
        assert item.values["stays"] == 0.5
        assert item.values["chance"] == 0.1
