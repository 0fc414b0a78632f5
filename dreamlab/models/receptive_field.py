"""Where a layer looks: receptive field, stride and cost of each layer, from the network's graph.

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
class Geometry:
    """How one output of a network hangs together with the picture.

    All lengths are in pixels of the picture. Position ``i`` of the feature map sees the pixels
    from ``i * stride - before`` up to, not including, ``i * stride + after``.

    Parameters
    ----------
    stride : int
        Pixels from one position to the next.
    before, after : int
        How far a position sees to the left (up) and to the right (down) of its first pixel, at
        any size of the picture: where a stride pads "same", the size moves what is seen.
    side : int
        Side of what it sees at one size.
    depth : int
        Weighted layers on the longest way from the picture.
    operations : float
        Multiplications for each pixel of the picture, up to and with this layer.
    resizing : tuple of tuple
        See `dreamlab.zoo.LayerInfo`.
    local : bool
        False if a position may see the whole picture (global pooling, attention, a layer whose
        reach is not known): then the fields above say nothing of what it sees.
    """

    stride: int = 1
    before: int = 0
    after: int = 1
    side: int = 1
    depth: int = 0
    operations: float = 0.0
    resizing: tuple[tuple, ...] = ()
    local: bool = True

    @property
    def receptive_field(self) -> int | None:
        """Side of what a position sees, in pixels; None where that is the whole picture."""
        return self.side if self.local else None


def layer_geometries(network: keras.Model) -> dict[str, Geometry]:
    """Work out the geometry of each layer with a feature map, in the network's own order.

    Parameters
    ----------
    network : keras.Model
        A functional model with one picture input.

    Returns
    -------
    dict of str to Geometry
        One entry for each operation with a 4-dimensional output, layers and bare operations.
        Where a kernel is not square, the longer reach of the two axes stands.

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
    walks = [_along(network, axis, padded) for axis in (0, 1) for padded in ("least", "most")]
    found = {}
    for name, one in walks[0].items():
        each = [walk[name] for walk in walks]
        found[name] = replace(
            one,
            before=max(other.before for other in each),
            after=max(other.after for other in each),
            side=max(other.before + other.after for other in each),
            # Sides that shrink differently would need two strides.
            local=all(other.local and other.stride == one.stride for other in each),
        )
    return found


def _along(network: keras.Model, axis: int, padded: str) -> dict[str, Geometry]:
    """Follow one axis at sizes where padding "same" puts least, or most, before the first pixel."""
    known: dict[int, Geometry] = {}
    costs: dict[int, frozenset[tuple[str, float]]] = {}
    found: dict[str, Geometry] = {}
    for operation in network.operations:
        outputs = [out for node in operation._inbound_nodes for out in node.output_tensors]
        if len(operation._inbound_nodes) == 1:
            inputs = operation._inbound_nodes[0].input_tensors
            came = _join([known[id(tensor)] for tensor in inputs])
            geometry = _through(operation, came, axis, padded)
            # The cost of a layer is counted once, however many ways lead through it.
            own = _multiplications(operation) / geometry.stride**2
            cost = frozenset().union(*(costs[id(tensor)] for tensor in inputs))
            cost |= {(operation.name, own)} if own else frozenset()
        else:  # a layer used twice has no one geometry
            geometry, cost = Geometry(local=False), frozenset()
        geometry = replace(geometry, operations=sum(own for _, own in cost))
        for tensor in outputs:
            known[id(tensor)], costs[id(tensor)] = geometry, cost
            if len(tensor.shape) == 4:
                found[operation.name] = geometry
    return found


def _join(geometries: list[Geometry]) -> Geometry:
    """What a position sees that draws on several branches: all that any of them sees."""
    if not geometries:
        return Geometry()
    widest = max(geometries, key=lambda one: one.stride)
    return replace(
        widest,
        before=max(one.before for one in geometries),
        after=max(one.after for one in geometries),
        depth=max(one.depth for one in geometries),
        # A branch that is one value for the whole picture (squeeze and excitation) has stride 1
        # in this bookkeeping, so the strides of true branches are compared alone.
        local=all(one.local for one in geometries) and len({one.stride for one in geometries}) == 1,
    )


def _through(operation: keras.Operation, came: Geometry, axis: int, padded: str) -> Geometry:
    if isinstance(operation, keras.Sequential):
        for layer in operation.layers:
            came = _through(layer, came, axis, padded)
        return came
    if isinstance(operation, kl.SeparableConv2D | kl.DepthwiseConv2D | kl.Conv2D):
        reach = (operation.kernel_size[axis] - 1) * operation.dilation_rate[axis] + 1
        moved = _window(came, reach, operation.strides, operation.padding, padded)
        return replace(moved, depth=came.depth + 1)
    if isinstance(operation, kl.MaxPooling2D | kl.AveragePooling2D):
        reach = operation.pool_size[axis]
        return _window(came, reach, operation.strides, operation.padding, padded)
    if isinstance(operation, kl.ZeroPadding2D):
        first, second = operation.padding[axis]
        # Padding moves the positions: the first one now stands before the picture's first pixel.
        return replace(
            came,
            before=came.before + first * came.stride,
            after=came.after - first * came.stride,
            resizing=(*came.resizing, ("pad", first + second)),
        )
    if isinstance(operation, kl.Dense):
        return replace(came, depth=came.depth + 1)
    if isinstance(operation, kl.LayerNormalization):
        return replace(came, local=came.local and _over_channels(operation))
    name = type(operation).__name__
    if isinstance(operation, _POINTWISE) or name in ("LayerScale", "Add", "Subtract", "Multiply"):
        return came
    if name == "Concatenate":
        return replace(came, local=came.local and operation.axis in (-1, 3))
    return replace(came, local=False)


def _window(
    came: Geometry, reach: int, strides: tuple[int, int], padding: str, padded: str
) -> Geometry:
    stride = strides[0]
    if strides != (stride, stride):
        return replace(came, local=False)
    if padding == "same":
        # With a stride, the padding on the left depends on the size: it is between these two.
        most = (reach - 1) // 2
        least = most if stride == 1 else max(0, reach - stride) // 2
        left = most if padded == "most" else least
        rule: tuple[tuple, ...] = (("same", stride),) if stride > 1 else ()
    else:
        left = 0
        rule = (("valid", reach, stride),) if reach > 1 or stride > 1 else ()
    return replace(
        came,
        stride=came.stride * stride,
        before=came.before + left * came.stride,
        after=came.after + (reach - 1 - left) * came.stride,
        resizing=came.resizing + rule,
    )


def _over_channels(operation: kl.LayerNormalization) -> bool:
    axis = operation.axis
    axes = list(axis) if isinstance(axis, list | tuple) else [axis]
    return axes in ([-1], [3])


def _multiplications(operation: keras.Operation) -> float:
    """Multiplications for one position of the output."""
    if isinstance(operation, keras.Sequential):
        return sum(_multiplications(layer) for layer in operation.layers)
    weighted = kl.Conv2D | kl.DepthwiseConv2D | kl.SeparableConv2D | kl.Dense
    if not isinstance(operation, weighted):
        return 0.0
    biases = operation.bias.shape[0] if getattr(operation, "bias", None) is not None else 0
    return float(operation.count_params() - biases)
