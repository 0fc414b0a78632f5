"""What networks are fed: found in their graphs, known, told or asked for."""

import keras
import numpy as np
import pytest
from keras import layers as kl
from keras import ops

from dreamlab.config import DreamConfig
from dreamlab.config.input_range import INPUT_RANGES
from dreamlab.dream import dream
from dreamlab.dream.original import grey
from dreamlab.errors import DreamError
from dreamlab.models import load_model
from dreamlab.models.backbones import _BACKBONES
from tests.support.own import backbone, classifier, head, picture_input, stacked
from tests.support.tiny import picture

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _adapted(low, high):
    layer = kl.Normalization(axis=-1)
    layer.adapt(np.random.default_rng(0).uniform(low, high, (4, 8, 8, 3)).astype(np.float32))
    return layer


def _mirrored(then):
    return lambda x: then(kl.RandomContrast(0.2)(kl.RandomFlip()(x)))


#: What a network does to its pictures, and the range for which it does that.
PREPARATIONS = {
    "a 255th": (kl.Rescaling(1 / 255), "0,255"),
    "to -1": (kl.Rescaling(1 / 127.5, offset=-1), "0,255"),
    "a channel at a time": (kl.Rescaling([1 / 255] * 3, offset=[-0.5] * 3), "0,255"),
    "augmented": (_mirrored(kl.Rescaling(1 / 255)), "0,255"),
    "made smaller": (lambda x: kl.Rescaling(1 / 255)(kl.Resizing(64, 64)(x)), "0,255"),
    "cut out": (lambda x: kl.Rescaling(1 / 255)(kl.CenterCrop(64, 64)(x)), "0,255"),
    "normalised": (kl.Normalization(mean=[124, 116, 104], variance=[3400] * 3), "0,255"),
    "adapted to pixels": (_adapted(0, 255), "0,255"),
    "adapted to shares": (_adapted(0, 1), "0,1"),
    "ImageNet's": (kl.Normalization(mean=MEAN, variance=np.square(DEVIATION)), "0,1"),
    "divided": (lambda x: x / 255.0, "0,255"),
    "by an operation": (lambda x: ops.divide(ops.subtract(x, 127.5), 127.5), "0,255"),
    "less the mean": (lambda x: x - np.array([123.68, 116.779, 103.939], np.float32), "0,255"),
    "turned, less the mean": (
        lambda x: x[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32),
        "0,255",
    ),
    "Keras's for ResNet": (keras.applications.resnet50.preprocess_input, "0,255"),
    "Keras's for DenseNet": (keras.applications.densenet.preprocess_input, "0,255"),
    "negative": (lambda x: 1 - x / 255.0, "0,255"),
    "grey": (lambda x: kl.Concatenate()([ops.image.rgb_to_grayscale(x / 255.0)] * 3), "0,255"),
    "shares to -1": (lambda x: x * 2 - 1, "0,1"),
    "shares to pixels": (lambda x: x * 255.0, "0,1"),
    "from -1 to shares": (lambda x: (x + 1) / 2, "-1,1"),
    "from -1 to pixels": (lambda x: (x + 1) * 127.5, "-1,1"),
    "nothing": (lambda x: x, None),
    "nothing that says": (kl.Rescaling(1.0), None),
    "statistics alone": (lambda x: kl.BatchNormalization()(x), None),
    "around 0": (lambda x: x - 0.5, "0,1"),
    "less ImageNet's mean of shares": (lambda x: x - np.array(MEAN, np.float32), "0,1"),
    "dark shares": (lambda x: (x - 0.1307) / 0.3081, "0,1"),
    "a hair": (lambda x: x + 1e-3, None),
    "kept from 0": (lambda x: ops.clip(x, 0.001, 0.999), None),
    "ten times": (lambda x: x * 10, None),
    "a cutting": (lambda x: x[:, 20:-20, 20:-20] / 255.0, None),
    "every fourth": (lambda x: x[:, ::4, ::4] / 255.0, None),
}


@pytest.mark.parametrize("name", PREPARATIONS)
def test_the_range_is_found_in_the_first_layers(name):
    prepare, expected = PREPARATIONS[name]
    assert load_model(classifier(prepare)).feeding.range == expected


def test_it_is_found_in_a_model_within():
    inputs = picture_input()
    inner = keras.Model(inputs, kl.Rescaling(1 / 255, name="rescaling")(inputs), name="prepare")
    outer = picture_input()
    feeding = load_model(keras.Model(outer, head(stacked(inner(outer))))).feeding
    assert feeding.range == "0,255"
    assert feeding.in_words.endswith("is fed pictures in 0 to 255, as its layer rescaling expects")


def _vgg(prepare, filters=64):
    """The first layers of VGG16, behind a preparation."""
    inputs = picture_input(None, None, 3)
    x = prepare(inputs)
    for number in (1, 2):
        x = kl.Conv2D(filters, 3, padding="same", name=f"block1_conv{number}")(x)
    x = kl.Conv2D(8, 3, name="block2_conv1")(kl.MaxPooling2D(name="block1_pool")(x))
    return keras.Model(inputs, x)


class Prepared(kl.Layer):
    """A layer of a user's own that does VGG's preprocessing."""

    def call(self, inputs):
        return keras.applications.vgg16.preprocess_input(inputs)


def test_a_backbone_is_known_only_where_it_is_given_the_picture():
    assert load_model(_vgg(lambda x: x)).feeding.range == "imagenet"
    assert load_model(_vgg(lambda x: kl.ZeroPadding2D(1)(x))).feeding.range == "imagenet"
    for prepare in (Prepared(), kl.BatchNormalization(), kl.Conv2D(3, 1)):
        assert load_model(_vgg(prepare)).feeding.range is None
    assert load_model(_vgg(lambda x: x, filters=8)).feeding.range is None


def test_two_preparations_say_nothing():
    inputs = picture_input()
    maps = [kl.Conv2D(3, 3)(inputs), kl.Conv2D(3, 3)(kl.Rescaling(1 / 255)(inputs))]
    assert load_model(keras.Model(inputs, head(kl.Concatenate()(maps)))).feeding.range is None


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_whole_numbers_are_pixels(dtype):
    inputs = picture_input(dtype=dtype)
    model = keras.Model(inputs, head(stacked(ops.cast(inputs, "float32"))))
    assert load_model(model).feeding.range == "0,255"


def _build(name, **options):
    builder = getattr(keras.applications, name)
    return builder(weights=None, include_top=False, input_shape=(224, 224, 3), **options)


#: A network of each family of `keras.applications`, with the mode of its preprocessing there.
APPLICATIONS = {
    **{"VGG16": "imagenet", "VGG19": "imagenet", "ResNet50": "imagenet"},
    **{"ResNet50V2": "-1,1", "InceptionV3": "-1,1", "InceptionResNetV2": "-1,1"},
    **{"Xception": "-1,1", "MobileNet": "-1,1", "MobileNetV2": "-1,1", "NASNetMobile": "-1,1"},
    **{"DenseNet121": "imagenet-std", "EfficientNetB0": "0,255", "EfficientNetV2B0": "0,255"},
    **{"MobileNetV3Small": "0,255", "ConvNeXtTiny": "0,255"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", APPLICATIONS)
def test_networks_of_keras_get_what_their_preprocessing_makes(name):
    inner, inputs = _build(name), picture_input(224, 224, 3)
    network = load_model(keras.Model(inputs, head(inner(inputs))))
    assert network.feeding.range == APPLICATIONS[name]
    image = picture(6, 7)[None]
    module = __import__(getattr(keras.applications, name).__module__, fromlist=["x"])
    expected = module.preprocess_input((image + 1) * np.float32(127.5))
    preprocessing = "imagenet" if network.feeding.notebook else "notebook"
    np.testing.assert_allclose(network.preprocess(image, preprocessing), expected, atol=1e-3)
    assert [family.family for family in _BACKBONES if family.notebook_range] == ["VGG"]


#: Layers of networks on offer that are dreamt of, early and late.
ZOO = {
    "vgg16": ("block2_conv2", "block4_conv3"),
    "resnet50": ("conv2_block2_out", "conv3_block4_out"),
    "inception_v3": ("mixed0", "mixed3"),
    "mobilenet_v2": ("block_1_expand_relu", "block_6_expand_relu"),
    "efficientnet_v2_b0": ("block2b_add", "block4a_expand_activation"),
    "convnext_tiny": ("convnext_tiny_stem", "convnext_tiny_stage_1_block_0_identity"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "within"), [*((name, False) for name in ZOO), ("vgg16", True), ("mobilenet_v2", True)]
)
def test_a_network_of_the_zoo_saved_dreams_as_the_zoos_own(name, within, tmp_path):
    known = load_model(name, weights=None)
    model = known._graph.model
    if within:
        inputs = picture_input(128, 128, 3)
        model = keras.Model(inputs, head(model(inputs)))
    model.save(tmp_path / "own.keras")
    own = load_model(tmp_path / "own.keras")
    for preprocessing in ("notebook", "imagenet"):
        if preprocessing == "imagenet" and not own.feeding.has_preprocessing:
            continue
        config = DreamConfig(
            layers=ZOO[name],
            octaves=2,
            iterations=2,
            precision="float32",
            preprocessing=preprocessing,
        )
        image = picture(140, 171)
        dreams = [
            [(step.losses, step.image) for step in dream(image, network, config)]
            for network in (known, own)
        ]
        for (losses, after), (others, other) in zip(*dreams, strict=True):
            # A model within goes by the name of its last layer once it is flat.
            assert list(losses.values()) == list(others.values())
            np.testing.assert_array_equal(after, other)


def test_what_nobody_knows_is_asked_for():
    network = load_model(backbone("mine"))
    assert network.feeding.in_words == (
        "mine.keras does not say in which range its pictures are: --input-range says it"
    )
    assert [layer.name for layer in network.layers][-1] == "pool_b"
    with pytest.raises(DreamError) as error:
        dream(picture(48, 48), network, DreamConfig(layers="conv_a"))
    assert str(error.value).startswith(
        "mine.keras does not say in which range its pictures are: give --input-range 0,255, 0,1, "
        "-1,1, imagenet or imagenet-std"
    )


#: Black, mid-grey and white as a network is given them.
FED = {
    "0,255": ([0] * 3, [127.5] * 3, [255] * 3),
    "0,1": ([0] * 3, [0.5] * 3, [1] * 3),
    "-1,1": ([-1] * 3, [0] * 3, [1] * 3),
    "imagenet": ([-103.939, -116.779, -123.68], [23.561, 10.721, 3.82], [151.061, 138.221, 131.32]),
    "imagenet-std": (
        [-m / s for m, s in zip(MEAN, DEVIATION, strict=True)],
        [(0.5 - m) / s for m, s in zip(MEAN, DEVIATION, strict=True)],
        [(1 - m) / s for m, s in zip(MEAN, DEVIATION, strict=True)],
    ),
}


@pytest.mark.parametrize("input_range", INPUT_RANGES)
def test_what_is_said_is_fed(input_range):
    greys = np.array([-1.0, 0.0, 1.0], np.float32)[:, None, None, None] * np.ones((1, 1, 1, 3))
    network = load_model(classifier(kl.Rescaling(1 / 255)), input_range=input_range)
    fed = np.asarray(network.preprocess(greys.astype(np.float32), "notebook"))[:, 0, 0]
    np.testing.assert_allclose(fed, FED[input_range], atol=1e-3)
    config = DreamConfig(layers="conv_a", octaves=1, iterations=1, precision="float32")
    (step,) = dream(picture(48, 48), network, config)
    assert step.provenance.input_range == input_range
    assert step.provenance.to_dict()["input_range"] == input_range


def test_ranges_are_spelt_as_people_do():
    model = classifier(lambda x: x)
    for spelling in ("0, 255", (0, 255), [0.0, 255.0]):
        assert load_model(model, input_range=spelling).feeding.range == "0,255"
    for wrong in ("0-255", "caffe", 255, (0, 256), "", "Imagenet" * 99):
        with pytest.raises(DreamError, match="^input_range is .*; choose 0,255, 0,1, -1,1, imag"):
            load_model(model, input_range=wrong)
    with pytest.raises(DreamError, match="loaded already, so input_range '0,1' comes too late"):
        load_model(load_model(model), input_range="0,1")


def test_a_preprocessing_that_a_network_lacks_is_a_sentence():
    config = DreamConfig(layers="conv_a", octaves=1, iterations=1, preprocessing="imagenet")
    for network, why in (
        (load_model(classifier(kl.Rescaling(1 / 255, name="r"))), "as its layer r expects"),
        (load_model(backbone(), input_range="0,1"), "pictures in 0 to 1, as input_range says"),
    ):
        with pytest.raises(DreamError, match=f"preprocessing is imagenet, and .* none: .*{why}"):
            dream(picture(48, 48), network, config)


@pytest.mark.slow
def test_a_range_that_is_said_of_a_network_of_the_zoo_is_fed():
    image = picture(40, 48)
    network = load_model("vgg16", weights=None, input_range="0,255")
    np.testing.assert_array_equal(
        network.preprocess(image[None], "notebook"), (image[None] + 1) * np.float32(127.5)
    )


def _grey_classifier():
    inputs = picture_input(64, 64, 1)
    return keras.Model(inputs, head(stacked(kl.Rescaling(1 / 255)(inputs))))


def test_a_network_of_one_channel_is_fed_luminance():
    network = load_model(_grey_classifier())
    assert "is fed grey pictures in 0 to 255" in network.feeding.in_words
    colours = np.array([[[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, 1, 1]]], np.float32)
    fed = network.preprocess(colours[None], "notebook").numpy()
    # ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B.
    np.testing.assert_allclose(fed[0, 0, :, 0], [76.245, 149.685, 29.07, 255], atol=1e-3)
    for wrong in ("imagenet", "imagenet-std"):
        with pytest.raises(DreamError, match=f"is {wrong}, and .* takes grey pictures; choose 0,2"):
            load_model(_grey_classifier(), input_range=wrong)


def test_what_is_grey_already_stays_to_the_last_bit():
    once = grey(picture(20, 30))
    np.testing.assert_array_equal(grey(once), once)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_its_dreams_are_grey(precision):
    network = load_model(_grey_classifier())
    config = DreamConfig(
        layers="pool_b",
        octaves=2,
        iterations=3,
        precision=precision,
        gaussian_noise=0.05,
        salt_pepper=0.01,
    )
    image = picture(60, 80)
    steps = [(step.loss, step.image, step.original) for step in dream(image, network, config)]
    luminance = image @ np.array([0.299, 0.587, 0.114], np.float32)
    for _, after, original in steps:
        assert np.ptp(after, axis=2).max() < 1e-5
        np.testing.assert_allclose(original, np.repeat(luminance[..., None], 3, 2), atol=1e-6)
    assert steps[5][0] > steps[3][0]
    assert np.abs(steps[-1][1] - steps[-1][2]).mean() > 0.01
