"""Why Keras cannot load the network of a file, from how the file describes it."""

import re
from collections.abc import Iterator
from typing import Any

import keras

from dreamlab.errors import DreamError, shown

#: What holds what the network was trained with, of which nothing is loaded.
_TRAINING = ("compile_config", "build_config")

#: Containers of layers, which are no layers.
_MODELS = ("Functional", "Model", "Sequential")

#: What Keras 2 had, and Keras 3 has under no name: files may name it without its module.
_GONE = (
    "CuDNNGRU",
    "CuDNNLSTM",
    "LocallyConnected1D",
    "LocallyConnected2D",
    "Policy",
    "SyncBatchNormalization",
    "ThresholdedReLU",
)

#: Operations of TensorFlow between the layers of Keras 2.
_OPERATIONS = ("SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer")


def check_no_code(name: str, config: Any) -> None:
    """Raise `DreamError` if a network's description holds Python code, such as a Lambda layer's."""
    for node in _nodes(config):
        function = node["config"].get("function") if isinstance(node["config"], dict) else None
        if node["class_name"] == "Lambda" and (isinstance(function, list) or _is_lambda(function)):
            raise DreamError(
                f"{name} holds a Lambda layer, which is code that is not run: write it with layers "
                "of Keras, such as Rescaling, and save it again"
            )
    for node in _nodes(config):
        if _is_lambda(node):
            raise DreamError(
                f"{name} holds a lambda, which is code that is not run: take a function of Keras "
                "by its name, such as 'relu', and save it again"
            )


def fault(name: str, suffix: str, config: Any, version: str, error: Exception) -> DreamError:
    """Return why Keras failed to load a network.

    Parameters
    ----------
    name : str
        The file's name, for the sentence.
    suffix : str
        ``".keras"`` or ``".h5"``: what the file is.
    config : dict
        The network's layers, as the file describes them.
    version : str
        The version of Keras that saved it, empty if the file does not say.
    error : Exception
        What Keras raised.
    """
    nodes = list(_nodes(config))
    old = _is_old(version, config)
    saved = f"was saved by Keras {_major(version)}" + (f" ({version})" if version else "")
    root = nodes[0] if nodes else None
    if root is not None and root["class_name"] not in _MODELS and not _is_known(root):
        return DreamError(
            f"{name} is a model of the class {_named(root)}, which is code that the file does not "
            "hold: build the network with keras.Model(inputs, outputs), give it the weights "
            "and save that"
        )
    for node in nodes:
        if not _is_known(node) and not _is_operation(node):
            return DreamError(
                f"{name} holds the {_kind(node)} {_named(node)}, which is not part of Keras: "
                "write it with layers of Keras, or load it where that is defined and give the "
                "model itself to dreamlab.load_model"
            )
    if old and suffix == ".keras":
        return DreamError(
            f"{name} {saved}, whose .keras files Keras 3 does not read: load it with Keras 2 "
            "(the package tf_keras) and save it as .h5"
        )
    if old:
        culprit = re.search(r"(?:class|layer:) '([\w>]{1,40})'", str(error))
        what = f"its {culprit[1]}" if culprit else "its layers"
        return DreamError(
            f"{name} {saved}, and Keras 3 does not read {what} from there: build the network "
            "in Keras 3, give it these weights with model.load_weights and save it again"
        )
    operations = [node["class_name"] for node in nodes if not _is_known(node)]
    if operations and suffix == ".h5":
        return DreamError(
            f"{name} holds the operation {operations[0]}, which Keras does not read from .h5 "
            "files: save it with model.save('own.keras')"
        )
    here = keras.version()
    if _numbers(version) > _numbers(here):
        return DreamError(
            f"{name} was saved by Keras {version}, which is newer than {here} here: update Keras "
            "with pip install -U keras"
        )
    by = f", though Keras {version} saved it" if version not in ("", here) else ""
    why = ", or holds what .h5 files do not keep" if suffix == ".h5" else ""
    return DreamError(
        f"{name} cannot be loaded by Keras {here} ({type(error).__name__}){by}: it is damaged "
        f"or incomplete{why}; save it again with model.save('own.keras')"
    )


def _nodes(config: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects that a description names by their class, outermost first."""
    if isinstance(config, dict):
        if isinstance(config.get("class_name"), str) and "config" in config:
            yield config
        for key, value in config.items():
            if key == "activation" and isinstance(value, str):
                yield {"class_name": "function", "config": value}
            elif key == "activation" and isinstance(value, dict) and "value" in value:
                yield {"class_name": "__lambda__", "config": value}  # as Keras 3 writes it there
            elif key not in _TRAINING:
                yield from _nodes(value)
    elif isinstance(config, list):
        for value in config:
            yield from _nodes(value)


def _is_lambda(node: Any) -> bool:
    return isinstance(node, dict) and node.get("class_name") == "__lambda__"


def _is_known(node: dict[str, Any]) -> bool:
    """Return whether Keras, or the program, has what a description names."""
    name = node["class_name"]
    registered = node.get("registered_name") or name
    if name.startswith("__") or keras.saving.get_registered_object(registered):
        return True
    if name == "function":
        try:
            return bool(keras.activations.get(node["config"]))
        except (TypeError, ValueError):
            return False
    if "module" in node:
        module = str(node["module"] or "")
        return module.partition(".")[0] in ("keras", "tf_keras", "tensorflow")
    homes = (keras.layers, keras.initializers, keras.regularizers, keras.constraints)
    return name in (*_MODELS, *_GONE) or any(hasattr(home, name) for home in homes)


def _is_operation(node: dict[str, Any]) -> bool:
    """Return whether a description names a bare operation of Keras, such as a sum, by its class."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node["class_name"]).lower()
    return hasattr(keras.ops, name) or node["class_name"] in _OPERATIONS


def _named(node: dict[str, Any]) -> str:
    """Return a class or function as a sentence names it, with its package if it has one."""
    name = node["config"] if node["class_name"] == "function" else node["class_name"]
    package, _, last = str(node.get("registered_name") or name).rpartition(">")
    if not package:
        package, _, last = str(name).rpartition(">")
    if node["class_name"] == "function" and not package:
        last = str(name)
    return _short(last) + (f" of package {_short(package)}" if package else "")


def _short(name: str) -> str:
    text = shown(name)
    return text if len(text) <= 40 else text[:37] + "..."


def _kind(node: dict[str, Any]) -> str:
    return "function" if node["class_name"] == "function" else "class"


def _is_old(version: str, config: Any) -> bool:
    """Return whether Keras 1 or 2 described a network."""
    if version:
        return version[:2] in ("1.", "2.", "0.")
    return "'batch_input_shape'" in repr(config)


def _major(version: str) -> str:
    return version.partition(".")[0] or "2"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
