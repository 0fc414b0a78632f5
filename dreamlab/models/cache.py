"""The cache of loaded networks in a process."""

import gc
import threading
from collections import OrderedDict
from pathlib import Path

import keras

from dreamlab.models.loading import load_model
from dreamlab.models.network import Network
from dreamlab.zoo import base

#: Networks that are kept, such as two that are compared and the untrained twin of one; that which
#: was used least recently goes first.
KEPT = 3

_networks: OrderedDict[tuple[str, int], Network] = OrderedDict()
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
    key = str(model), changed
    with _loading:  # keeps two threads from loading the same network
        if key not in _networks:
            _networks[key] = load_model(model)
        _networks.move_to_end(key)
        if len(_networks) > KEPT:
            _networks.popitem(last=False)
            gc.collect()  # a network and what was made of it know each other
        return _networks[key]
