"""Settings: checked, carried as JSON, and the notebook's presets."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamlab.config import PRESETS, DreamConfig
from dreamlab.config.base import specs
from dreamlab.config.presets import mixed_preset, network_of
from dreamlab.errors import DreamError
from dreamlab.layers import find_layer, known_layers

LAYER = {"layers": {"a": 1.0}}

#: The notebook's numbers, typed from it.
MIXED = {"block2_conv2": 0.02, "block3_conv3": 0.03, "block4_conv3": 0.5, "block5_conv2": 1.5}
NOTEBOOK = {
    "layer1": ({"block2_conv2": 2.0}, 1, 10, 0.0, 0.0),
    "layer2": ({"block3_conv3": 2.0}, 1, 10, 0.0, 0.0),
    "layer3": ({"block4_conv3": 4.0}, 1, 10, 0.0, 0.0),
    "layer4": ({"block5_conv2": 4.0}, 1, 10, 0.0, 0.0),
    "mixed": (MIXED, 5, 10, 0.0, 0.0),
    "noise-only": (MIXED, 5, 0, 0.05, 0.002),
    "mixed-noisy": (MIXED, 5, 10, 0.05, 0.002),
}


@pytest.mark.parametrize("name", NOTEBOOK)
def test_presets_are_the_notebooks(name):
    config = DreamConfig.preset(name)
    layers, octaves, iterations, gaussian, salt_pepper = NOTEBOOK[name]
    assert dict(config.layers) == layers
    assert (config.octaves, config.iterations) == (octaves, iterations)
    assert (config.gaussian_noise, config.salt_pepper) == (gaussian, salt_pepper)
    assert (config.octave_scale, config.step) == (1.4, 0.01)
    assert config.max_loss is config.effort is None
    assert (config.jitter, config.preprocessing, config.channels) == (0, "notebook", {})


#: The dreams of other networks: layers, octaves and steps.
OTHERS = {
    "lite-early": ("efficientnet_lite0", {"block3b_add": 1.0}, 4, 20),
    "lite-middle": ("efficientnet_lite0", {"block4c_add": 1.0}, 4, 20),
    "lite-late": ("efficientnet_lite0", {"block5c_add": 1.0}, 4, 20),
    "lite-mixed": (
        "efficientnet_lite0",
        {"block3b_add": 0.02, "block4c_add": 0.04, "block5c_add": 0.08},
        4,
        20,
    ),
    "lite-goldfish": ("efficientnet_lite0", {"predictions": 1.0}, 4, 40),
    "inception-mixed": (
        "inception_v3",
        {"mixed2": 0.2, "mixed3": 3.0, "mixed4": 2.0, "mixed5": 1.5},
        5,
        10,
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_presets_of_other_networks(name):
    config = DreamConfig.preset(name)
    model, layers, octaves, iterations = OTHERS[name]
    assert network_of(name) == model
    assert (dict(config.layers), config.octaves, config.iterations) == (layers, octaves, iterations)
    known = known_layers(model)
    assert all(find_layer(model, known, layer) for layer in layers)


def test_there_are_no_other_presets():
    assert set(PRESETS) == {*NOTEBOOK, *OTHERS}
    assert {network_of(name) for name in NOTEBOOK} == {"vgg16"}
    with pytest.raises(
        DreamError, match="unknown preset 'deep'; choose from layer1, .*inception-mixed"
    ):
        DreamConfig.preset("deep")


@pytest.mark.parametrize(
    ("model", "preset"),
    [
        ("vgg16", "mixed"),
        ("vgg19", "mixed"),
        ("efficientnet_lite0", "lite-mixed"),
        ("inception_v3", "inception-mixed"),
        ("resnet50", None),
    ],
)
def test_a_networks_first_preset(model, preset):
    assert mixed_preset(model) == preset


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("octaves", 0, "choose 1 to 20"),
        ("octaves", 21, "choose 1 to 20"),
        ("octaves", 2.5, "choose a whole number, 1 to 20"),
        ("octaves", True, "choose a whole number, 1 to 20"),
        ("octaves", "3", "choose a whole number, 1 to 20"),
        ("octaves", None, "choose a whole number, 1 to 20"),
        ("octave_scale", 1.0, "choose 1.01 to 4"),
        ("octave_scale", 4.1, "choose 1.01 to 4"),
        ("iterations", -1, "choose 0 to 1000"),
        ("iterations", 1001, "choose 0 to 1000"),
        ("step", 0.0, "choose 1e-05 to 1"),
        ("step", 1.1, "choose 1e-05 to 1"),
        ("step", float("nan"), "choose 1e-05 to 1"),
        ("max_loss", float("inf"), "choose -1e+09 to 1e+09"),
        ("effort", 0.0, "choose 0.001 to 2"),
        ("effort", 2.1, "choose 0.001 to 2"),
        ("max_loss", "high", "choose a number, -1e+09 to 1e+09"),
        ("gaussian_noise", -0.1, "choose 0 to 1"),
        ("gaussian_noise", 1.1, "choose 0 to 1"),
        ("salt_pepper", -0.1, "choose 0 to 1"),
        ("salt_pepper", 1.1, "choose 0 to 1"),
        ("jitter", -1, "choose 0 to 256"),
        ("jitter", 257, "choose 0 to 256"),
        ("seed", -1, "choose 0 to 4294967295"),
        ("seed", 2**32, "choose 0 to 4294967295"),
        ("precision", "float16", "choose from auto, float32, bfloat16"),
        ("convolution", "fft", "choose from auto, direct, winograd"),
        ("preprocessing", "caffe", "choose from notebook, imagenet"),
        ("tile", 63, "choose 64 to 16384"),
        ("tile", "big", "choose a whole number, 64 to 16384"),
    ],
)
def test_a_value_out_of_range_is_named_with_its_range(name, value, wanted):
    with pytest.raises(DreamError) as caught:
        DreamConfig(**LAYER, **{name: value})
    assert str(caught.value) == f"{name} is {value!r}; {wanted}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("octaves", 1), ("octaves", 20), ("octave_scale", 1.01), ("octave_scale", 4.0)]
    + [("iterations", 0), ("iterations", 1000), ("step", 1e-5), ("step", 1.0), ("max_loss", None)]
    + [("seed", 2**32 - 1), ("jitter", 256), ("tile", 64), ("tile", "auto"), ("salt_pepper", 1.0)],
)
def test_the_ends_of_each_range_are_in_it(name, value):
    assert getattr(DreamConfig(**LAYER, **{name: value}), name) == value


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ({}, "give at least one layer"),
        ([("a", 1)], "give at least one layer"),
        ({"": 1.0}, "give a layer's name"),
        ({"a": "2"}, "the weight of 'a' is '2'"),
        ({"a": float("nan")}, "the weight of 'a' is nan"),
        ({"a": 1e7}, "choose a number, -1e6 to 1e6"),
        ({"a": 0.0, "b": 0}, "every layer has weight 0"),
    ],
)
def test_layers_that_cannot_be_used(layers, message):
    with pytest.raises(DreamError, match=message):
        DreamConfig(layers=layers)


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ([1], "give layer names with channel lists"),
        ({"a": []}, "give a list of numbers or classes"),
        ({"a": 3}, "give a list of numbers or classes"),
        ({"a": [-1]}, "has -1; choose whole numbers from 0"),
        ({"a": [1.5]}, "has 1.5; choose whole numbers from 0"),
        ({"a": [" "]}, "has ' '; choose whole numbers from 0"),
        ({"b": [0]}, "channels names layer 'b', which is not among the layers"),
    ],
)
def test_channels_that_cannot_be_used(channels, message):
    with pytest.raises(DreamError, match=message):
        DreamConfig(**LAYER, channels=channels)


def test_channels_are_sorted_and_counted_once():
    assert DreamConfig(**LAYER, channels={"a": [9, 0, 9, 5]}).channels == {"a": (0, 5, 9)}


def test_names_of_classes_stay_names_behind_the_numbers():
    config = DreamConfig(**LAYER, channels={"a": ["tench ", 9, "goldfish", 1, "tench", 9]})
    assert config.channels == {"a": (1, 9, "tench", "goldfish")}
    assert config.to_dict()["channels"] == {"a": [1, 9, "tench", "goldfish"]}
    assert DreamConfig.from_json(config.to_json()) == config


def test_channels_as_typed():
    parse = specs(DreamConfig)["channels"].parse
    assert parse("a=goldfish,7,tiger cat,b=0") == {"a": ["goldfish", 7, "tiger cat"], "b": [0]}
    for text in ("a=", "a=1,,2", "=goldfish", "goldfish"):
        with pytest.raises(ValueError):
            parse(text)


def test_other_layers_keep_what_is_said_of_those_that_stay():
    config = DreamConfig(
        layers={"a": 1.0, "b": 1.0}, channels={"a": [1], "b": [2]}, unguided=["a", "b"]
    )
    other = config.replace(layers={"b": 2.0, "c": 1.0})
    assert (other.channels, other.unguided) == ({"b": (2,)}, ("b",))


def test_a_config_cannot_be_changed():
    config = DreamConfig(**LAYER)
    with pytest.raises(AttributeError):
        config.octaves = 3
    with pytest.raises(TypeError):
        config.layers["b"] = 1.0


def _floats(low, high):
    return st.floats(low, high, allow_nan=False)


configs = st.dictionaries(st.text(min_size=1), _floats(0.5, 1e6), min_size=1, max_size=4).flatmap(
    lambda layers: st.builds(
        DreamConfig,
        layers=st.just({name: -w if i % 2 else w for i, (name, w) in enumerate(layers.items())}),
        channels=st.dictionaries(
            st.sampled_from(sorted(layers)),
            st.lists(st.integers(0, 2000) | st.just("tiger cat"), min_size=1),
        ),
        octaves=st.integers(1, 20),
        octave_scale=_floats(1.01, 4.0),
        iterations=st.integers(0, 1000),
        step=_floats(1e-5, 1.0),
        max_loss=st.none() | _floats(-1e9, 1e9),
        effort=st.none() | _floats(0.001, 2.0),
        gaussian_noise=_floats(0.0, 1.0),
        salt_pepper=_floats(0.0, 1.0),
        jitter=st.integers(0, 256),
        seed=st.integers(0, 2**32 - 1),
        precision=st.sampled_from(["auto", "float32", "bfloat16"]),
        convolution=st.sampled_from(["auto", "direct", "winograd"]),
        preprocessing=st.sampled_from(["notebook", "imagenet"]),
        tile=st.just("auto") | st.integers(64, 16384),
    )
)


@given(configs)
def test_there_and_back(config):
    back = DreamConfig.from_json(config.to_json())
    assert back == config
    assert list(back.layers) == list(config.layers)
    assert hash(back) == hash(config)
    assert pickle.loads(pickle.dumps(config)) == config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "settings are not JSON: '{'"),
        ("[1]", r"settings are \[1\]; give an object"),
        ('{"octaves": 3}', "settings name no layers"),
        ('{"layers": {"a": 1}, "zoom": 2}', "unknown setting 'zoom'; choose from layers, channels"),
        ("[" * 100_000, "settings are not JSON"),
    ],
)
def test_json_that_is_no_config(text, message):
    with pytest.raises(DreamError, match=message):
        DreamConfig.from_json(text)


def test_a_layer_may_have_a_comma_or_an_equals_sign_in_its_name():
    parse = specs(DreamConfig)["layers"].parse
    assert parse("a=1,b=0.5") == {"a": 1.0, "b": 0.5}
    assert parse("p:q, r=2") == {"p:q, r": 2.0}
    assert parse("a=b=-1") == {"a=b": -1.0}
