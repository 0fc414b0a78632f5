"""What a position of a feature map sees of the picture, layer by layer."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import keras
from keras import layers as kl

from dreamlab.models.field import ReceptiveField

#: Layers in which a position sees only its own input position.
_POINTWISE = (
    kl.InputLayer,
    kl.Activation,
    kl.ReLU,
    kl.LeakyReLU,
    kl.PReLU,
    kl.ELU,
    kl.BatchNormalization,
    kl.Dropout,
    kl.SpatialDropout2D,
    kl.GaussianDropout,
    kl.GaussianNoise,
    kl.Rescaling,
    kl.Normalization,
    kl.Dense,
    kl.Identity,
)

#: Other layers and operations of that kind, by the names of their classes.
_POINTWISE_NAMES = (
    *("LayerScale", "Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Average", "Maximum"),
    *("Minimum", "Negative", "Cast", "Relu", "Relu6", "Silu", "Sigmoid", "Tanh", "Gelu", "Elu"),
    *("LeakyRelu", "HardSigmoid", "HardSilu", "Softplus", "Square", "Sqrt", "Rsqrt", "Absolute"),
    *("Exp", "Log", "Power", "Clip", "RGBToGrayscale", "CustomScaleLayer"),
)


def through(
    operation: keras.Operation, source: ReceptiveField, axis: int, padded: str
) -> ReceptiveField:
    """Return what a position of a layer's output sees.

    Parameters
    ----------
    operation : keras.Operation
        The layer, or a bare operation.
    source : ReceptiveField
        What a position of its input sees.
    axis : int
        0 for the rows, 1 for the columns.
    padded : str
        What "same" padding puts on the left under a stride: ``"least"`` or ``"most"`` of all sizes,
        or ``"exactly"`` what it does for a `FieldAtSide`.
    """
    if isinstance(operation, keras.Sequential):
        for layer in operation.layers:
            source = through(layer, source, axis, padded)
        return source
    if isinstance(operation, kl.UpSampling2D | kl.Conv2DTranspose):
        return _enlarged(operation, source, axis)
    if isinstance(operation, kl.SeparableConv2D | kl.DepthwiseConv2D | kl.Conv2D):
        reach = (operation.kernel_size[axis] - 1) * operation.dilation_rate[axis] + 1
        moved = _window(source, reach, operation.strides, operation.padding, padded)
        return replace(moved, depth=source.depth + 1)
    if isinstance(operation, kl.MaxPooling2D | kl.AveragePooling2D):
        reach = operation.pool_size[axis]
        return _window(source, reach, operation.strides, operation.padding, padded)
    if isinstance(operation, kl.ZeroPadding2D):
        first, second = operation.padding[axis]
        # Padding moves the positions: the first one starts before the picture's first pixel.
        return source.moved(
            source.stride,
            len(source.windows),
            lambda position: (position - first, position - first),
            resizing=(*source.resizing, ("pad", first + second)),
        )
    if isinstance(operation, kl.Cropping2D):
        first, second = operation.cropping[axis]
        return source.moved(
            source.stride,
            len(source.windows),
            lambda position: (position + first, position + first),
            resizing=(*source.resizing, ("pad", -first - second)),
        )
    if isinstance(operation, kl.GlobalAveragePooling2D | kl.GlobalMaxPooling2D):
        return replace(source, local=False, resizing=(*source.resizing, ("whole",)))
    if isinstance(operation, kl.Dense):
        return replace(source, depth=source.depth + 1)
    if isinstance(operation, kl.LayerNormalization | kl.Softmax):
        return replace(source, local=source.local and _over_channels(operation))
    name = type(operation).__name__
    if isinstance(operation, _POINTWISE) or name in _POINTWISE_NAMES:
        return source
    if name == "GetItem":
        return source if of_channels(operation) else _sliced(operation, source, axis)
    if name in ("MaxPool", "AveragePool"):
        sides = _pair(operation.pool_size)
        strides = sides if operation.strides is None else _pair(operation.strides)
        return _window(source, sides[axis], strides, operation.padding, padded)
    if name in ("Concatenate", "Stack"):
        return replace(source, local=source.local and operation.axis in (-1, 3))
    return replace(source, local=False)


def _window(
    source: ReceptiveField, reach: int, strides: tuple[int, int], padding: str, padded: str
) -> ReceptiveField:
    stride = strides[0]
    if strides != (stride, stride):
        return replace(source, local=False)
    if padding == "same":
        left = _on_the_left(source, reach, stride, padded)
        rule: tuple[tuple, ...] = (("same", stride),) if stride > 1 else ()
    else:
        left = 0
        rule = (("valid", reach, stride),) if reach > 1 or stride > 1 else ()
    return source.moved(
        source.stride * stride,
        len(source.windows) // math.gcd(len(source.windows), stride),
        lambda position: (position * stride - left, position * stride - left + reach - 1),
        grid=math.lcm(source.grid, source.stride * stride),
        resizing=source.resizing + rule,
    )


def _on_the_left(source: ReceptiveField, reach: int, stride: int, padded: str) -> int:
    """Return what "same" padding puts on the left: half of all, rounded down."""
    most = (reach - 1) // 2
    if stride == 1 or padded == "most":
        return most
    if padded == "least":
        return max(0, reach - stride) // 2
    side = len(source.windows)
    beyond = (-(-side // stride) - 1) * stride + reach - side
    return max(0, beyond) // 2


def _enlarged(
    operation: kl.UpSampling2D | kl.Conv2DTranspose, source: ReceptiveField, axis: int
) -> ReceptiveField:
    transposed = isinstance(operation, kl.Conv2DTranspose)
    factor, other = operation.strides if transposed else operation.size
    if factor != other or source.stride % factor:  # positions would lie between pixels
        return replace(source, local=False)
    more = 0
    taps: Callable[[int], tuple[int, int]]
    if transposed:
        if operation.dilation_rate != (1, 1) or operation.output_padding is not None:
            return replace(source, local=False)
        kernel = operation.kernel_size[axis]
        overlap = max(kernel - factor, 0)
        padding, more = (overlap // 2, 0) if operation.padding == "same" else (0, overlap)
        # An old position is spread over a kernel's length of new ones. Where the kernel is shorter
        # than the step, some new ones draw on none; they count as drawing on the one before.
        taps = lambda new: (  # noqa: E731
            min(-((kernel - 1 - padding - new) // factor), (new + padding) // factor),
            (new + padding) // factor,
        )
    elif operation.interpolation == "nearest":
        taps = lambda new: (new // factor, new // factor)  # noqa: E731
    elif operation.interpolation == "bilinear":
        # The middle of a new position lies at (new + 1/2) / factor - 1/2 between two old ones.
        taps = lambda new: (  # noqa: E731
            (2 * new + 1 - factor) // (2 * factor),
            -((factor - 2 * new - 1) // (2 * factor)),
        )
    else:
        return replace(source, local=False)
    return source.moved(
        source.stride // factor,
        len(source.windows) * factor,
        taps,
        depth=source.depth + transposed,
        resizing=(*source.resizing, ("enlarge", factor, more)),
    )


def _pair(number: int | Sequence[int]) -> tuple[int, int]:
    """Return a size that may be one number for both axes."""
    first, second = (number, number) if isinstance(number, int) else number
    return first, second


def _sliced(operation: keras.Operation, source: ReceptiveField, axis: int) -> ReceptiveField:
    """Return the field behind a slice such as ``x[:, 1::2, 1::2]``."""
    (key,) = [node.arguments.args[1] for node in operation._inbound_nodes]
    rows, columns = parts = key[1:3] if isinstance(key, tuple | list) and len(key) > 2 else (0, 0)
    if not all(isinstance(part, slice) for part in parts) or rows.step != columns.step:
        return replace(source, local=False)
    begin, end, step = parts[axis].start or 0, parts[axis].stop, parts[axis].step or 1
    if begin < 0 or step < 1 or (end is not None and end >= 0):  # counted from the other end
        return replace(source, local=False)
    cut = source.moved(
        source.stride,
        len(source.windows),
        lambda position: (position + begin, position + begin),
        resizing=(*source.resizing, ("pad", (end or 0) - begin)),
    )
    return cut if step == 1 else _window(cut, 1, (step, step), "same", padded="least")


def of_channels(operation: keras.Operation) -> bool:
    """Return whether an item of a tensor, as in ``x[..., ::-1]``, is one of its last axis."""
    keys = [node.arguments.args[1] for node in operation._inbound_nodes]
    return all(
        isinstance(key, tuple | list) and len(key) == 2 and key[0] is Ellipsis for key in keys
    )


def _over_channels(operation: kl.LayerNormalization | kl.Softmax) -> bool:
    axis = operation.axis
    axes = list(axis) if isinstance(axis, list | tuple) else [axis]
    return axes in ([-1], [3])
