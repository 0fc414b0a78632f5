"""The structural similarity against scikit-image's, the oracle."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from dreamlab.errors import DreamError
from dreamlab.images.ssim import ssim


def noisy(pixels, deviation, generator):
    values = pixels + generator.normal(0, deviation, pixels.shape)
    return np.clip(values, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("shape", [(7, 7), (7, 40), (64, 48)])
@pytest.mark.parametrize("deviation", [0.0, 3.0, 30.0, 200.0])
def test_it_is_that_of_the_oracle(shape, deviation):
    generator = np.random.default_rng(1)
    pixels = generator.integers(0, 256, (*shape, 3), np.uint8)
    other = noisy(pixels, deviation, generator)
    expected = structural_similarity(pixels, other, channel_axis=2)
    assert ssim(pixels, other) == pytest.approx(expected, abs=1e-12)


def test_its_ends():
    flat, half = np.full((9, 9, 3), 255, np.uint8), np.zeros((9, 9, 3), np.uint8)
    half[:, ::2] = 255
    assert ssim(half, half) == 1.0
    assert ssim(flat, flat) == 1.0
    assert ssim(half, 255 - half) < -0.9


@pytest.mark.parametrize("shapes", [((6, 9, 3), (6, 9, 3)), ((9, 9, 3), (9, 8, 3))])
def test_what_has_no_similarity_is_one_sentence(shapes):
    with pytest.raises(DreamError, match="SSIM needs two of one shape, at least 7 x 7 px"):
        ssim(*(np.zeros(shape, np.uint8) for shape in shapes))
