import numpy as np
import pytest
from skimage.metrics import structural_similarity

from dreamlab.analysis import named
from dreamlab.analysis.noisy import add_gaussian_of_mean_0
from dreamlab.analysis.robustness import RobustnessSettings
from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.dream.activations import Activations
from dreamlab.errors import DreamError
from dreamlab.images import to_pixels
from dreamlab.images.noise import add_gaussian
from dreamlab.images.ssim import ssim
from tests.support.tiny import picture, tiny_network

ROBUSTNESS = named("robustness")


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def _settings(**values):
    base = {"layers": ("first", "third"), "iterations": 2, "precision": "float32"}
    return RobustnessSettings(
        **base | {"gaussian": (0.0, 0.1, 0.5), "salt_pepper": (0.2,)} | values
    )


def test_figures_against_the_engine_and_scikit_image(network):
    image = picture(20, 24)
    settings = _settings()
    findings = analyse(ROBUSTNESS, image, network, settings)
    assert [item.key for item in findings.items] == [
        f"{layer}-{level}"
        for layer in ("first", "third")
        for level in ("gaussian-0.0", "gaussian-0.1", "gaussian-0.5", "salt_pepper-0.2")
    ]
    values = {item.key: item.values for item in findings.items}
    # The notebook's noise has minus its deviation as mean: without that, it is noise alone.
    noisy = add_gaussian(image, 0.5, np.random.default_rng((0, 2))) + 0.5
    config = DreamConfig(
        layers={"third": 1.0}, octaves=1, iterations=2, step=0.03, precision="float32"
    )
    pixels = []
    for start in (image, noisy):
        *_, last = dream(start, network, config)
        pixels.append(to_pixels(last.image))
    expected = structural_similarity(*pixels, channel_axis=2)
    assert values["third-gaussian-0.5"]["ssim"] == pytest.approx(expected, rel=1e-6)
    activations = Activations(network, ("third",), "float32", "notebook")
    (shift,) = activations.relative_changes(image, [noisy])
    assert values["third-gaussian-0.5"]["shift"] == pytest.approx(shift["third"], rel=1e-5)


def test_no_noise_changes_nothing_and_more_changes_more(network):
    findings = analyse(ROBUSTNESS, picture(20, 24), network, _settings())
    for layer in ("first", "third"):
        none, some, much = (
            next(item.values for item in findings.items if item.key == f"{layer}-gaussian-{level}")
            for level in ("0.0", "0.1", "0.5")
        )
        assert (none["ssim"], none["shift"]) == (1.0, 0.0)
        assert 1 > some["ssim"] > much["ssim"]
        assert 0 < some["shift"] < much["shift"]


def test_gaussian_noise_does_not_darken():
    grey = np.zeros((400, 400, 3), np.float32)
    noisy = add_gaussian_of_mean_0(grey, 0.4, np.random.default_rng(0))
    # The standard error of 160,000 draws is 0.4 / 400 = 0.001; allow four times that.
    assert noisy.mean(axis=(0, 1)) == pytest.approx([0] * 3, abs=0.004)
    assert noisy.std(axis=(0, 1)) == pytest.approx([0.4] * 3, rel=0.01)
    assert noisy.dtype == np.float32


def test_levels_that_look_alike_are_kept_apart(network):
    settings = _settings(layers=("first",), gaussian=(0.1, 0.10000001, 0.1), salt_pepper=())
    findings = analyse(ROBUSTNESS, picture(20, 24), network, settings)
    assert [item.key for item in findings.items] == [
        "first-gaussian-0.1",
        "first-gaussian-0.10000001",
    ]


def test_likeness_ends():
    pixels = to_pixels(picture(16, 16))
    assert ssim(pixels, pixels) == 1.0
    assert ssim(pixels, 255 - pixels) < 0


def test_a_resumed_run_is_the_same(network):
    image = picture(20, 24)
    whole = analyse(ROBUSTNESS, image, network, _settings())
    doings = []
    rest = analyse(
        ROBUSTNESS,
        image,
        network,
        _settings(),
        resume_from=whole.items[:5],
        on_step=lambda step: doings.append(step.doing) or True,
    )
    assert rest.items == whole.items
    assert not any("first, dreams" in doing for doing in doings)  # all was there
    assert "third, dreams of 4 pictures" in doings  # the clean one and those of three levels


def test_tables_and_small_pictures(network):
    findings = analyse(ROBUSTNESS, picture(20, 24), network, _settings())
    tables = {table.name: table for table in ROBUSTNESS.tables(findings)}
    assert list(tables) == [
        "ssim_gaussian",
        "shift_gaussian",
        "ssim_salt_pepper",
        "shift_salt_pepper",
    ]
    assert tables["ssim_gaussian"].columns == ("noise", "first", "third")
    assert tables["ssim_gaussian"].rows[0] == (0.0, 1.0, 1.0)
    assert [row[0] for row in tables["shift_gaussian"].rows] == [0.0, 0.1, 0.5]
    with pytest.raises(DreamError, match="24 x 6 px; SSIM needs at least 7 x 7"):
        analyse(ROBUSTNESS, picture(6, 24), network, _settings())
