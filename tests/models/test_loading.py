"""Networks by name and from files of a user's own, and their weights."""

import importlib
import shutil
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.models import load_model, loading
from dreamlab.zoo import ARCHITECTURES
from tests.support.tiny import picture


def _classifier():
    """A small classifier with a fixed size and a Dense top."""
    inputs = keras.Input((64, 64, 3))
    x = kl.Conv2D(4, 3, strides=2, activation="relu", name="low")(inputs)
    x = kl.Conv2D(5, 3, activation="relu", name="high")(x)
    outputs = kl.Dense(10, name="top")(kl.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, outputs)


def _same_as_sequential():
    return keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            kl.Conv2D(4, 3, strides=2, activation="relu", name="low"),
            kl.Conv2D(5, 3, activation="relu", name="high"),
            kl.Flatten(),
            kl.Dense(10, name="top"),
        ]
    )


@pytest.mark.parametrize("build", [_classifier, _same_as_sequential])
def test_a_classifier_of_ones_own_takes_pictures_of_any_size(build, tmp_path):
    own = build()
    own.save(tmp_path / "own.keras")
    network = load_model(tmp_path / "own.keras", input_range="-1,1")
    assert network.name == "own.keras"
    assert [layer.name for layer in network.layers] == ["low", "high"]
    image = np.random.default_rng(0).uniform(-1, 1, (1, 64, 64, 3)).astype(np.float32)
    expected = keras.Model(own.inputs[0], own.get_layer("high").output)(image)
    activation = network.feature_extractor(["high"], "float32")(
        network.preprocess(image, "notebook")
    )["high"]
    np.testing.assert_allclose(activation, expected, rtol=1e-5, atol=1e-6)
    config = DreamConfig(layers={"high": 1.0}, octaves=1, iterations=3)
    losses = [step.loss for step in dream(picture(90, 120), network, config)]
    assert losses[0] < losses[1] < losses[2]


def test_the_smallest_picture_leaves_a_map_in_every_layer(tmp_path):
    _classifier().save(tmp_path / "own.keras")
    # 3 px with a stride of 2, then 3 more positions: 3 + 2 * 2.
    assert load_model(tmp_path / "own.keras").smallest == 7


def test_a_file_named_as_a_network_of_the_zoo_is_not_taken_for_it(tmp_path):
    _classifier().save(tmp_path / "vgg16.keras")
    network = load_model(tmp_path / "vgg16.keras")
    assert network.architecture is None
    assert [layer.name for layer in network.offered_layers] == ["low", "high"]
    (tmp_path / "vgg16.keras").rename(tmp_path / "vgg16")
    network = load_model(tmp_path / "vgg16")
    assert (network.name, network.architecture) == ("vgg16.keras", None)


def test_code_in_a_file_is_not_run(tmp_path):
    inputs = keras.Input((8, 8, 3))
    keras.Model(inputs, kl.Lambda(lambda x: x * 2)(inputs)).save(tmp_path / "code.keras")
    with pytest.raises(DreamError, match="code.keras holds a Lambda layer, which is code that"):
        load_model(tmp_path / "code.keras")


def test_files_that_are_no_network(tmp_path):
    (tmp_path / "junk.keras").write_bytes(b"not a network")
    keras.Sequential([keras.Input((5,)), kl.Dense(2)]).save(tmp_path / "flat.keras")
    _classifier().save(tmp_path / "own.keras")
    (tmp_path / "vgg18").mkdir()
    (tmp_path / "weights.pth").write_bytes(b"\x80\x02\x8a\nl\xfc\x9c")
    for name, options, message in [
        ("junk.keras", {}, "junk.keras is no file of Keras"),
        ("flat.keras", {}, "flat.keras takes an input of 5; dreamlab feeds pictures"),
        ("absent.keras", {}, "there is no model file .*; give the path of a .keras or .h5 file"),
        ("absent.h5", {}, "there is no model file"),
        ("absent.HDF5", {}, "there is no model file"),
        ("vgg18", {}, "vgg18 is a folder without a network in it"),
        ("weights.pth", {}, "weights.pth is a file of PyTorch"),
        ("vgg17", {}, "unknown model .*choose from vgg16"),
        ("own.keras", {"weights": "a.weights.h5"}, "own.keras has its own weights"),
    ]:
        with pytest.raises(DreamError, match=message):
            load_model(tmp_path / name, **options)
    with pytest.raises(DreamError, match="'s3://mine/own' is an address: download the file"):
        load_model("s3://mine/own")
    with pytest.raises(DreamError, match="unknown model ''; choose from vgg16.*a .keras or .h5"):
        load_model("")


def test_an_h5_file_is_dreamt_with(tmp_path):
    own = _classifier()
    own.save(tmp_path / "own.h5")
    network = load_model(tmp_path / "own.h5", input_range="-1,1")
    assert network.name == "own.h5" and len(network.weights) == 64
    assert [layer.name for layer in network.layers] == ["low", "high"]
    config = DreamConfig(layers={"high": 1.0}, octaves=1, iterations=3)
    losses = [step.loss for step in dream(picture(90, 120), network, config)]
    assert losses[0] < losses[1] < losses[2]


def test_weights_of_another_network_are_refused(tmp_path):
    _classifier().save_weights(tmp_path / "other.weights.h5")
    (tmp_path / "junk.weights.h5").write_bytes(b"junk")
    with h5py.File(tmp_path / "huge.weights.h5", "w") as file:
        file.create_dataset("w", (100_000_000,), "f4")
    (tmp_path / "junk.keras").write_bytes(b"junk")
    for name, message in [
        ("junk.keras", "junk.keras does not hold weights of vgg16"),
        ("other.weights.h5", "other.weights.h5 does not hold weights of vgg16 without its top"),
        ("junk.weights.h5", "junk.weights.h5 does not hold weights of vgg16"),
        ("huge.weights.h5", "huge.weights.h5 unpacks to 400 MB from 1 MB"),
        ("absent.weights.h5", "there is no weights file"),
    ]:
        with pytest.raises(DreamError, match=message):
            load_model("vgg16", weights=tmp_path / name)


def test_shipped_weights_are_checked(tmp_path, monkeypatch):
    copy = Path(shutil.copy(loading._SHIPPED / ARCHITECTURES["vgg16"].weights_file, tmp_path))
    with open(copy, "r+b") as file:
        file.seek(5_000_000)
        byte = file.read(1)
        file.seek(5_000_000)
        file.write(bytes([byte[0] ^ 1]))
    monkeypatch.setattr(loading, "_SHIPPED", tmp_path)
    with pytest.raises(DreamError, match=r"is damaged \(SHA-256 .*not 65c4f9c6baa8"):
        load_model("vgg16")
    copy.unlink()
    with pytest.raises(DreamError, match="is missing; install dreamlab again"):
        load_model("vgg16")


@pytest.mark.slow
def test_vgg16_comes_with_imagenet_weights():
    network = load_model("vgg16")
    assert network.weights == ARCHITECTURES["vgg16"].shipped
    weights = network.feature_extractor(["block1_conv1"], "float32").weights
    assert all(np.isfinite(weight.numpy()).all() for weight in weights)
    assert weights[0].numpy().std() > 0.1  # random ones have 0.057


def test_no_network_is_one_clear_error(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise Exception("URL fetch failure")  # what Keras raises

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras.applications, "InceptionV3", refuse)
    with pytest.raises(DreamError) as caught:
        load_model("inception_v3")
    message = str(caught.value)
    assert message.startswith("the ImageNet weights of inception_v3 could not be downloaded")
    assert str(tmp_path / "models") in message
    assert "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5" in message
    assert "vgg16 or efficientnet_lite0, which work offline" in message


@pytest.mark.slow
@pytest.mark.parametrize("model", [name for name, of in ARCHITECTURES.items() if not of.shipped])
def test_the_weights_file_is_the_one_that_keras_asks_for(model, monkeypatch):
    asked = []

    def refuse(fname, *_, **__):
        asked.append(fname)
        raise OSError("no network")

    builder = getattr(keras.applications, ARCHITECTURES[model].builder)
    module = importlib.import_module(builder.__module__)
    monkeypatch.setattr(module.file_utils, "get_file", refuse)
    with pytest.raises(OSError, match="no network"):
        loading._build(model, "imagenet")
    assert asked == [ARCHITECTURES[model].weights_file]
