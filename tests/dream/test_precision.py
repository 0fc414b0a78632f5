from types import SimpleNamespace

import keras
import pytest
import tensorflow as tf

from dreamlab.dream import precision


@pytest.fixture(autouse=True)
def _measured_anew():
    precision.fastest.cache_clear()
    precision.speed_up.cache_clear()
    yield
    precision.fastest.cache_clear()
    precision.speed_up.cache_clear()


@pytest.mark.parametrize(
    ("float32", "bfloat16", "expected"),
    [(1.0, 0.2, "bfloat16"), (1.0, 0.9, "float32"), (1.0, 3.0, "float32")],
)
def test_auto_takes_bfloat16_only_where_it_is_clearly_faster(
    monkeypatch, float32, bfloat16, expected
):
    seconds = {"float32": float32, "bfloat16": bfloat16}
    monkeypatch.setattr(precision, "seconds", lambda dtype: seconds[dtype.name])
    assert precision.resolve("auto") == expected


def test_it_is_measured_once_and_only_for_auto(monkeypatch):
    measured = []
    monkeypatch.setattr(precision, "seconds", lambda dtype: measured.append(dtype) or 1.0)
    assert precision.resolve("float32") == "float32"
    assert precision.resolve("bfloat16") == "bfloat16"
    assert measured == []
    precision.resolve("auto")
    once = list(measured)
    assert {dtype.name for dtype in once} == {"float32", "bfloat16"}
    precision.resolve("auto")
    assert measured == once


def test_a_busy_moment_favours_neither(monkeypatch):
    seconds = {"float32": iter([9.0, 1.0]), "bfloat16": iter([1.2, 7.0])}
    monkeypatch.setattr(precision, "seconds", lambda dtype: next(seconds[dtype.name]))
    assert precision.speed_up() == pytest.approx(1.0 / 1.2)


def test_the_best_run_of_each_sample_counts_in_the_format_that_is_asked_for(monkeypatch):
    taken = [5.0, 2.0, 3.0] + [4.0, 6.0, 1.0]
    clock = iter([at for seconds in taken for at in (100.0, 100.0 + seconds)])
    monkeypatch.setattr(precision, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    formats, convolve = [], tf.nn.conv2d

    def noted(image, *rest):
        formats.append(image.dtype)
        return convolve(image, *rest)

    monkeypatch.setattr(tf.nn, "conv2d", noted)
    assert precision.seconds(tf.bfloat16) == 2.0 + 1.0
    assert formats == [tf.bfloat16] * 2  # each sample is traced once
    assert keras.config.dtype_policy().name == "float32"
