"""Receptive field, stride and cost of each layer, computed from the network's graph.

The arithmetic is that of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional
Neural Networks" (Distill, 2019), https://distill.pub/2019/computing-receptive-fields.
"""

from dataclasses import dataclass, replace

import keras
from keras import layers as kl

from dreamlab.errors import DreamError

#: Layers in which a position sees only its own input position.
_POINTWISE = (
    kl.InputLayer,
    kl.Activation,
    kl.ReLU,
    kl.LeakyReLU,
    kl.PReLU,
    kl.ELU,
    kl.Softmax,
    kl.BatchNormalization,
    kl.Dropout,
    kl.SpatialDropout2D,
    kl.GaussianDropout,
    kl.GaussianNoise,
    kl.Rescaling,
    kl.Normalization,
    kl.Dense,
)


@dataclass(frozen=True)
class ReceptiveField:
    """Maps positions of one feature map to the input pixels they see.

    All lengths are in pixels of the picture. Position ``i`` of the feature map sees the pixels
    from ``i * stride - left`` up to, not including, ``i * stride + right``.

    Parameters
    ----------
    stride : int
        Pixels from one position to the next.
    left, right : int
        Reach of a position to the left (up) and to the right (down) of its first pixel: the
        maximum over all picture sizes, as strided "same" padding shifts the window with the size.
    size : int
        Side of the window that a position sees at one picture size.
    depth : int
        Weighted layers on the longest path from the picture.
    operations : float
        Multiplications for each pixel of the picture, up to and including this layer.
    resizing : tuple of tuple
        See `dreamlab.zoo.LayerInfo`.
    local : bool
        False if a position may see the whole picture (global pooling, attention, a layer of
        unknown reach); `left`, `right` and `size` mean nothing then.
    """

    stride: int = 1
    left: int = 0
    right: int = 1
    size: int = 1
    depth: int = 0
    operations: float = 0.0
    resizing: tuple[tuple, ...] = ()
    local: bool = True

    @property
    def bounded_size(self) -> int | None:
        """Side of the window that a position sees, in pixels; None for the whole picture."""
        return self.size if self.local else None


def layer_receptive_fields(network: keras.Model) -> dict[str, ReceptiveField]:
    """Compute the receptive field of each layer that has a feature map, in network order.

    Parameters
    ----------
    network : keras.Model
        A functional model with one picture input.

    Returns
    -------
    dict of str to ReceptiveField
        One entry for each operation with a 4-dimensional output: layers and bare operations.
        A kernel that is not square counts with its longer axis.

    Raises
    ------
    DreamError
        If the network is not a functional model.
    """
    if not hasattr(network, "operations"):
        raise DreamError(
            f"network {network.name!r} is not a functional Keras model; "
            "save it as one (keras.Sequential or keras.Model with inputs and outputs)"
        )
    passes = [_along(network, axis, padded) for axis in (0, 1) for padded in ("least", "most")]
    receptive_fields = {}
    for name, first in passes[0].items():
        variants = [fields[name] for fields in passes]
        receptive_fields[name] = replace(
            first,
            left=max(field.left for field in variants),
            right=max(field.right for field in variants),
            size=max(field.left + field.right for field in variants),
            # Sides that shrink differently would need two strides.
            local=all(field.local and field.stride == first.stride for field in variants),
        )
    return receptive_fields


def _along(network: keras.Model, axis: int, padded: str) -> dict[str, ReceptiveField]:
    """Follow one axis, at sizes where "same" padding is ``least`` or ``most`` on the left."""
    by_tensor: dict[int, ReceptiveField] = {}
    costs: dict[int, frozenset[tuple[str, float]]] = {}
    by_name: dict[str, ReceptiveField] = {}
    for operation in network.operations:
        outputs = [out for node in operation._inbound_nodes for out in node.output_tensors]
        if len(operation._inbound_nodes) == 1:
            inputs = operation._inbound_nodes[0].input_tensors
            source = _join([by_tensor[id(tensor)] for tensor in inputs])
            field = _through(operation, source, axis, padded)
            # Each layer's cost counts once, however many paths lead through it.
            own = _multiplications(operation) / field.stride**2
            cost = frozenset().union(*(costs[id(tensor)] for tensor in inputs))
            cost |= {(operation.name, own)} if own else frozenset()
        else:  # a layer that is used twice has several receptive fields
            field, cost = ReceptiveField(local=False), frozenset()
        field = replace(field, operations=sum(own for _, own in cost))
        for tensor in outputs:
            by_tensor[id(tensor)], costs[id(tensor)] = field, cost
            if len(tensor.shape) == 4:
                by_name[operation.name] = field
    return by_name


def _join(branches: list[ReceptiveField]) -> ReceptiveField:
    """Return what a position sees that draws on several branches: all that any of them sees."""
    if not branches:
        return ReceptiveField()
    # A branch that is one value for the whole picture (squeeze and excitation) counts as stride 1.
    widest = max(branches, key=lambda branch: branch.stride)
    return replace(
        widest,
        left=max(branch.left for branch in branches),
        right=max(branch.right for branch in branches),
        depth=max(branch.depth for branch in branches),
        local=all(branch.local for branch in branches)
        and len({branch.stride for branch in branches}) == 1,
    )


def _through(
    operation: keras.Operation, source: ReceptiveField, axis: int, padded: str
) -> ReceptiveField:
    if isinstance(operation, keras.Sequential):
        for layer in operation.layers:
            source = _through(layer, source, axis, padded)
        return source
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
        return replace(
            source,
            left=source.left + first * source.stride,
            right=source.right - first * source.stride,
            resizing=(*source.resizing, ("pad", first + second)),
        )
    if isinstance(operation, kl.Dense):
        return replace(source, depth=source.depth + 1)
    if isinstance(operation, kl.LayerNormalization):
        return replace(source, local=source.local and _over_channels(operation))
    name = type(operation).__name__
    if isinstance(operation, _POINTWISE) or name in ("LayerScale", "Add", "Subtract", "Multiply"):
        return source
    if name == "Concatenate":
        return replace(source, local=source.local and operation.axis in (-1, 3))
    return replace(source, local=False)


def _window(
    source: ReceptiveField, reach: int, strides: tuple[int, int], padding: str, padded: str
) -> ReceptiveField:
    stride = strides[0]
    if strides != (stride, stride):
        return replace(source, local=False)
    if padding == "same":
        # Under a stride, the padding on the left depends on the size, between these two.
        most = (reach - 1) // 2
        least = most if stride == 1 else max(0, reach - stride) // 2
        left = most if padded == "most" else least
        rule: tuple[tuple, ...] = (("same", stride),) if stride > 1 else ()
    else:
        left = 0
        rule = (("valid", reach, stride),) if reach > 1 or stride > 1 else ()
    return replace(
        source,
        stride=source.stride * stride,
        left=source.left + left * source.stride,
        right=source.right + (reach - 1 - left) * source.stride,
        resizing=source.resizing + rule,
    )


def _over_channels(operation: kl.LayerNormalization) -> bool:
    axis = operation.axis
    axes = list(axis) if isinstance(axis, list | tuple) else [axis]
    return axes in ([-1], [3])


def _multiplications(operation: keras.Operation) -> float:
    """Return the multiplications for one position of the output."""
    if isinstance(operation, keras.Sequential):
        return sum(_multiplications(layer) for layer in operation.layers)
    weighted = kl.Conv2D | kl.DepthwiseConv2D | kl.SeparableConv2D | kl.Dense
    if not isinstance(operation, weighted):
        return 0.0
    biases = operation.bias.shape[0] if getattr(operation, "bias", None) is not None else 0
    return float(operation.count_params() - biases)
