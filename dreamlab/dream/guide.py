"""The features of a guide: what the layers of a network see in a second picture."""

import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import tensorflow as tf

from dreamlab.classes import is_head
from dreamlab.config import DreamConfig
from dreamlab.config.guide import MOST_FEATURES, guided_layers, without_effect
from dreamlab.dream.compiled import in_words
from dreamlab.dream.objective import channel_masks, inner_window, layers_and_channels
from dreamlab.dream.original import grey
from dreamlab.dream.step import Silence
from dreamlab.errors import DreamError, listed
from dreamlab.images import Picture, from_pixels, resize_pixels
from dreamlab.images.samples import sample
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network

#: Longest side at which a guide is looked at, in pixels. VGG16's deepest layer has some 500
#: features in it then, and looking takes some 200 MB.
SIDE = 512


@dataclass(frozen=True)
class LayerGuide:
    """The features of a guide at one layer.

    Parameters
    ----------
    features : numpy.ndarray
        float32, shape (features, channels), of a root mean square length of 1; 0 in channels that
        do not count.
    length : float
        The root mean square length of the guide's features, all of them that were looked at.
    places : numpy.ndarray
        float32, shape (features, 2): the middle of each position as shares of the guide's height
        and width.
    """

    features: np.ndarray = field(repr=False)
    length: float
    places: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Guide:
    """A guide as a network sees it.

    Parameters
    ----------
    picture : Picture
        The guide, as it was looked at.
    layers : mapping of str to LayerGuide
        The guided layers, at least 1.
    """

    picture: Picture
    layers: Mapping[str, LayerGuide]


def guide_of(network: Network, config: DreamConfig, given: Picture | None) -> Guide | None:
    """Return the guide of a dream; None for a dream without one.

    A larger guide is scaled down to a longest side of `SIDE`. Of each layer's features, without
    those at the map's border, `MOST_FEATURES` are drawn without replacement, by the config's seed.

    Parameters
    ----------
    network : Network
        The network.
    config : DreamConfig
        The settings, settled by the network.
    given : Picture or None
        The guide, where the config says that a picture is given.

    Raises
    ------
    DreamError
        If the network does not take the guide, or a layer does not answer to it.

    Warns
    -----
    Silence
        If settings of the guide have no effect.
    """
    names = guided_layers(config, partial(is_head, network.name))
    if useless := without_effect(config, names):
        warnings.warn(useless, Silence, stacklevel=4)
    if config.guide == "none" or not config.guide_strength or not names:
        return None
    given = given or Picture.of(sample(config.guide).image)
    try:
        picture = fitted(given.pixels, network, tuple(config.layers), SIDE)
    except DreamError as error:
        raise DreamError(f"the guide cannot be used: {error}") from error
    look = _look(network, names, config.preprocessing)
    shape = Shape.of(picture)
    with in_words(shape):
        maps = [each.numpy()[0] for each in look(picture[None])]
    chosen = dict(zip(*layers_and_channels(config), strict=True))
    masks = channel_masks([each.shape[-1] for each in maps], [chosen[name] for name in names])
    found, silent = {}, []
    for name, activation, mask in zip(names, maps, masks, strict=True):
        layer = _features(name, activation if mask is None else activation * mask, config)
        if layer is None:
            silent.append(name)
        else:
            found[name] = layer
    if silent:
        raise DreamError(
            f"the guide leaves {listed(silent)} silent: choose another guide, or leave "
            f"{'them' if len(silent) > 1 else 'it'} unguided"
        )
    return Guide(Picture.of(picture, "The guide"), found)


def fitted(pixels: np.ndarray, network: Network, layers: tuple[str, ...], side: int) -> np.ndarray:
    """Return pixels as some layers of a network take them, scaled down to a longest side.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].

    Raises
    ------
    DreamError
        If the layers take no picture of that size.
    """
    shape = network.only(layers) or Shape.of(pixels).fitted(side)
    height, width = network.fitted(shape, layers)
    picture = from_pixels(resize_pixels(pixels, *shape)[:height, :width])
    return grey(picture) if network.feeding.grey else picture


@per_network(4)
def _look(
    network: Network, names: tuple[str, ...], preprocessing: str
) -> Callable[[np.ndarray], list[tf.Tensor]]:
    """Return the compiled function from pictures to the maps of some layers, float32.

    It is the same in all processes: a dream that resumes has the very guide that it had.
    """
    model = network.plain_extractor(names, "float32")

    @own_settings()
    def look(pictures: tf.Tensor) -> list[tf.Tensor]:
        outputs = network.activations(model, pictures, preprocessing)
        return [tf.cast(outputs[name], tf.float32) for name in names]

    # A compiled graph frees each feature map as soon as nothing needs it.
    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    return tf.function(look, input_signature=signature, autograph=False)


def _features(name: str, activation: np.ndarray, config: DreamConfig) -> LayerGuide | None:
    """Return the features of a feature map, (rows, columns, channels); None if all are 0."""
    rows, columns, channels = activation.shape
    top, bottom, left, right = inner_window(rows, columns)
    places = np.argwhere(np.ones((bottom - top, right - left))) + (top, left)
    features = activation[top:bottom, left:right].reshape(-1, channels)
    peak = float(np.abs(features).max(initial=0.0))
    if not peak:
        return None
    # Over the peak, as the square of an activation below 1e-19 is 0 in float32.
    features = features / np.float32(peak)
    lengths = np.linalg.norm(features, axis=1)
    root = float(np.sqrt(np.mean(np.square(lengths, dtype=np.float64))))
    if config.guide_features == "unit":
        heard = lengths > 0
        features, places, lengths = features[heard], places[heard], lengths[heard]
    kept: slice | np.ndarray = slice(None)
    if len(features) > MOST_FEATURES:
        # Each layer draws its own, whatever the others are.
        generator = np.random.default_rng([config.seed, zlib.crc32(name.encode())])
        kept = np.sort(generator.choice(len(features), MOST_FEATURES, replace=False))
    features = features[kept]
    divisor = lengths[kept, None] if config.guide_features == "unit" else np.float32(root)
    middle = (places[kept] + 0.5) / (rows, columns)
    return LayerGuide(features / divisor, root * peak, middle.astype(np.float32))
