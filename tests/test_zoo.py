"""The table of networks, and the layers known without loading them."""

import dataclasses

import pytest

from dreamlab.errors import DreamError
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import LAYER_TABLE, find_layer, is_offered, known_layers, layer_table
from dreamlab.models import load_model
from dreamlab.zoo import ARCHITECTURES


def _offered(model):
    return [layer.name for layer in known_layers(model) if is_offered(model, layer.name)]


def test_the_layers_worth_offering_are_the_well_known_ones():
    conv = {1: 2, 2: 2, 3: 3, 4: 3, 5: 3}
    vgg16 = [
        f"block{block}_{name}"
        for block, convolutions in conv.items()
        for name in [*(f"conv{i + 1}" for i in range(convolutions)), "pool"]
    ]
    assert _offered("vgg16") == vgg16
    assert len(vgg16) == 18
    assert len(_offered("vgg19")) == 21
    assert sorted(_offered("inception_v3")) == sorted(f"mixed{i}" for i in range(11))
    assert len(_offered("resnet50")) == 1 + 3 + 4 + 6 + 3
    # 3 + 3 + 9 + 3 blocks and the stem.
    assert len(_offered("convnext_tiny")) == 19
    assert len(_offered("mobilenet_v2")) == 18
    assert "block6h_add" in _offered("efficientnet_v2_b0")


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_layers_have_numbers_that_make_sense(model):
    layers = known_layers(model)
    assert len({layer.name for layer in layers}) == len(layers)
    for layer in layers:
        assert layer.channels > 0 and layer.stride in (1, 2, 4, 8, 16, 32)
        assert layer.receptive_field is None or layer.receptive_field >= 1
        assert layer.map_side(ARCHITECTURES[model].smallest) >= 1


def test_everything_of_a_users_own_network_is_offered():
    assert is_offered("own.keras", "whatever")
    assert not is_offered("vgg16", "whatever")


def test_an_unknown_network_is_named_with_the_known():
    with pytest.raises(DreamError, match="unknown model 'vgg'; choose from vgg16, eff"):
        known_layers("vgg")


@pytest.mark.parametrize(
    ("resizing", "side", "map_side"),
    [
        ((), 7, 7),
        ((("valid", 2, 2),), 7, 3),
        ((("valid", 3, 2),), 7, 3),
        ((("valid", 3, 1), ("valid", 3, 1)), 4, 0),
        ((("same", 2),), 7, 4),
        ((("pad", 6), ("valid", 7, 2)), 7, 4),
        ((("same", 2), ("whole",)), 7, 1),
    ],
)
def test_map_side_by_hand(resizing, side, map_side):
    layer = LayerInfo("a", "Conv2D", 1, 1, 1, 1, 0.0, resizing)
    assert layer.map_side(side) == map_side


def test_a_layer_survives_json():
    layer = known_layers("inception_v3")[20]
    assert LayerInfo.from_dict(dataclasses.asdict(layer)) == layer


@pytest.mark.slow
@pytest.mark.parametrize("model", ARCHITECTURES)
def test_known_layers_are_those_of_the_network(model):
    """The table is up to date, and it foretells the size of each map at every size."""
    network = load_model(model, weights=None)
    assert network.layers == known_layers(model), "run: python -m dreamlab layers --write"
    named = [layer for layer in known_layers(model) if is_offered(model, layer.name)]
    cut = network.feature_extractor([layer.name for layer in named], "float32")
    smallest = ARCHITECTURES[model].smallest
    for side in [*range(smallest, smallest + 34), 299, 600, 1023]:
        shapes = cut.compute_output_shape((1, side, smallest, 3))
        for layer in named:
            assert shapes[layer.name][1:] == (
                layer.map_side(side),
                layer.map_side(smallest),
                layer.channels,
            )


def test_the_table_is_written_a_line_a_layer():
    table = layer_table({name: known_layers(name) for name in ARCHITECTURES})
    path = LAYER_TABLE
    assert path.read_text("utf-8") == table
    assert max(map(len, table.splitlines())) < 2_000


def test_a_layer_is_found_or_the_sentence_says_what_there_is():
    layers = known_layers("vgg16")
    assert find_layer("vgg16", layers, "block2_conv2").name == "block2_conv2"
    for name, sentence in {
        "block2_conv": "vgg16 has no layer 'block2_conv': did you mean block2_conv",
        "sky": "vgg16 has no layer 'sky': choose from block1_conv1, block1_conv2, block1_pool",
        "y" * 100_000: f"vgg16 has no layer '{'y' * 56}...: choose from block1_conv1",
    }.items():
        with pytest.raises(DreamError) as error:
            find_layer("vgg16", layers, name)
        assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    "sentence", ["has no layer", "has no channel", "unknown model", "raise the longest side"]
)
def test_each_sentence_is_said_in_one_place(sentence):
    sources = [path.read_text("utf-8") for path in LAYER_TABLE.parent.rglob("*.py")]
    assert sum(source.count(sentence) for source in sources) == 1
