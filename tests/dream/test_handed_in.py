"""The engine reads no environment: whoever calls it hands in how much memory it may take."""

import psutil
import pytest

import dreamlab.dream.run
from dreamlab.analysis import ANALYSES
from dreamlab.analysis.kept import DREAMS
from dreamlab.analysis.run import analyse
from dreamlab.comparison.compare import compare
from dreamlab.config import DreamConfig
from dreamlab.results.record import record
from tests.support.tiny import picture, tiny_network

CONFIG = DreamConfig(layers={"second": 1.0}, octaves=1, iterations=1, precision="float32")

#: Settings of a short run of each analysis that dreams.
SHORT = {
    "atlas": {"layers": ["second"], "amount": 0.01},
    "excitation": {"layers": ["second"], "amount": 0.01},
    "attribution": {"layers": {"first": 1.0, "second": 1.0}, "octaves": 1, "iterations": 1},
    "grid": {"layers": ["second"], "octaves": 2, "amount": 0.01},
    "robustness": {"layers": ["second"], "gaussian": [0.1], "salt_pepper": [], "iterations": 1},
}

CALLS = {
    "record": lambda *where, **more: record(where[0], CONFIG, where[1], **more),
    "compare": lambda *where, **more: compare(where[0], {"a": CONFIG}, where[1], **more),
    **{
        name: lambda *where, name=name, values=values, **more: analyse(
            name, *where, precision="float32", **values, **more
        )
        for name, values in SHORT.items()
    },
}


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def test_every_analysis_that_dreams_is_here():
    still = {"channels", "where", "inversion", "caricature", "profile", "similarity"}
    of_sets = {"separability", "examples"}
    assert set(SHORT) == set(ANALYSES) - still - of_sets


@pytest.mark.parametrize("call", CALLS)
def test_a_misspelt_variable_breaks_no_library_call(network, monkeypatch, call):
    monkeypatch.setenv("DREAMLAB_WAITNG", "3")
    CALLS[call](picture(40, 50), network)


@pytest.mark.parametrize("call", CALLS)
def test_the_memory_that_is_handed_in_reaches_the_dream(network, monkeypatch, call):
    memories = []
    DREAMS.clear()  # else the atlas has dreamt for the excitation matrix

    def spied(real):
        def spy(*arguments, memory=None, **options):
            memories.append(memory)
            return real(*arguments, memory=memory, **options)

        return spy

    for module, name in ((dreamlab.dream, "dream"), (dreamlab.dream.run, "attempts")):
        monkeypatch.setattr(module, name, spied(getattr(module, name)))
    CALLS[call](picture(40, 50), network, memory=1234.0)
    assert memories and set(memories) == {1234.0}


def test_the_variable_does_not_matter_and_the_memory_does(network, monkeypatch):
    monkeypatch.setenv("DREAMLAB_MEMORY", "1")
    image, process = picture(40, 50), psutil.Process().memory_info().rss / 1e6
    (little,) = dreamlab.dream.dream(image, network, CONFIG, starts=True, memory=1)
    assert little.start.memory_budget == 256e6
    (much,) = dreamlab.dream.dream(image, network, CONFIG, starts=True, memory=process + 2000)
    assert much.start.memory_budget > 1e9
