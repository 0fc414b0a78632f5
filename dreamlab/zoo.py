"""The networks on offer, with their layers, read and written; loads no network."""

import difflib
import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from dreamlab.errors import DreamError, shown
from dreamlab.layer_info import LayerInfo

#: The layers of all networks on offer, one per line.
LAYER_TABLE = Path(__file__).parent / "layers.json"
#: Suffixes of the files in which Keras saves networks.
OWN_SUFFIXES = (".keras", ".h5", ".hdf5")


@dataclass(frozen=True)
class Architecture:
    """A network of `keras.applications`, and the facts that a dream needs.

    Parameters
    ----------
    builder : str
        The network's function in `keras.applications`.
    input_range : str
        What the network is fed, one of `dreamlab.config.input_range.INPUT_RANGES`.
    offered : str
        Regular expression of the layers on offer; other layers are available by name.
    weights_file : str
        File in which Keras keeps the ImageNet weights.
    smallest : int
        Smallest picture side that the network takes, in pixels.
    notebook_range : bool
        Whether the network is fed the picture in [-1, 1] unless its own range is asked for, as
        the notebook feeds VGG16. Networks that normalise inside see almost nothing then, so they
        always get the input of their training.
    """

    builder: str
    input_range: str
    offered: str
    weights_file: str
    smallest: int = 32
    notebook_range: bool = False

    @property
    def source(self) -> str:
        """Where its range is known from, in words that follow "as"."""
        return f"{self.builder} is trained"


ARCHITECTURES = MappingProxyType(
    {
        "vgg16": Architecture(
            builder="VGG16",
            input_range="imagenet",
            offered=r"block\d_(conv\d|pool)",
            weights_file="vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
            notebook_range=True,
        ),
        "vgg19": Architecture(
            builder="VGG19",
            input_range="imagenet",
            offered=r"block\d_(conv\d|pool)",
            weights_file="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
            notebook_range=True,
        ),
        "inception_v3": Architecture(
            builder="InceptionV3",
            input_range="-1,1",
            offered=r"mixed\d+",
            smallest=75,
            weights_file="inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        ),
        "resnet50": Architecture(
            builder="ResNet50",
            input_range="imagenet",
            offered=r"conv1_relu|conv\d_block\d_out",
            weights_file="resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        ),
        "mobilenet_v2": Architecture(
            builder="MobileNetV2",
            input_range="-1,1",
            offered=r"Conv1_relu|block_\d+_expand_relu|out_relu",
            weights_file="mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        ),
        "efficientnet_v2_b0": Architecture(
            builder="EfficientNetV2B0",
            input_range="0,255",
            offered=r"block\d[a-z]_(expand|project)_activation|block\d[a-z]_add|top_activation",
            weights_file="efficientnetv2-b0_notop.h5",
        ),
        "convnext_tiny": Architecture(
            builder="ConvNeXtTiny",
            input_range="0,255",
            offered=r"convnext_tiny_stage_\d_block_\d_identity|convnext_tiny_stem",
            weights_file="convnext_tiny_notop.h5",
        ),
    }
)


def check_network(model: str, otherwise: str = "") -> None:
    """Raise `DreamError` if the zoo has no such network; `otherwise` adds another way out."""
    if model not in ARCHITECTURES:
        raise DreamError(
            f"unknown model {shown(model)}; choose from {', '.join(ARCHITECTURES)}{otherwise}"
        )


@functools.cache
def known_layers(model: str) -> tuple[LayerInfo, ...]:
    """Return the layers of a network of the zoo in network order, without loading it.

    ``python -m dreamlab layers --write`` writes the file that this reads, ``layers.json``, from
    the networks themselves.

    Raises
    ------
    DreamError
        If the zoo has no such network.
    """
    check_network(model)
    table = json.loads(LAYER_TABLE.read_text("utf-8"))
    return tuple(LayerInfo.from_dict(row) for row in table[model])


def layer_table(tables: Mapping[str, Sequence[LayerInfo]]) -> str:
    """Return the layers of networks as JSON, one per line, as `known_layers` reads it."""
    texts = []
    for name, layers in tables.items():
        rows = [json.dumps(layer.to_dict(), separators=(",", ":")) for layer in layers]
        texts.append(f"{json.dumps(name)}: [\n" + ",\n".join(rows) + "\n]")
    return "{\n" + ",\n".join(texts) + "\n}\n"


def is_offered(model: str, layer: str) -> bool:
    """Return whether a layer is on offer; a user's own network offers all its layers."""
    if model not in ARCHITECTURES:
        return True
    return re.fullmatch(ARCHITECTURES[model].offered, layer) is not None


def find_layer(model: str, layers: Sequence[LayerInfo], name: str) -> LayerInfo:
    """Return the layer of a name.

    Parameters
    ----------
    model : str
        Name of the network, for the message and for the layers it offers.
    layers : sequence of LayerInfo
        All layers of the network.
    name : str
        Name of the layer.

    Raises
    ------
    DreamError
        If the network has no such layer; the message gives similar names, or those on offer.
    """
    for layer in layers:
        if layer.name == name:
            return layer
    similar = difflib.get_close_matches(name, [layer.name for layer in layers], n=3)
    offered = [layer.name for layer in layers if is_offered(model, layer.name)]
    rest = f" and {len(offered) - 20} more" if len(offered) > 20 else ""
    hint = f"choose from {', '.join(offered[:20])}{rest}"
    if similar:
        hint = f"did you mean {' or '.join(similar)}?"
    raise DreamError(f"{model} has no layer {shown(name)}: {hint}")


def chosen_layers(
    model: str, layers: Sequence[LayerInfo], names: Sequence[str]
) -> tuple[LayerInfo, ...]:
    """Return the layers of these names in network order; without names, those on offer.

    Layers that take pictures of a single size are on offer by name alone.

    Raises
    ------
    DreamError
        If the network has no such layer.
    """
    for name in names:
        find_layer(model, layers, name)
    return tuple(
        layer
        for layer in layers
        if layer.name in names or not names and layer.only is None and is_offered(model, layer.name)
    )
