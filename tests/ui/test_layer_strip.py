import pytest

from dreamlab.layers import known_layers
from dreamlab.ui.inputs.layer_strip import block, label


def test_a_tile_says_the_name_the_channels_and_what_the_layer_sees():
    (pool,) = (layer for layer in known_layers("vgg16") if layer.name == "block2_pool")
    said = label("block2_pool", pool).replace("\u00a0", " ")
    assert said == "block2_pool :small[128 channels · sees 16 px]"
    (head,) = (layer for layer in known_layers("efficientnet_lite0") if layer.name == "predictions")
    assert "sees it all" in label("predictions", head).replace("\u00a0", " ")
    assert label("gone", None) == "gone :small[not in this network]"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a*b*", r"a\*b\*"),
        ("_x_", r"\_x\_"),
        ("net/conv:red[1]", r"net\/conv\:red\[1\]"),
        ("$x$ <b>", r"\$x\$ \<b\>"),
        ("block1_conv1", "block1_conv1"),
    ],
)
def test_names_of_layers_are_no_markdown(name, written):
    assert label(name, None) == f"{written} :small[not in this network]"


@pytest.mark.parametrize(
    ("layer", "of"),
    [
        ("block4_conv3", "Block 4"),
        ("block4c_add", "Block 4"),
        ("conv3_block1_out", "Conv 3"),
        ("mixed0", "Mixed 0"),
        ("stem", "Stem"),
    ],
)
def test_the_block_of_a_layer(layer, of):
    assert block(layer) == of
