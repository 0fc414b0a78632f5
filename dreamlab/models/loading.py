"""Loads networks: those of the zoo with their ImageNet weights, or a user's own file."""

import os
import re
import socket
import warnings
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import keras

from dreamlab.errors import DreamError, shown
from dreamlab.models.backend import keras_home
from dreamlab.models.checksums import checksum_of_file, checksum_of_model
from dreamlab.models.efficientnet_lite import efficientnet_lite0
from dreamlab.models.feeding import told_feeding
from dreamlab.models.file_kinds import label
from dreamlab.models.finite import check_finite
from dreamlab.models.hub import is_preset, load_preset
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.network import Network
from dreamlab.models.own_file import read_own
from dreamlab.models.own_network import own_network
from dreamlab.models.unpacked_size import check_size
from dreamlab.models.untrained import forget_training
from dreamlab.own_models import OWN_SUFFIXES
from dreamlab.zoo import (
    ARCHITECTURES,
    UNTRAINED,
    architecture,
    base,
    check_network,
    is_untrained,
)

#: Folder of the weights in the package.
_SHIPPED = Path(__file__).parents[1] / "weights"

#: Networks that `keras.applications` does not have.
_BUILDERS = {"efficientnet_lite0": efficientnet_lite0}

#: Seconds without data after which a download of weights fails.
_DOWNLOAD_PATIENCE = 30.0


@own_settings()
def load_model(
    model: str | Path | keras.Model | Network = "vgg16",
    *,
    weights: Literal["imagenet"] | None | str | Path = "imagenet",
    input_range: str | None = None,
) -> Network:
    """Load a network, or wrap a model that is in memory.

    Parameters
    ----------
    model : str, path, keras.Model or Network
        A name in `dreamlab.zoo.ARCHITECTURES`, the path of a file that Keras has saved
        (``.keras``, ``.h5``), a preset of KerasHub (its address, ``hf://OWNER/NAME`` or
        ``kaggle://OWNER/MODEL/keras/VARIANT``, or its folder), or a model in memory: functional
        or sequential, from a picture (H, W, 3) of any or of a fixed size. Load a model again after
        training it further. Behind a name, an address or a path, ``:untrained`` stands for the
        same network with seeded random weights. A `Network` is returned as it is.
    weights : {"imagenet", None} or path
        Weights of a named network: ImageNet's (in the package for vgg16 and efficientnet_lite0,
        else downloaded once by Keras), ``None`` for random weights, or the path of a
        ``.weights.h5`` file.
    input_range : str, optional
        What the network is fed, one of `dreamlab.config.input_range.INPUT_RANGES`. By default that
        is known of a named network; of another it is found in its first layers, or known from the
        network of `keras.applications` in it; of a preset, its image converter says it. Where it
        is not known, a dream asks for it.

    Raises
    ------
    DreamError
        If there is no such network or range, or its weights are missing, damaged or out of reach.
    """
    if isinstance(model, str | Path):
        if architecture(str(model)) is not None:
            return _load_named(str(model), weights, input_range)
        named, untrained = base(str(model)), is_untrained(str(model))
        if is_preset(named):
            _check_no_weights(named, weights)
            return load_preset(named, input_range, untrained=untrained)
        path = Path(named)
        if re.match(r"\w[\w+.-]+://", str(model)):
            raise DreamError(f"{shown(model)} is an address: download the file and give its path")
        there = named and os.path.lexists(path)
        if not there and not path.name.lower().endswith(OWN_SUFFIXES):
            check_network(str(model), otherwise=", or give the path of a .keras or .h5 file")
        _check_no_weights(path.name, weights)
        return _load_own(path, input_range, untrained=untrained)
    if isinstance(model, Network):
        _check_no_weights(model.name, weights)
        if input_range is not None:
            raise DreamError(
                f"{model.name} is loaded already, so input_range {input_range!r} comes too late; "
                "give it where the network is loaded"
            )
        return model
    if isinstance(model, keras.Model):
        # The suffix keeps a user's model that is called vgg16 apart from the zoo's.
        name = f"{model.name}.keras"
        _check_no_weights(name, weights)
        return own_network(name, model, checksum_of_model(model), input_range)
    raise DreamError(
        f"the model is {shown(model)}; give a name such as vgg16, a file of Keras or a keras.Model"
    )


def _check_no_weights(name: str, weights: None | str | Path) -> None:
    if weights not in ("imagenet", None):
        raise DreamError(
            f"{name} has its own weights, so {str(weights)!r} has no use; leave it out, "
            f"or name a model of {', '.join(ARCHITECTURES)}"
        )


def _load_named(name: str, weights: None | str | Path, input_range: Any) -> Network:
    told = None if input_range is None else told_feeding(name, input_range)
    if is_untrained(name):
        _check_no_weights(name, weights)
        model = _build(base(name), None)
        forget_training(model)
        return Network(name, model, checksum_of_model(model), told)
    return Network(name, *_model_and_checksum(name, weights), told)


def _model_and_checksum(name: str, weights: None | str | Path) -> tuple[keras.Model, str]:
    """Return a network of the zoo, and the SHA-256 of its weights."""
    if weights is None:
        return _build(name, None), "random"
    if weights != "imagenet":
        return _load_own_weights(name, Path(weights))
    known = ARCHITECTURES[name]
    if known.shipped:
        path = _SHIPPED / known.weights_file
        _check(path, known.shipped)
        return _build(name, path), known.shipped
    cached = keras_home() / "models" / known.weights_file
    try:
        with _impatient_sockets():
            model = _build(name, "imagenet")
    except Exception as error:  # Keras raises a bare Exception if a download fails
        raise DreamError(
            f"the ImageNet weights of {name} could not be downloaded: put "
            f"{cached.name} into {cached.parent} by hand, or use vgg16 or efficientnet_lite0, "
            "which work offline"
        ) from error
    return model, checksum_of_file(cached) if cached.exists() else "imagenet"


def _build(name: str, weights: None | str | Path) -> keras.Model:
    if name in _BUILDERS:
        return _BUILDERS[name](weights)
    builder = getattr(keras.applications, ARCHITECTURES[name].builder)
    # Keras numbers layers such as conv2d_7 over all models of a thread. In a new thread a second
    # Inception has the layer names of the first, which layers.json has too.
    with ThreadPoolExecutor(1) as fresh, warnings.catch_warnings():
        # MobileNet warns that pictures of any size get the weights for 224 px.
        warnings.filterwarnings("ignore", "`input_shape` is undefined", UserWarning)
        return fresh.submit(
            builder, include_top=False, weights=weights, input_shape=(None, None, 3)
        ).result()


def _load_own_weights(name: str, path: Path) -> tuple[keras.Model, str]:
    if not path.is_file():
        raise DreamError(
            f"there is no weights file {shown(str(path))}; give the path of a .weights.h5"
        )
    model = _build(name, None)
    try:
        check_size(path, ".keras" if zipfile.is_zipfile(path) else ".h5")
        # Keras only warns of weights that fit no layer.
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except DreamError:
        raise
    except Exception as error:  # what a file of another kind does to Keras may be anything
        raise DreamError(
            f"{label(path)} does not hold weights of {name} without its top: "
            "save them with model.save_weights from the same architecture"
        ) from error
    check_finite(model, label(path))
    return model, checksum_of_file(path)


def _load_own(path: Path, input_range: Any, *, untrained: bool) -> Network:
    if not os.path.exists(path):
        raise DreamError(
            f"there is no model file {shown(str(path))}; give the path of a .keras or .h5 file"
        )
    # The suffix keeps a file that is called vgg16 apart from the zoo's network.
    name = f"{path.name}.keras" if path.name in ARCHITECTURES else path.name
    model, checksum = read_own(path), checksum_of_file(path)
    if untrained:
        name += UNTRAINED
        forget_training(model)
        checksum = checksum_of_model(model)
    return own_network(name, model, checksum, input_range)


def _check(path: Path, checksum: str) -> None:
    if not path.is_file():
        raise DreamError(f"the weights file {path} is missing; install dreamlab again")
    actual = checksum_of_file(path)
    if actual != checksum:
        raise DreamError(
            f"the weights file {path} is damaged (SHA-256 {actual[:12]}…, not {checksum[:12]}…); "
            "install dreamlab again"
        )


@contextmanager
def _impatient_sockets() -> Iterator[None]:
    """Set a time limit for sockets, as Keras's download has none."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_DOWNLOAD_PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
