"""Knows the networks of `keras.applications` by their layers, within a network of the user's own.

Those that prepare their pictures themselves (EfficientNet, MobileNetV3, ConvNeXt) are not here: the
range that they take is found in their graphs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import keras


@dataclass(frozen=True)
class Backbone:
    """A family of networks.

    Parameters
    ----------
    family : str
        Its name.
    layers : tuple of str
        Layers that it alone has.
    input_range : str
        The range of its pictures, one of `dreamlab.config.input_range.INPUT_RANGES`.
    notebook_range : bool
        As in `dreamlab.zoo.Architecture`.
    """

    family: str
    layers: tuple[str, ...]
    input_range: str
    notebook_range: bool = False


_BACKBONES = (
    Backbone(
        "VGG",
        ("block1_conv1", "block1_conv2", "block1_pool", "block2_conv1"),
        "imagenet",
        notebook_range=True,
    ),
    Backbone("Xception", ("block1_conv1", "block1_conv2", "block2_sepconv1"), "-1,1"),
    Backbone("ResNet", ("conv1_pad", "conv1_conv", "conv1_bn", "conv2_block1_1_conv"), "imagenet"),
    Backbone("ResNetV2", ("conv1_pad", "conv1_conv", "conv2_block1_preact_bn"), "-1,1"),
    Backbone("DenseNet", ("conv1_conv", "conv1_bn", "conv2_block1_0_bn"), "imagenet-std"),
    Backbone("InceptionV3", ("mixed0", "mixed1", "mixed2"), "-1,1"),
    Backbone("InceptionResNetV2", ("mixed_5b", "block35_1_mixed"), "-1,1"),
    Backbone("MobileNet", ("conv1", "conv_dw_1", "conv_pw_1"), "-1,1"),
    Backbone("MobileNetV2", ("Conv1", "bn_Conv1", "expanded_conv_depthwise"), "-1,1"),
    Backbone("NASNet", ("stem_conv1", "stem_bn1", "reduction_conv_1_stem_1"), "-1,1"),
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
    if model.inputs[0].shape[-1] != 3:
        return None
    own = {names.get(layer.name, layer.name).rpartition("/")[2] for layer in model.layers}
    return next((each for each in _BACKBONES if own.issuperset(each.layers)), None)
