"""A cancelled run that is resumed ends as one that was never cancelled, at odd sizes too."""

import numpy as np
import pytest

from dreamlab.analysis.run import analyse
from tests.support.drawn_sets import half_told
from tests.support.tiny import picture, wide_network

RUNS = {
    "profile": {"cues": ["greyscale", "patches", "mirror"]},
    "where": {"positions": 3},
    "grid": {"octaves": 2, "most_steps": 4},
    "inversion": {"steps": 3, "draws": 2},
    "caricature": {"steps": 4},
    "channels": {"layer": "third", "count": 3, "steps": 3, "side": 33, "negative": True},
    "similarity": {"crops": 64, "side": 33},
    "separability": {"max_side": 33},
    "examples": {"layer": "third", "max_side": 33, "grown": False},
}

#: What is looked at in place of a picture.
GIVEN = {"similarity": None, "separability": half_told(), "examples": half_told()}


@pytest.fixture(scope="module")
def network():
    return wide_network()


@pytest.mark.parametrize("name", RUNS)
def test_a_resumed_run_has_the_items_of_an_uninterrupted_one(name, network):
    image = GIVEN.get(name, picture(61, 47))
    steps = []

    def run(most=None, **more):
        steps.clear()
        return analyse(
            name,
            image,
            network,
            on_step=lambda step: steps.append(step) or len(steps) != most,
            precision="float32",
            **RUNS[name] | more,
        )

    whole = run()
    assert whole.complete
    _assert_same(run().items, whole.items)  # its steps count: what is kept takes fewer
    places = [at for at, step in enumerate(steps, 1) if step.item is not None]
    between = max(at for at, step in enumerate(steps, 1) if step.item is None)
    for most in {places[0], places[len(places) // 2], between}:
        cancelled = run(most)
        assert not cancelled.complete
        resumed = run(resume_from=cancelled.items)
        assert resumed.complete
        _assert_same(resumed.items, whole.items)
    _assert_same(run(resume_from=whole.items[1::2]).items, whole.items)


def _assert_same(items, others):
    assert [item.key for item in items] == [item.key for item in others]
    for item, other in zip(items, others, strict=True):
        assert item == other
        assert item.arrays.keys() == other.arrays.keys()
        for name, array in item.arrays.items():
            np.testing.assert_array_equal(array, other.arrays[name])
