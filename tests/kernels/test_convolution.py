"""Convolutions of ours against TensorFlow's, and against sums in double precision."""

import threading
import tracemalloc

import numpy as np
import pytest
import tensorflow as tf

from dreamlab.kernels import Convolution, ShallowConvolution, one_way
from dreamlab.kernels.cores import cores
from dreamlab.kernels.gemm import PANEL
from dreamlab.kernels.strips import STRIP

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


def flags(marks, y):
    """The marks of ReLU as booleans, of y's shape."""
    return np.unpackbits(marks, axis=3, count=y.shape[3], bitorder="little").astype(bool)


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
    computed, marks = Convolution(kernel, bias, "same").forward(maps, "relu")
    assert computed.dtype == np.float32
    assert distance(computed, direct(maps, kernel, bias)) < 1e-5
    assert (flags(marks, computed) == (computed > 0)).all()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: "x".join(map(str, block)))
def test_gradients_are_as_close_to_double_precision_as_the_direct_way(block):
    maps, kernel, bias, upstream = made(1, *block)
    fast = Convolution(kernel, bias, "same")
    output, marks = fast.forward(maps, "relu")
    turned = kernel[::-1, ::-1].transpose(0, 1, 3, 2)
    through = np.where(output > 0, upstream, 0)
    assert 0 < np.mean(output > 0) < 1
    expected = exact(through, turned, 1)
    assert distance(fast.gradient(upstream, marks, block[:2], "relu"), expected) < 1e-5
    # The direct way is at 1e-6 on such sums: the same order.
    assert distance(direct_gradient(maps, kernel, through), expected) < 5e-6


def pooled(output):
    """The four positions of each window of 2 x 2, in the order of reading: (4, N, rows, …)."""
    rows, columns = output.shape[1] // 2, output.shape[2] // 2
    whole = output[:, : 2 * rows, : 2 * columns]
    return np.stack([whole[:, i::2, j::2] for i in (0, 1) for j in (0, 1)])


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: "x".join(map(str, block)))
def test_pooling_behind_it_is_part_of_it(block):
    maps, kernel, bias, upstream = made(12, *block, number=2)
    fast = Convolution(kernel, bias, "same")
    output, _ = fast.forward(maps, "relu")
    four = pooled(output)
    halved, places = fast.forward(maps, "relu and pooling")
    upstream = np.ascontiguousarray(upstream[:, : halved.shape[1], : halved.shape[2]])
    back = fast.gradient(upstream, places, block[:2], "relu and pooling")
    if four.size == 0:
        assert halved.size == 0 and (back == 0).all()
        return
    # To the last bit what the two give in turn: the first of a tie, nothing where all are 0.
    assert (halved == four.max(axis=0)).all()
    assert (places == np.where(halved > 0, four.argmax(axis=0), 4)).all()
    whole = np.zeros_like(output)
    for place, view in enumerate(pooled(whole)):
        view[:] = 0
        i, j = divmod(place, 2)
        rows, columns = halved.shape[1:3]
        part = np.where(places == place, upstream, 0)
        whole[:, i : 2 * rows : 2, j : 2 * columns : 2] = part
    expected = exact(whole, kernel[::-1, ::-1].transpose(0, 1, 3, 2), 1)
    assert distance(back, expected) < 1e-5


@pytest.mark.parametrize("following", ["relu", "nothing"])
def test_without_padding_and_with_or_without_relu(following):
    relu = following == "relu"
    maps, kernel, bias, _ = made(2, 22, 17, 40, 48)
    upstream = np.random.default_rng(3).normal(size=(1, 20, 15, 48)).astype(np.float32)
    fast = Convolution(kernel, bias, "valid")
    output, marks = fast.forward(maps, following)
    assert output.shape == (1, 20, 15, 48)
    assert distance(output, direct(maps, kernel, bias, relu, "VALID")) < 1e-5
    assert (output < 0).any() != relu
    through = np.where(output > 0, upstream, 0) if relu else upstream
    expected = exact(through, kernel[::-1, ::-1].transpose(0, 1, 3, 2), 2)
    assert distance(fast.gradient(upstream, marks, (22, 17), following), expected) < 1e-5


def test_the_smallest_map_without_padding():
    maps, kernel, _, _ = made(4, 3, 3, 32, 32)
    output, _ = Convolution(kernel, None, "valid").forward(maps, "nothing")
    np.testing.assert_allclose(output, exact(maps, kernel, 0), atol=1e-5)


@pytest.mark.parametrize("keep", [True, False])
def test_each_picture_of_a_batch_and_a_batch_of_none(keep):
    maps, kernel, bias, upstream = made(5, 9, 10, 256, 260, number=3)
    fast = Convolution(kernel, bias, "same")
    fast.keep_transformed(keep)
    output, marks = fast.forward(maps, "relu")
    back = fast.gradient(upstream, marks, (9, 10), "relu")
    for number in range(3):
        alone = slice(number, number + 1)
        assert (fast.forward(maps[alone], "relu")[0] == output[alone]).all()
        single = fast.gradient(upstream[alone], marks[alone], (9, 10), "relu")
        assert (single == back[alone]).all()
    assert fast.forward(maps[:0], "relu")[0].shape == (0, 9, 10, 260)


@pytest.mark.parametrize("block", [(25, 37, 256, 512), (70, 67, 288, 264)])
def test_kernels_that_are_not_kept_give_the_same_to_the_last_bit(block):
    maps, kernel, bias, upstream = made(11, *block)
    fast = Convolution(kernel, bias, "same")
    answers = []
    for keep in (False, True, False):
        fast.keep_transformed(keep)
        output, marks = fast.forward(maps, "relu")
        answers.append((output, marks, fast.gradient(upstream, marks, block[:2], "relu")))
    for answer in answers[1:]:
        for array, first in zip(answer, answers[0], strict=True):
            assert (array == first).all()


def test_what_is_kept_is_freed_again():
    _, kernel, bias, _ = made(11, 1, 1, 256, 256)
    fast = Convolution(kernel, bias, "same")
    tracemalloc.start()
    sizes = []
    for keep in (True, False):
        fast.keep_transformed(keep)
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[0] > 2 * 36 * 256 * 256 * 4
    assert sizes[1] < 1e6


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("following", ["relu", "nothing", "relu and pooling"])
def test_values_that_are_not_finite_stay_where_the_direct_way_has_them(value, following):
    maps, kernel, bias, upstream = made(6, 21, 18, 32, 40)
    maps[0, 10, 7, 3] = value
    fast = Convolution(kernel, bias, "same")
    (output, marks), expected = (
        fast.forward(maps, following),
        direct(maps, kernel, bias, following != "nothing"),
    )
    if following == "relu and pooling":
        # A number wins over NaN, as in TensorFlow, which gives -3e38 where all four are NaN.
        expected = np.fmax.reduce(pooled(expected))
        assert (marks <= 4).all()
    elif following == "relu":
        assert (flags(marks, output) == (output > 0)).all()
    assert 0 < np.isfinite(expected).mean() < 1
    for kind in (np.isnan, np.isposinf, np.isneginf):
        assert (kind(output) == kind(expected)).all()
    finite = np.isfinite(expected)
    assert distance(output[finite], expected[finite]) < 1e-5

    upstream = np.ascontiguousarray(upstream[:, : output.shape[1], : output.shape[2]])
    upstream[0, 4, 5, 6] = value
    # ReLU lets everything through, and the first of four is the largest.
    marks = np.zeros_like(marks) if following == "relu and pooling" else np.full_like(marks, 255)
    back = fast.gradient(upstream, marks, (21, 18), following)
    whole = upstream
    if following == "relu and pooling":
        whole = np.zeros((1, 21, 18, 40), np.float32)
        whole[:, 0:20:2, 0:18:2] = upstream
    expected = direct_gradient(maps, kernel, whole)
    for kind in (np.isnan, np.isposinf, np.isneginf):
        assert (kind(back) == kind(expected)).all()


def test_what_overflows_in_a_tile_alone_is_still_a_number():
    maps, kernel, bias, _ = made(7, 12, 12, 32, 32)
    maps = maps / maps.max() * np.float32(2e38)
    kernel = kernel / np.float32(100)
    output, expected = (
        Convolution(kernel, bias, "same").forward(maps, "nothing")[0],
        direct(maps, kernel, bias, False),
    )
    assert np.isfinite(expected).all()
    assert distance(output.astype(np.float64), expected.astype(np.float64)) < 1e-5


def test_networks_may_dream_at_the_same_time():
    tasks = [made(10 + number, 40 + number, 33, 32, 40) for number in range(4)]
    layers = [Convolution(kernel, bias, "same") for _, kernel, bias, _ in tasks]
    alone = [layer.forward(task[0], "relu")[0] for layer, task in zip(layers, tasks, strict=True)]
    wrong, barrier = [], threading.Barrier(len(tasks))

    def repeat(number):
        barrier.wait()
        for _ in range(20):
            if not (layers[number].forward(tasks[number][0], "relu")[0] == alone[number]).all():
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
    monkeypatch.setattr(one_way, "cores", lambda: number)
    done = np.zeros((tiles, panels), int)
    for first, last, first_panel, last_panel in one_way._pieces(tiles, panels):
        assert first < last and first_panel < last_panel
        done[first:last, first_panel:last_panel] += 1
    assert (done == 1).all()


@pytest.mark.parametrize("number", [1, 3, 16])
def test_the_answer_is_the_same_on_any_number_of_cores(monkeypatch, number):
    maps, kernel, bias, _ = made(8, 41, 30, 48, 2 * PANEL + 8)
    fast = Convolution(kernel, bias, "same")
    here, _ = fast.forward(maps, "relu")
    monkeypatch.setattr(one_way, "cores", lambda: number)
    assert (fast.forward(maps, "relu")[0] == here).all()
    assert cores() >= 1


def test_other_kernels_are_refused():
    with pytest.raises(ValueError, match=r"the kernel has shape \(5, 5, 32, 32\); give \(3, 3"):
        Convolution(np.zeros((5, 5, 32, 32), np.float32), None, "same")


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("following", ["relu", "nothing"])
@pytest.mark.parametrize(
    "block", [(40, 131, 3, 64), (13, 9, 1, 40), (3, 3, 3, 16), (5, 200, 4, 33)]
)
def test_shallow_convolutions_are_those_of_double_precision(block, following, padding):
    pad = 1 if padding == "same" else 0
    maps, kernel, bias, upstream = made(13, *block, number=3)
    fast = ShallowConvolution(kernel, bias, padding)
    output, marks = fast.forward(maps, following)
    expected = exact(maps, kernel, pad) + bias
    if following == "relu":
        expected = np.maximum(expected, 0)
        assert (flags(marks, output) == (output > 0)).all()
    assert output.shape == expected.shape
    assert distance(output, expected) < 1e-6
    upstream = upstream[:, : output.shape[1], : output.shape[2]]
    through = np.where(output > 0, upstream, 0) if following == "relu" else upstream
    back = fast.gradient(upstream, marks, block[:2], following)
    turned = kernel[::-1, ::-1].transpose(0, 1, 3, 2)
    assert distance(back, exact(through, turned, 2 - pad)) < 1e-6


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_shallow_convolutions_keep_what_is_not_finite_in_its_place(value):
    maps, kernel, bias, _ = made(14, 12, 15, 3, 32)
    maps[0, 4, 5, 1] = value
    output, _ = ShallowConvolution(kernel, bias, "same").forward(maps, "relu")
    expected = direct(maps, kernel, bias)
    for kind in (np.isnan, np.isposinf, np.isneginf):
        assert (kind(output) == kind(expected)).all()
