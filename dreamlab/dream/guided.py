"""The compiled objective of a guided dream: each guided layer climbs toward a guide's features."""

import copy
from typing import Any

import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream.compiled import CompiledObjective
from dreamlab.dream.guide import Guide
from dreamlab.dream.matching import AT_ONCE, guided_sums
from dreamlab.dream.objective import layers_and_channels, loss_sums
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.per_network import per_network


class GuidedObjective(CompiledObjective):
    """Loss and gradient of some layers of a network, of which some climb toward a guide.

    The loss of a guided layer is that of `dreamlab.dream.matching.guided_sums`. Features of the
    guide are arguments of the graph too, so that another guide never triggers a retrace.

    Parameters
    ----------
    guided : tuple of str
        Layers that are guided.
    network, names, channels, precision, convolution, preprocessing
        As in `CompiledObjective`.
    """

    def __init__(self, guided: tuple[str, ...], network: Network, *others: Any) -> None:
        self._guided = guided
        self._further = (
            tf.TensorSpec((len(guided), 2), tf.float32),
            *(tf.TensorSpec((None, network.layer(name).channels), tf.float32) for name in guided),
        )
        super().__init__(network, *others)
        # Beside that of the gradient a map is filled by the matched features, by either share of
        # the slope, and by their sum with its border; each position has the number of its match.
        for name, field in zip(self._names, self.receptive_fields, strict=True):
            if name in guided:
                channels = network.layer(name).channels
                self._bytes_per_pixel += 4 * (4 * channels + 1) / field.stride**2

    def toward(self, guide: Guide, strength: float) -> CompiledObjective:
        """Return the objective toward a guide.

        Parameters
        ----------
        guide : Guide
            It has the guided layers.
        strength : float
            0 to 1: the share of the matched inner products, beside that of the squares.
        """
        layers = [guide.layers[name] for name in self._guided]
        features = [tf.constant(layer.features) for layer in layers]
        shares = tf.constant([(1 - strength, strength * layer.length) for layer in layers])
        led = copy.copy(self)

        def gradients(
            pictures: tf.Tensor, windows: tf.Tensor, scales: tf.Tensor
        ) -> tuple[tf.Tensor, tf.Tensor]:
            return self.gradients(pictures, windows, scales, shares, *features)

        led.gradients = gradients
        return led

    def tile_for(self, shape: Shape, memory_budget: float) -> Shape | None:
        """See `CompiledObjective`; the products of positions and features count too."""
        return super().tile_for(shape, memory_budget - 4 * AT_ONCE)

    def _sums(
        self, activations: dict[str, tf.Tensor], windows: tf.Tensor, *further: tf.Tensor
    ) -> list[tf.Tensor]:
        shares, *features = further
        led = dict(zip(self._guided, zip(tf.unstack(shares), features, strict=True), strict=True))
        sums = []
        for name, window, mask, head in zip(
            self._names, tf.unstack(windows), self._masks, self._heads, strict=True
        ):
            if name in led:
                share, of = led[name]
                sums.append(guided_sums(activations[name], window, mask, of, share))
            else:
                sums.append(loss_sums(activations[name], window, mask, fast=self._fast, head=head))
        return sums


@per_network(8)
def _guided(
    network: Network,
    guided: tuple[str, ...],
    names: tuple[str, ...],
    channels: tuple[tuple[int, ...] | None, ...],
    *how: str,
) -> GuidedObjective:
    return GuidedObjective(guided, network, names, channels, *how)


def guided_objective(
    network: Network, config: DreamConfig, guide: Guide, precision: str, convolution: str = "direct"
) -> CompiledObjective:
    """Return the objective of a config toward a guide; its graph is from the cache if it is there.

    Parameters
    ----------
    network, config, precision, convolution
        As in `dreamlab.dream.compiled.compile_objective`.
    guide : Guide
        What `dreamlab.dream.guide.guide_of` returned for them.
    """
    how = precision, convolution, config.preprocessing
    graph = _guided(network, tuple(guide.layers), *layers_and_channels(config), *how)
    return graph.toward(guide, config.guide_strength)
