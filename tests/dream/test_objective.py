import numpy as np
import pytest
import tensorflow as tf

from dreamlab.dream.objective import channel_masks, inner_window, loss_sums, square_sums


@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((10, 20), (2, 8, 2, 18)),
        ((5, 5), (2, 3, 2, 3)),
        ((4, 4), (0, 4, 0, 4)),  # a border would leave nothing of it
        ((4, 9), (0, 4, 2, 7)),
    ],
)
def test_the_border_is_left_out_where_the_map_is_larger_than_4(shape, window):
    assert inner_window(*shape) == window


def test_square_sums_by_hand():
    activation = tf.constant(np.arange(72, dtype=np.float32).reshape(2, 6, 6, 1))
    # Inside the border are 14, 15, 20 and 21: 196 + 225 + 400 + 441; in the second map 36 more.
    sums = square_sums(activation, tf.constant(inner_window(6, 6)), None)
    assert sums.numpy().tolist() == [1262, 50**2 + 51**2 + 56**2 + 57**2]


def test_only_the_chosen_channels_count():
    activation = tf.ones((1, 3, 3, 4)) * tf.constant([1.0, 2.0, 3.0, 4.0])
    (mask,) = channel_masks([4], [(0, 2)])
    window = tf.constant((0, 3, 0, 3))
    assert square_sums(activation, window, mask).numpy().tolist() == [9 * (1 + 9)]


@pytest.mark.parametrize("mask", [None, np.array([1, 0, 1], np.float32)])
def test_its_gradient_is_that_of_plain_slicing(mask):
    values = np.random.default_rng(0).standard_normal((1, 9, 8, 3)).astype(np.float32)
    activation = tf.constant(values)
    top, bottom, left, right = inner_window(9, 8)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(activation)
        ours = 3.0 * square_sums(activation, tf.constant((top, bottom, left, right)), mask)
        inner = activation[:, top:bottom, left:right] * (1.0 if mask is None else mask)
        plain = 3.0 * tf.reduce_sum(tf.square(inner))
    assert ours.numpy() == pytest.approx([float(plain)], rel=1e-6)
    expected = tape.gradient(plain, activation).numpy()
    assert tape.gradient(ours, activation).numpy() == pytest.approx(expected, rel=1e-6)


def test_bfloat16_maps_are_summed_in_float32():
    activation = tf.ones((1, 100, 100, 4), tf.bfloat16)
    total = square_sums(activation, tf.constant((0, 100, 0, 100)), None)
    assert total.dtype == tf.float32
    assert total.numpy().tolist() == [40_000]  # in bfloat16 a running sum would stall at 256


def test_no_mask_where_all_channels_count():
    assert channel_masks([3, 2], [None, (1,)])[0] is None


def test_the_logits_of_chosen_classes_are_summed_as_they_are():
    logits = tf.constant([[[[-3.0, 2.0, 5.0]]], [[[1.0, 0.5, -4.0]]]])
    window = tf.constant((0, 1, 0, 1))
    (mask,) = channel_masks([3], [(0, 2)])

    def sums(mask, *, head):
        return loss_sums(logits, window, mask, fast=False, head=head).numpy().tolist()

    assert sums(mask, head=True) == [2, -3]
    assert sums(mask, head=False) == [9 + 25, 1 + 16]
    assert sums(None, head=True) == [9 + 4 + 25, 1 + 0.25 + 16]


def test_the_gradient_of_a_logit_below_0_raises_it():
    logits = tf.constant([[[[-3.0, 2.0, 5.0]]]], tf.bfloat16)
    (mask,) = channel_masks([3], [(0,)])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = loss_sums(logits, tf.constant((0, 1, 0, 1)), mask, fast=True, head=True)
    assert loss.dtype == tf.float32
    assert tape.gradient(loss, logits).numpy().ravel().tolist() == [1, 0, 0]
