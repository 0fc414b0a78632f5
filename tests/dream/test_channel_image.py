import numpy as np
import pytest

from dreamlab.dream import channel_image, channel_step
from dreamlab.dream.activations import Activations
from dreamlab.dream.channel_image import ChannelVisualizer
from dreamlab.errors import DreamError
from dreamlab.models import load_model
from tests.support.tiny import activations_by_hand, picture, silenced, tiny_network


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def _grown(visualizer, channels, steps=8, **options):
    """Return the objectives of all steps, and the last pictures."""
    found = list(
        visualizer.visualize(
            [{channel: 1.0} for channel in channels], steps, **{"jitter": 3, "seed": 0} | options
        )
    )
    return np.array([objectives for objectives, _ in found]), visualizer.pictures(found[-1][1])


def test_visualizing_raises_the_channel_and_is_seeded(network):
    visualizer = ChannelVisualizer(network, "second", 32, "float32", "notebook")
    (objectives, (first,)), (_, (again,)), (_, (other,)) = (
        _grown(visualizer, [1], seed=seed) for seed in (0, 0, 1)
    )
    assert objectives[-1] > objectives[0]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == (32, 32, 3)
    assert np.abs(first).max() <= 1
    with pytest.raises(DreamError, match="side is 1; tiny needs at least 2 px"):
        ChannelVisualizer(network, "second", 1, "float32", "notebook")


def test_channels_grown_together_are_those_grown_alone(network):
    visualizer = ChannelVisualizer(network, "third", 32, "float32", "notebook")
    objectives, pictures = _grown(visualizer, [4, 0, 2])
    for place, channel in enumerate([4, 0, 2]):
        alone, (one,) = _grown(visualizer, [channel])
        np.testing.assert_allclose(objectives[:, [place]], alone, rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(pictures[place], one, atol=1e-3)
    # The channels' pictures differ by far more.
    assert np.abs(pictures[0] - pictures[1]).max() > 0.1


def test_an_ascent_on_one_channel_is_adam_by_hand(network):
    """The first step of Adam goes by its rate, whatever the gradient's size."""
    visualizer = ChannelVisualizer(network, "third", 32, "float32", "notebook")
    start = np.random.default_rng((0, 1)).normal(0, 0.01, (2, 3, 32, 17)).astype(np.float32)
    (_, after), *_ = visualizer.visualize([{1: 1.0}], 1, jitter=0, seed=0)
    change = np.abs(after.numpy()[0] - start)
    # What has no gradient stays: the imaginary part of the constant, among others.
    assert change[0, :, 0, 0] == pytest.approx([0.05] * 3, rel=1e-2)
    assert change.max() == pytest.approx(0.05, rel=1e-3)


def test_as_many_channels_at_once_as_fit_the_memory(network, monkeypatch):
    small = ChannelVisualizer(network, "third", 32, "float32", "notebook")
    assert small.most_at_once() == 16
    # No memory at all still leaves a gradient 256 MB, and each pixel takes some bytes of them.
    monkeypatch.setattr(channel_image, "bytes_per_pixel", lambda *model: 87.0)
    large = ChannelVisualizer(network, "third", 512, "float32", "notebook")
    assert large.most_at_once(1) == 256_000_000 // (512 * 512 * 87) == 11


def test_jitter_changes_what_is_grown(network):
    visualizer = ChannelVisualizer(network, "third", 32, "float32", "notebook")
    still, shifted = (_grown(visualizer, [1], jitter=jitter)[1] for jitter in (0, 3))
    assert np.abs(still - shifted).max() > 0.01


def test_good_quality_is_seeded_and_turns_the_picture(network):
    visualizer = ChannelVisualizer(network, "second", 32, "float32", "notebook")
    (objectives, first), (_, again), (_, fast) = (
        _grown(visualizer, [1], jitter=0, good=good) for good in (True, True, False)
    )
    assert objectives[-1] > objectives[0]
    assert np.array_equal(first, again)
    assert np.abs(first - fast).max() > 0.1


def test_the_steps_of_good_quality_shorten_to_nothing(network):
    """Adam's first step goes by its rate; the last one of four by a quarter of it at most."""
    visualizer = ChannelVisualizer(network, "third", 32, "float32", "notebook")
    steps = visualizer.visualize([{1: 1.0}], 4, jitter=0, seed=0, good=True)
    states = [coefficients.numpy() for _, coefficients in steps]
    start = np.random.default_rng((0, 1)).normal(0, 0.01, (2, 3, 32, 17)).astype(np.float32)
    assert np.abs(states[0] - start).max() == pytest.approx(0.3, rel=1e-2)
    assert np.abs(states[3] - states[2]).max() < 0.3 / 4 * 1.3
    # However many there are, they do not go further than 40 do.
    (_, after), *_ = visualizer.visualize([{1: 1.0}], 120, jitter=0, seed=0, good=True)
    assert np.abs(after.numpy() - start).max() == pytest.approx(0.1, rel=1e-2)


def test_a_direction_raises_the_weighted_sum(network):
    visualizer = ChannelVisualizer(network, "second", 32, "float32", "notebook")
    start = picture(32, 32)
    with_start = {"jitter": 0, "seed": 0, "start": start}
    ones, three = (
        next(visualizer.visualize([{channel: 1.0}], 1, **with_start))[0][0] for channel in (1, 3)
    )
    found = list(visualizer.visualize([{1: 2.0, 3: -0.5}, {1: -1.0}], 6, **with_start))
    # The noise under the picture is another's, and faint.
    assert found[0][0] == pytest.approx([2 * ones - 0.5 * three, -ones], rel=0.05, abs=0.05)
    assert (found[-1][0] > found[0][0]).all()


def test_a_picture_to_start_from(network):
    visualizer = ChannelVisualizer(network, "second", 32, "float32", "notebook")
    start = picture(32, 32)
    near, far = (_grown(visualizer, [1], 1, start=of)[1][0] for of in (start, None))
    assert np.abs(near - start).mean() < 0.2 < np.abs(far - start).mean()


def _alike(network, layer, pictures):
    """The mean cosine of the Gram matrices of pictures."""
    maps = Activations(network, [layer], "float32", "notebook").maps
    features = [maps(each)[layer] for each in pictures]
    flat = np.stack([each.reshape(-1, each.shape[-1]) for each in features])
    grams = (flat.transpose(0, 2, 1) @ flat).reshape(len(flat), -1)
    units = grams / np.linalg.norm(grams, axis=1, keepdims=True)
    return (units @ units.T)[np.triu_indices(len(units), 1)].mean()


def test_pictures_of_a_channel_that_are_to_differ(network, monkeypatch):
    """Less alike than those of as many seeds; the channels of so small a network hardly can be."""
    monkeypatch.setattr(channel_step, "_PENALTY", 100.0)
    visualizer = ChannelVisualizer(network, "third", 32, "float32", "notebook")
    _, together = _grown(visualizer, [1, 4], 20, diverse=4)
    alone = [_grown(visualizer, [1], 20, seed=seed)[1][0] for seed in range(4)]
    assert together.shape == (8, 32, 32, 3)
    assert _alike(network, "third", together[:4]) < _alike(network, "third", alone) - 0.05


@pytest.mark.slow
def test_pictures_of_a_channel_of_vgg16_differ_more_than_those_of_seeds():
    network = load_model("vgg16")
    visualizer = ChannelVisualizer(network, "block4_conv3", 64, "float32", "notebook")
    _, together = _grown(visualizer, [200], 15, diverse=4)
    alone = [_grown(visualizer, [200], 15, seed=seed)[1][0] for seed in range(4)]
    assert _alike(network, "block4_conv3", together) < _alike(network, "block4_conv3", alone) - 0.05


@pytest.mark.parametrize("good", [False, True])
def test_a_silent_channel_moves(good):
    silent = silenced(tiny_network(), "third", channels=(4,))
    visualizer = ChannelVisualizer(silent, "third", 32, "float32", "notebook")
    objectives, pictures = _grown(visualizer, [4], good=good)
    assert objectives[-1] > objectives[0]
    assert visualizer.answers(pictures)[0, 4] == 0


def test_answers_are_mean_activations(network):
    visualizer = ChannelVisualizer(network, "second", 32, "float32", "notebook")
    pictures = np.stack([picture(32, 32, seed) for seed in (0, 1)])
    expected = [activations_by_hand(network, each)["second"].mean((0, 1)) for each in pictures]
    np.testing.assert_allclose(visualizer.answers(pictures), expected, rtol=1e-4, atol=1e-5)


def test_pictures_that_differ_take_memory_for_their_gram_matrices(network, monkeypatch):
    visualizer = ChannelVisualizer(network, "third", 32, "float32", "notebook")
    assert [visualizer.most_at_once(diverse=diverse) for diverse in (1, 2, 3, 4)] == [16, 8, 5, 4]
    monkeypatch.setattr(visualizer, "_bytes", 256_000_000 / 3)
    assert [visualizer.most_at_once(1, diverse) for diverse in (1, 2, 4)] == [3, 1, 1]


@pytest.mark.slow
def test_good_quality_reaches_no_less_in_as_many_steps():
    """Of VGG16: 20 seeded channels, each in a picture that is neither turned nor shifted."""
    visualizer = ChannelVisualizer(load_model("vgg16"), "block4_conv3", 64, "float32", "notebook")
    channels = np.random.default_rng(0).choice(512, 20, replace=False)
    reached = []
    for good in (False, True):
        for some in np.split(channels, 2):
            _, pictures = _grown(visualizer, some.tolist(), 16, good=good)
            reached.append(visualizer.answers(pictures)[range(10), some])
    fast, good = np.concatenate(reached[:2]), np.concatenate(reached[2:])
    assert good.sum() > fast.sum()
    assert np.sum(good > fast) >= 19
