"""What is made of a network is kept as long as the network is, and no longer."""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from dreamlab.models.network import Network

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Maker = Callable[Concatenate[Network, _P], _T]

_lock = threading.Lock()


def per_network(most: int) -> Callable[[_Maker[_P, _T]], _Maker[_P, _T]]:
    """Keep the results of a function of a network and of further arguments with the network.

    A cache beside the network would keep it in memory, with hundreds of megabytes of kernels, when
    another has long taken its place.

    Parameters
    ----------
    most : int
        Results that are kept of each network; that which was used least recently goes first.
    """

    def decorate(make: _Maker[_P, _T]) -> _Maker[_P, _T]:
        name = f"_made_by_{make.__qualname__}"

        @functools.wraps(make)
        def kept(network: Network, *args: _P.args, **kwargs: _P.kwargs) -> _T:
            results: OrderedDict[Any, _T]
            with _lock:
                results = vars(network).setdefault(name, OrderedDict())
            key = (args, tuple(kwargs.items()))
            if key not in results:
                results[key] = make(network, *args, **kwargs)
            results.move_to_end(key)
            while len(results) > most:
                results.popitem(last=False)
            return results[key]

        return kept

    return decorate
