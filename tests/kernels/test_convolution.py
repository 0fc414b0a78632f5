"""Winograd's convolution against the direct one, and against sums in double precision."""

import threading

import numpy as np
import pytest
import tensorflow as tf

from dreamlab.kernels import Convolution, convolution
from dreamlab.kernels.cores import cores
from dreamlab.kernels.gemm import PANEL
from dreamlab.kernels.winograd import STRIP

#: Blocks of VGG16 at 600 x 400 or less: height, width, channels in and out. Sides are multiples of
#: the tile's 4 positions, one or three more, and smaller than a tile.
BLOCKS = [
    (100, 151, 64, 64),
    (61, 73, 64, 128),
    (50, 75, 128, 128),
    (37, 45, 128, 256),
    (25, 36, 256, 256),
    (13, 21, 256, 512),
    (25, 38, 512, 512),
    (9, 7, 512, 512),
    (4, 5, 64, 64),
    (3, 2, 64, 64),
    (1, 1, 64, 64),
    (1, 9, 40, 33),
]


def made(seed, height, width, channels, filters, number=1):
    """A feature map after ReLU, a kernel that keeps its size, a bias, a gradient for the output."""
    generator = np.random.default_rng(seed)
    maps = np.maximum(generator.normal(size=(number, height, width, channels)), 0)
    kernel = generator.normal(size=(3, 3, channels, filters)) / np.sqrt(4.5 * channels)
    bias = generator.normal(size=filters)
    upstream = generator.normal(size=(number, height, width, filters))
    return tuple(array.astype(np.float32) for array in (maps, kernel, bias, upstream))


def direct(maps, kernel, bias, relu=True, padding="SAME"):
    """TensorFlow's own."""
    response = tf.nn.bias_add(tf.nn.conv2d(maps, kernel, 1, padding), bias)
    return (tf.nn.relu(response) if relu else response).numpy()


def direct_gradient(maps, kernel, upstream, padding="SAME"):
    with tf.GradientTape() as tape:
        maps = tf.constant(maps)
        tape.watch(maps)
        response = tf.nn.conv2d(maps, kernel, 1, padding)
    return tape.gradient(response, maps, output_gradients=tf.constant(upstream)).numpy()


def exact(maps, kernel, pad):
    """The convolution in double precision, as a sum over the kernel's places."""
    padded = np.pad(maps.astype(np.float64), ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    height, width = padded.shape[1] - 2, padded.shape[2] - 2
    return sum(
        padded[:, i : i + height, j : j + width] @ kernel[i, j].astype(np.float64)
        for i in range(3)
        for j in range(3)
    )


def distance(computed, expected):
    """The largest difference, relative to the largest value."""
    return np.abs(computed - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: "x".join(map(str, block)))
def test_feature_maps_are_those_of_the_direct_way(block):
    maps, kernel, bias, _ = made(0, *block)
    computed = Convolution(kernel, bias, True, "same").forward(maps)
    assert computed.dtype == np.float32
    assert distance(computed, direct(maps, kernel, bias)) < 1e-5


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: "x".join(map(str, block)))
def test_gradients_are_as_close_to_double_precision_as_the_direct_way(block):
    maps, kernel, bias, upstream = made(1, *block)
    fast = Convolution(kernel, bias, True, "same")
    output = fast.forward(maps)
    turned = kernel[::-1, ::-1].transpose(0, 1, 3, 2)
    through = np.where(output > 0, upstream, 0)
    assert 0 < np.mean(output > 0) < 1
    expected = exact(through, turned, 1)
    assert distance(fast.gradient(upstream, output), expected) < 1e-5
    # The direct way is at 1e-6 on such sums: the same order.
    assert distance(direct_gradient(maps, kernel, through), expected) < 5e-6


@pytest.mark.parametrize("relu", [True, False])
def test_without_padding_and_with_or_without_relu(relu):
    maps, kernel, bias, _ = made(2, 22, 17, 40, 48)
    upstream = np.random.default_rng(3).normal(size=(1, 20, 15, 48)).astype(np.float32)
    fast = Convolution(kernel, bias, relu, "valid")
    output = fast.forward(maps)
    assert output.shape == (1, 20, 15, 48)
    assert distance(output, direct(maps, kernel, bias, relu, "VALID")) < 1e-5
    assert (output < 0).any() != relu
    through = np.where(output > 0, upstream, 0) if relu else upstream
    expected = exact(through, kernel[::-1, ::-1].transpose(0, 1, 3, 2), 2)
    assert distance(fast.gradient(upstream, output), expected) < 1e-5


def test_the_smallest_map_without_padding():
    maps, kernel, _, _ = made(4, 3, 3, 32, 32)
    output = Convolution(kernel, None, False, "valid").forward(maps)
    np.testing.assert_allclose(output, exact(maps, kernel, 0), atol=1e-5)


def test_each_picture_of_a_batch_and_a_batch_of_none():
    maps, kernel, bias, upstream = made(5, 9, 10, 32, 40, number=3)
    fast = Convolution(kernel, bias, True, "same")
    output = fast.forward(maps)
    back = fast.gradient(upstream, output)
    for number in range(3):
        alone = slice(number, number + 1)
        assert (fast.forward(maps[alone]) == output[alone]).all()
        assert (fast.gradient(upstream[alone], output[alone]) == back[alone]).all()
    assert fast.forward(maps[:0]).shape == (0, 9, 10, 40)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("relu", [True, False])
def test_values_that_are_not_finite_stay_where_the_direct_way_has_them(value, relu):
    maps, kernel, bias, upstream = made(6, 21, 18, 32, 40)
    maps[0, 10, 7, 3] = value
    fast = Convolution(kernel, bias, relu, "same")
    output, expected = fast.forward(maps), direct(maps, kernel, bias, relu)
    assert 0 < np.isfinite(expected).mean() < 1
    for kind in (np.isnan, np.isposinf, np.isneginf):
        assert (kind(output) == kind(expected)).all()
    finite = np.isfinite(expected)
    assert distance(output[finite], expected[finite]) < 1e-5

    upstream[0, 4, 5, 6] = value
    response = np.ones_like(upstream)  # ReLU lets everything through
    back = fast.gradient(upstream, response)
    expected = direct_gradient(maps, kernel, upstream)
    for kind in (np.isnan, np.isposinf, np.isneginf):
        assert (kind(back) == kind(expected)).all()


def test_what_overflows_in_a_tile_alone_is_still_a_number():
    maps, kernel, bias, _ = made(7, 12, 12, 32, 32)
    maps = maps / maps.max() * np.float32(2e38)
    kernel = kernel / np.float32(100)
    output, expected = (
        Convolution(kernel, bias, False, "same").forward(maps),
        direct(maps, kernel, bias, False),
    )
    assert np.isfinite(expected).all()
    assert distance(output.astype(np.float64), expected.astype(np.float64)) < 1e-5


def test_networks_may_dream_at_the_same_time():
    tasks = [made(10 + number, 40 + number, 33, 32, 40) for number in range(4)]
    layers = [Convolution(kernel, bias, True, "same") for _, kernel, bias, _ in tasks]
    alone = [layer.forward(task[0]) for layer, task in zip(layers, tasks, strict=True)]
    wrong, barrier = [], threading.Barrier(len(tasks))

    def repeat(number):
        barrier.wait()
        for _ in range(20):
            if not (layers[number].forward(tasks[number][0]) == alone[number]).all():
                wrong.append(number)

    threads = [threading.Thread(target=repeat, args=(number,)) for number in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("number", [1, 2, 5, 64])
@pytest.mark.parametrize("tiles", [0, 1, STRIP, STRIP + 1, 7 * STRIP - 1, 40 * STRIP + 3])
@pytest.mark.parametrize("panels", [1, 2, 16])
def test_the_pieces_of_the_work_are_the_whole_work_once(monkeypatch, number, tiles, panels):
    monkeypatch.setattr(convolution, "cores", lambda: number)
    done = np.zeros((tiles, panels), int)
    for first, last, first_panel, last_panel in convolution._pieces(tiles, panels):
        assert first < last and first_panel < last_panel
        done[first:last, first_panel:last_panel] += 1
    assert (done == 1).all()


@pytest.mark.parametrize("number", [1, 3, 16])
def test_the_answer_is_the_same_on_any_number_of_cores(monkeypatch, number):
    maps, kernel, bias, _ = made(8, 41, 30, 48, 2 * PANEL + 8)
    fast = Convolution(kernel, bias, True, "same")
    here = fast.forward(maps)
    monkeypatch.setattr(convolution, "cores", lambda: number)
    assert (fast.forward(maps) == here).all()
    assert cores() >= 1


def test_other_kernels_are_refused():
    with pytest.raises(ValueError, match=r"the kernel has shape \(5, 5, 32, 32\); give \(3, 3"):
        Convolution(np.zeros((5, 5, 32, 32), np.float32), None, True, "same")
