"""Says why a dream could not begin to move, and what answers to the picture instead."""

from collections.abc import Mapping, Sequence

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.dream.activations import Activations
from dreamlab.dream.compiled import in_words
from dreamlab.errors import DreamError, listed
from dreamlab.images.resample import resize
from dreamlab.images.shape import Shape
from dreamlab.models import Network

#: Most channels that are offered.
_MOST_CHANNELS = 3

#: Most pixels of the picture that is looked at: the search must not need the memory of a dream.
_MOST_PIXELS = 262_144


def silent(config: DreamConfig, names: Sequence[str]) -> str:
    """Return that layers of a dream, or the channels that it has of one, do not answer."""
    channels = config.channels.get(names[0], ()) if len(names) == 1 else ()
    several = len(channels or names) > 1
    what = listed(names)
    if channels:
        what = f"channel{'s' * several} {listed(channels)} of {what}"
    return f"{what} do{'es' * (not several)} not answer"


def no_answer(
    network: Network, config: DreamConfig, image: np.ndarray, shapes: Sequence[Shape]
) -> str:
    """Return the sentence about a dream that nothing in its picture could move.

    It names the layers, and the nearest that answers on this picture: other channels of the same
    layer, else the layer before it, else one behind it.

    Parameters
    ----------
    network : Network
        The network.
    config : DreamConfig
        Settings of the dream.
    image : numpy.ndarray
        Its picture, float32, shape (H, W, 3), in [-1, 1].
    shapes : sequence of Shape
        Height and width of its octaves, in pixels.
    """
    asked = [name for name, weight in config.layers.items() if weight]
    strengths = _strengths(network, config, image, shapes, asked)
    answering = any(
        strengths[name][_channels(config, name) or slice(None)].any()
        for name in asked
        if name in strengths
    )
    if answering and config.mask:
        return (
            f"{silent(config, asked)} to this picture inside the mask, so no step changes it: "
            "choose a larger area"
        )
    if answering and config.octaves > 1:
        # An octave begins without the detail that the smaller ones before it lost.
        return (
            f"{silent(config, asked)} to this picture as its octaves begin, so no step changes it: "
            "choose 1 octave"
        )
    for name in asked:
        if name in config.channels and name in strengths:
            others = strengths[name].copy()
            others[_channels(config, name)] = 0
            strongest = np.argsort(-others, kind="stable")[:_MOST_CHANNELS]
            if heard := [int(channel) for channel in strongest if others[channel] > 0]:
                return (
                    f"{silent(config, [name])} to this picture, so no step changes it: choose "
                    f"channels that do, such as {listed(heard)}"
                )
    said = f"{silent(config, asked)} to this picture, so no step changes it: choose"
    place = {layer.name: number for number, layer in enumerate(network.layers)}
    last = max(place[name] for name in asked)
    candidates = [name for name, of in strengths.items() if name not in asked and of.any()]
    # Before the layer, the nearest first; then behind it.
    candidates.sort(key=lambda name: (place[name] > last, abs(place[name] - last)))
    if candidates:
        return f"{said} a layer that does, such as {listed(candidates[:1])}"
    if strengths and not _has_weights(network, asked):
        deepest = network.layers[last].name
        return (
            f"all weights of {listed([network.name])} up to {listed([deepest])} are 0, so no step "
            "changes the picture: choose a network with trained weights"
        )
    if strengths:
        return f"{said} another picture or network, as no layer of {listed([network.name])} does"
    return f"{said} another layer or another picture"


def _channels(config: DreamConfig, name: str) -> list[int]:
    """Return the channels of a layer, numbers all, in settings that the network has settled."""
    return [int(channel) for channel in config.channels.get(name, ())]


def _strengths(
    network: Network,
    config: DreamConfig,
    image: np.ndarray,
    shapes: Sequence[Shape],
    asked: Sequence[str],
) -> Mapping[str, np.ndarray]:
    """Return the answers of the layers on offer and of those asked for; none if that fails."""
    # The octaves' sizes are known to suit the network.
    fitting = [shape for shape in shapes if shape.area <= _MOST_PIXELS]
    shape = max(fitting, default=Shape.of(image).fitted(int(_MOST_PIXELS**0.5)))
    offered = {layer.name for layer in network.offered_layers} | set(asked)
    names = [layer.name for layer in network.layers if layer.name in offered]
    try:
        with in_words(shape):
            measured = Activations(network, names, "float32", config.preprocessing)
            return measured.answers(resize(image, shape))
    except DreamError:
        return {}


def _has_weights(network: Network, names: Sequence[str]) -> bool:
    model = network.feature_extractor(names, "float32")
    weights = model.get_weights()
    return not weights or any(np.any(weight) for weight in weights)
