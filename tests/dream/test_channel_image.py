import numpy as np
import pytest

from dreamlab.dream import channel_image
from dreamlab.dream.channel_image import ChannelVisualizer
from dreamlab.errors import DreamError
from tests.support.tiny import tiny_network


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
        alone, (picture,) = _grown(visualizer, [channel])
        np.testing.assert_allclose(objectives[:, [place]], alone, rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(pictures[place], picture, atol=1e-3)
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
