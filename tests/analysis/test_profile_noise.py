import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from dreamlab.analysis.profile_noise import NoiseLevels
from dreamlab.dream.moves import Moves
from dreamlab.images.distance import distance
from dreamlab.models import cached_model
from tests.support.tiny import picture, tiny_network


def test_levels_lie_around_a_size():
    image = picture(40, 48)
    noise = NoiseLevels(image, 0, grey=False)
    for size in (0.004, 0.02, 0.1, 0.5, 0.9):
        levels = noise.around(1, size)
        assert levels == tuple(range(levels[0], levels[0] + 4))
        assert noise.size(1, levels[1]) <= size <= noise.size(1, levels[2])
    assert noise.size(1, -3) == distance(noise.picture(1, -3), image)
    assert noise.around(0, 1.9) is None


@pytest.mark.parametrize("of_logarithms", [np.exp, np.tanh, lambda x: 2 * x, lambda x: -(x**2)])
def test_between_levels_logarithms_lie_on_scipys_monotone_curve(of_logarithms):
    noise = NoiseLevels(np.zeros((30, 30, 3), np.float32), 0, grey=False)
    levels = (-6, -5, -4, -3)
    places = np.log([noise.size(0, level) for level in levels])
    values = of_logarithms(places + 1.5)
    curve = PchipInterpolator(places, values)
    shifts = dict(zip(levels, np.exp(values).tolist(), strict=True))
    for place in np.linspace(places[1], places[2], 7):
        read = noise.between(0, np.exp(place), shifts)
        assert read == pytest.approx(np.exp(curve(place)), rel=1e-9)


def test_noise_that_shifts_nothing_is_no_measure():
    noise = NoiseLevels(np.zeros((30, 30, 3), np.float32), 0, grey=False)
    assert noise.between(0, 0.2, {-6: 0.0, -5: 1.0, -4: 1.0, -3: 1.0}) is None


def test_grey_noise_is_the_same_in_all_channels():
    grey = np.zeros((8, 9, 3), np.float32)
    planes = NoiseLevels(grey, 0, grey=True).picture(0, -2)
    assert np.array_equal(planes[..., 0], planes[..., 2])
    colours = NoiseLevels(grey, 0, grey=False).picture(0, -2)
    assert not np.array_equal(colours[..., 0], colours[..., 2])


@pytest.mark.parametrize(
    "network",
    [tiny_network, pytest.param(lambda: cached_model("vgg16"), marks=pytest.mark.slow)],
    ids=["tiny", "vgg16"],
)
def test_what_is_read_between_levels_is_within_2_percent_of_the_exact_noise(network):
    network, image = network(), picture(96, 128)
    layers = [layer.name for layer in network.layers]
    measured = Moves(network, layers, "float32", "notebook")
    noise = NoiseLevels(image, 3, grey=False)
    field = np.random.default_rng((3, 0, 12)).standard_normal(image.shape, np.float32)
    deviations = (0.06, 0.12, 0.25)
    exact = [np.clip(image + np.float32(of) * field, -1, 1) for of in deviations]
    arounds = [noise.around(0, distance(noisy, image)) for noisy in exact]
    levels = sorted({level for around in arounds for level in around})
    moved = list(measured.moves(image, exact + [noise.picture(0, level) for level in levels]))
    by_level = dict(zip(levels, moved[len(exact) :], strict=True))
    errors = {}
    for picture_of_it, shift in zip(exact, moved[: len(exact)], strict=True):
        size = distance(picture_of_it, image)
        around = noise.around(0, size)
        for layer in layers:
            for kind in ("map", "pooled"):
                shifts = {level: getattr(by_level[level][layer], kind) for level in around}
                read = noise.between(0, size, shifts)
                errors[layer, kind, size] = read / getattr(shift[layer], kind) - 1
    assert {place for place, error in errors.items() if abs(error) > 0.02} == set()
