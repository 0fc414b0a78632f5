import threading

import numpy as np
import pytest

from dreamlab.analysis import Item, atlas, named
from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.analysis.kept import DREAMS, Kept
from dreamlab.analysis.run import analyse
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from tests.support.tiny import picture, tiny_network


@pytest.fixture(autouse=True)
def nothing_kept():
    DREAMS.clear()
    yield
    DREAMS.clear()


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


@pytest.fixture
def dreamt(monkeypatch):
    """The names of the layers that were dreamt, not taken from those that are kept."""
    names, plain = [], atlas._dreamt

    def noted(image, network, layer, *rest):
        names.append(layer.name)
        return plain(image, network, layer, *rest)

    monkeypatch.setattr(atlas, "_dreamt", noted)
    return names


def _item(size=10):
    return Item("a", "a", {}, Picture(np.zeros((size, size, 3), np.uint8)))


def test_the_item_used_least_recently_goes_first():
    kept = Kept(max_bytes=700, seconds=60)
    first, second, third = _item(), _item(), _item()
    kept.put("first", first)
    kept.put("second", second)
    assert kept.get("first") is first
    kept.put("third", third)
    assert kept.get("second") is None
    assert (kept.get("first"), kept.get("third")) == (first, third)
    kept.put("large", _item(100))  # more than all that may be kept
    assert kept.get("large") is None


def test_nothing_is_left_when_the_time_is_over(monkeypatch):
    timers = []

    class Timer(threading.Timer):
        def start(self):
            timers.append(self)

    monkeypatch.setattr(threading, "Timer", Timer)
    kept = Kept(max_bytes=1000, seconds=600)
    kept.put("a", _item())
    kept.put("b", _item())
    (timer,) = timers  # the time of the first item is over for all of them
    assert (timer.interval, timer.daemon) == (600, True)
    timer.function()
    assert kept.get("a") is kept.get("b") is None
    kept.put("c", _item())
    assert len(timers) == 2


def test_the_excitation_matrix_takes_the_dreams_of_the_atlas(network, dreamt):
    image, settings = picture(20, 24), AtlasSettings(amount=0.05, precision="float32")
    first = analyse(named("atlas"), image, network, settings)
    assert dreamt == [item.key for item in first.items]
    second = analyse(named("excitation"), image, network, settings)
    assert len(dreamt) == 4
    for ours, theirs in zip(second.items, first.items, strict=True):
        assert ours.picture == theirs.picture
        assert "ratios" not in theirs.values
        assert ours.values == theirs.values | {"ratios": ours.values["ratios"]}
    # Those of the matrix are the same when it dreams itself.
    DREAMS.clear()
    alone = analyse(named("excitation"), image, network, settings)
    assert alone.items == second.items


@pytest.mark.parametrize(
    "change", ["picture", "network", "amount", "seed", "effort", "precision", "memory"]
)
def test_another_picture_network_or_setting_is_dreamt_anew(network, dreamt, change):
    image, values = picture(20, 24), {"layers": ("first",), "amount": 0.05, "precision": "float32"}
    analyse(named("atlas"), image, network, **values)
    memory = 500 if change == "memory" else None
    if change == "picture":
        image = picture(20, 24, seed=1)
    if change == "network":  # of the same name, and with no weights of a file
        network = tiny_network(seed=1, smooth=True)
    others = {"amount": 0.06, "seed": 1, "effort": "equal steps", "precision": "auto"}
    if change in others:
        values[change] = others[change]
    analyse(named("atlas"), image, network, memory=memory, **values)
    assert dreamt == ["first", "first"]


def test_other_layers_of_the_same_settings_are_shared(network, dreamt):
    image, values = picture(20, 24), {"amount": 0.05, "precision": "float32"}
    analyse(named("atlas"), image, network, layers=("first", "third"), **values)
    analyse(named("atlas"), image, network, layers=("first", "second"), max_side=200, **values)
    assert dreamt == ["first", "third", "second"]


def test_a_dream_that_was_cancelled_or_failed_is_not_kept(network, dreamt):
    image, values = picture(20, 24), {"layers": ("third",), "effort": "equal steps"}
    part = analyse(named("atlas"), image, network, on_step=lambda step: False, **values)
    assert not part.items

    def fail(step):
        raise DreamError("too large")

    with pytest.raises(DreamError, match="too large"):
        analyse(named("atlas"), image, network, on_step=fail, **values)
    whole = analyse(named("atlas"), image, network, **values)
    assert len(whole.items) == 1
    assert dreamt == ["third"] * 3
