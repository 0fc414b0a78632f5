"""Presets of KerasHub: from folders, and from a hub that answers, refuses or is out of reach."""

import importlib.util
import json
import shutil
import socket

import keras
import numpy as np
import pytest
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.models import load_model
from tests.support.tiny import picture

if importlib.util.find_spec("keras_hub") is None:
    pytest.skip(
        "KerasHub is not installed: see tests/requirements-hub.txt", allow_module_level=True
    )

import keras_hub  # noqa: E402
from huggingface_hub import constants  # noqa: E402

from tests.support.hub import COMMIT, hub_of  # noqa: E402

MEAN, DEVIATION = np.array((0.485, 0.456, 0.406)), np.array((0.229, 0.224, 0.225))


def _backbone():
    return keras_hub.models.VGGBackbone([2, 1], [64, 4], image_shape=(None, None, 3))


def _classifier(**converting):
    converter = keras_hub.layers.VGGImageConverter(image_size=(32, 32), **converting)
    return keras_hub.models.VGGImageClassifier(
        _backbone(),
        num_classes=3,
        pooling_hidden_dim=5,
        preprocessor=keras_hub.models.VGGImageClassifierPreprocessor(converter),
    )


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The hub's folder of downloads, empty."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def alone(monkeypatch, cache):
    """A machine without a network."""
    tried = []

    def refuse(connection, address):
        tried.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    def local(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", local)
    return tried


def _refusal(model):
    with pytest.raises(DreamError) as caught:
        load_model(model)
    sentence = str(caught.value)
    assert len(sentence) < 320 and sentence.isprintable()
    return sentence


def test_a_classifier_in_a_folder_is_a_network(tmp_path):
    classifier = _classifier(scale=1 / 127.5, offset=-1.0)
    classifier.save_to_preset(tmp_path / "mine")
    network = load_model(tmp_path / "mine")
    assert network.name == "mine"
    assert network.feeding.in_words == (
        "mine is fed pictures in -1 to 1, as its image converter says"
    )
    # The layers of the model within it and those of its head are one list.
    names = [layer.name for layer in network.layers]
    assert names[:3] == ["block1_conv1", "block1_conv2", "block1_pool"]
    assert {"fc1", "fc2"} <= set(names)
    image = tf.constant(picture(64, 48))
    extractor = network.plain_extractor(["block2_pool"], "float32")
    (maps,) = network.activations(extractor, image[None], "notebook")["block2_pool"]
    np.testing.assert_allclose(maps, classifier.backbone(image[None])[0], rtol=1e-5, atol=1e-6)


def test_a_dream_on_a_preset(tmp_path):
    _classifier(scale=1 / 255).save_to_preset(tmp_path / "mine")
    network = load_model(tmp_path / "mine")
    config = DreamConfig(layers={"block2_conv1": 1.0}, octaves=1, iterations=3, step=0.05)
    losses = [step.loss for step in dream(picture(64, 48), network, config)]
    assert losses[-1] > losses[0] > 0


def test_a_model_in_memory_is_not_taken_for_keras_own():
    inside = keras.Sequential([keras.Input((32, 32, 3)), _backbone(), keras.layers.Flatten()])
    for model in (_backbone(), inside):
        assert load_model(model).feeding.range is None


def test_a_backbone_alone_asks_what_it_is_fed(tmp_path):
    _backbone().save_to_preset(tmp_path / "bare")
    network = load_model(tmp_path / "bare")
    # Its layers have the names of Keras's own VGG16, which is fed BGR: KerasHub's is not.
    assert network.feeding.range is None
    assert load_model(tmp_path / "bare", input_range="imagenet-std").feeding.in_words == (
        "bare is fed pictures in 0 to 1 less ImageNet's mean, over its standard deviation, "
        "as input_range says"
    )


@pytest.mark.parametrize(
    "converting, expected",
    [
        ({}, "0,255"),
        ({"scale": 1 / 255}, "0,1"),
        ({"scale": 1 / 127.5, "offset": -1.0}, "-1,1"),
        ({"scale": [1 / 127.5] * 3, "offset": [-1.0] * 3}, "-1,1"),
        (
            {"scale": list(1 / (255 * DEVIATION)), "offset": list(-MEAN / DEVIATION)},
            "imagenet-std",
        ),
        ({"scale": 1 / 128}, None),
        ({"offset": list(-255 * MEAN)}, None),  # RGB: "imagenet" is BGR
    ],
)
def test_the_image_converter_says_what_it_is_fed(converting, expected, tmp_path):
    _classifier(**converting).save_to_preset(tmp_path / "mine")
    assert load_model(tmp_path / "mine").feeding.range == expected


def test_weights_are_those_of_the_preset_or_random_ones(tmp_path):
    model = _backbone()
    model.save_to_preset(tmp_path / "mine")
    trained = load_model(tmp_path / "mine", input_range="0,1")
    assert trained.weights == load_model(tmp_path / "mine").weights
    random = load_model(f"{tmp_path}/mine:untrained", input_range="0,1")
    assert random.name == "mine:untrained"
    assert random.weights != trained.weights
    with pytest.raises(DreamError, match="has its own weights"):
        load_model(tmp_path / "mine", weights="a.weights.h5")


def test_names_that_are_taken(tmp_path, monkeypatch):
    _classifier(scale=1 / 255).save_to_preset(tmp_path / "vgg16")
    assert load_model(tmp_path / "vgg16").name == "vgg16.preset"
    assert load_model(f"{tmp_path}/vgg16:untrained").name == "vgg16.preset:untrained"
    (tmp_path / "vgg16").rename(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    assert load_model(".").name == "mine"


def test_a_folder_is_not_taken_for_a_preset_of_its_name(tmp_path, monkeypatch):
    _classifier(scale=1 / 255).save_to_preset(tmp_path / "vgg_16_imagenet")
    monkeypatch.chdir(tmp_path)  # KerasHub has a preset of that name, to be downloaded
    assert load_model("vgg_16_imagenet").feeding.range == "0,1"


def test_a_preset_of_texts_is_told_before_its_weights_are_read(tmp_path):
    texts = keras_hub.models.BertBackbone(
        10, num_layers=1, num_heads=1, hidden_dim=4, intermediate_dim=4, max_sequence_length=8
    )
    texts.save_to_preset(tmp_path / "bert")
    (tmp_path / "bert" / "model.weights.h5").unlink()
    assert _refusal(tmp_path / "bert").startswith(
        "bert is a BertBackbone, which is no network of pictures alone: choose another preset"
    )


def test_a_damaged_preset_is_one_sentence(tmp_path):
    _classifier(scale=1 / 255).save_to_preset(tmp_path / "whole")

    def damaged(name):
        return shutil.copytree(tmp_path / "whole", tmp_path / name)

    weights = damaged("cut") / "model.weights.h5"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "cut cannot be loaded by KerasHub" in _refusal(tmp_path / "cut")
    (damaged("headless") / "task.weights.h5").write_bytes(b"")
    assert "headless cannot be loaded by KerasHub" in _refusal(tmp_path / "headless")
    config = damaged("foreign") / "config.json"
    config.write_text(json.dumps({"registered_name": "keras_hub>Absent", "config": {}}))
    assert "foreign holds no network that KerasHub" in _refusal(tmp_path / "foreign")
    config = damaged("other") / "config.json"
    config.write_text(json.dumps({"architecture": "mixer_b16"}))
    assert "other holds no network that KerasHub" in _refusal(tmp_path / "other")


def test_a_preset_with_code_is_refused(tmp_path):
    _backbone().save_to_preset(tmp_path / "mine")
    config = tmp_path / "mine" / "config.json"
    values = json.loads(config.read_text())
    values["config"]["name"] = {"class_name": "__lambda__", "config": {"value": "x"}}
    config.write_text(json.dumps(values))
    assert "mine holds a lambda, which is code that is not run" in _refusal(tmp_path / "mine")


def test_a_preset_of_the_hub(tmp_path, cache, monkeypatch):
    _classifier(scale=1 / 255).save_to_preset(tmp_path / "hub" / "me" / "mine")
    (tmp_path / "hub" / "me" / "empty").mkdir()
    with hub_of(tmp_path / "hub", monkeypatch) as asked:
        network = load_model("hf://me/mine")
        assert network.name == "hf://me/mine"
        assert network.feeding.range == "0,1"
        assert "/me/mine/resolve/main/task.weights.h5" in asked
        assert "hf://me/empty holds no preset of KerasHub" in _refusal("hf://me/empty")
        assert "there is no hf://gone/x, or it is not open to all" in _refusal("hf://gone/x")
        assert "hf://gated/x is for those who accept its terms" in _refusal("hf://gated/x")
        assert "hf://broken/x could not be had" in _refusal("hf://broken/x")
    # The hub has gone, and what was downloaded is still there.
    again = load_model("hf://me/mine")
    assert (again.name, again.weights) == (network.name, network.weights)
    assert list(cache.glob(f"*/snapshots/{COMMIT}/config.json"))


def test_without_a_network_the_hub_is_asked_once(alone):
    assert _refusal("hf://keras/resnet_50_imagenet") == (
        "hf://keras/resnet_50_imagenet could not be had, as huggingface.co does not answer "
        "(ConnectError): try again with a network, or give the folder of a preset that is here"
    )
    assert len(alone) == 1
    kaggle = _refusal("kaggle://keras/resnetv1/keras/resnet_50_imagenet")
    assert "could not be had, as kaggle.com does not answer (ConnectionError)" in kaggle


@pytest.mark.parametrize(
    "address, form",
    [
        ("hf://", "hf://OWNER/NAME"),
        ("hf://a//b", "hf://OWNER/NAME"),
        ("hf://a/b/c", "hf://OWNER/NAME"),
        ("hf://\n", "hf://OWNER/NAME"),
        ("hf://" + "x" * 300, "hf://OWNER/NAME"),
        ("kaggle://", "kaggle://OWNER/MODEL/keras/VARIANT"),
        ("kaggle://keras/resnet", "kaggle://OWNER/MODEL/keras/VARIANT"),
    ],
)
def test_a_misspelt_address_is_told_without_a_network(address, form, alone):
    assert f"is no address of a preset: give {form}" in _refusal(address)
    assert alone == []


def test_without_the_extra_it_is_named(monkeypatch, tmp_path):
    _backbone().save_to_preset(tmp_path / "mine")
    real = importlib.util.find_spec
    for package in ("keras_hub", "huggingface_hub"):
        monkeypatch.setattr(
            importlib.util,
            "find_spec",
            lambda name, package=package: None if name == package else real(name),
        )
        assert _refusal("hf://me/mine") == (
            f"presets need KerasHub, and {package} is not installed: pip install 'dreamlab[hub]'"
        )
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install 'dreamlab[hub]'" in _refusal(tmp_path / "mine")


def test_an_unpacked_keras_file_is_no_preset(tmp_path):
    keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3)]).save(
        tmp_path / "own.keras"
    )
    shutil.unpack_archive(tmp_path / "own.keras", tmp_path / "own", "zip")
    assert "own is an unpacked .keras file" in _refusal(tmp_path / "own")
