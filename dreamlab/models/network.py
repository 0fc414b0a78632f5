"""The class of a loaded network."""

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

import keras
import tensorflow as tf

from dreamlab.errors import DreamError
from dreamlab.models.casting import cast, is_whole
from dreamlab.models.feeding import Feeding
from dreamlab.models.graph import Graph
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.listing import Listing
from dreamlab.models.machine import has_much_memory
from dreamlab.models.untrained import forget_training
from dreamlab.zoo import UNTRAINED, is_untrained

if TYPE_CHECKING:
    from dreamlab.models.fast_layers import Kernels


class Network(Listing):
    """A convolutional network whose layers' activations are available.

    Parameters
    ----------
    name, graph, weights, feeding
        As in `Listing`.

    Attributes
    ----------
    token : object
        Stands for this network in caches that are not to keep it in memory.
    """

    def __init__(
        self,
        name: str,
        graph: keras.Model | Graph,
        weights: str,
        feeding: Feeding | None = None,
    ) -> None:
        super().__init__(name, graph, weights, feeding)
        self.token = object()
        self._casts: dict[tuple[str, bool], keras.Model] = {}
        self._kernels: dict[str, Kernels] = {}
        self._keeps_transformed = has_much_memory()

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
        in_keras = {name: self.name_in_keras(name) for name in names}
        of_one_size = any(self._graph.only(name) for name in in_keras.values())
        model = self._computed(precision, of_one_size)
        outputs = {name: model.get_layer(layer).output for name, layer in in_keras.items()}
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
    def twin(self) -> "Network | None":
        """Return the same network with seeded random weights, as a control of the trained ones.

        It has the layers that take pictures of any size.

        Returns
        -------
        Network or None
            None for a network that is untrained itself, or cannot be copied.
        """
        if is_untrained(self.name) or self.weights == "random" or not is_whole(self._graph.model):
            return None
        copy = cast(self._graph.model, "float32")
        forget_training(copy)
        graph = dataclasses.replace(self._graph, model=copy, of_one_size=None)
        return Network(self.name + UNTRAINED, graph, "random", self.feeding)

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
            float32, shape (N, H, W, 3), or (N, H, W, 1) for a network of grey pictures.

        Raises
        ------
        DreamError
            If the range is not known, or the network has no such preprocessing.
        """
        return self.feeding.prepare(image, preprocessing)

    def activations(
        self, model: keras.Model, pictures: tf.Tensor, preprocessing: str
    ) -> dict[str, tf.Tensor] | tf.Tensor:
        """Return what a model of this network gives for pictures, within a compiled function.

        Parameters
        ----------
        model : keras.Model
            One of `feature_extractor` or `plain_extractor`, or made of it.
        pictures, preprocessing
            As in `preprocess`.

        Raises
        ------
        DreamError
            As `preprocess`.
        """
        prepared = self.preprocess(pictures, preprocessing)
        # Some layers that take a single size ask for it while the graph is made.
        prepared.set_shape(model.inputs[0].shape)
        return model(prepared, training=False)

    def _computed(self, precision: str, of_one_size: bool) -> keras.Model:
        """Return the whole model in a number format, for pictures of any or of its own size."""
        model = self._graph.whole if of_one_size else self._graph.model
        if precision == "float32":
            return model
        if (precision, of_one_size) not in self._casts:
            self._casts[precision, of_one_size] = cast(model, f"mixed_{precision}")
        return self._casts[precision, of_one_size]

    def _kernels_of(self, layer: keras.layers.Conv2D) -> "Kernels":
        """Return the kernels of a layer, which all its models share."""
        from dreamlab.models.acceleration import kernels_of

        if layer.name not in self._kernels:
            self._kernels[layer.name] = kernels_of(layer)
            self._kernels[layer.name].keep_transformed(self._keeps_transformed)
        return self._kernels[layer.name]
