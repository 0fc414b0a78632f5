"""The work of shaping a dream's steps, beside that of its network."""

from dreamlab.config import DreamConfig
from dreamlab.zoo import speed

#: Multiplications of VGG16 a pixel that take as long: measured, 0.1 to 0.3 s a megapixel.
_TURNED, _PYRAMID, _SMOOTH, _MASKED = 15e3, 8e3, 5e3, 3e3


def look_operations(config: DreamConfig, model: str) -> float:
    """Return the multiplications of a network, a pixel and step, that take as long as the look.

    Parameters
    ----------
    config : DreamConfig
        Settings; those of the look are used.
    model : str
        Name of the network.
    """
    asked = {
        _TURNED: config.rotation or config.rescale,
        _PYRAMID: config.pyramid,
        _SMOOTH: config.smooth,
        _MASKED: config.mask,
    }
    return speed(model) * sum(work for work, value in asked.items() if value)
