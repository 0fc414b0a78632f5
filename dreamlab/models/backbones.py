"""Knows the networks of `keras.applications` by their layers, within a network of the user's own.

Those that prepare their pictures themselves (EfficientNet, MobileNetV3, ConvNeXt) are not here: the
range that they take is found in their graphs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import keras

from dreamlab.models.calls import nodes


@dataclass(frozen=True)
class Backbone:
    """A family of networks.

    Parameters
    ----------
    family : str
        Its name.
    first : str
        Regular expression of the name of its first layer with weights.
    filters : int or None
        Channels of that layer's output, where all of the family have as many.
    layers : tuple of str
        Layers that it alone has.
    input_range : str
        The range of its pictures, one of `dreamlab.config.input_range.INPUT_RANGES`.
    notebook_range : bool
        As in `dreamlab.zoo.Architecture`.
    """

    family: str
    first: str
    filters: int | None
    layers: tuple[str, ...]
    input_range: str
    notebook_range: bool = False


_BACKBONES = (
    Backbone(
        "VGG",
        "block1_conv1",
        64,
        ("block1_conv1", "block1_conv2", "block1_pool", "block2_conv1"),
        "imagenet",
        notebook_range=True,
    ),
    Backbone(
        "Xception", "block1_conv1", 32, ("block1_conv1", "block1_conv2", "block2_sepconv1"), "-1,1"
    ),
    Backbone(
        "ResNet",
        "conv1_conv",
        64,
        ("conv1_pad", "conv1_conv", "conv1_bn", "conv2_block1_1_conv"),
        "imagenet",
    ),
    Backbone(
        "ResNetV2", "conv1_conv", 64, ("conv1_pad", "conv1_conv", "conv2_block1_preact_bn"), "-1,1"
    ),
    Backbone(
        "DenseNet",
        "conv1_conv",
        64,
        ("conv1_conv", "conv1_bn", "conv2_block1_0_bn"),
        "imagenet-std",
    ),
    Backbone("InceptionV3", r"conv2d(_\d+)?", 32, ("mixed0", "mixed1", "mixed2"), "-1,1"),
    Backbone("InceptionResNetV2", r"conv2d(_\d+)?", 32, ("mixed_5b", "block35_1_mixed"), "-1,1"),
    Backbone("MobileNet", "conv1", None, ("conv1", "conv_dw_1", "conv_pw_1"), "-1,1"),
    Backbone(
        "MobileNetV2", "Conv1", None, ("Conv1", "bn_Conv1", "expanded_conv_depthwise"), "-1,1"
    ),
    Backbone(
        "NASNet", "stem_conv1", None, ("stem_conv1", "stem_bn1", "reduction_conv_1_stem_1"), "-1,1"
    ),
)


def known_backbone(model: keras.Model, names: Mapping[str, str]) -> Backbone | None:
    """Return the family that a flat model begins with, None if it is none that is known.

    Parameters
    ----------
    model : keras.Model
        A flat model of colour pictures.
    names : mapping of str to str
        Name of each of its layers in Keras to its name for the user.
    """
    first = _first(model)
    if first is None or model.inputs[0].shape[-1] != 3:
        return None
    own = {_last_name(layer, names) for layer in model.layers}
    name, filters = _last_name(first, names), first.output.shape[-1]
    return next(
        (
            each
            for each in _BACKBONES
            if own.issuperset(each.layers)
            and re.fullmatch(each.first, name)
            and each.filters in (None, filters)
        ),
        None,
    )


def _first(model: keras.Model) -> keras.Layer | None:
    """Return the first layer with weights; None if it is not given the picture as it is."""
    as_it_is = {id(model.inputs[0])}
    for node in nodes(model):
        operation = node.operation
        if isinstance(operation, keras.layers.ZeroPadding2D | keras.layers.Identity):
            if id(node.input_tensors[0]) in as_it_is:
                as_it_is.add(id(node.output_tensors[0]))
        elif isinstance(operation, keras.Layer) and operation.weights:
            return operation if id(node.input_tensors[0]) in as_it_is else None
    return None


def _last_name(layer: keras.Layer, names: Mapping[str, str]) -> str:
    """Return a layer's name without those of the models around it."""
    return names.get(layer.name, layer.name).rpartition("/")[2]
