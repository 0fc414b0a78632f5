"""The class of a loaded network."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import keras
import tensorflow as tf

from dreamlab.errors import DreamError
from dreamlab.models.casting import cast
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.machine import has_much_memory
from dreamlab.models.receptive_field import ReceptiveField, layer_receptive_fields
from dreamlab.report.svg import heat_table
from dreamlab.report.table import Table
from dreamlab.zoo import ARCHITECTURES, LayerInfo, find_layer, is_offered

if TYPE_CHECKING:
    from dreamlab.models.fast_layers import Kernels


class Network:
    """A convolutional network whose layers' activations are available.

    Parameters
    ----------
    name : str
        Name of the network in the zoo, or name of the user's file.
    model : keras.Model
        A functional model from a picture of any size, (1, H, W, 3), to its feature maps.
    weights : str
        SHA-256 of the weights, or ``"random"``.

    Attributes
    ----------
    smallest : int
        Smallest picture side that the network takes, in pixels.
    """

    def __init__(self, name: str, model: keras.Model, weights: str) -> None:
        self.name = name
        self.weights = weights
        self.architecture = ARCHITECTURES.get(name)
        self._models = {"float32": model}
        self._kernels: dict[str, Kernels] = {}
        self._keeps_transformed = has_much_memory()
        if self.architecture is not None:
            self.smallest = self.architecture.smallest
        else:
            self.smallest = _smallest_side(self.layers)

    @cached_property
    def receptive_fields(self) -> dict[str, ReceptiveField]:
        """Receptive field and stride of each layer, by name, in network order."""
        return layer_receptive_fields(self._original)

    @cached_property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layers with a feature map, in network order."""
        model = self._original
        return tuple(
            LayerInfo(
                name=layer.name,
                kind=type(layer).__name__,
                depth=field.depth,
                channels=layer.output.shape[-1],
                stride=field.stride,
                receptive_field=field.bounded_size,
                operations=field.operations,
                resizing=field.resizing,
            )
            for layer in model.layers
            if (field := self.receptive_fields.get(layer.name)) is not None
            and not isinstance(layer, keras.layers.InputLayer)
        )

    @property
    def _original(self) -> keras.Model:
        return self._models["float32"]

    @property
    def offered_layers(self) -> tuple[LayerInfo, ...]:
        """The layers worth offering, in network order."""
        return tuple(layer for layer in self.layers if is_offered(self.name, layer.name))

    def layer(self, name: str) -> LayerInfo:
        """Return a layer by its name.

        Raises
        ------
        DreamError
            If the network has no such layer; the message names those that are close.
        """
        return find_layer(self.name, self.layers, name)

    def feature_extractor(
        self, names: Iterable[str], precision: str, convolution: str = "direct"
    ) -> keras.Model:
        """Return a model from the picture to some layers, without any deeper layer.

        Parameters
        ----------
        names : iterable of str
            Names of the layers, in the order of the outputs.
        precision : str
            Number format of the convolutions, ``"float32"`` or ``"bfloat16"``.
        convolution : str
            ``"direct"``, or ``"winograd"`` for float32 alone: by `dreamlab.kernels`, where that is
            faster. Without a GPU, they compute max-pooling in all but direct float32.

        Returns
        -------
        keras.Model
            Its output is a dict of layer name to tensor, (1, h, w, channels).

        Raises
        ------
        DreamError
            If the network has no such layer, or Numba is not installed and needed.
        """
        return self.accelerated(self.plain_extractor(names, precision), precision, convolution)

    @own_settings()
    def plain_extractor(self, names: Iterable[str], precision: str) -> keras.Model:
        """Return what `feature_extractor` does, with all layers Keras's own.

        Parameters
        ----------
        names, precision
            As in `feature_extractor`.

        Raises
        ------
        DreamError
            If the network has no such layer.
        """
        model = self._computed(precision)
        outputs = {name: model.get_layer(self.layer(name).name).output for name in names}
        return keras.Model(model.inputs[0], outputs)

    @own_settings()
    def accelerated(self, model: keras.Model, precision: str, convolution: str) -> keras.Model:
        """Return a model of this network's layers as they are computed.

        In float32 with direct convolutions they are left to Keras, so that all numbers are the
        notebook's, and so they are on a GPU unless Winograd's way is asked for.

        Parameters
        ----------
        model : keras.Model
            A model of layers of a `feature_extractor`, in that precision, all of them Keras's.
        precision, convolution : str
            As in `feature_extractor`.

        Raises
        ------
        DreamError
            If Numba is not installed, and needed.
        """
        on_gpu = bool(tf.config.list_physical_devices("GPU"))
        if convolution == "direct" and (precision == "float32" or on_gpu):
            return model
        try:
            from dreamlab.models.acceleration import accelerated  # Numba is slow to import
        except DreamError:
            if convolution == "direct":
                return model
            raise
        return accelerated(model, None if convolution == "direct" else self._kernels_of)

    def keep_transformed_kernels(self, keep: bool) -> None:
        """Keep the transformed kernels of Winograd's convolutions in memory, or drop them.

        Those of VGG16 take 400 MB and save 5 % of a step. The results are the same to the last bit.

        Parameters
        ----------
        keep : bool
            Whether they are kept from now on.
        """
        self._keeps_transformed = keep
        for kernels in list(self._kernels.values()):  # another thread may add some
            kernels.keep_transformed(keep)

    @own_settings()
    def preprocess(self, image: tf.Tensor, preprocessing: str) -> tf.Tensor:
        """Convert pictures in [-1, 1] to the input of the network.

        Parameters
        ----------
        image : tf.Tensor
            float32, shape (N, H, W, 3), in [-1, 1].
        preprocessing : str
            ``"notebook"`` or ``"imagenet"``.

        Returns
        -------
        tf.Tensor
            float32, shape (N, H, W, 3), in the range that the network was trained on, or as it is.
        """
        if self.architecture is None:
            return image
        if preprocessing == "notebook" and self.architecture.notebook_range:
            return image
        module = getattr(keras.applications, self.architecture.module)
        return module.preprocess_input((image + 1.0) * 127.5)

    def __repr__(self) -> str:
        return f"<Network: {self.name}, {len(self.layers)} layers, weights {self.weights[:12]}>"

    def _repr_html_(self) -> str:
        columns = ("layer", "kind", "depth", "channels", "stride", "receptive_field")
        rows = tuple(
            (
                layer.name,
                layer.kind,
                layer.depth,
                layer.channels,
                layer.stride,
                layer.receptive_field or "everything",
            )
            for layer in self.offered_layers
        )
        return heat_table(Table("layers", f"Layers of {self.name}", columns, rows))

    def _computed(self, precision: str) -> keras.Model:
        """Return the whole model in a number format."""
        if precision not in self._models:
            self._models[precision] = cast(self._original, f"mixed_{precision}")
        return self._models[precision]

    def _kernels_of(self, layer: keras.layers.Conv2D) -> "Kernels":
        """Return the kernels of a layer, which all its models share."""
        from dreamlab.models.acceleration import kernels_of

        if layer.name not in self._kernels:
            self._kernels[layer.name] = kernels_of(layer)
            self._kernels[layer.name].keep_transformed(self._keeps_transformed)
        return self._kernels[layer.name]


def _smallest_side(layers: tuple[LayerInfo, ...]) -> int:
    """Return the smallest picture side, in pixels, at which every layer has a feature map."""
    side = max((layer.stride for layer in layers), default=1)
    while any(layer.map_side(side) < 1 for layer in layers):
        side += 1
    return side
