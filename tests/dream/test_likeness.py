import numpy as np
import pytest
import tensorflow as tf

from dreamlab.dream.likeness import Exaggeration, Likeness


def _maps(*values):
    return tf.constant(np.array(values, np.float32).reshape(1, 1, -1, 1))


PICTURES = tf.constant(np.float32([[[[0, 0, 0], [0.5, 0, 0]], [[0, 0, 0], [0, 0, 0]]]]))


def test_likeness_by_hand():
    loss, (error,) = Likeness(0.0)(_maps(3, 3), _maps(3, 4), PICTURES)
    assert error.numpy() == pytest.approx(1 / 5)  # a difference of 1, and a norm of 5
    assert loss.numpy() == pytest.approx(1 / 25)
    # Down and across, 1 of 6 differences is 0.5 and the others are 0.
    loss, _ = Likeness(3.0)(_maps(3, 3), _maps(3, 4), PICTURES)
    assert loss.numpy() == pytest.approx(1 / 25 + 3 * 2 * 0.25 / 6)


def test_exaggeration_by_hand():
    loss, (gain, cosine) = Exaggeration(2.0)(_maps(6, 8), _maps(3, 4), PICTURES)
    assert gain.numpy() == pytest.approx(2)  # twice the map is twice as strong
    assert cosine.numpy() == pytest.approx(1)
    assert loss.numpy() == pytest.approx(-2)
    loss, (gain, cosine) = Exaggeration(2.0)(_maps(5, 0), _maps(3, 4), PICTURES)
    assert gain.numpy() == pytest.approx(15 / 25)
    assert cosine.numpy() == pytest.approx(3 / 5)
    assert loss.numpy() == pytest.approx(-0.6 * 0.36)
    loss, _ = Exaggeration(0.0)(_maps(5, 0), _maps(3, 4), PICTURES)
    assert loss.numpy() == pytest.approx(-0.6)


def test_opposite_maps_have_a_gradient():
    maps = tf.Variable(_maps(-3, -4))
    with tf.GradientTape() as tape:
        loss, _ = Exaggeration(2.0)(maps, _maps(3, 4), PICTURES)
    assert np.all(tape.gradient(loss, maps).numpy() < 0)  # downhill is toward the original's


@pytest.mark.parametrize("objective", [Likeness(1.0), Exaggeration(2.0)])
def test_maps_of_zeros_are_numbers(objective):
    for maps, wanted in ((0, 0), (0, 1), (1, 0)):
        variable = tf.Variable(_maps(maps, maps))
        with tf.GradientTape() as tape:
            loss, figures = objective(variable, _maps(wanted, wanted), PICTURES)
        assert np.isfinite(loss.numpy())
        assert np.all(np.isfinite(figures))
        gradient = tape.gradient(loss, variable)
        assert np.all(np.isfinite(gradient))
