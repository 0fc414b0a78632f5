import numpy as np
import pytest

from dreamlab.images import Shape
from dreamlab.images.gratings import ORIENTATIONS, PERIODS, PHASES, grating, gratings, sheet


@pytest.mark.parametrize(("orientation", "row", "column"), [(0, 0, 8), (4, 8, 0), (2, None, None)])
def test_a_grating_has_its_period_across_its_stripes(orientation, row, column):
    plane = grating(Shape(64, 64), orientation, 8, 0)[..., 0]
    if row is None:  # stripes at 45 degrees: along a diagonal nothing changes
        np.testing.assert_allclose(plane[1:, :-1], plane[:-1, 1:], atol=1e-6)
        assert abs(plane[1:, 1:] - plane[:-1, :-1]).max() > 0.1
        return
    strengths = abs(np.fft.fft2(plane))
    assert np.unravel_index(strengths[:32, :32].argmax(), (32, 32)) == (row, column)


def test_phases_are_a_quarter_apart():
    sine, cosine = (grating(Shape(4, 32), 0, 8, phase)[0, :, 1] for phase in range(2))
    np.testing.assert_allclose(sine, 0.5 * np.sin(np.arange(32) * np.pi / 4), atol=1e-6)
    np.testing.assert_allclose(cosine, 0.5 * np.cos(np.arange(32) * np.pi / 4), atol=1e-6)


def test_all_gratings_in_order():
    shape = Shape(32, 40)
    shown = np.stack(gratings(shape))
    shown = shown.reshape(ORIENTATIONS, len(PERIODS), PHASES, 32, 40, 3)
    assert np.array_equal(shown[3, 1, 1], grating(shape, 3, PERIODS[1], 1))
    drawn = sheet(shape)
    assert drawn.shape == (32 * len(PERIODS), 40 * ORIENTATIONS, 3)
    assert np.array_equal(drawn[32:64, 120:160], shown[3, 1, 0])
