"""The cache of loaded networks in a process."""

import functools
import threading
from pathlib import Path

import keras

from dreamlab.models.loading import load_model
from dreamlab.models.network import Network
from dreamlab.zoo import base

#: Size of the cache; the least recently used network goes first.
KEPT = 2

_loading = threading.Lock()


def cached_model(model: str | Path | keras.Model | Network = "vgg16") -> Network:
    """Load a network, or take it from the cache; a file that has changed is read again.

    Parameters
    ----------
    model : str, path, keras.Model or Network
        As in `dreamlab.models.load_model`; only networks with a name or a path are cached.

    Raises
    ------
    DreamError
        If `dreamlab.models.load_model` raises it.
    """
    if not isinstance(model, str | Path):
        return load_model(model)
    try:
        changed = Path(base(str(model))).stat().st_mtime_ns
    except (OSError, ValueError):  # no file, or no name that a file can have
        changed = 0
    with _loading:  # keeps two threads from loading the same network
        return _loaded(str(model), changed)


@functools.lru_cache(maxsize=KEPT)
def _loaded(model: str, changed: int) -> Network:
    return load_model(model)
