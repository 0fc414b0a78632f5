"""How much memory a gradient takes, and the tiles that keep it within a budget."""

import math

import keras
import psutil
import tensorflow as tf

from dreamlab.config.specs import Number
from dreamlab.images.shape import Shape
from dreamlab.models.receptive_field import ReceptiveField

#: Without a limit of its own, the process takes no more than this share of what is free, and no
#: more than this many bytes in all: larger tiles are hardly any faster.
_FREE_SHARE = 0.5
_MOST = 2_400_000_000

#: However much the process holds already, a gradient may take this many bytes.
_LEAST = 256_000_000

#: Bytes a pixel of what stands beside the gradient's own work and the original: the picture and
#: the whole gradient in float32, the original and all octaves' frames in a recording.
_STATE = 2 * 12 + 3 * 3

#: What TensorFlow takes beside what it says it uses: the holes between its blocks.
_HOLES = 1.15

#: Tiles are no smaller than this, in pixels, however small the budget: they would be all margin.
_SMALLEST_TILE = 64

#: What a caller may set the memory of the process to, in MB.
_MEMORY = Number(default=None, low=0.0, high=1e6, unit=" MB", help="Memory of the process.")

_BYTES = {"float32": 4, "bfloat16": 2}

#: Copies in float32 that a network in bfloat16 makes on its way.
_MIXED_SURCHARGE = 1.2


def bytes_per_pixel(
    model: keras.Model, receptive_fields: dict[str, ReceptiveField], precision: str
) -> float:
    """Estimate the memory that a gradient takes, in bytes for each pixel of the picture.

    Every feature map is kept until the way back has used it; where it is at its widest, the map's
    own gradient and the one before it stand beside it.

    Parameters
    ----------
    model : keras.Model
        The network, cut at its deepest layer.
    receptive_fields : dict of str to ReceptiveField
        Those of the network's layers, by name.
    precision : str
        ``"float32"`` or ``"bfloat16"``.
    """
    maps = [
        layer.output.shape[-1] / receptive_fields[layer.name].stride ** 2
        for layer in model.layers
        if layer.name in receptive_fields and not isinstance(layer, keras.layers.InputLayer)
    ]
    surcharge = 1.0 if precision == "float32" else _MIXED_SURCHARGE
    return (sum(maps) + 2 * max(maps)) * _BYTES[precision] * surcharge


def budget(pixels: int, memory: float | None = None) -> float:
    """Return the bytes that a gradient may take beside all the process holds.

    Parameters
    ----------
    pixels : int
        Pixels of the whole picture.
    memory : float, optional
        Memory that the whole process may take, in MB. None and 0 stand for half of what is free,
        at most 2,400 MB.

    Raises
    ------
    DreamError
        If the memory is not a number from 0 to 1e6.
    """
    _MEMORY.check("memory", memory)
    held = psutil.Process().memory_info().rss - _spare()
    free = psutil.virtual_memory().available
    limit = memory * 1e6 if memory else min(_MOST, held + free * _FREE_SHARE)
    return max(_LEAST, (limit - held - pixels * _STATE) / _HOLES)


def _spare() -> int:
    """Bytes that TensorFlow keeps for the next time it needs some: it gives none back."""
    try:
        stats = tf.config.experimental.get_memory_info("CPU:0")
    except ValueError:  # an allocator that keeps no count keeps no memory either
        return 0
    return stats["peak"] - stats["current"]


def tile_side(shape: Shape, needed: float, margin: int, memory_budget: float) -> int | None:
    """Return the side of the tiles that a picture has to be cut into, or None for none.

    Parameters
    ----------
    shape : Shape
        Height and width of the picture, in pixels.
    needed : float
        Memory that a gradient takes, in bytes for each pixel.
    margin : int
        Pixels by which a tile is widened, both sides together.
    memory_budget : float
        Memory it may take, in bytes.
    """
    if math.prod(shape) * needed <= memory_budget:
        return None
    crop = math.floor(math.sqrt(max(0.0, memory_budget) / needed))
    return max(_SMALLEST_TILE, crop - margin)
