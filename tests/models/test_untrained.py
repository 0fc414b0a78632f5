import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.errors import DreamError
from dreamlab.models import load_model
from dreamlab.models.untrained import forget_training
from tests.support.tiny import normalizing_model


def _weights(network):
    return network.feature_extractor(["block3_conv3"], "float32").get_weights()


def test_the_untrained_twin_is_the_same_each_time_and_another_network():
    first, again, trained = (
        load_model(name) for name in ("vgg16:untrained", "vgg16:untrained", "vgg16")
    )
    assert first.name == "vgg16:untrained"
    assert first.weights == again.weights != trained.weights
    assert len(first.weights) == 64
    assert [layer.name for layer in first.layers] == [layer.name for layer in trained.layers]
    assert first.feeding.chosen("notebook") == "-1,1"
    for own, same, learnt in zip(*map(_weights, (first, again, trained)), strict=True):
        np.testing.assert_array_equal(own, same)
        assert own.shape == learnt.shape
        assert not np.array_equal(own, learnt)


def test_kernels_have_the_variance_of_he_and_constants_their_own():
    inputs = keras.Input((None, None, 3))
    maps = kl.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0], name="prepare")(inputs)
    maps = kl.Conv2D(256, 3, activation="relu", name="rectified")(maps)
    maps = kl.Conv2D(256, 1, use_bias=False, name="normalised")(maps)
    maps = kl.ReLU()(kl.BatchNormalization(name="norm")(maps))
    maps = kl.DepthwiseConv2D(5, name="depthwise")(maps)
    inner = keras.Sequential([keras.Input((None, None, 256)), kl.Conv2D(64, 1, name="within")])
    model = keras.Model(inputs, inner(maps))
    for weight in model.weights:
        if "prepare" not in weight.path and weight.dtype == "float32":
            weight.assign(np.full(weight.shape, 7.0))
    forget_training(model)
    deviations = {"rectified": 2 / 27, "normalised": 2 / 256, "depthwise": 1 / 25}
    for name, variance in deviations.items():
        assert np.var(model.get_layer(name).kernel) == pytest.approx(variance, rel=0.1), name
    assert np.var(inner.get_layer("within").kernel) == pytest.approx(1 / 256, rel=0.1)
    assert not np.any(model.get_layer("rectified").bias)
    norm = model.get_layer("norm")
    assert [float(np.mean(value)) for value in norm.get_weights()] == [1, 0, 0, 1]
    np.testing.assert_array_equal(np.ravel(model.get_layer("prepare").mean), [1, 2, 3])


def test_an_own_file_has_an_untrained_twin(tmp_path):
    inputs = keras.Input((None, None, 3))
    scaled = kl.Rescaling(1 / 255)(inputs)
    keras.Model(inputs, kl.Conv2D(4, 3, name="conv")(scaled)).save(tmp_path / "mine.keras")
    path = str(tmp_path / "mine.keras")
    trained, untrained = load_model(path), load_model(f"{path}:untrained")
    assert untrained.name == "mine.keras:untrained"
    assert untrained.feeding.range == trained.feeding.range == "0,255"
    assert untrained.weights != trained.weights


def test_what_has_no_twin_is_said():
    with pytest.raises(DreamError, match="unknown model 'vgg:untrained'; choose from vgg16"):
        load_model("vgg:untrained")
    with pytest.raises(DreamError, match="unknown model ':untrained'; choose from vgg16"):
        load_model(":untrained")
    with pytest.raises(DreamError, match="vgg16:untrained has its own weights, so 'w.h5'"):
        load_model("vgg16:untrained", weights="w.h5")
    with pytest.raises(DreamError, match="there is no model file 'gone.keras'"):
        load_model("gone.keras:untrained")


def test_a_network_has_an_untrained_twin():
    model = normalizing_model()
    network = load_model(model)
    twin = network.twin()
    assert twin.name == network.name + ":untrained"
    assert twin.layers == network.layers
    assert twin.feeding == network.feeding
    models = [of.feature_extractor(["low"], "float32") for of in (network, twin)]
    trained, random = (of.get_layer(network.name_in_keras("low")) for of in models)
    kernel, bias = random.get_weights()
    assert np.std(kernel) == pytest.approx(np.sqrt(2 / 27), rel=0.2) and not bias.any()
    assert np.array_equal(trained.get_weights()[0], model.get_layer("low").get_weights()[0])
    again = network.twin().feature_extractor(["low"], "float32")
    assert np.array_equal(again.get_layer(random.name).get_weights()[0], kernel)
    assert twin.twin() is None


def test_a_network_that_cannot_be_copied_has_no_twin():
    picture = keras.Input((None, None, 3))
    maps = kl.Lambda(lambda x: x + 1.0)(picture)
    network = load_model(keras.Model(picture, kl.Conv2D(2, 3)(maps)), input_range="-1,1")
    assert network.twin() is None
