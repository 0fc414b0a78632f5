import numpy as np
import pytest

from dreamlab.analysis.gradients import balance, gradient_statistics
from dreamlab.errors import DreamError


def test_gradient_statistics_by_hand():
    first = np.float32([[[3, 0, 0]], [[0, 4, 0]]])
    second = np.float32([[[-3, 0, 0]], [[0, 0, 0]]])
    statistics = gradient_statistics({"a": first, "b": second, "still": np.zeros_like(first)})
    assert statistics["norms"] == {"a": 5.0, "b": 3.0, "still": 0.0}
    assert statistics["cosines"][0][1] == statistics["cosines"][1][0] == pytest.approx(-0.6)
    assert statistics["cosines"][0][0] == pytest.approx(1.0)
    assert statistics["cosines"][2] == [None, None, None]


def test_balance_by_hand():
    norms = [{"a": 1.0, "b": 4.0, "off": 0.0}, {"a": 4.0, "b": 16.0, "off": 0.0}]
    # Geometric means are 2 and 8: 2/2 = 1 and -4/8 = -1/2, then scaled by 6 / 1.5.
    balanced = balance({"a": 2.0, "b": -4.0, "off": 0.0}, norms)
    assert balanced == pytest.approx({"a": 4.0, "b": -2.0, "off": 0.0})
    with pytest.raises(DreamError, match="0 steps"):
        balance({"a": 1.0}, [])
    # A layer that never pulled has no balanced weight, and its own counts for nothing.
    balanced = balance({"a": 2.0, "b": -4.0, "off": 7.0}, norms)
    assert balanced == {"a": pytest.approx(4.0), "b": pytest.approx(-2.0), "off": None}
    assert balance({"off": 7.0, "a": 0.0}, norms) == {"off": None, "a": 0.0}
