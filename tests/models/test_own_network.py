"""Networks of a user's own, flat: their layers, under which names, with which numbers."""

import keras
import numpy as np
import pytest
from keras import layers as kl
from keras import ops

from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.models import load_model
from tests.support.own import SIDE, backbone, classifier, head, picture_input, stacked, unet
from tests.support.tiny import picture

STACK = ["conv_a", "pool_a", "conv_b", "pool_b"]

#: What the layers of `stacked` see: 3; one more pixel; 3 + 2 * 2 more; one more of them.
SEEN = [3, 4, 8, 10]


def _augmentation():
    return keras.Sequential(
        [kl.RandomFlip("horizontal"), kl.RandomRotation(0.1), kl.RandomZoom(0.1)], name="aug"
    )


def _functional():
    inputs = picture_input()
    return keras.Model(inputs, head(backbone()(inputs, training=False)))


def _sequential():
    return keras.Sequential([picture_input(), backbone(), kl.GlobalAveragePooling2D()])


def _augmented():
    inputs = picture_input()
    return keras.Model(inputs, head(backbone()(_augmentation()(inputs))))


def _free():
    inputs = picture_input(None, None, 3)
    return keras.Model(inputs, head(backbone()(inputs)))


def _deep():
    inputs, middle = picture_input(), picture_input()
    within = keras.Model(middle, backbone()(middle), name="middle")
    return keras.Model(inputs, head(keras.Sequential([picture_input(), within])(inputs)))


def _two_outputs():
    inputs, whole = picture_input(), backbone()
    both = {"low": whole.get_layer("pool_a").output, "high": whole.output}
    maps = keras.Model(whole.input, both, name="pyramid")(inputs)
    return keras.Model(inputs, {"low": head(maps["low"]), "high": kl.Flatten()(maps["high"])})


def _named_inputs():
    whole = backbone()
    two = keras.Model([whole.input, picture_input(name="other")], whole.output, name="two")
    inputs = picture_input()
    return keras.Model(inputs, head(two([inputs, inputs])))


NESTED = [
    *(_functional, _sequential, _augmented, _free, _deep, _two_outputs, _named_inputs),
    lambda: keras.Sequential([picture_input(), _augmentation(), backbone(), kl.Flatten()]),
]


@pytest.mark.parametrize("build", NESTED)
def test_layers_of_models_within_are_listed_and_dreamt(build, tmp_path):
    build().save(tmp_path / "own.keras")
    network = load_model(tmp_path / "own.keras", input_range="-1,1")
    assert [layer.name for layer in network.layers] == STACK
    assert [layer.receptive_field for layer in network.layers] == SEEN
    config = DreamConfig(layers="conv_b", octaves=2, iterations=3, precision="float32")
    losses = [step.loss for step in dream(picture(70, 101), network, config)]
    assert losses[0] < losses[1] < losses[2]


def _maps(model: keras.Model, pixels: np.ndarray) -> np.ndarray:
    return np.asarray(model(pixels, training=False))


def test_layers_of_models_within_compute_what_the_model_computes(tmp_path):
    whole, inputs = backbone(), picture_input()
    model = keras.Model(inputs, kl.Conv2D(5, 3, name="after")(whole(_augmentation()(inputs))))
    model.save(tmp_path / "own.keras")
    network = load_model(tmp_path / "own.keras", input_range="-1,1")
    pixels = picture(SIDE, SIDE)[None]
    maps = network.feature_extractor(["conv_b", "pool_b", "after"], "float32")(pixels)
    np.testing.assert_array_equal(maps["pool_b"], _maps(whole, pixels))
    np.testing.assert_array_equal(maps["after"], _maps(model, pixels))
    inner = keras.Model(whole.input, whole.get_layer("conv_b").output)
    np.testing.assert_array_equal(maps["conv_b"], _maps(inner, pixels))


def test_a_model_within_goes_by_its_own_name_too():
    network = load_model(_functional(), input_range="-1,1")
    assert network.layer("backbone") == network.layer("pool_b")
    config = {"octaves": 1, "iterations": 2, "precision": "float32"}
    losses = [
        [list(step.losses.items()) for step in dream(picture(64, 64), network, config | layers)]
        for layers in ({"layers": "backbone"}, {"layers": "pool_b"})
    ]
    assert losses[0] == losses[1]
    both = {"layers": {"backbone": 1.0, "pool_b": 0.5}}
    with pytest.raises(DreamError, match="layers names a layer twice: pool_b, pool_b; leave one"):
        dream(picture(64, 64), network, config | both)
    channels = config | {"layers": "backbone", "channels": {"backbone": [2]}}
    *_, last = dream(picture(64, 64), network, channels)
    assert last.provenance.config.channels == {"pool_b": (2,)}
    found = analyse("atlas", picture(64, 64), network, layers=["backbone"], precision="float32")
    assert [item.key for item in found.items] == ["pool_b"]


def test_names_that_two_models_have_stand_behind_those_of_the_models():
    inputs = picture_input()
    twin = backbone("twin")
    maps = [twin(inputs), backbone("other")(inputs), twin(kl.ReLU(name="positive")(inputs))]
    network = load_model(keras.Model(inputs, head(kl.Concatenate(name="all")(maps))))
    names = {layer.name for layer in network.layers}
    uses = {f"{way}{end}" for way in STACK for end in ("", "/2")}
    twins = {f"twin/{name}" for name in uses}
    assert names == twins | {f"other/{name}" for name in STACK} | {"positive", "all"}


def test_a_second_use_of_a_layer_is_a_layer():
    inputs = picture_input()
    shared = kl.Conv2D(3, 3, padding="same", name="shared")
    model = keras.Model(inputs, shared(shared(inputs)))
    network = load_model(model, input_range="-1,1")
    assert [(layer.name, layer.receptive_field) for layer in network.layers] == [
        ("shared", 3),
        ("shared/2", 5),
    ]
    pixels = picture(SIDE, SIDE)[None]
    maps = network.feature_extractor(["shared/2"], "float32")(pixels)
    np.testing.assert_array_equal(maps["shared/2"], _maps(model, pixels))


def test_a_model_that_is_called_by_the_names_of_its_inputs():
    first, second = picture_input(name="z"), picture_input(name="a")
    two = keras.Model([first, second], kl.Subtract(name="minus")([first, second]), name="two")
    inputs = picture_input()
    given = {"z": kl.ReLU(name="kept")(inputs), "a": kl.Rescaling(3.0)(inputs)}
    model = keras.Model(inputs, two(given))
    network = load_model(model, input_range="-1,1")
    pixels = picture(SIDE, SIDE)[None]
    maps = network.feature_extractor(["minus"], "float32")(pixels)["minus"]
    np.testing.assert_array_equal(maps, _maps(model, pixels))


@keras.saving.register_keras_serializable("tests")
class RandomConv(kl.Layer):
    """A layer of a user's own whose name begins as those of augmentation do."""

    def call(self, inputs):
        return inputs * 2


def test_only_keras_own_augmentation_is_left_out():
    inputs = picture_input()
    augmented = kl.Pipeline([kl.RandomFlip(), kl.RandomRotation(0.1)])(inputs)
    x = RandomConv(name="own")(kl.Rescaling(1 / 255, name="shares")(augmented))
    model = keras.Model(inputs, kl.Conv2D(3, 3, name="after")(x))
    network = load_model(model)
    assert network.feeding.range == "0,255"
    assert [layer.name for layer in network.layers] == ["shares", "own", "after"]
    pixels = picture(SIDE, SIDE)[None]
    maps = network.feature_extractor(["after"], "float32")(pixels)["after"]
    np.testing.assert_array_equal(maps, _maps(model, pixels))


def test_a_layer_with_several_maps_is_passed_through():
    inputs = picture_input()
    x = kl.Conv2D(4, 3, strides=8, padding="same", name="before")(inputs)
    attention = kl.MultiHeadAttention(1, 2, attention_axes=(1, 2), name="attention")
    y, _ = attention(x, x, return_attention_scores=True)
    network = load_model(keras.Model(inputs, kl.Conv2D(4, 3, name="after")(y)), input_range="-1,1")
    assert [layer.name for layer in network.layers] == ["before", "after"]
    config = DreamConfig(layers="after", octaves=1, iterations=2, precision="float32")
    first, last = [step.loss for step in dream(picture(SIDE, SIDE), network, config)]
    assert last > first


def test_what_lets_no_gradient_through_does_not_answer():
    inputs = picture_input()
    x = kl.Conv2D(4, 3, name="after")(ops.round(kl.Conv2D(4, 3, name="before")(inputs)))
    network = load_model(keras.Model(inputs, x), input_range="-1,1")
    config = DreamConfig(layers="after", octaves=1, iterations=2, precision="float32")
    with pytest.raises(DreamError, match="so no step changes it: choose a layer that does, such"):
        list(dream(picture(40, 50), network, config))


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
def test_quantized_layers_are_dreamt_of_in_either_format():
    inputs = picture_input()
    model = keras.Model(inputs, kl.Dense(8, name="den")(kl.Conv2D(4, 3, name="conv")(inputs)))
    model.quantize("int8")
    network = load_model(model, input_range="-1,1")
    for precision in ("float32", "bfloat16"):
        config = DreamConfig(layers="den", octaves=1, iterations=2, precision=precision)
        first, last = [step.loss for step in dream(picture(40, 50), network, config)]
        assert last > first


def test_a_model_that_computes_by_code_of_its_own_is_refused():
    class Doubled(keras.Model):
        def call(self, inputs):
            return super().call(inputs * 255.0)

    inputs = picture_input()
    with pytest.raises(DreamError, match="is not a functional Keras model"):
        load_model(Doubled(inputs, stacked(inputs)))


def test_a_black_picture_is_not_a_network_without_weights():
    inputs = picture_input()
    network = load_model(
        keras.Model(inputs, head(kl.ReLU(name="positive")(inputs))), input_range="0,1"
    )
    config = DreamConfig(layers="positive", octaves=1, iterations=1, precision="float32")
    with pytest.raises(DreamError) as error:
        list(dream(np.full((40, 50, 3), -1, np.float32), network, config))
    assert "weights" not in str(error.value)


def test_branches_and_heads_are_there_that_lead_elsewhere():
    inputs = picture_input()
    maps = stacked(inputs)
    side = kl.Conv2D(3, 1, name="side")(maps)
    seg = kl.Conv2D(2, 1, name="mask")(kl.UpSampling2D(2, name="enlarged")(maps))
    network = load_model(keras.Model(inputs, [head(maps), side, seg]), input_range="0,1")
    assert {layer.name for layer in network.layers} == {*STACK, "side", "enlarged", "mask"}


ODD = ["my conv", "a=b", "größe", "conv+relu", "conv:0", "-conv", "_conv", "conv.1", "猫", "a,b"]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", ODD)
def test_any_name_that_keras_takes_can_be_dreamt(name, precision):
    inputs = picture_input()
    maps = kl.ReLU(name="zähler")(kl.Conv2D(4, 3, name=name)(inputs))
    network = load_model(keras.Model(inputs, head(maps)), input_range="-1,1")
    assert [layer.name for layer in network.layers] == [name, "zähler"]
    config = DreamConfig(
        layers={name: 1.0, "zähler": 0.5}, octaves=1, iterations=3, precision=precision
    )
    steps = [step.losses for step in dream(picture(40, 50), network, config)]
    assert steps[0].keys() == {name, "zähler"}
    assert steps[0][name] < steps[1][name] < steps[2][name]


@pytest.mark.parametrize("policy", ["mixed_float16", "float16", "bfloat16", "float64"])
def test_any_number_format_is_computed_in_ours(policy, tmp_path):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = classifier(kl.Rescaling(1 / 255))
    finally:
        keras.config.set_dtype_policy(before)
    model.save(tmp_path / "own.keras")
    network = load_model(tmp_path / "own.keras")
    extractor = network.feature_extractor(["conv_b"], "float32")
    assert {layer.compute_dtype for layer in extractor.layers} == {"float32"}
    assert {weight.dtype for weight in extractor.weights} == {"float32"}
    kernel = np.asarray(model.get_layer("conv_a").kernel, np.float32)
    np.testing.assert_array_equal(extractor.get_layer("conv_a").kernel, kernel)


def test_whole_numbers_as_input_have_a_gradient(tmp_path):
    for sides in ((SIDE, SIDE), (None, None)):
        inputs = picture_input(*sides, 3, dtype="uint8")
        model = keras.Model(inputs, head(stacked(kl.Rescaling(1 / 255)(inputs))))
        model.save(tmp_path / "own.keras")
        network = load_model(tmp_path / "own.keras")
        config = DreamConfig(layers="pool_b", octaves=1, iterations=3, precision="float32")
        first, *_, last = [step.loss for step in dream(picture(48, 64), network, config)]
        assert last > 1.02 * first


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_adapted_normalisation_computes_what_it_did(precision):
    layer = kl.Normalization(axis=-1)
    layer.adapt(np.random.default_rng(0).normal(120, 50, (4, 8, 8, 3)).astype(np.float32))
    model = classifier(layer)
    network = load_model(model)
    pixels = picture(SIDE, SIDE)[None] * 127.5 + 127.5
    expected = _maps(keras.Model(model.inputs[0], model.get_layer("conv_a").output), pixels)
    maps = network.feature_extractor(["conv_a"], precision)(pixels)["conv_a"]
    np.testing.assert_allclose(np.asarray(maps, np.float32), expected, rtol=0.02, atol=0.03)


def test_the_model_in_memory_stays_as_it_is():
    model = _functional()
    inner = model.get_layer("backbone").get_layer("conv_b")
    calls, weights = len(inner._inbound_nodes), [np.array(weight) for weight in model.get_weights()]
    load_model(model)
    assert len(inner._inbound_nodes) == calls
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


class Halved(kl.Layer):
    """A layer of a user's own that says nothing of how it is made."""

    def __init__(self, way):
        super().__init__(name="halved")
        self.way = way

    def call(self, inputs):
        return self.way(inputs)


class Scaled(kl.Layer):
    """A layer of a user's own whose copy has no weights yet."""

    def build(self, shape):
        self.scales = [self.add_weight(shape=(), initializer="ones") for _ in range(self.count)]

    count = 1

    def call(self, inputs):
        return inputs * sum(self.scales)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    "layer",
    [
        Halved(kl.AveragePooling2D(2)),
        kl.Lambda(lambda x: x * 2, name="halved"),
        kl.Conv2D(4, 3, activation=lambda x: ops.relu(x) + 0.1, name="halved"),
    ],
)
def test_layers_of_a_users_own_in_memory_are_dreamt(layer, precision):
    inputs = picture_input()
    model = keras.Model(inputs, kl.Conv2D(3, 3, name="after")(layer(stacked(inputs))))
    network = load_model(model, input_range="-1,1")
    assert [one.name for one in network.layers] == [*STACK, "halved", "after"]
    pixels = picture(SIDE, SIDE)[None]
    maps = network.feature_extractor(["after"], precision)(pixels)["after"]
    np.testing.assert_allclose(np.asarray(maps, np.float32), _maps(model, pixels), atol=0.02)
    config = DreamConfig(layers="after", octaves=1, iterations=3, precision=precision)
    first, *_, last = [step.loss for step in dream(picture(64, 72), network, config)]
    assert last > first


def test_a_copy_with_other_weights_is_not_taken(monkeypatch):
    inputs = picture_input()
    layer = Scaled(name="scaled")
    model = keras.Model(inputs, kl.Conv2D(3, 3, name="after")(layer(inputs)))
    layer.scales[0].assign(3.0)
    monkeypatch.setattr(Scaled, "count", 2)
    network = load_model(model, input_range="-1,1")
    pixels = picture(SIDE, SIDE)[None]
    maps = network.feature_extractor(["after"], "float32")(pixels)["after"]
    np.testing.assert_array_equal(maps, _maps(model, pixels))


def _inputs(*shapes):
    inputs = [keras.Input(shape) for shape in shapes]
    flat = [kl.Flatten()(tensor) for tensor in inputs]
    return keras.Model(inputs, kl.Dense(2)(kl.Concatenate()(flat) if len(flat) > 1 else flat[0]))


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (lambda: _inputs((9, 9, 3), (5,)), "takes 2 inputs; dreamlab feeds one, the picture"),
        (lambda: _inputs((9, 9, 4)), "takes an input of 9 x 9 x 4; dreamlab feeds pictures"),
        (lambda: _inputs((9, 9)), "takes an input of 9 x 9; dreamlab feeds pictures"),
        (lambda: _inputs((3, 9, 9)), r"x 1 for grey \(channels last, not first\)"),
        (lambda: _inputs((4, 9, 9, 3)), "takes an input of 4 x 9 x 9 x 3"),
        (lambda: _inputs((9, 9, 3)), "is no network of pictures: none of its layers has a feature"),
        (lambda: keras.Sequential([kl.Conv2D(2, 3)]), "has no input size yet; begin it with keras"),
    ],
)
def test_what_is_no_network_of_pictures_is_one_sentence(model, sentence):
    with pytest.raises(DreamError, match=sentence):
        load_model(model())


def test_tiles_of_a_unet_add_up_to_the_whole():
    network = load_model(unet(None), input_range="-1,1")
    assert network.layer("mask").receptive_field is not None
    image = picture(160, 192)
    images = []
    for tile in (64, 16384):
        config = DreamConfig(layers="mask", octaves=1, iterations=2, precision="float32", tile=tile)
        *_, last = dream(image, network, config)
        images.append(last.image)
    np.testing.assert_allclose(*images, atol=2e-4)
