"""Dreams that end when their picture has moved by a given root mean square."""

import re
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import FallsShort, Resume, Silence, dream, dreams
from dreamlab.images import Picture, load_image
from dreamlab.images.distance import distance
from dreamlab.images.resample import resize
from dreamlab.models import Network, load_model
from dreamlab.results.recording import Recording
from tests.support.own import picture_input, stacked
from tests.support.tiny import picture, tiny_network
from tests.support.vain import told

CAT = Path(__file__).parents[1] / "data" / "cat_600x400.png"
IMAGE = 0.5 * picture(40, 56)

THREE_OCTAVES = DreamConfig(
    layers={"third": 1.0}, octaves=3, iterations=12, step=0.02, effort=0.1, precision="float32"
)


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def run(network, config, image=IMAGE, **more):
    """All steps of a run with a copy of each picture."""
    return [(step, step.image.copy()) for step in dream(image, network, config, **more)]


def ends(steps):
    """The last step of each octave, with its picture."""
    return [(step, ours) for step, ours in steps if step.ends_octave]


def sums(activation=None):
    """A network whose only map is the sum of red, green and blue."""
    given = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(
        1, 1, activation=activation, use_bias=False, kernel_initializer="ones", name="sum"
    )(given)
    return Network("sums", keras.Model(given, maps), "random")


#: Of 10 x 10 values the loss leaves out a border of two, so that 36 of 100 move, each by 100 / 36
#: of the mean: a step of 0.03 moves the picture by 0.03 * 100 / 36 * 0.6 = 0.05.
GREY = np.full((10, 10, 3), 0.2, np.float32)
BY_HAND = DreamConfig(
    layers={"sum": 1.0}, octaves=1, iterations=10, step=0.03, effort=0.12, precision="float32"
)


def test_a_dream_by_hand():
    steps = run(sums(), BY_HAND, GREY)
    # 0.12 are two steps of 0.05 and two fifths of a third.
    assert [step.iteration for step, _ in steps] == [0, 1, 2]
    assert [step.reached for step, _ in steps] == [False, False, True]
    assert [step.fraction for step, _ in steps] == pytest.approx([0.1, 0.2, 1.0])
    assert [step.loss for step, _ in steps] == pytest.approx(
        [0.36 * (3 * (0.2 + taken * 0.03 / 0.36)) ** 2 for taken in (0, 1, 2)]
    )
    expected = GREY.copy()
    expected[2:-2, 2:-2] += 0.12 / 0.6
    np.testing.assert_allclose(steps[-1][1], expected, atol=1e-5)


def test_what_is_clipped_does_not_count():
    # From 0.9 the values reach 1 after a move of 0.1 * 0.6, however far the steps go on.
    (sentence,), _ = told(sums(), replace(BY_HAND, effort=0.1), GREY + np.float32(0.7))
    assert sentence == (
        "the picture moved by 0.06 of the 0.1 asked for: choose more iterations, a larger step "
        "or a smaller effort"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"jitter": 5},
        {"gaussian_noise": 0.01, "salt_pepper": 0.0001},
        {"octaves": 1},
        {"layers": {"third": -1.0, "first": 0.5}},
        {"effort": 0.5, "step": 0.1, "iterations": 60},
        {"max_loss": 1e6},
    ],
)
@pytest.mark.parametrize("contrast", [0.5, 20.0])  # and a picture of black and white
def test_each_octave_ends_at_its_share_of_the_effort(network, changes, contrast):
    image = np.clip(contrast * picture(40, 56), -1, 1)
    config = replace(THREE_OCTAVES, **changes)
    octaves = ends(run(network, config, image))
    for place, (step, ours) in enumerate(octaves, 1):
        here = resize(image, (step.height, step.width))
        share = config.effort * place / config.octaves
        assert distance(ours, here) == pytest.approx(share, abs=1e-4)
        assert step.reached
        assert 0 <= step.iteration < config.iterations - 1
    assert octaves[-1][0].ends_dream
    assert octaves[-1][0].fraction == 1


def test_tiles_and_the_start_of_the_step_that_is_cut(network):
    image = 0.5 * picture(100, 90)
    config = replace(THREE_OCTAVES, octaves=2, tile=64)
    whole = run(network, replace(config, tile=256), image)
    tiled = [(step, step.image, step.start) for step in dream(image, network, config, starts=True)]
    assert [step.loss for step, *_ in tiled] == pytest.approx([step.loss for step, _ in whole])
    last, ours, start = tiled[-1]
    assert distance(ours, image) == pytest.approx(0.1, abs=1e-4)
    assert last.reached
    lost = image - resize(resize(image, (71, 64)), (100, 90))
    assert distance(start.picture + lost, image) < 0.1


def test_a_grey_network_moves_a_grey_picture():
    inputs = picture_input(64, 64, 1)
    network = load_model(keras.Model(inputs, stacked(inputs)), input_range="-1,1")
    config = replace(THREE_OCTAVES, layers={"pool_b": 1.0}, gaussian_noise=0.001)
    (last, ours) = run(network, config)[-1]
    assert last.reached
    assert np.ptp(ours, axis=2).max() == 0
    assert distance(ours, last.original) == pytest.approx(0.1, abs=1e-4)


def test_a_dream_without_an_effort_takes_the_same_steps_until_it_would_end(network):
    config = replace(THREE_OCTAVES, octaves=1)
    free = run(network, replace(config, effort=None))
    held = run(network, config)
    assert not any(step.reached for step, _ in free)
    count = len(held)
    assert 1 < count < len(free)
    assert [step.loss for step, _ in held] == [step.loss for step, _ in free[:count]]
    for (_, ours), (_, theirs) in zip(held[:-1], free, strict=False):
        assert (ours == theirs).all()
    # The last picture lies on the way of the step.
    before, after = free[count - 2][1], free[count - 1][1]
    way = (held[-1][1] - before) / np.where(after == before, np.inf, after - before)
    assert 0 < way.mean() < 1


@pytest.mark.parametrize("layer", ["first", "third"])
def test_one_octave_is_the_picture_of_the_atlas(network, layer):
    settings = AtlasSettings(layers=(layer,), amount=0.05, precision="float32")
    (item,) = analyse(named("atlas"), IMAGE, network, settings).items
    step = item.values["config"]["step"]
    config = DreamConfig(
        layers={layer: 1}, octaves=1, iterations=24, step=step, effort=0.05, precision="float32"
    )
    *_, (last, ours) = run(network, config)
    assert last.iteration + 1 == item.values["steps"]
    assert Picture.of(ours) == item.picture


def test_dreams_of_two_networks_end_equally_far_as_they_are_saved():
    moved = []
    for network in (tiny_network(seed=1), tiny_network(seed=2, smooth=True)):
        image = Picture.of(IMAGE).as_float()
        *_, (_, ours) = run(network, THREE_OCTAVES, image)
        moved.append(distance(load_image(Picture.of(ours).png), image))
    assert moved == pytest.approx([0.1, 0.1], abs=1e-3)


@pytest.mark.slow
def test_so_do_those_of_networks_of_the_zoo():
    image, moved = load_image(CAT, max_side=160), []
    for model, layer in (("vgg16", "block3_conv3"), ("efficientnet_lite0", "block3b_add")):
        recording = Recording()
        config = replace(THREE_OCTAVES, layers={layer: 1.0}, iterations=30)
        list(recording.record(dream(image, model, config)))
        assert len(recording.losses) < 90
        moved.append(distance(load_image(recording.final.picture.png), image))
        assert recording.moved == pytest.approx(moved[-1], abs=0.5 / 127.5)
    assert moved == pytest.approx([0.1, 0.1], abs=1e-3)


@pytest.mark.parametrize("octave", [1, 2])
def test_a_resumed_run_goes_on_as_if_it_had_never_stopped(network, octave):
    config = replace(THREE_OCTAVES, gaussian_noise=0.01, jitter=3)
    whole = run(network, config)
    before = ends(whole)[octave - 1][1]
    rest = run(network, config, resume=Resume(octave, before))
    expected = [(step, ours) for step, ours in whole if step.octave >= octave]
    assert [step.loss for step, _ in rest] == [step.loss for step, _ in expected]
    assert (rest[-1][1] == expected[-1][1]).all()


def test_of_the_loss_and_the_effort_the_first_ends_an_octave(network):
    config = replace(THREE_OCTAVES, octaves=1, step=0.01)
    losses = [step.loss for step, _ in run(network, config)]
    assert len(losses) > 4
    held = replace(config, max_loss=(losses[2] + losses[3]) / 2)
    with pytest.warns(FallsShort, match=r"of the 0\.1 asked for: choose a larger max_loss$"):
        steps = run(network, held)
    assert [step.loss for step, _ in steps] == losses[:3]
    assert not steps[-1][0].reached
    whole = run(network, replace(config, max_loss=2 * losses[-1]))
    assert [step.loss for step, _ in whole] == losses
    assert whole[-1][0].reached


def test_a_dream_that_falls_short_says_by_how_much(network):
    config = replace(THREE_OCTAVES, iterations=2, step=0.001)
    (sentence,), last = told(network, config, IMAGE)
    moved = distance(last, IMAGE)
    assert 0.001 < moved < 0.01
    assert sentence == (
        f"the picture moved by {np.floor(1e4 * moved) / 1e4:g} of the 0.1 asked for: choose more "
        "iterations, a larger step or a smaller effort"
    )


def test_a_dream_that_nothing_moves_on_asks_for_another_layer():
    # Suppressed, the values fall by 0.03 / 0.36 a step; with the third the ReLU is closed.
    config = replace(BY_HAND, layers={"sum": -1.0}, effort=0.5)
    (sentence,), _ = told(sums("relu"), config, GREY)
    assert re.fullmatch(
        r"the picture moved by 0\.1(5|499) of the 0\.5 asked for: choose another layer or other "
        r"channels",
        sentence,
    )


def test_noise_counts_and_noise_alone_may_fall_short(network):
    config = replace(THREE_OCTAVES, octaves=1, gaussian_noise=0.05)
    # Gaussian noise of 0.05 moves values by a root mean square of 0.05 * sqrt(2) = 0.0707.
    fewer, more = run(network, config), run(network, replace(config, gaussian_noise=0.0))
    assert len(fewer) < len(more)
    sentences, last = told(network, replace(config, iterations=0), IMAGE)
    assert distance(last, IMAGE) == pytest.approx(0.0707, abs=0.002)
    (sentence,) = sentences
    assert sentence.startswith("the picture moved by 0.0")
    nothing = replace(config, iterations=0, gaussian_noise=0.0)
    assert told(network, nothing, IMAGE)[0] == [
        "iterations is 0 and there is no noise, so the picture stays: choose 1 or more"
    ]


def test_octaves_that_begin_beyond_their_share_take_no_step(network):
    # Noise of 0.03 moves the first octave by 0.03 * sqrt(2), which is more than 0.1 / 3.
    config = replace(THREE_OCTAVES, gaussian_noise=0.03)
    with pytest.warns(Silence) as caught:
        steps = run(network, config)
    assert str(caught[0].message) == (
        "octaves 1 and 2 of 3 took no step, as the picture had moved by its share of effort 0.1 "
        "before: choose a larger one or less noise"
    )
    assert len(caught) == 1
    assert [(step.iteration, step.reached) for step, _ in steps[:2]] == [(-1, True)] * 2
    last, ours = steps[-1]
    assert last.reached
    assert distance(ours, IMAGE) == pytest.approx(0.1, abs=1e-4)


@pytest.mark.parametrize("iterations", [0, 5])
def test_noise_beyond_the_whole_effort_is_told(network, iterations):
    config = replace(THREE_OCTAVES, octaves=1, gaussian_noise=0.2, iterations=iterations)
    (sentence,), last = told(network, config, IMAGE)
    assert sentence == (
        "octave 1 of 1 took no step, as the picture had moved by its share of effort 0.1 before, "
        f"by {distance(last, IMAGE):.3g} in the end: choose a larger one or less noise"
    )


def test_dreams_together_end_each_at_its_own_step(network):
    images = [IMAGE, np.zeros_like(IMAGE), 0.3 * picture(40, 56, seed=3)]
    last, counts = {}, [0, 0, 0]
    for place, step in dreams(images, network, THREE_OCTAVES):
        last[place] = step.image.copy()
        counts[place] += 1
    assert len(set(counts)) > 1
    for place, image in enumerate(images):
        assert distance(last[place], image) == pytest.approx(0.1, abs=1e-4)


def test_dreams_together_that_fall_short_are_numbered():
    # What is nearly white has no way to go.
    images = [GREY, GREY + np.float32(0.75), GREY]
    with pytest.warns(FallsShort) as caught:
        list(dreams(images, sums(), BY_HAND))
    (warning,) = caught
    assert str(warning.message).startswith("picture 2 of 3: the picture moved by 0.03 of the 0.12")
    assert warning.filename == __file__
