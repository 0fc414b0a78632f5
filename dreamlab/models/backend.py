"""Imports Keras on TensorFlow, whatever Keras's own settings say for other projects.

This module imports neither by itself: it runs before them.
"""

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from dreamlab.errors import DreamError, needed

#: Further variables that Keras reads when it is imported, and may not be able to use.
_OTHERS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED")


def keras_home() -> Path:
    """Return the folder of Keras's settings and downloads, by its documented rule."""
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    return home if os.access(home, os.W_OK) else Path("/tmp/.keras")


def import_keras() -> None:
    """Import Keras with TensorFlow as its backend.

    Neither Keras's variables nor its settings file, ``keras.json``, keep it from that; all stay as
    they are. Only if Keras cannot use the file, ``KERAS_HOME`` becomes a folder beside it, for this
    process and those that it starts.

    Raises
    ------
    DreamError
        If Keras is imported already, on another backend; or if it or TensorFlow is not installed
        or does not load.
    """
    needed("tensorflow", "keras", extra="cpu")
    if "keras" not in sys.modules:
        _import_somehow()
    backend = sys.modules["keras"].config.backend()
    if backend != "tensorflow":
        raise DreamError(
            f"Keras is imported already and computes with {backend}: import dreamlab before it, "
            "or set KERAS_BACKEND to tensorflow"
        )


def _import_somehow() -> None:
    with _variables(KERAS_BACKEND="tensorflow"):
        with suppress(Exception):
            return _import()
        with _variables(**dict.fromkeys(_OTHERS)):
            with suppress(Exception):
                return _import()
            os.environ["KERAS_HOME"] = str(keras_home() / "dreamlab")
            try:
                _import()
            except Exception as error:
                raise DreamError(
                    f"Keras and TensorFlow cannot be loaded ({type(error).__name__}): "
                    "install dreamlab again"
                ) from error


def _import() -> None:
    # Keras that failed to be imported has left modules behind, with their settings.
    for name in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
        del sys.modules[name]
    importlib.import_module("tensorflow")
    importlib.import_module("keras")


@contextmanager
def _variables(**values: str | None) -> Iterator[None]:
    """Set environment variables meanwhile, or have them not for None."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
