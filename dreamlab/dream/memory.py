"""Estimates the memory of a gradient, and chooses tiles that keep it within a budget."""

import math

import keras
import psutil
import tensorflow as tf

from dreamlab.config.specs import Number
from dreamlab.images.shape import Shape
from dreamlab.models.field import ReceptiveField
from dreamlab.models.machine import free_memory

#: Default limit of the process: this share of the free memory, and at most this many bytes in
#: all. Larger tiles are hardly faster.
_FREE_SHARE = 0.5
_MOST = 2_350_000_000

#: Smallest budget of a gradient, in bytes, however much the process holds already.
_LEAST = 256_000_000

#: Bytes per pixel held besides activations: picture and whole gradient in float32, and the frames
#: of smaller octaves in a recording.
_STATE = 2 * 12 + 3

#: TensorFlow's memory over what its operations use: its allocator leaves holes between blocks.
_HOLES = 1.15

#: Smallest tile, in pixels, however small the budget: a smaller one would be all margin.
_SMALLEST_TILE = 64

#: Memory of fast layers over their maps and marks: what their kernels work in.
_SCRATCH = 1.1

#: What a caller may set the memory of the process to, in MB.
_MEMORY = Number(default=None, low=0.0, high=1e6, unit=" MB", help="Memory of the process.")

#: Most pixels of pictures that are looked at at once: more are no faster, and a cancel would wait.
_LOOKED_AT = 2**17

_BYTES = {"float32": 4, "bfloat16": 2}

#: Factor for the float32 copies that a network in bfloat16 makes.
_MIXED_SURCHARGE = 1.2


def bytes_per_pixel(
    model: keras.Model, receptive_fields: dict[str, ReceptiveField], precision: str
) -> float:
    """Estimate the memory of a gradient, in bytes per pixel of the picture.

    The backward pass of Keras's layers needs every feature map; at the largest, that map's gradient
    and the next one are in memory too. Layers of `dreamlab.models.fast_layers` keep less, and what
    they are done with is free at once, so there the fullest moment of a backward pass counts.

    Parameters
    ----------
    model : keras.Model
        The network up to its deepest layer in the loss.
    receptive_fields : dict of str to ReceptiveField
        Receptive fields of the network's layers, by their names in Keras.
    precision : str
        ``"float32"`` or ``"bfloat16"``.
    """
    layers = [
        layer
        for layer in model.layers
        if layer.name in receptive_fields
        and not isinstance(layer, keras.layers.InputLayer | keras.layers.Identity)
    ]
    maps = [
        layer.output.shape[-1] / receptive_fields[layer.name].stride ** 2 * _BYTES[precision]
        for layer in layers
    ]
    if not any(hasattr(layer, "kept_bytes") for layer in layers):
        surcharge = 1.0 if precision == "float32" else _MIXED_SURCHARGE
        return (sum(maps) + 2 * max(maps)) * surcharge * _HOLES
    in_the_loss = _in_the_loss(model)
    kept, most, before = 0.0, 0.0, 0.0
    for layer, size in zip(layers, maps, strict=True):
        # A layer in the loss keeps its map too.
        kept += size * getattr(layer, "kept_bytes", 0.0) / _BYTES[precision]
        kept += size if layer.name in in_the_loss else 0.0
        most = max(most, kept + before + size)
        before = size
    return most * _SCRATCH


def _in_the_loss(model: keras.Model) -> set[str]:
    """Return the names in Keras of the layers that a model has as outputs, by name."""
    if not isinstance(model.output, dict):
        return set()
    makers = [tensor._keras_history.operation for tensor in model.outputs]
    for maker in list(makers):
        if isinstance(maker.output, list | tuple):  # a fork, whose outputs are its layer's map
            makers.append(maker.input._keras_history.operation)
    return {maker.name for maker in makers}


def budget(pixels: int, memory: float | None = None, beside: float = 0.0) -> float:
    """Return the bytes that a gradient may take beside all the process holds.

    Parameters
    ----------
    pixels : int
        Pixels of the whole picture.
    memory : float, optional
        Memory that the whole process may take, in MB. None and 0 stand for half of what is free,
        at most 2,350 MB.
    beside : float
        Bytes per pixel that a step takes beside its gradient; see
        `dreamlab.dream.shaping.bytes_per_pixel`.

    Raises
    ------
    DreamError
        If the memory is not a number from 0 to 1e6.
    """
    _MEMORY.check("memory", memory)
    process_bytes = psutil.Process().memory_info().rss - _spare()
    limit = memory * 1e6 if memory else min(_MOST, process_bytes + free_memory() * _FREE_SHARE)
    return max(_LEAST, limit - process_bytes - pixels * (_STATE + beside))


def looks_at_once(
    model: keras.Model,
    receptive_fields: dict[str, ReceptiveField],
    pixels: int,
    memory: float | None = None,
) -> int:
    """Return how many pictures may go through a network at once: at least 1.

    Parameters
    ----------
    model, receptive_fields
        As in `bytes_per_pixel`, in float32.
    pixels : int
        Pixels of a picture.
    memory : float, optional
        As in `budget`.
    """
    # That of a gradient, which is more than enough for a forward pass.
    a_picture = bytes_per_pixel(model, receptive_fields, "float32") * pixels
    return max(1, min(_LOOKED_AT // pixels, int(budget(pixels, memory) / a_picture)))


def _spare() -> int:
    """Return the bytes that TensorFlow holds for reuse; it never returns them to the system."""
    try:
        stats = tf.config.experimental.get_memory_info("CPU:0")
    except ValueError:  # an allocator without statistics holds no spare memory
        return 0
    return stats["peak"] - stats["current"]


def tile_sides(
    shape: Shape, needed: float, margin: int, stride: int, memory_budget: float
) -> Shape | None:
    """Return the sides of the tiles that keep a gradient within a budget, or None for no tiles.

    Of all tiles within the budget, those are taken whose margins add least to the picture.

    Parameters
    ----------
    shape : Shape
        Height and width of the picture, in pixels.
    needed : float
        Memory of a gradient, in bytes per pixel.
    margin : int
        Pixels by which a tile is widened, both sides together.
    stride : int
        Pixels between two positions of the deepest layer, of which a tile's sides are multiples.
    memory_budget : float
        Memory that the gradient may take, in bytes.

    Returns
    -------
    Shape or None
        Height and width that a tile owns, in pixels.
    """
    most = max(0.0, memory_budget) / needed
    if shape.area <= most:
        return None
    tilings = [
        (down * across * height * width, Shape(owned_height, owned_width))
        for down, height, owned_height in _cuts(shape.height, margin, stride)
        for across, width, owned_width in _cuts(shape.width, margin, stride)
        if height * width <= most
    ]
    smallest = Shape(_SMALLEST_TILE, _SMALLEST_TILE)
    return min(tilings, default=(0, smallest))[1]


def _cuts(length: int, margin: int, stride: int) -> list[tuple[int, int, int]]:
    """Return how a side may be cut: into how many parts, how long with margins and without.

    A part at the end has a margin on one side only, so that it owns more.
    """
    cuts = {1: (1, length, length)}
    for wanted in range(2, max(1, length // _SMALLEST_TILE) + 1):
        owned = math.ceil((length - margin) / wanted / stride) * stride
        if owned < _SMALLEST_TILE:
            break
        parts = math.ceil((length - margin) / owned)  # fewer where rounding made them longer
        size = math.ceil((length + (parts - 1) * margin) / parts) + stride - 1
        cuts.setdefault(parts, (parts, min(size, length), owned))
    return list(cuts.values())
