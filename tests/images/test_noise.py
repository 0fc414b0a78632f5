import numpy as np
import pytest

from dreamlab.errors import DreamError
from dreamlab.images.noise import add_gaussian, add_salt_and_pepper, seeded_noise


@pytest.fixture
def generator():
    return np.random.default_rng(7)


def test_gaussian_has_minus_its_deviation_as_mean_in_every_channel(generator):
    grey = np.zeros((400, 400, 3), np.float32)
    noise = add_gaussian(grey, 0.05, generator)
    # The mean of 160,000 draws strays by 0.05 / 400 = 0.000125; four times that is allowed.
    assert noise.mean(axis=(0, 1)) == pytest.approx([-0.05] * 3, abs=0.0005)
    assert noise.std(axis=(0, 1)) == pytest.approx([0.05] * 3, rel=0.01)
    assert noise.dtype == np.float32


def test_gaussian_channels_are_independent(generator):
    noise = add_gaussian(np.zeros((200, 200, 3), np.float32), 0.1, generator).reshape(-1, 3)
    assert np.corrcoef(noise.T) == pytest.approx(np.eye(3), abs=0.02)


def test_gaussian_adds_to_the_picture_and_leaves_it_alone(generator):
    picture = np.full((50, 50, 3), 0.5, np.float32)
    noisy = add_gaussian(picture, 0.01, generator)
    assert noisy.mean() == pytest.approx(0.49, abs=0.001)
    assert (picture == 0.5).all()


def test_salt_and_pepper_turns_whole_pixels_half_white_half_black(generator):
    picture = np.full((500, 500, 3), 0.25, np.float32)
    noisy = add_salt_and_pepper(picture, 0.02, generator)
    white = (noisy == 1).all(axis=2)
    black = (noisy == -1).all(axis=2)
    # 2,500 of each are expected; the standard deviation is 50.
    assert white.sum() == pytest.approx(2500, abs=200)
    assert black.sum() == pytest.approx(2500, abs=200)
    assert (noisy[~white & ~black] == 0.25).all()
    assert (picture == 0.25).all()


def test_all_pixels_go_at_amount_one(generator):
    noisy = add_salt_and_pepper(np.zeros((40, 40, 3), np.float32), 1.0, generator)
    assert (np.abs(noisy) == 1).all()


@pytest.mark.parametrize("add", [add_gaussian, add_salt_and_pepper])
def test_no_noise_is_the_same_picture_and_draws_nothing(add, generator):
    picture = np.zeros((8, 8, 3), np.float32)
    state = generator.bit_generator.state
    assert add(picture, 0.0, generator) is picture
    assert generator.bit_generator.state == state


@pytest.mark.parametrize("add", [add_gaussian, add_salt_and_pepper])
def test_a_seed_gives_the_same_noise_again(add):
    picture = np.zeros((60, 60, 3), np.float32)
    noisy, same, other = (add(picture, 0.3, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (noisy == same).all()
    assert (noisy != other).any()


def test_seeded_noise():
    noise = seeded_noise(60, 80, 7)
    assert noise.shape == (60, 80, 3) and noise.dtype == np.float32 and abs(noise).max() <= 1
    # 14,400 draws: the mean is within 0.2 / 120 * 5, the deviation within 0.2 / 170 * 5.
    assert abs(noise.mean()) < 0.0084
    assert abs(noise.std() - 0.2) < 0.006
    np.testing.assert_array_equal(noise, seeded_noise(60, 80, 7))
    assert (noise != seeded_noise(60, 80, 8)).any()
    with pytest.raises(DreamError, match="the noise picture is 1 x 60 px"):
        seeded_noise(60, 1, 7)


def test_grey_noise_keeps_the_colours(generator):
    picture = generator.uniform(-0.5, 0.5, (300, 300, 3)).astype(np.float32)
    chroma = picture - picture.mean(axis=2, keepdims=True)
    noisy = add_gaussian(picture, 0.05, generator, grey=True)
    change = noisy - picture
    assert change.mean() == pytest.approx(-0.05, abs=0.001)
    assert change.std() == pytest.approx(0.05, rel=0.01)
    np.testing.assert_allclose(noisy - noisy.mean(axis=2, keepdims=True), chroma, atol=1e-6)
    salted = add_salt_and_pepper(picture, 0.1, generator, grey=True)
    np.testing.assert_allclose(salted - salted.mean(axis=2, keepdims=True), chroma, atol=1e-6)
    hit = (salted != picture).any(axis=2)
    assert hit.mean() == pytest.approx(0.1, abs=0.01)
    assert np.abs(salted[hit].mean(axis=1)) == pytest.approx(1, abs=1e-6)
