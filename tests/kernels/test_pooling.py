import numpy as np
import pytest
import tensorflow as tf

from dreamlab.kernels import max_pool_gradient, max_pool_halving, max_pool_halving_gradient

WINDOWS = [
    ((2, 2), (2, 2), "VALID"),
    ((2, 2), (2, 2), "SAME"),
    ((3, 3), (2, 2), "VALID"),
    ((3, 3), (2, 2), "SAME"),
    ((3, 3), (1, 1), "SAME"),
    ((2, 3), (3, 1), "VALID"),
    ((1, 1), (2, 2), "VALID"),
]


def before(side, rows, reach, stride, padding):
    """Positions of padding in front, by TensorFlow's rule."""
    return max(0, (rows - 1) * stride + reach - side) // 2 if padding == "SAME" else 0


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("shape", [(1, 12, 16, 40), (2, 13, 7, 3), (1, 3, 5, 33)])
@pytest.mark.parametrize("ties", [False, True])
def test_it_is_tensorflows_to_the_last_bit(window, shape, ties):
    size, strides, padding = window
    generator = np.random.default_rng(0)
    x = generator.normal(size=shape).astype(np.float32)
    if ties:  # as after ReLU: many zeros, and other values that occur twice
        x = np.maximum(np.round(x), 0)
    with tf.GradientTape() as tape:
        given = tf.constant(x)
        tape.watch(given)
        pooled = tf.nn.max_pool2d(given, size, strides, padding)
    upstream = generator.normal(size=pooled.shape).astype(np.float32)
    expected = tape.gradient(pooled, given, output_gradients=tf.constant(upstream)).numpy()
    in_front = tuple(
        before(side, rows, reach, stride, padding)
        for side, rows, reach, stride in zip(
            x.shape[1:3], pooled.shape[1:3], size, strides, strict=True
        )
    )
    computed = max_pool_gradient(x, upstream, size, strides, in_front)
    np.testing.assert_array_equal(computed, expected)


def test_the_first_of_a_tie_gets_it_all():
    x = np.full((1, 2, 2, 1), 3, np.float32)
    upstream = np.full((1, 1, 1, 1), 5, np.float32)
    computed = max_pool_gradient(x, upstream, (2, 2), (2, 2), (0, 0))
    assert computed[0, :, :, 0].tolist() == [[5, 0], [0, 0]]


def test_a_map_too_small_for_a_window_has_no_gradient():
    empty = np.zeros((1, 0, 0, 4), np.float32)
    computed = max_pool_gradient(np.ones((1, 1, 1, 4), np.float32), empty, (2, 2), (2, 2), (0, 0))
    assert computed.shape == (1, 1, 1, 4)
    assert (computed == 0).all()


@pytest.mark.parametrize("shape", [(1, 12, 16, 40), (2, 13, 7, 3), (1, 3, 2, 33)])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_halving_is_tensorflows_to_the_last_bit(shape, ties, dtype):
    generator = np.random.default_rng(0)
    x = generator.normal(size=shape).astype(dtype.as_numpy_dtype)
    if ties:
        x = np.maximum(np.round(x), 0).astype(x.dtype)
    with tf.GradientTape() as tape:
        given = tf.constant(x)
        tape.watch(given)
        pooled = tf.nn.max_pool2d(given, 2, 2, "VALID")
    y, places = max_pool_halving(x)
    np.testing.assert_array_equal(y, pooled.numpy())
    upstream = generator.normal(size=pooled.shape).astype(x.dtype)
    computed = max_pool_halving_gradient(upstream, places, shape[1:3])
    assert y.dtype == computed.dtype == x.dtype
    expected = tape.gradient(pooled, given, output_gradients=tf.constant(upstream)).numpy()
    np.testing.assert_array_equal(computed, expected)


@pytest.mark.parametrize("shape", [(1, 1, 5, 4), (0, 4, 4, 2)])
def test_a_map_too_small_to_halve_gives_nothing(shape):
    y, places = max_pool_halving(np.ones(shape, np.float32))
    assert y.shape == places.shape == (shape[0], shape[1] // 2, shape[2] // 2, shape[3])
    back = max_pool_halving_gradient(y, places, shape[1:3])
    assert back.shape == shape
    assert (back[:, 2 * y.shape[1] :] == 0).all()


@pytest.mark.parametrize("dtype", [np.float32, tf.bfloat16.as_numpy_dtype])
def test_halving_takes_a_number_before_nan(dtype):
    values = np.array([[np.nan, 2], [3, np.nan]], dtype)[None, :, :, None]
    y, places = max_pool_halving(values)
    assert (y.item(), places.item()) == (3, 2)
    y, _ = max_pool_halving(np.full_like(values, np.nan))
    assert np.isnan(y).all()
    infinite = np.array([[-np.inf, -1], [np.inf, 5]], dtype)[None, :, :, None]
    y, places = max_pool_halving(infinite)
    assert (y.item(), places.item()) == (np.inf, 2)
