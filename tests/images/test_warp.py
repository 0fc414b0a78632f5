import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from dreamlab.images.warp import affine, warped, warped_back

RNG = np.random.default_rng(2)
MATRICES = [affine(0.3, 1.0), affine(-0.7, 0.6), affine(0.0, 1.4), affine(0.02, 1.02)]


@pytest.mark.parametrize("matrix", MATRICES)
def test_it_samples_bilinearly_in_a_mirrored_picture(matrix):
    image = RNG.standard_normal((41, 300, 3)).astype(np.float32)
    middle = np.array([[20], [149.5]])
    places = matrix @ (np.indices((41, 300)).reshape(2, -1) - middle) + middle
    expected = np.stack(
        [
            map_coordinates(image[..., channel].astype(float), places, order=1, mode="mirror")
            for channel in range(3)
        ],
        axis=1,
    )
    np.testing.assert_allclose(warped(image, matrix).reshape(-1, 3), expected, atol=1e-5)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("shape", [(270, 40, 3), (7, 5, 3), (1, 6, 3)])
def test_the_way_back_is_the_adjoint(matrix, shape):
    image, other = RNG.standard_normal((2, *shape)).astype(np.float32)
    there = np.vdot(warped(image, matrix).astype(np.float64), other)
    back = np.vdot(image.astype(np.float64), warped_back(other, matrix))
    assert there == pytest.approx(back, rel=1e-5, abs=1e-3)


def test_no_turn_and_no_change_of_scale_is_the_picture():
    image = RNG.standard_normal((30, 21, 3)).astype(np.float32)
    assert (warped(image, affine(0.0, 1.0)) == image).all()
    assert (warped_back(image, affine(0.0, 1.0)) == image).all()


def test_a_quarter_turn_is_clockwise_and_a_zoom_above_1_enlarges():
    image = RNG.standard_normal((9, 9, 3)).astype(np.float32)
    np.testing.assert_allclose(warped(image, affine(np.pi / 2, 1)), np.rot90(image, -1), atol=1e-5)
    dot = np.zeros((21, 21, 1), np.float32)
    dot[8:13, 8:13] = 1
    assert warped(dot, affine(0, 2)).sum() == pytest.approx(4 * dot.sum(), rel=0.2)
