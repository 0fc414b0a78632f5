"""Which number format and which way of convolutions are taken, and when they are measured."""

import importlib.machinery
import importlib.util
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream import arithmetic as module
from dreamlab.dream import dream
from dreamlab.dream import precision as formats
from dreamlab.dream.arithmetic import arithmetic, winograd_speed_up
from dreamlab.errors import DreamError
from tests.support.tiny import picture, tiny_network

STAND_INS = ("dreamlab.models.fast_layers", "dreamlab.models.acceleration")

CACHES = (winograd_speed_up, formats.fastest, formats.speed_up)


@pytest.fixture(autouse=True)
def _measured_anew():
    for cached in CACHES:
        cached.cache_clear()
    yield
    for cached in CACHES:
        cached.cache_clear()


@pytest.mark.parametrize(
    ("rounded", "winograd", "expected"),
    [
        (5.0, 2.0, ("bfloat16", "direct")),
        (2.7, 2.0, ("bfloat16", "direct")),
        (2.5, 2.0, ("float32", "winograd")),  # bfloat16 is faster, and not clearly so
        (5.0, 0.0, ("bfloat16", "direct")),
        (1.4, 1.1, ("bfloat16", "direct")),
        (0.5, 2.0, ("float32", "winograd")),
        (0.5, 1.1, ("float32", "direct")),
        (1.2, 0.0, ("float32", "direct")),
    ],
)
def test_auto_takes_what_is_clearly_the_fastest(monkeypatch, rounded, winograd, expected):
    monkeypatch.setattr(formats, "speed_up", lambda: rounded)
    monkeypatch.setattr(module, "winograd_speed_up", lambda: winograd)
    assert arithmetic("auto", "auto") == expected
    assert arithmetic("auto") == expected


@pytest.mark.parametrize(("winograd", "way"), [(2.0, "winograd"), (1.1, "direct")])
def test_what_is_asked_for_is_taken(monkeypatch, winograd, way):
    monkeypatch.setattr(formats, "speed_up", lambda: 9.0)
    monkeypatch.setattr(module, "winograd_speed_up", lambda: winograd)
    assert arithmetic("float32", "auto") == ("float32", way)
    assert arithmetic("float32", "direct") == ("float32", "direct")
    assert arithmetic("bfloat16", "auto") == ("bfloat16", "direct")
    assert arithmetic("auto", "direct") == ("bfloat16", "direct")
    assert arithmetic("auto", "winograd") == ("float32", "winograd")


def test_winograd_in_bfloat16_is_a_sentence():
    with pytest.raises(DreamError, match="computes in float32, and precision is bfloat16; choose"):
        arithmetic("bfloat16", "winograd")


def test_nothing_is_measured_for_what_is_asked_for(monkeypatch):
    def measured():
        raise AssertionError("measured")

    monkeypatch.setattr(formats, "speed_up", measured)
    monkeypatch.setattr(module, "winograd_speed_up", measured)
    for precision, convolution in (
        ("float32", "direct"),
        ("float32", "winograd"),
        ("bfloat16", "direct"),
        ("bfloat16", "auto"),
        ("auto", "winograd"),
    ):
        arithmetic(precision, convolution)


def test_it_is_measured_in_turns_and_once(monkeypatch):
    turns = []
    direct, winograd = iter([8.0, 3.0]), iter([1.0, 2.0, 0.5, 9.0])
    monkeypatch.setattr(formats, "seconds", lambda dtype: turns.append(dtype.name) or next(direct))
    monkeypatch.setattr(
        module, "_seconds", lambda *sample: turns.append("winograd") or next(winograd)
    )
    # The best round of each: 3 of the direct way, 1 + 2 of Winograd's two samples.
    assert winograd_speed_up() == 1.0
    assert turns == ["float32", "winograd", "winograd"] * 2
    assert winograd_speed_up() == 1.0
    assert len(turns) == 6


def test_the_best_run_of_a_convolution_counts_without_the_first(monkeypatch):
    class Slow:
        def forward(self, image, following):
            return image, None

        def gradient(self, upstream, marks, size, following):
            return upstream

    clock = iter([at for seconds in (5.0, 2.0, 3.0, 4.0) for at in (10.0, 10.0 + seconds)])
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert module._seconds(Slow(), np.zeros((1, 1, 1, 1))) == 2.0


@pytest.fixture
def numba_missing(monkeypatch):
    """Importing Numba, and what needs it, fails as where it is not installed."""
    for name in list(sys.modules):
        if name.startswith("dreamlab.kernels") or name in STAND_INS:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numba", None)


def test_without_numba_auto_is_direct(numba_missing):
    assert winograd_speed_up() == 0
    assert arithmetic("float32") == ("float32", "direct")


def test_without_numba_winograd_is_a_sentence(numba_missing):
    config = DreamConfig(layers={"third": 1}, convolution="winograd")
    with pytest.raises(DreamError, match=r"need Numba, and numba is not .*'dreamlab\[cpu\]'"):
        dream(picture(20, 20), tiny_network(), config)


def test_a_numba_that_cannot_be_imported_leaves_auto_direct(numba_missing, monkeypatch):
    spec = importlib.machinery.ModuleSpec("numba", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(
        DreamError, match="Numba, which cannot be imported .*: install another version"
    ):
        importlib.import_module("dreamlab.kernels")
    assert winograd_speed_up() == 0


def test_it_is_really_measured():
    assert 0.1 < winograd_speed_up() < 50


@pytest.mark.parametrize("much", [True, False])
def test_kernels_are_measured_as_they_will_be_used(monkeypatch, much):
    from dreamlab.kernels import Convolution

    kept = []
    monkeypatch.setattr(module, "has_much_memory", lambda: much)
    monkeypatch.setattr(module, "_seconds", lambda *sample: 1.0)
    monkeypatch.setattr(Convolution, "keep_transformed", lambda self, keep: kept.append(keep))
    winograd_speed_up()
    assert set(kept) == {much}
