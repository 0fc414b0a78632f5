"""Matches pictures with a guide: the feature of each position, and how alike they are."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream.compiled import in_words
from dreamlab.dream.guide import Guide, fitted
from dreamlab.dream.matching import matches
from dreamlab.dream.objective import BORDER, channel_masks, inner_window, layers_and_channels
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network

#: Longest side at which a picture is looked at, in pixels: a map of all of a large one would take
#: more memory than its dream, which is worked through in tiles.
SIDE = 768


@dataclass(frozen=True)
class Matched:
    """The matches of one layer.

    Parameters
    ----------
    best : numpy.ndarray
        int16, shape (rows, columns): the number of the feature of each position; -1 at the border,
        which has no part in the loss, and where the layer does not answer.
    likeness : float
        Mean cosine of the angle between position and feature, over the positions that have one.
    chance : float
        The same toward a guide whose channels are shuffled, a control.
    """

    best: np.ndarray = field(repr=False)
    likeness: float
    chance: float


def matched(
    network: Network, config: DreamConfig, guide: Guide, pixels: np.ndarray
) -> dict[str, Matched]:
    """Match a picture with a guide at each of its layers, as a step of a dream does.

    Parameters
    ----------
    network : Network
        The network.
    config : DreamConfig
        The settings, settled by the network.
    guide : Guide
        The guide.
    pixels : numpy.ndarray
        The picture, uint8, shape (H, W, 3); a larger one is scaled down to a longest side of
        `SIDE`.

    Returns
    -------
    dict of str to Matched
        By guided layer.
    """
    picture = fitted(pixels, network, tuple(config.layers), SIDE)
    names = tuple(guide.layers)
    chosen = dict(zip(*layers_and_channels(config), strict=True))
    channels = [guide.layers[name].features.shape[1] for name in names]
    masks = channel_masks(channels, [chosen[name] for name in names])
    counted = [
        np.ones(count, np.float32) if mask is None else mask
        for count, mask in zip(channels, masks, strict=True)
    ]
    look = _matches(network, names, config.preprocessing)
    features = [guide.layers[name].features for name in names]
    shuffled = [
        _shuffled(of, mask > 0, config.seed) for of, mask in zip(features, counted, strict=True)
    ]
    with in_words(Shape.of(picture)):
        found = [look(picture[None], counted, of) for of in (features, shuffled)]
    return {
        name: Matched(*_whole(*own), _whole(*other)[1])
        for name, own, other in zip(names, *found, strict=True)
    }


def _shuffled(features: np.ndarray, counted: np.ndarray, seed: int) -> np.ndarray:
    """Return features with the channels that count in another order, the same for all."""
    places = np.flatnonzero(counted)
    mixed = features.copy()
    mixed[:, places] = features[:, np.random.default_rng(seed).permutation(places)]
    return mixed


def _whole(
    best: tf.Tensor, cosines: tf.Tensor, rows: int, columns: int
) -> tuple[np.ndarray, float]:
    """Return the matches of a whole map, and their mean cosine; NaN if there is none."""
    top, bottom, left, right = inner_window(int(rows), int(columns))
    whole = np.full((int(rows), int(columns)), -1, np.int16)
    inner, cosines = whole[top:bottom, left:right], cosines.numpy()[0]
    heard = np.isfinite(cosines)
    inner[heard] = best.numpy()[0][heard]
    return whole, float(cosines[heard].mean(dtype=np.float64)) if heard.any() else float("nan")


def _window(*sides: tf.Tensor) -> tf.Tensor:
    """Return what `inner_window` does, of a map whose sides are known as the graph runs."""
    borders = [tf.where(side > 2 * BORDER, BORDER, 0) for side in sides]
    pairs = [(border, side - border) for border, side in zip(borders, sides, strict=True)]
    return tf.stack([end for pair in pairs for end in pair])


@per_network(4)
def _matches(
    network: Network, names: tuple[str, ...], preprocessing: str
) -> Callable[..., list[tuple[tf.Tensor, ...]]]:
    """Return the compiled function from a picture, masks and features to matches and cosines."""
    model = network.plain_extractor(names, "float32")

    @own_settings()
    def look(
        pictures: tf.Tensor, masks: list[tf.Tensor], features: list[tf.Tensor]
    ) -> list[tuple[tf.Tensor, ...]]:
        outputs = network.activations(model, pictures, preprocessing)
        found = []
        for name, mask, of in zip(names, masks, features, strict=True):
            maps = tf.cast(outputs[name], tf.float32) * mask
            # Over the peak, as the square of an activation below 1e-19 is 0 in float32.
            maps = tf.math.divide_no_nan(maps, tf.reduce_max(tf.abs(maps)))
            rows, columns = tf.unstack(tf.shape(maps)[1:3])
            window = _window(rows, columns)
            best, _, _ = matches(maps, window, of)
            inner = maps[:, window[0] : window[1], window[2] : window[3]]
            partner = tf.gather(of, best)
            # 0 / 0 where the layer does not answer.
            cosines = tf.reduce_sum(inner * partner, -1) / (
                tf.norm(inner, axis=-1) * tf.norm(partner, axis=-1)
            )
            found.append((best, cosines, rows, columns))
        return found

    channels = {name: network.layer(name).channels for name in names}
    signature = [
        tf.TensorSpec((1, None, None, 3), tf.float32),
        [tf.TensorSpec((channels[name],), tf.float32) for name in names],
        [tf.TensorSpec((None, channels[name]), tf.float32) for name in names],
    ]
    return tf.function(look, input_signature=signature, autograph=False)
