"""Networks are built and traced under settings of our own, and the user's are back at once."""

import threading

import keras
import numpy as np
import pytest
from keras.src.backend.common import global_state

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.dream.activations import Activations
from dreamlab.dream.channel_image import ChannelVisualizer
from dreamlab.models import load_model
from dreamlab.models.keras_settings import own_settings
from tests.support.tiny import normalizing_model, picture

OWN = ("float32", 1e-7, "channels_last", "float32")


def settings():
    """What a layer would get that is made now."""
    config = keras.config
    return (
        config.floatx(),
        config.epsilon(),
        config.image_data_format(),
        config.dtype_policy().name,
    )


def setting(floatx, epsilon, axes, policy):
    keras.config.set_floatx(floatx)
    keras.config.set_epsilon(epsilon)
    keras.config.set_image_data_format(axes)
    keras.config.set_dtype_policy(policy)


@pytest.fixture
def users():
    """Other settings, as a user's own code may have made them."""
    before = settings()
    users = ("float16", 0.5, "channels_first", "mixed_float16")
    setting(*users)
    yield users
    setting(*before)


@pytest.fixture
def own(tmp_path):
    normalizing_model().save(tmp_path / "own.keras")
    return tmp_path / "own.keras"


def made(path, precision, convolution):
    config = DreamConfig(
        layers={"high": 1.0},
        octaves=2,
        iterations=2,
        precision=precision,
        convolution=convolution,
    )
    steps = [(step.image, settings()) for step in dream(picture(40, 50), load_model(path), config)]
    return steps[-1]


@pytest.mark.parametrize(
    ("precision", "convolution"),
    [("float32", "direct"), ("float32", "winograd"), ("bfloat16", "direct")],
)
def test_a_dream_is_the_same_to_the_last_bit(own, request, precision, convolution):
    expected, _ = made(own, precision, convolution)
    users = request.getfixturevalue("users")
    dreamt, seen = made(own, precision, convolution)
    np.testing.assert_array_equal(dreamt, expected)
    assert seen == users


def test_so_are_what_analyses_look_at(own, request):
    def looked():
        network = load_model(own)
        maps = Activations(network, ["low", "high"], "float32", "notebook").maps(picture(20, 24))
        ascent = ChannelVisualizer(network, "low", 16, "float32", "notebook")
        *_, (objectives, _) = ascent.visualize([{1: 1.0}, {3: 1.0}], 2, jitter=1, seed=0)
        return [maps["low"], maps["high"], objectives]

    expected = looked()
    request.getfixturevalue("users")
    for part, before in zip(looked(), expected, strict=True):
        np.testing.assert_array_equal(part, before)


def test_a_picture_is_prepared_the_same(request):
    network, image = load_model("vgg16", weights=None), picture(8, 9)[None]
    expected = np.asarray(network.preprocess(image, "imagenet"))
    request.getfixturevalue("users")
    np.testing.assert_array_equal(network.preprocess(image, "imagenet"), expected)


def test_settings_are_back_after_an_error_too(users):
    with pytest.raises(KeyError), own_settings():
        assert settings() == OWN
        raise KeyError
    assert settings() == users


def test_threads_that_overlap_leave_the_users_settings(users):
    inside, leave = threading.Event(), threading.Event()
    seen = []

    def other():
        with own_settings():
            inside.set()
            leave.wait(10)
            seen.append(settings())
        seen.append(global_state.get_global_attribute("dtype_policy"))

    thread = threading.Thread(target=other)
    with own_settings():
        thread.start()
        assert inside.wait(10)
    assert settings()[:3] == OWN[:3]  # the other one is not done
    leave.set()
    thread.join()
    # The other thread never had a policy, and has none now: it follows the number format.
    assert seen == [OWN, None]
    assert settings() == users


def test_a_network_of_the_zoo_is_built_the_same(users):
    network = load_model("vgg16", weights=None)
    model = network.plain_extractor(["block1_conv1"], "float32")
    assert model.get_layer("block1_conv1").data_format == "channels_last"
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert settings() == users
