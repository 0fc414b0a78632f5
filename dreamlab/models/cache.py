"""The few networks that a process keeps loaded."""

import functools
import threading
from pathlib import Path

import keras

from dreamlab.models.loading import load_model
from dreamlab.models.network import Network

#: Networks kept; the one not used for longest goes first.
KEPT = 2

_loading = threading.Lock()


def cached_model(model: str | Path | keras.Model | Network = "vgg16") -> Network:
    """Load a network, or take it from the few kept; a file that was changed is read again.

    Parameters
    ----------
    model : str, path, keras.Model or Network
        As in `dreamlab.models.load_model`; only networks that are named are kept.

    Raises
    ------
    DreamError
        As `dreamlab.models.load_model` does.
    """
    if not isinstance(model, str | Path):
        return load_model(model)
    path = Path(model)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    with _loading:  # so that two threads do not load the same one
        return _loaded(str(model), changed)


@functools.lru_cache(maxsize=KEPT)
def _loaded(model: str, changed: int) -> Network:
    return load_model(model)
