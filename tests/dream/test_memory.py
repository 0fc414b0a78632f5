import math
import subprocess
import sys
from functools import partial

import keras
import psutil
import pytest

from dreamlab.dream import memory
from dreamlab.dream.memory import budget, bytes_per_pixel, tile_sides
from dreamlab.dream.tiles import exact_tiles
from dreamlab.errors import DreamError
from dreamlab.images import Shape
from dreamlab.models import Network
from dreamlab.models.field import ReceptiveField
from tests.support.tiny import tiny_network


def test_bytes_per_pixel_by_hand():
    network = tiny_network()
    model = network.feature_extractor(["third"], "float32")
    # Maps: first 4, second 5, pooling 5 / 4, third 6 / 4 values a pixel; the widest twice more.
    expected = (4 + 5 + 1.25 + 1.5 + 2 * 5) * 4 * 1.15
    assert bytes_per_pixel(model, network.receptive_fields, "float32") == pytest.approx(expected)


def test_what_is_deeper_than_the_cut_costs_nothing():
    network = tiny_network()
    model = network.feature_extractor(["first"], "float32")
    assert bytes_per_pixel(model, network.receptive_fields, "float32") == pytest.approx(
        (4 + 2 * 4) * 4 * 1.15
    )


def test_bfloat16_takes_a_little_more_than_half():
    network = tiny_network()
    model = network.feature_extractor(["third"], "float32")
    exact, rounded = (
        bytes_per_pixel(model, network.receptive_fields, precision)
        for precision in ("float32", "bfloat16")
    )
    assert exact / 2 < rounded < exact


def test_fast_layers_keep_marks_and_give_back_the_rest():
    # By hand, for a picture of 3 channels: convolutions of 32 and 64, halved, then 32.
    inputs = keras.Input((None, None, 3))
    conv = partial(keras.layers.Conv2D, padding="same", activation="relu")
    maps = conv(32, 3, name="first")(inputs)
    maps = conv(64, 3, name="hidden")(maps)
    maps = keras.layers.MaxPooling2D(2, name="halved")(maps)
    maps = conv(32, 3, name="last")(maps)
    network = Network("fast", keras.Model(inputs, maps), "random")
    model = network.feature_extractor(["last"], "float32", "winograd")
    # The fullest moment is that of "halved", 64 / 4 values a pixel. Kept by then: a bit for each of
    # 32 values and a byte for each of 16. In memory: "first" with 32 floats, and "halved" with 16.
    fullest = 1.1 * (32 / 8 + 16 + 4 * (32 + 16))
    assert bytes_per_pixel(model, network.receptive_fields, "float32") == pytest.approx(fullest)


def test_a_layer_in_the_loss_keeps_its_map():
    inputs = keras.Input((None, None, 3))
    conv = partial(keras.layers.Conv2D, padding="same", activation="relu")
    maps = conv(32, 3, name="first")(inputs)
    model = keras.Model(inputs, conv(32, 3, name="last")(maps))
    network = Network("fast", model, "random")
    model = network.feature_extractor(["first", "last"], "float32", "winograd")
    # At "last": the marks and the maps of both, and the two gradients at work.
    fullest = 1.1 * (2 * 32 / 8 + 4 * (2 * 32 + 2 * 32))
    assert bytes_per_pixel(model, network.receptive_fields, "float32") == pytest.approx(fullest)


def test_no_tiles_where_the_picture_fits():
    assert tile_sides(Shape(100, 200), 10, 40, 1, memory_budget=200_000) is None


def test_a_tile_and_its_margin_take_its_budget():
    # 1,000,000 bytes at 4 bytes a pixel are crops of 250,000 px. 6 x 4 crops of 417 x 575 px take
    # 5,754,600 px in all; 5 x 5 of 480 x 480 would take 5,760,000.
    assert tile_sides(Shape(2000, 2000), 4, 100, 1, memory_budget=1_000_000) == (317, 475)


@pytest.mark.parametrize("budget", [5e7, 2e8, 5e8])
@pytest.mark.parametrize("shape", [Shape(4000, 6000), Shape(500, 9000), Shape(3000, 900)])
def test_no_other_cut_within_the_budget_computes_fewer_pixels(shape, budget):
    needed, margin = 400.0, 164
    tallest, widest = tile_sides(shape, needed, margin, 1, budget)

    def computed(down, across):
        height, width = (
            math.ceil((side + (parts - 1) * margin) / parts)
            for side, parts in zip(shape, (down, across), strict=True)
        )
        return height * width * needed, down * across * height * width

    counts = [
        max(1, math.ceil((side - margin) / owned)) if side > owned else 1
        for side, owned in zip(shape, (tallest, widest), strict=True)
    ]
    memory, cost = computed(*counts)
    assert memory <= budget
    for down in range(1, 30):
        for across in range(1, 60):
            other_memory, other_cost = computed(down, across)
            assert other_memory > budget or other_cost >= cost


def test_tiles_do_not_vanish_in_their_margins():
    assert tile_sides(Shape(2000, 2000), 1000, 200, 1, memory_budget=1000) == (64, 64)


def test_the_budget_is_what_the_process_may_still_take():
    held = psutil.Process().memory_info().rss
    # The state of a picture of a million pixels: two copies in float32 and one in bytes. What
    # TensorFlow keeps of earlier tests may be used again.
    least = 500e6 - 27e6 - 20e6
    assert least <= budget(1_000_000, (held + 500e6) / 1e6) < held


REUSE = """
import psutil, tensorflow as tf
from dreamlab.dream.memory import budget

memory = (psutil.Process().memory_info().rss + 500e6) / 1e6
before = budget(0, memory)
block = tf.zeros(200_000_000, tf.uint8)
during = budget(0, memory)
del block
after = budget(0, memory)
assert during < before - 100e6, (before, during, after)
assert after > before - 40e6, (before, during, after)
"""


def test_memory_that_tensorflow_keeps_may_be_used_again():
    # In a process of its own: of what earlier tests left in holes, no block of this size is made.
    subprocess.run([sys.executable, "-c", REUSE], check=True)


def test_a_process_that_holds_much_already_still_gets_something():
    assert budget(1_000_000, 1) == 256e6


@pytest.mark.parametrize("memory", [None, 0, 0.0])
def test_without_a_setting_it_is_bounded(memory):
    held = psutil.Process().memory_info().rss
    assert budget(0, memory) <= max(256e6, 2.35e9 - held / 2)


@pytest.mark.parametrize("memory", [-1, float("nan"), "much"])
def test_a_memory_that_cannot_be_is_one_sentence(memory):
    with pytest.raises(DreamError, match=f"memory is {memory!r}; choose .*0 to 1e"):
        budget(0, memory)


def test_no_memory_left_still_gives_tiles():
    assert tile_sides(Shape(2000, 2000), 4, 100, 1, memory_budget=-1.0) == (64, 64)


@pytest.mark.parametrize("stride", [8, 16, 32])
@pytest.mark.parametrize("shape", [Shape(2309, 1777), Shape(900, 3001)])
def test_tiles_as_they_are_cut_stay_within_the_budget(shape, stride):
    field = ReceptiveField(stride=stride, left=5 * stride, right=6 * stride, size=11 * stride)
    maps = [Shape(shape.height // stride, shape.width // stride)]
    margin = (5 + 6) * stride
    for limit in (1e8, 2e8, 3e8):
        sides = tile_sides(shape, 400.0, margin, stride, limit)
        for tile in exact_tiles(shape, sides, [field], maps):
            assert (tile.bottom - tile.top) * (tile.right - tile.left) * 400 <= limit


def test_as_many_pictures_go_through_at_once_as_memory_holds(monkeypatch):
    monkeypatch.setattr(memory, "bytes_per_pixel", lambda model, fields, precision: 1000.0)
    monkeypatch.setattr(memory, "budget", lambda pixels, most: (most or 1e4) * 1e6)
    monkeypatch.setattr(memory, "_LOOKED_AT", 2**17)
    # A picture of 100 x 100 takes 10 MB, one of 400 x 400 160 MB.
    assert memory.looks_at_once(None, {}, 10_000, 45.0) == 4
    assert memory.looks_at_once(None, {}, 10_000, 5.0) == 1
    assert memory.looks_at_once(None, {}, 10_000) == 13
    assert memory.looks_at_once(None, {}, 160_000) == 1
