import json
import math
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream import InexactTiles, OctaveDropped, Resume, Silence, dream
from dreamlab.dream import courses as module
from dreamlab.errors import DreamError
from dreamlab.images import Picture, from_pixels, load_image, to_pixels
from dreamlab.images.noise import add_gaussian, add_salt_and_pepper
from dreamlab.images.resample import resize
from dreamlab.models import load_model
from tests.support import notebook
from tests.support.tiny import picture, tiny_network, wide_network

DATA = Path(__file__).parents[1] / "data"
REFERENCE = json.loads((DATA / "losses.json").read_text())

#: How the notebook computes.
AS_THE_NOTEBOOK = {"precision": "float32", "convolution": "direct"}

THREE_OCTAVES = DreamConfig(
    layers={"second": 0.7, "third": 0.4},
    octaves=3,
    iterations=2,
    precision="float32",
)


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def run(network, config, image=None, **more):
    """All steps of a run with a copy of each picture."""
    image = picture(40, 56) if image is None else image
    return [(step, step.image.copy()) for step in dream(image, network, config, **more)]


def test_steps_go_through_all_octaves_in_order(network):
    steps = [step for step, _ in run(network, THREE_OCTAVES)]
    where = [(step.octave, step.height, step.width, step.iteration) for step in steps]
    assert where == [
        (0, 20, 28, 0),
        (0, 20, 28, 1),
        (1, 28, 40, 0),
        (1, 28, 40, 1),
        (2, 40, 56, 0),
        (2, 40, 56, 1),
    ]
    assert [step.ends_octave for step in steps] == [False, True] * 3
    assert {step.octaves for step in steps} == {3}
    pixels = [20 * 28, 28 * 40, 40 * 56]
    expected = (pixels[0] + pixels[1] / 2) / sum(pixels)
    assert steps[2].fraction == pytest.approx(expected)
    assert steps[-1].fraction == 1


def test_layer_shares_add_up_to_the_loss(network):
    for step, _ in run(network, THREE_OCTAVES):
        assert set(step.losses) == {"second", "third"}
        assert sum(step.losses.values()) == pytest.approx(step.loss)


def test_losses_and_pictures_are_those_of_the_notebooks_loop(network):
    # Not 40 x 56: from there, SciPy's zoom rounds its way out of the picture and fills in zeros.
    image = picture(45, 63)
    steps = run(network, THREE_OCTAVES, image)
    evaluate = notebook.compile_loss_and_gradient(
        network.feature_extractor(["second", "third"], "float32"), dict(THREE_OCTAVES.layers)
    )
    expected = list(notebook.deep_dream(evaluate, image, octaves=3, iterations=2))
    assert [step.loss for step, _ in steps] == pytest.approx(
        [loss for _, loss, _ in expected], rel=1e-4
    )
    for (step, ours), (shape, _, theirs) in zip(steps, expected, strict=True):
        assert (step.height, step.width) == shape
        if not step.ends_octave:
            assert ours == pytest.approx(theirs, abs=1e-3)


def test_lost_detail_is_put_back_at_the_end_of_each_octave(network):
    image = picture(40, 56)
    still = replace(THREE_OCTAVES, iterations=0)
    with pytest.warns(Silence, match="iterations is 0 and there is no noise, so the picture stays"):
        steps = run(network, still, image)
    for step, ours in steps:
        # Nothing was dreamt, so what the resizing lost is put back whole.
        assert ours == pytest.approx(resize(image, (step.height, step.width)), abs=1e-5)


def test_the_loss_rises(network):
    losses = [
        step.loss for step, _ in run(network, replace(THREE_OCTAVES, octaves=1, iterations=8))
    ]
    assert losses == sorted(losses)
    assert losses[-1] > 1.2 * losses[0]


def test_a_negative_weight_suppresses_its_layer(network):
    config = replace(THREE_OCTAVES, layers={"second": -1.0}, octaves=1, iterations=8)
    answers = [-step.losses["second"] for step, _ in run(network, config)]
    assert answers[-1] < 0.8 * answers[0]


def test_no_iterations_run_the_octaves_with_the_noise_alone(network):
    image = picture(40, 56)
    config = replace(THREE_OCTAVES, iterations=0, gaussian_noise=0.05, salt_pepper=0.01, seed=4)
    steps = run(network, config, image)
    assert [(step.iteration, step.losses) for step, _ in steps] == [(-1, {})] * 3
    assert all(math.isnan(step.loss) and step.ends_octave for step, _ in steps)
    expected, shrunk = image, resize(image, (20, 28))
    for index, (step, ours) in enumerate(steps):
        shape = (step.height, step.width)
        generator = np.random.default_rng((4, index))
        expected = resize(add_salt_and_pepper(expected, 0.01, generator), shape)
        expected = add_gaussian(expected, 0.05, generator)
        expected = expected + resize(image, shape) - resize(shrunk, shape)
        shrunk = resize(image, shape)
        assert ours == pytest.approx(expected, abs=1e-6)


def test_noise_in_each_octave_changes_the_dream(network):
    plain = run(network, THREE_OCTAVES)[-1][1]
    for noise in ({"gaussian_noise": 0.05}, {"salt_pepper": 0.01}, {"jitter": 4}):
        assert np.abs(run(network, replace(THREE_OCTAVES, **noise))[-1][1] - plain).max() > 0.01


def test_max_loss_ends_an_octave_before_the_step_that_would_be_taken_there(network):
    free = run(network, replace(THREE_OCTAVES, octaves=1, iterations=6))
    limit = (free[2][0].loss + free[3][0].loss) / 2
    held = run(network, replace(THREE_OCTAVES, octaves=1, iterations=6, max_loss=limit))
    assert [step.loss for step, _ in held] == [step.loss for step, _ in free[:3]]
    assert held[-1][0].ends_octave
    assert held[-1][0].fraction == 1
    # One octave has no lost detail, so that its result is the picture after the third step.
    assert held[-1][1] == pytest.approx(free[2][1], abs=1e-6)


def test_an_octave_whose_first_loss_is_too_high_takes_no_step(network):
    with pytest.warns(Silence, match="octaves 1, 2 and 3 of 3 took no step, as the first loss was"):
        steps = run(network, replace(THREE_OCTAVES, max_loss=-1.0))
    assert [(step.iteration, step.ends_octave) for step, _ in steps] == [(-1, True)] * 3


def test_it_is_lazy_and_can_be_closed(network, monkeypatch):
    from dreamlab.dream.ascent import OctaveAscent

    taken = []
    step_of = OctaveAscent.step
    monkeypatch.setattr(
        OctaveAscent, "step", lambda *arguments: taken.append(1) or step_of(*arguments)
    )
    steps = dream(picture(40, 56), network, THREE_OCTAVES)
    assert taken == []
    next(steps)
    assert len(taken) == 1
    steps.close()
    assert list(steps) == []
    assert len(taken) == 1


def test_a_steps_picture_is_there_until_the_next_step(network):
    steps = dream(picture(40, 56), network, THREE_OCTAVES)
    first = next(steps)
    assert first.image.shape == (20, 28, 3)
    next(steps)
    with pytest.raises(DreamError, match="take it before the next step"):
        _ = first.image


def test_a_picture_in_bytes_is_dreamt_as_its_floats(network):
    image = from_pixels(to_pixels(picture(40, 56)))
    floats = [step.image.copy() for step in dream(image, network, THREE_OCTAVES)]
    for given in (Picture.of(image), to_pixels(image)):
        steps = dream(given, network, THREE_OCTAVES)
        for step, expected in zip(steps, floats, strict=True):
            assert np.array_equal(step.image, expected)
            assert np.array_equal(step.original, image)
            assert step.original_picture == Picture.of(image)


def test_transformed_kernels_make_room_for_larger_tiles(monkeypatch):
    network, kept = wide_network(), []
    monkeypatch.setattr(module, "has_much_memory", lambda: True)
    monkeypatch.setattr(network, "keep_transformed_kernels", kept.append)
    config = DreamConfig(layers={"third": 1}, octaves=1, iterations=1, convolution="winograd")
    for tile, expected in (("auto", [True]), (64, [True, False])):
        kept.clear()
        next(dream(picture(96, 130), network, replace(config, tile=tile)))
        assert kept == expected


def test_a_step_of_an_octave_without_steps_has_no_other_octaves_picture(network):
    config = replace(THREE_OCTAVES, iterations=0, gaussian_noise=0.01)
    *early, last = dream(picture(64, 64), network, config)
    assert last.image.shape == (64, 64, 3)
    for step in early:
        with pytest.raises(DreamError, match="picture is gone"):
            step.image  # noqa: B018


def test_the_picture_given_is_not_changed(network):
    image = picture(40, 56)
    before = image.copy()
    run(network, replace(THREE_OCTAVES, salt_pepper=0.1), image)
    assert (image == before).all()


def test_same_seed_same_bytes_other_seed_other_bytes(network):
    config = replace(THREE_OCTAVES, gaussian_noise=0.05, salt_pepper=0.01, jitter=3)
    first, same, other = (
        run(network, replace(config, seed=seed))[-1][1].tobytes() for seed in (1, 1, 2)
    )
    assert first == same
    assert first != other


@pytest.mark.parametrize("octave", [1, 2])
def test_a_resumed_run_goes_on_as_if_it_had_never_stopped(network, octave):
    config = replace(THREE_OCTAVES, gaussian_noise=0.05, salt_pepper=0.01, jitter=3)
    whole = run(network, config)
    (before,) = [ours for step, ours in whole if step.octave == octave - 1 and step.ends_octave]
    rest = run(network, config, resume=Resume(octave, before))
    expected = [(step, ours) for step, ours in whole if step.octave >= octave]
    assert [step.loss for step, _ in rest] == [step.loss for step, _ in expected]
    assert [step.fraction for step, _ in rest] == [step.fraction for step, _ in expected]
    assert (rest[-1][1] == expected[-1][1]).all()


@pytest.mark.parametrize(("octave", "steps"), [(0, 1), (1, 2), (2, 3)])
@pytest.mark.filterwarnings("ignore::dreamlab.dream.FallsShort")
@pytest.mark.parametrize("settings", [{}, {"max_loss": 1e9}, {"effort": 0.5}, {"tile": 64}])
def test_a_run_left_in_the_middle_of_an_octave_goes_on_bit_for_bit(
    network, octave, steps, settings
):
    noise = {"gaussian_noise": 0.05, "salt_pepper": 0.01, "jitter": 3}
    config = replace(THREE_OCTAVES, iterations=4, **noise, **settings)
    whole = run(network, config)
    here = [place for place, (step, _) in enumerate(whole) if step.octave == octave]
    left = here[steps - 1]
    rest = run(network, config, resume=Resume(octave, whole[left][1], iteration=steps))
    expected = whole[left + 1 :]
    assert [step.losses for step, _ in rest] == [step.losses for step, _ in expected]
    assert [step.iteration for step, _ in rest] == [step.iteration for step, _ in expected]
    assert [step.fraction for step, _ in rest] == [step.fraction for step, _ in expected]
    assert all(
        (ours == theirs).all() for (_, ours), (_, theirs) in zip(rest, expected, strict=True)
    )


@pytest.mark.parametrize(
    ("resume", "message"),
    [
        (Resume(3, np.zeros((40, 56, 3))), "octave 3 to go on with; choose 0 to 2"),
        (Resume(1, np.zeros((40, 56, 3)), iteration=2), "step 2 to go on with; choose 0 to 1"),
        (Resume(2, np.zeros((40, 50, 3)), iteration=1), "is 50 x 40 px; octave 2 has 56 x 40"),
    ],
)
def test_a_run_cannot_go_on_where_nothing_was_left(network, resume, message):
    with pytest.raises(DreamError, match=message):
        run(network, replace(THREE_OCTAVES, iterations=2), resume=resume)


def test_octaves_that_do_not_fit_are_dropped_with_a_warning():
    network = tiny_network()
    network.smallest = 26
    with pytest.warns(OctaveDropped, match=r"left out 1 octave \(28 x 20 px\)"):
        steps = list(dream(picture(40, 56), network, THREE_OCTAVES))
    assert [(step.octave, step.octaves) for step in steps] == [(0, 2), (0, 2), (1, 2), (1, 2)]


def test_tiles_that_cannot_be_exact_are_spoken_of():
    network = tiny_network(seeing_all=True)
    config = DreamConfig(layers={"excited": 1}, octaves=1, iterations=2, tile=64)
    with pytest.warns(InexactTiles, match="each position sees the whole picture"):
        steps = dream(picture(100, 100), network, config)
    losses = [step.loss for step in steps]
    assert losses[1] > losses[0]
    with warnings.catch_warnings():  # small enough to be taken whole: nothing to say
        list(dream(picture(40, 40), network, config))


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((40, 40), np.float32), r"shape \(40, 40\); give height x width x 3"),
        (np.zeros((40, 40, 4), np.float32), r"shape \(40, 40, 4\)"),
        (np.full((40, 40, 3), np.nan, np.float32), "not finite"),
        (np.zeros((1, 40, 3), np.float32), "picture is 40 x 1 px; tiny needs at least 2 x 2"),
    ],
)
def test_a_picture_that_does_not_fit_is_refused_at_once(network, image, message):
    with pytest.raises(DreamError, match=message):
        dream(image, network, THREE_OCTAVES)


def test_a_loss_beyond_all_numbers_is_an_error(network):
    with pytest.raises(
        DreamError, match="the loss became inf at octave 1, step 1: choose an earlier layer"
    ):
        run(
            network,
            replace(THREE_OCTAVES, octaves=1, layers={"third": 1e-6}),
            picture(40, 56) * 1e20,
        )


def test_the_provenance_says_what_was_computed_in(network):
    step = next(dream(picture(40, 56), network, replace(THREE_OCTAVES, precision="bfloat16")))
    assert step.provenance.precision == "bfloat16"
    assert step.provenance.model == "tiny"
    assert step.provenance.convolution == "direct"
    assert step.provenance.config.precision == "bfloat16"
    assert step.provenance.config.convolution == "auto"


@pytest.fixture(scope="module")
def vgg16():
    return load_model("vgg16")


@pytest.fixture(scope="module")
def cat():
    return load_image(DATA / "cat_600x400.png")


#: Memory, in MB, with which no picture is tiled, however much the tests before have taken: tiles
#: are exact to rounding alone, which a dream doubles in a step or two.
WHOLE = 16_000


def assert_reproduced(losses, expected, vgg16, cat, config):
    """The losses are the reference's within 0.5 %.

    A dream doubles every rounding error in a step or two. The reference was computed with the
    float32 kernels for AVX-512; where the processor has others, the notebook's own way strays
    from it too, and is what the engine is held against.
    """
    if losses == pytest.approx(expected, rel=0.005):
        return
    evaluate = notebook.compile_loss_and_gradient(
        vgg16.feature_extractor(config.layers, "float32"), dict(config.layers)
    )
    here = [
        loss
        for _, loss, _ in notebook.deep_dream(
            evaluate, cat, octaves=config.octaves, iterations=config.iterations
        )
    ]
    assert here != pytest.approx(expected, rel=0.005), "the reference is reproducible here"
    assert losses == pytest.approx(here, rel=0.005)


@pytest.mark.slow
@pytest.mark.parametrize("index", range(4))
def test_the_single_layer_runs_reproduce_the_reference(vgg16, cat, index):
    single = REFERENCE["single"][index]
    config = replace(DreamConfig.preset(f"layer{index + 1}"), **AS_THE_NOTEBOOK)
    assert dict(config.layers) == single["layers"]
    losses = [step.loss for step in dream(cat, vgg16, config, memory=WHOLE)]
    assert_reproduced(losses, single["losses"], vgg16, cat, config)


@pytest.mark.slow
def test_the_mixed_run_reproduces_the_reference(vgg16, cat):
    config = replace(DreamConfig.preset("mixed"), **AS_THE_NOTEBOOK)
    assert dict(config.layers) == REFERENCE["mixed"]["layers"]
    steps = list(dream(cat, vgg16, config, memory=WHOLE))
    shapes = [(step.height, step.width) for step in steps]
    octaves = REFERENCE["mixed"]["per_octave"]
    assert shapes == [tuple(octave["shape"]) for octave in octaves for _ in octave["losses"]]
    expected = [loss for octave in octaves for loss in octave["losses"]]
    assert_reproduced([step.loss for step in steps], expected, vgg16, cat, config)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["layer1", "layer2", "layer3", "layer4", "mixed"])
def test_first_losses_in_bfloat16_are_those_in_float32(vgg16, cat, name):
    config = replace(DreamConfig.preset(name), octaves=1, iterations=1)
    small = cat[100:300, 200:400]
    exact, rounded = (
        next(dream(small, vgg16, replace(config, precision=precision))).loss
        for precision in ("float32", "bfloat16")
    )
    assert rounded == pytest.approx(exact, rel=0.005)
