"""dreamlab: see what the layers of a convolutional network look for, with DeepDream.

Its face is below and is loaded when it is first asked for: ``import dreamlab`` costs no TensorFlow
and no Streamlit. Behind it are the folders ``config`` (settings), ``images`` (pictures as arrays),
``models`` (networks) and ``dream`` (the ascent), ``results`` (what a dream leaves), ``analysis``
(what layers see), ``report`` (charts and pages), ``comparison``, ``jobs``, ``cli`` and ``ui``.

>>> import dreamlab as dl
>>> run = dl.record("cat.png", layers="block4_conv3", octaves=3)  # doctest: +SKIP
>>> run.save("dream/")  # doctest: +SKIP
"""

import importlib
from typing import TYPE_CHECKING, Any

from dreamlab.errors import DreamError
from dreamlab.version import __version__

if TYPE_CHECKING:
    from dreamlab.analysis.run import analyse
    from dreamlab.comparison.compare import compare
    from dreamlab.config import DreamConfig
    from dreamlab.images import load_image
    from dreamlab.models import load_model
    from dreamlab.results.classify import classify
    from dreamlab.results.film import Film
    from dreamlab.results.record import record
    from dreamlab.results.recording import Recording

__all__ = [
    "DreamConfig",
    "DreamError",
    "Film",
    "Recording",
    "__version__",
    "analyse",
    "classify",
    "compare",
    "load_image",
    "load_model",
    "record",
]

#: Where each name of the face comes from.
_HOMES = {
    "DreamConfig": "dreamlab.config",
    "Film": "dreamlab.results.film",
    "Recording": "dreamlab.results.recording",
    "analyse": "dreamlab.analysis.run",
    "classify": "dreamlab.results.classify",
    "compare": "dreamlab.comparison.compare",
    "load_image": "dreamlab.images",
    "load_model": "dreamlab.models",
    "record": "dreamlab.results.record",
}

#: Folders that are there as ``dreamlab.NAME`` without an import of their own.
_FOLDERS = ("analysis", "comparison", "config", "dream", "images", "models", "report", "results")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _FOLDERS:
        return importlib.import_module(f"dreamlab.{name}")
    raise AttributeError(f"module 'dreamlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_FOLDERS])
