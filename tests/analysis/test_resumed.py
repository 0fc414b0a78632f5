"""A cancelled run that is resumed ends as one that was never cancelled, at odd sizes too."""

import pytest

from dreamlab.analysis.run import analyse
from tests.support.resumed import assert_resumes
from tests.support.tiny import picture, wide_network

RUNS = {
    "profile": {"cues": ["greyscale", "patches", "mirror"]},
    "where": {"positions": 3},
    "grid": {"octaves": 2, "most_steps": 4},
    "inversion": {"steps": 3, "draws": 2},
    "caricature": {"steps": 4},
    "channels": {"layer": "third", "count": 3, "steps": 3, "side": 33, "negative": True},
    "similarity": {"crops": 64, "side": 33},
}


@pytest.fixture(scope="module")
def network():
    return wide_network()


@pytest.mark.parametrize("name", RUNS)
def test_a_resumed_run_has_the_items_of_an_uninterrupted_one(name, network):
    image = None if name == "similarity" else picture(61, 47)

    def run(**more):
        return analyse(name, image, network, precision="float32", **RUNS[name] | more)

    def cuts(places, last):
        return places[0], places[len(places) // 2], max(set(range(1, last)) - set(places))

    assert_resumes(run, cuts)
