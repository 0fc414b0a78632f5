"""A mix keeps its layers' shares of the first loss in another network."""

import numpy as np
import pytest

from dreamlab import own_models
from dreamlab.analysis.run import analyse
from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.mapping import mapped
from dreamlab.comparison.presets import OF_EFFICIENTNET_LITE0, OF_NETWORKS
from dreamlab.comparison.variant import Variant
from dreamlab.config import PRESETS, DreamConfig
from dreamlab.dream import dream
from dreamlab.images import load_image
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import alike, first_loss, is_offered, known_layers
from dreamlab.models import cached_model
from dreamlab.own_models import Own, offer
from dreamlab.zoo import shipped

MIX = PRESETS["mixed"]["layers"]
OFFERED = {**OF_NETWORKS, **OF_EFFICIENTNET_LITE0}
CAT = "dreamlab/samples/cat.png"


def first_shares(model, layers):
    """Each layer's share of the loss of the first step on the sample cat."""
    config = DreamConfig(
        layers=layers, octaves=1, iterations=1, precision="float32", convolution="direct"
    )
    losses = next(dream(load_image(CAT), cached_model(model), config)).losses
    return np.array(list(losses.values())) / sum(losses.values())


@pytest.mark.slow
@pytest.mark.parametrize("model", ["efficientnet_lite0", "vgg16:untrained"])
def test_the_mix_stays_the_mix(model):
    moved = mapped(MIX, {}, "vgg16", model)
    # Weights have three digits, losses four.
    np.testing.assert_allclose(
        first_shares(model, moved.layers), first_shares("vgg16", MIX), rtol=0.01
    )
    back = mapped(moved.layers, {}, model, "vgg16")
    assert len(back.layers) == len(MIX)


def test_layers_become_the_most_similar_where_that_is_known():
    moved = mapped(MIX, {}, "vgg16", "efficientnet_lite0")
    layers = {layer.name: layer for layer in known_layers("efficientnet_lite0")}
    depths = [layers[name].depth for name in moved.layers]
    assert depths == sorted(depths)
    assert len(set(depths)) == 4
    for old, new in zip(MIX, moved.layers, strict=True):
        similar = alike("vgg16", old, "efficientnet_lite0")
        assert similar[new] == max(similar.values())
    assert moved.said.startswith("EfficientNet-Lite0: block2_conv2 became block2b_add, ")
    assert " by similarity; the weights were rescaled" in moved.said
    assert moved.said.endswith("rescaled, so that each layer keeps its share of the loss")


def test_layers_that_are_most_like_one_become_several():
    both = ["block4_conv2", "block4_conv3"]
    rows = [alike("vgg16", name, "efficientnet_lite0") for name in both]
    assert len({max(row, key=row.get) for row in rows}) == 1
    first, second = mapped(dict.fromkeys(both, 1.0), {}, "vgg16", "efficientnet_lite0").layers
    assert first == max(rows[0], key=rows[0].get)
    assert second == sorted(rows[1], key=rows[1].get)[-2]


def test_similarity_is_known_both_ways_and_of_trained_networks_alone():
    names = "vgg16", "efficientnet_lite0"
    offered = [
        [layer.name for layer in known_layers(of) if is_offered(of, layer.name)] for of in names
    ]
    for layer in offered[0]:
        row = alike(names[0], layer, names[1])
        assert list(row) == offered[1]
        assert all(row[other] == alike(names[1], other, names[0])[layer] for other in offered[1])
    assert not alike("vgg16", "block5_conv2", "efficientnet_lite0:untrained")
    assert not alike("vgg16", "block5_conv2", "inception_v3")
    assert not alike("efficientnet_lite0", "block5c_expand", "vgg16")


@pytest.mark.slow
def test_similarities_are_those_of_the_networks():
    values = {"beside": "efficientnet_lite0", "layers": ["block2_conv2"], "precision": "float32"}
    (item,) = analyse("similarity", model="vgg16", **values).items
    for name, figure in alike("vgg16", "block2_conv2", "efficientnet_lite0").items():
        assert item.values["cka"][name] == pytest.approx(figure, abs=0.002)


def test_elsewhere_layers_become_those_of_the_same_depth_and_field():
    moved = mapped(MIX, {}, "vgg16", "efficientnet_lite0:untrained")
    layers = {layer.name: layer for layer in known_layers("efficientnet_lite0")}
    depths = [layers[name].depth for name in moved.layers]
    assert depths == sorted(depths)
    assert len(set(depths)) == 4
    assert layers[list(moved.layers)[0]].receptive_field == 19  # that of block2_conv2 is 14
    assert "similarity" not in moved.said


def test_an_untrained_twin_keeps_layers_and_channels():
    moved = mapped(MIX, {"block5_conv2": (3,)}, "vgg16", "vgg16:untrained")
    assert list(moved.layers) == list(MIX)
    assert moved.channels == {"block5_conv2": (3,)}
    for name, weight in MIX.items():
        ratio = first_loss("vgg16", name) / first_loss("vgg16:untrained", name)
        assert moved.layers[name] == pytest.approx(weight * ratio, rel=0.005)
    same = mapped(moved.layers, {}, "vgg16:untrained", "vgg16:untrained")
    assert (same.layers, same.said) == (moved.layers, "")


def test_one_layer_keeps_its_weight():
    moved = mapped({"block5_conv2": 4.0}, {"block5_conv2": (3,)}, "vgg16", "efficientnet_lite0")
    assert list(moved.layers.values()) == [4.0]
    assert moved.channels == {}
    assert moved.said.endswith("; the channels were dropped")


def test_unknown_losses_leave_the_weights_and_say_so():
    moved = mapped(MIX, {}, "vgg16", "inception_v3")
    assert list(moved.layers.values()) == list(MIX.values())
    assert moved.said.endswith("; the weights stayed, as the losses are not known before it runs")


def test_suppressed_layers_stay_suppressed():
    layers = {"block2_conv2": -1.0, "block5_conv2": 2.0}
    moved = mapped(layers, {}, "vgg16", "efficientnet_lite0")
    assert [weight > 0 for weight in moved.layers.values()] == [False, True]


@pytest.mark.parametrize("model", shipped())
def test_the_losses_of_networks_that_are_here_are_known(model):
    for name in (model, f"{model}:untrained"):
        assert all(first_loss(name, layer.name) for layer in known_layers(model) if layer.depth)


def test_first_losses_are_those_of_the_network():
    config = DreamConfig(layers={"block3b_add": 1.0}, octaves=1, iterations=1)
    step = next(dream(load_image(CAT), cached_model("efficientnet_lite0"), config))
    assert first_loss("efficientnet_lite0", "block3b_add") == pytest.approx(step.loss, rel=1e-3)
    assert first_loss("resnet50", "conv1_relu") is None


def test_no_layer_becomes_the_head():
    """The mean square of all logits looks for nothing, and both see the whole picture."""
    moved = mapped({"top_activation": 1.0}, {}, "efficientnet_v2_b0", "efficientnet_lite0")
    assert moved.layers == {"top": 1.0}


def test_losses_of_single_channels_are_not_said_to_be_kept():
    layers = {"predictions": 1.0, "block5c_add": 0.5}
    names = "efficientnet_lite0", "efficientnet_lite0:untrained"
    moved = mapped(layers, {"predictions": ("goldfish",)}, *names)
    assert moved.channels == {"predictions": ("goldfish",)}
    assert moved.said.endswith("the weights were rescaled by the losses of whole layers")


def test_variants_with_a_network_of_their_own_stay():
    own = Variant(name="Own", model="efficientnet_lite0", layers={"block5c_add": 1.0})
    pages = Variant(name="Page's", layers={"block5_conv2": 1.0})
    moved, said = Comparison(variants=(own, pages)).moved_to("efficientnet_lite0")
    assert moved.variants[0] == own
    assert list(moved.variants[1].layers) != ["block5_conv2"]
    assert len(said) == 1


@pytest.mark.parametrize("name", OFFERED)
def test_comparisons_of_networks_name_them(name):
    comparison = Comparison.preset(name)
    assert [variant.model for variant in comparison.variants] == [
        part.model for part in OFFERED[name]
    ]
    assert Comparison.decode(comparison.encode()) == comparison
    assert comparison.moved_to("efficientnet_lite0")[0].variants == comparison.variants


def test_a_network_without_weighted_layers_is_mapped_to_too(monkeypatch):
    monkeypatch.setattr(own_models, "_known", {})
    offer(Own("pool.keras", (LayerInfo("pool", "MaxPooling2D", 0, 3, 2, 2, 0.0, (("same", 2),)),)))
    assert mapped({"block1_conv1": 2.0}, {}, "vgg16", "pool.keras").layers == {"pool": 2.0}
    assert list(mapped({"pool": 2.0}, {}, "pool.keras", "vgg16").layers) == ["block1_conv1"]


def test_weights_that_would_pass_the_largest_shrink_alike():
    light = {"block2_conv2": 0.5, "block5_conv2": 1.0}
    heavy = {name: weight * 1e6 for name, weight in light.items()}
    first, second = (mapped(mix, {}, "vgg16", "vgg16:untrained").layers for mix in (heavy, light))
    assert max(first.values()) == 1e6
    ratios = [first[name] / second[name] for name in light]
    assert ratios[0] == pytest.approx(ratios[1], rel=0.01)  # of three digits


def test_layers_that_become_one_stay_below_the_largest_weight(monkeypatch):
    monkeypatch.setattr(own_models, "_known", {})
    offer(Own("one.keras", (LayerInfo("conv", "Conv2D", 1, 4, 1, 3, 0.0, (("same", 1),)),)))
    heavy = {"block2_conv2": 1e6, "block5_conv2": 1e6}
    assert mapped(heavy, {}, "vgg16", "one.keras").layers == {"conv": 1e6}


def test_what_a_guide_leaves_alone_goes_with_its_layer():
    unguided = ["block2_conv2", "block5_conv2"]
    moved = mapped(MIX, {}, "vgg16", "efficientnet_lite0", unguided)
    places = [list(MIX).index(name) for name in unguided]
    assert moved.unguided == tuple(list(moved.layers)[place] for place in places)
    assert mapped(MIX, {}, "vgg16", "vgg16", unguided).unguided == tuple(unguided)


@pytest.mark.parametrize("unguided", [(), ("block2_conv2",), ("block2_conv2", "block5_conv2")])
def test_a_layer_that_stands_for_several_is_left_alone_if_all_of_them_are(monkeypatch, unguided):
    monkeypatch.setattr(own_models, "_known", {})
    offer(Own("one.keras", (LayerInfo("conv", "Conv2D", 1, 4, 1, 3, 0.0, (("same", 1),)),)))
    layers = {"block2_conv2": 1.0, "block5_conv2": 1.0}
    alone = mapped(layers, {}, "vgg16", "one.keras", unguided).unguided
    assert alone == (("conv",) if len(unguided) == 2 else ())
