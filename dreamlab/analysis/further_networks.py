"""The setting that names further networks, which one run compares with the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dreamlab.analysis.settings import Settings
from dreamlab.config.specs import Spec
from dreamlab.errors import DreamError, shown
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers, known_layers
from dreamlab.own_models import OWN_SUFFIXES
from dreamlab.zoo import base, check_network, is_address, is_on_offer, speed

#: Most networks of a run beside the first: a chart of more curves says little.
MOST_FURTHER = 3


@dataclass(frozen=True, kw_only=True)
class FurtherNetwork(Spec):
    """The name of a network on offer, trained or not, or of a file; empty for none."""

    def check(self, name: str, value: Any) -> str:
        if value == "":
            return ""
        if not isinstance(value, str):
            raise DreamError(f"{name} is {shown(value)}; give a network's name, or leave it empty")
        named = base(value)
        if not is_address(named) and not named.lower().endswith(OWN_SUFFIXES):
            check_network(value, otherwise=", give the path of a .keras or .h5 file, or none")
        return value


def further_networks(settings: Settings) -> tuple[str, ...]:
    """Return the names of the networks that settings name beside the first."""
    named = getattr(settings, "beside", ())
    return tuple(filter(None, (named,) if isinstance(named, str) else named))


def check_names(networks: Sequence[str]) -> None:
    """Raise `DreamError` if two networks of a run have the same name."""
    for name in networks:
        if networks.count(name) > 1:
            raise DreamError(f"two networks are called {shown(name)}; give one, or rename a file")


def layers_beside(name: str, own: tuple[LayerInfo, ...]) -> tuple[LayerInfo, ...]:
    """Return the layers of a further network that are looked at, for a plan.

    Of a file nothing is known before it is loaded: it counts as the first network, with the layers
    `own`.
    """
    return chosen_layers(name, known_layers(name), ()) if is_on_offer(name) else own


def operations_beside(model: str, name: str, layers: Sequence[LayerInfo]) -> float:
    """Return the multiplications a pixel that `model` does in the time of a look at some layers.

    Parameters
    ----------
    model, name : str
        The first network, and the one whose layers they are.
    layers : sequence of LayerInfo
        The layers, at least 1.
    """
    return max(layer.operations for layer in layers) * speed(model) / speed(name)
