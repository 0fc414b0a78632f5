"""Networks, loaded: the zoo with its ImageNet weights, or a user's own file."""

import difflib
import hashlib
import os
import socket
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from dreamlab.errors import DreamError
from dreamlab.geometry import Geometry, layer_geometries
from dreamlab.zoo import ARCHITECTURES, LayerInfo, is_offered

#: Weights that come with dreamlab: model name to file and SHA-256.
SHIPPED = {
    "vgg16": (
        Path(__file__).parent / "weights" / "vgg16_imagenet_notop_f16.weights.h5",
        "65c4f9c6baa882e8104eccf4e474dd55b5824d87497c0fb6229aec2dd54d1d26",
    )
}

#: Seconds without an answer after which a download of weights is given up.
_DOWNLOAD_PATIENCE = 30.0


class Network:
    """A convolutional network that can be asked for the activations of its layers.

    Parameters
    ----------
    name : str
        Its name in the zoo, or the name of the user's file.
    model : keras.Model
        A functional model from a picture of any size, (1, H, W, 3), to its feature maps.
    weights : str
        SHA-256 of its weights, or ``"random"``.

    Attributes
    ----------
    smallest : int
        Smallest picture side it takes, in pixels.
    """

    def __init__(self, name: str, model: keras.Model, weights: str) -> None:
        self.name = name
        self.weights = weights
        self.architecture = ARCHITECTURES.get(name)
        self._models = {"float32": model}
        if self.architecture is not None:
            self.smallest = self.architecture.smallest
        else:
            self.smallest = _smallest_side(self.layers)

    @cached_property
    def geometries(self) -> dict[str, Geometry]:
        """Receptive field and stride of each layer, by name, in network order."""
        return layer_geometries(self._models["float32"])

    @cached_property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layers with a feature map, in network order."""
        model = self._models["float32"]
        return tuple(
            LayerInfo(
                name=layer.name,
                kind=type(layer).__name__,
                depth=geometry.depth,
                channels=layer.output.shape[-1],
                stride=geometry.stride,
                receptive_field=geometry.receptive_field,
                operations=geometry.operations,
                resizing=geometry.resizing,
            )
            for layer in model.layers
            if (geometry := self.geometries.get(layer.name)) is not None
            and not isinstance(layer, keras.layers.InputLayer)
        )

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
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in self.layers]
        close = difflib.get_close_matches(name, names, n=3)
        offered = [layer.name for layer in self.offered_layers]
        hint = f"did you mean {' or '.join(close)}?" if close else f"choose from {_listed(offered)}"
        raise DreamError(f"{self.name} has no layer {name!r}: {hint}")

    def cut(self, names: Iterable[str], precision: str) -> keras.Model:
        """Return a model from the picture to the given layers, with nothing deeper in it.

        Parameters
        ----------
        names : iterable of str
            Layers whose activations are wanted, in this order.
        precision : str
            ``"float32"`` or ``"bfloat16"``: what the convolutions are computed in.

        Returns
        -------
        keras.Model
            Its outputs are a dict of layer name to tensor, (1, h, w, channels).
        """
        model = self._in_precision(precision)
        outputs = {name: model.get_layer(self.layer(name).name).output for name in names}
        return keras.Model(model.inputs[0], outputs)

    def prepare(self, image: tf.Tensor, preprocessing: str) -> tf.Tensor:
        """Turn pictures in [-1, 1] into what the network takes.

        Parameters
        ----------
        image : tf.Tensor
            float32, shape (N, H, W, 3), in [-1, 1].
        preprocessing : str
            ``"notebook"`` or ``"imagenet"``.
        """
        if self.architecture is None:
            return image
        if preprocessing == "notebook" and self.architecture.notebook_range:
            return image
        module = getattr(keras.applications, self.architecture.module)
        return module.preprocess_input((image + 1.0) * 127.5)

    def _in_precision(self, precision: str) -> keras.Model:
        if precision not in self._models:
            self._models[precision] = _cast(self._models["float32"], f"mixed_{precision}")
        return self._models[precision]


def load_model(
    name: str | Path, *, weights: Literal["imagenet"] | None | str | Path = "imagenet"
) -> Network:
    """Load a network.

    Parameters
    ----------
    name : str or path
        A name in `dreamlab.zoo.ARCHITECTURES`, or the path of a ``.keras`` file.
    weights : {"imagenet", None} or path
        Of a named network: its ImageNet weights (shipped for vgg16, else downloaded once by
        Keras), ``None`` for random ones, or the path of a ``.weights.h5`` file.

    Raises
    ------
    DreamError
        If there is no such network, or its weights are missing, damaged or out of reach.
    """
    if str(name) in ARCHITECTURES:
        return _load_named(str(name), weights)
    path = Path(name)
    if path.suffix != ".keras":
        raise DreamError(
            f"unknown model {str(name)!r}; choose from {', '.join(ARCHITECTURES)}, "
            "or give the path of a .keras file"
        )
    if weights not in ("imagenet", None):
        raise DreamError(
            f"{path.name} has its own weights, so {str(weights)!r} has no use; leave it out, "
            f"or name a model of {', '.join(ARCHITECTURES)}"
        )
    return _load_own(path)


def _load_named(name: str, weights: None | str | Path) -> Network:
    if weights is None:
        return Network(name, _build(name, None), "random")
    if weights != "imagenet":
        return _load_own_weights(name, Path(weights))
    if name in SHIPPED:
        path, checksum = SHIPPED[name]
        _check(path, checksum)
        return Network(name, _build(name, path), checksum)
    cached = _keras_folder() / ARCHITECTURES[name].weights_file
    try:
        with _impatient_sockets():
            model = _build(name, "imagenet")
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise DreamError(
            f"the ImageNet weights of {name} could not be downloaded: put "
            f"{cached.name} into {cached.parent} by hand, or use vgg16, which works offline"
        ) from error
    return Network(name, model, _checksum(cached) if cached.exists() else "imagenet")


def _keras_folder() -> Path:
    """Return where Keras looks for weights before it downloads them, by its documented rule."""
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    return (home if os.access(home, os.W_OK) else Path("/tmp/.keras")) / "models"


def _build(name: str, weights: None | str | Path) -> keras.Model:
    builder = getattr(keras.applications, ARCHITECTURES[name].builder)
    # Keras numbers layers such as conv2d_7 through all that a thread builds. In a thread of its
    # own a second Inception has the names of the first, which are those in layers.json.
    with ThreadPoolExecutor(1) as fresh, warnings.catch_warnings():
        # MobileNet's: for pictures of any size there are only the weights for 224 px.
        warnings.filterwarnings("ignore", "`input_shape` is undefined", UserWarning)
        return fresh.submit(
            builder, include_top=False, weights=weights, input_shape=(None, None, 3)
        ).result()


def _load_own_weights(name: str, path: Path) -> Network:
    if not path.is_file():
        raise DreamError(f"there is no weights file {str(path)!r}; give the path of a .weights.h5")
    model = _build(name, None)
    try:
        # Keras only warns of weights that it finds no place for.
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except (ValueError, OSError, KeyError, UserWarning) as error:
        raise DreamError(
            f"{path.name} does not hold weights of {name} without its top: "
            "save them with model.save_weights from the same architecture"
        ) from error
    return Network(name, model, _checksum(path))


def _load_own(path: Path) -> Network:
    if not path.is_file():
        raise DreamError(f"there is no model file {str(path)!r}; give the path of a .keras file")
    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a damaged archive may fail anywhere in Keras
        raise DreamError(
            f"{path.name} cannot be loaded: it is damaged, or holds code or layers of its own, "
            "which are not run; save it with model.save from layers of Keras alone"
        ) from error
    return Network(path.name, _free_size(model, path.name), _checksum(path))


def _smallest_side(layers: tuple[LayerInfo, ...]) -> int:
    """Return the smallest picture side, in pixels, at which every layer has a map."""
    side = max((layer.stride for layer in layers), default=1)
    while any(layer.map_side(side) < 1 for layer in layers):
        side += 1
    return side


def _free_size(model: keras.Model, label: str) -> keras.Model:
    """Cut a user's model after its last feature map and let it take pictures of any size."""
    if isinstance(model, keras.Sequential):
        model = keras.Model(model.inputs[0], model.outputs[0])
    inputs = {layer.name for layer in model.layers if isinstance(layer, keras.layers.InputLayer)}
    maps = [name for name in layer_geometries(model) if name not in inputs]
    takes_pictures = len(model.inputs) == 1 and model.inputs[0].shape[-1] == 3
    named = [layer.name for layer in model.layers if layer.name in maps]
    if not (takes_pictures and len(model.inputs[0].shape) == 4 and named):
        raise DreamError(
            f"{label} is no network of pictures: it must take one input of height x width x 3 "
            "and have layers with feature maps"
        )
    body = keras.Model(model.inputs[0], model.get_layer(named[-1]).output)
    if body.inputs[0].shape[1:3] == (None, None):
        return body
    freed = keras.models.clone_model(body, input_tensors=keras.Input((None, None, 3)))
    freed.set_weights(body.get_weights())
    return freed


def _cast(model: keras.Model, policy: str) -> keras.Model:
    """Copy a model with each layer computing under a dtype policy; none is set globally."""

    def clone(layer: keras.Layer) -> keras.Layer:
        config: dict[str, Any] = layer.get_config()
        # A sum written as "x + y" is an operation, not a layer, and computes in what it is given.
        if isinstance(layer, keras.Layer) and not isinstance(layer, keras.layers.InputLayer):
            config["dtype"] = policy
        return layer.__class__.from_config(config)

    copy = keras.models.clone_model(model, clone_function=clone)
    for target, source in zip(copy.weights, model.weights, strict=True):
        target.assign(np.asarray(source))
    return copy


def _check(path: Path, checksum: str) -> None:
    if not path.is_file():
        raise DreamError(f"the weights file {path} is missing; install dreamlab again")
    found = _checksum(path)
    if found != checksum:
        raise DreamError(
            f"the weights file {path} is damaged (SHA-256 {found[:12]}…, not {checksum[:12]}…); "
            "install dreamlab again"
        )


def _checksum(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _impatient_sockets() -> Iterator[None]:
    """Give up on a silent server: Keras's download sets no time limit of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_DOWNLOAD_PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _listed(names: list[str], most: int = 20) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
