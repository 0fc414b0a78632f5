"""The gradient of each layer of a dream, apart from the others'."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.images import Shape

if TYPE_CHECKING:
    from dreamlab.dream import Start
    from dreamlab.dream.compiled import CompiledObjective
    from dreamlab.dream.guide import Guide
    from dreamlab.models import Network


class LayerGradients:
    """Computes each layer's gradient alone, with the dream's own channels, shifts and tiles.

    Its gradients are turned back, smoothed and masked as the dream's are. Those of the layers then
    add up to the dream's own, which those of a pyramid's levels of equal strength would not.

    Parameters
    ----------
    network : Network
        The network.
    config : DreamConfig
        Settings of the dream.
    """

    def __init__(self, network: "Network", config: DreamConfig) -> None:
        from dreamlab.dream.arithmetic import arithmetic
        from dreamlab.dream.ascent import OctaveAscent
        from dreamlab.dream.compiled import compile_objective

        self._network, self._strength = network, config.guide_strength
        self._computed = computed = arithmetic(config.precision, config.convolution)
        self._octave = OctaveAscent
        local = compile_objective(network, config, *computed).local
        self._alone = {}
        for name, weight in config.layers.items():
            # The gradient gets the weight, as a config must not have weight 0 alone. Without exact
            # tiles the other layers stay in the config, so that the tiles are the dream's.
            names = [name] if local else list(config.layers)
            alone = DreamConfig(
                layers={layer: float(layer == name) for layer in names},
                channels={
                    layer: config.channels[layer] for layer in names if layer in config.channels
                },
                preprocessing=config.preprocessing,
                tile=config.tile,
                smooth=config.smooth,
                keep_colours=config.keep_colours,
            )
            self._alone[name] = weight, alone, compile_objective(network, alone, *computed)

    def gradient(self, name: str, start: "Start", guide: "Guide | None" = None) -> np.ndarray:
        """Return a layer's weighted gradient at the start of a step, float32 (H, W, 3).

        Parameters
        ----------
        name : str
            The layer.
        start : Start
            Where the step begins.
        guide : Guide, optional
            The guide of the dream.
        """
        weight, alone, objective = self._alone[name]
        if guide is not None and name in guide.layers:
            objective = self._led(name, alone, guide)
        octave = self._octave(objective, alone, Shape.of(start.picture), start.memory_budget)
        return (
            np.float32(weight)
            * octave.gradient(start.picture, start.shift, start.turn, start.mask)[1]
        )

    def _led(self, name: str, alone: DreamConfig, guide: "Guide") -> "CompiledObjective":
        """Return the objective of a layer alone toward a guide."""
        from dreamlab.dream.guided import guided_objective

        own = replace(guide, layers={name: guide.layers[name]})
        alone = alone.replace(guide_strength=self._strength)
        return guided_objective(self._network, alone, own, *self._computed)
