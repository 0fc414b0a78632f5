"""Files of networks as Keras 2 and Keras 3 write them, whole or wrong."""

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.errors import DreamError
from dreamlab.models.own_file import read_own

#: A network as Keras 2 describes it: one convolution, in the format of its files.
CONVOLUTION: dict[str, Any] = {
    "name": "low",
    "trainable": True,
    "dtype": "float32",
    "filters": 2,
    "kernel_size": [3, 3],
    "strides": [1, 1],
    "padding": "valid",
    "data_format": "channels_last",
    "dilation_rate": [1, 1],
    "activation": "relu",
    "use_bias": True,
    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
    "bias_initializer": {"class_name": "Zeros", "config": {}},
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}


def keras2_config(kind: str = "Conv2D", **changes: Any) -> dict[str, Any]:
    """Return a network of one layer as Keras 2 describes it."""
    entry = {"batch_input_shape": [None, 8, 8, 3], "dtype": "float32", "sparse": False}
    layers = [
        {"class_name": "InputLayer", "config": {**entry, "name": "in"}, "inbound_nodes": []},
        {"class_name": kind, "config": {**CONVOLUTION, **changes}},
    ]
    layers[0]["name"], layers[1]["name"] = "in", "low"
    layers[1]["inbound_nodes"] = [[["in", 0, 0, {}]]]
    ends = {"input_layers": [["in", 0, 0]], "output_layers": [["low", 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "model", "layers": layers, **ends}}


def keras2_h5(
    path: Path, kernel: np.ndarray, config: dict[str, Any] | None = None, version: str = "2.11.0"
) -> Path:
    """Write a network of one convolution as Keras 2 does in HDF5."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config or keras2_config())
        if version:
            file.attrs["keras_version"], file.attrs["backend"] = version, "tensorflow"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"in", b"low"]
        group.create_group("in").attrs["weight_names"] = np.array([], "S1")
        low = group.create_group("low")
        low.attrs["weight_names"] = [b"low/kernel:0", b"low/bias:0"]
        low["low/kernel:0"], low["low/bias:0"] = kernel, np.array([0.5, -0.5], np.float32)
    return path


def keras2_zip(path: Path) -> Path:
    """Write a network as Keras 2 does in a .keras file."""
    config = keras2_config()
    config["module"], config["registered_name"] = "keras.src.engine.functional", "Functional"
    for layer in config["config"]["layers"]:
        layer["module"], layer["registered_name"] = "keras.layers", None
    return archive(
        path,
        {
            "config.json": json.dumps(config),
            "metadata.json": json.dumps({"keras_version": "2.15.0"}),
            "model.weights.h5": b"",
        },
    )


def archive(path: Path, parts: dict[str, str | bytes]) -> Path:
    """Write a ZIP file of these parts."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def parts_of(path: Path) -> dict[str, str | bytes]:
    """Return the parts of a .keras file by name, its descriptions as text."""
    with zipfile.ZipFile(path) as file:
        return {
            name: file.read(name).decode() if name.endswith(".json") else file.read(name)
            for name in file.namelist()
        }


def small_model(between: Any = None, activation: Any = "relu") -> keras.Model:
    """Two convolutions, "low" and "high", and whatever is to be between them."""
    inputs = keras.Input((8, 8, 3))
    maps = kl.Conv2D(2, 3, name="low", activation=activation)(inputs)
    maps = maps if between is None else between(maps)
    return keras.Model(inputs, kl.Conv2D(3, 3, name="high")(maps))


def changed_root(path: Path, **changes: Any) -> Path:
    """Write a .keras file of a small network whose outermost object is changed."""
    small_model().save(path)
    parts = parts_of(path)
    parts["config.json"] = json.dumps(json.loads(parts["config.json"]) | changes)
    return archive(path, parts)


def refusal(path: Path) -> str:
    """Return why a file is not loaded, having checked that it is one sentence of it."""
    with pytest.raises(DreamError) as error:
        read_own(path)
    text = str(error.value)
    assert text.isprintable() and len(text) < 320
    assert text.startswith(path.name[:50].strip("'")) or text.startswith("'" + path.name[:50])
    return text
