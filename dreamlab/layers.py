"""The layers of the networks on offer, read and written; loads no network."""

import difflib
import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dreamlab.errors import DreamError, shown
from dreamlab.layer_info import LayerInfo
from dreamlab.own_models import own
from dreamlab.zoo import architecture, base, check_network, is_on_offer

#: The layers of all networks on offer, one per line.
LAYER_TABLE = Path(__file__).parent / "layers.json"
#: The losses of the layers of networks that are here, on the sample cat.
LOSS_TABLE = Path(__file__).parent / "first_losses.json"
#: How alike layers of two networks that are here are, over crops of the samples.
PARTNER_TABLE = Path(__file__).parent / "partners.json"


def known_layers(model: str) -> tuple[LayerInfo, ...]:
    """Return the layers of a network on offer in network order, without loading it.

    ``python -m dreamlab layers --write`` writes the file that this reads, ``layers.json``, from
    the networks themselves.

    Raises
    ------
    DreamError
        If no such network is on offer.
    """
    check_network(model)
    mine = own(base(model))
    return _layers()[base(model)] if mine is None else mine.layers


@functools.cache
def _layers() -> dict[str, tuple[LayerInfo, ...]]:
    table = json.loads(LAYER_TABLE.read_text("utf-8"))
    return {name: tuple(map(LayerInfo.from_dict, rows)) for name, rows in table.items()}


def first_loss(model: str, layer: str) -> float | None:
    """Return a layer's loss on the sample cat, at weight 1; None if it is not known.

    Known are the losses of the networks that come with dreamlab, and of all untrained ones.
    """
    return _losses().get(model, {}).get(layer)


@functools.cache
def _losses() -> dict[str, dict[str, float]]:
    losses: dict[str, dict[str, float]] = json.loads(LOSS_TABLE.read_text("utf-8"))
    return losses


def alike(model: str, layer: str, other: str) -> dict[str, float]:
    """Return how alike a layer is to those of another network, by their names.

    Known are the layers on offer of the networks that come with dreamlab, trained.

    Parameters
    ----------
    model, layer : str
        Name of the network and of its layer.
    other : str
        Name of the other network.

    Returns
    -------
    dict of str to float
        Unbiased CKA, as the analysis ``similarity`` finds it; empty if it is not known.
    """
    table = _partners()
    if other in table.get(model, {}):
        return table[model][other].get(layer, {})
    turned = table.get(other, {}).get(model, {})
    return {name: row[layer] for name, row in turned.items() if layer in row}


@functools.cache
def _partners() -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    table: dict[str, dict[str, dict[str, dict[str, float]]]]
    table = json.loads(PARTNER_TABLE.read_text("utf-8"))
    return table


def layer_table(tables: Mapping[str, Sequence[LayerInfo]]) -> str:
    """Return the layers of networks as JSON, one per line, as `known_layers` reads it."""
    texts = []
    for name, layers in tables.items():
        rows = [json.dumps(layer.to_dict(), separators=(",", ":")) for layer in layers]
        texts.append(f"{json.dumps(name)}: [\n" + ",\n".join(rows) + "\n]")
    return "{\n" + ",\n".join(texts) + "\n}\n"


def is_offered(model: str, layer: str) -> bool:
    """Return whether a layer is on offer; a user's own network offers all its layers."""
    known = architecture(model)
    return known is None or re.fullmatch(known.offered, layer) is not None


def find_layer(model: str, layers: Sequence[LayerInfo], name: str) -> LayerInfo:
    """Return the layer of a name.

    Parameters
    ----------
    model : str
        Name of the network, for the message and for the layers it offers.
    layers : sequence of LayerInfo
        All layers of the network.
    name : str
        Name of the layer.

    Raises
    ------
    DreamError
        If the network has no such layer; the message gives similar names, or those on offer.
    """
    for layer in layers:
        if layer.name == name:
            return layer
    similar = difflib.get_close_matches(name, [layer.name for layer in layers], n=3)
    offered = [layer.name for layer in layers if is_offered(model, layer.name)]
    rest = f" and {len(offered) - 20} more" if len(offered) > 20 else ""
    hint = f"choose from {', '.join(offered[:20])}{rest}"
    if similar:
        hint = f"did you mean {' or '.join(similar)}?"
    raise DreamError(f"{model} has no layer {shown(name)}: {hint}")


def deepest_operations(model: str, names: Iterable[str]) -> float | None:
    """Return the multiplications that layers of a network take, for a pixel of the picture.

    Parameters
    ----------
    model : str
        Name of the network.
    names : iterable of str
        Names of the layers, at least 1; the deepest counts, as all before it are computed on the
        way.

    Returns
    -------
    float or None
        The number; None for a network that is not on offer.

    Raises
    ------
    DreamError
        If the network has no such layer.
    """
    if not is_on_offer(model):
        return None
    layers = known_layers(model)
    return max(find_layer(model, layers, name).operations for name in names)


def match_operations(model: str, names: Iterable[str], features: int) -> float:
    """Return the multiplications that match layers with a guide, for a pixel of the picture.

    Parameters
    ----------
    model : str
        Name of the network.
    names : iterable of str
        Names of the layers.
    features : int
        Features of the guide at each layer.

    Returns
    -------
    float
        The number; 0 for a network that is not on offer.
    """
    if not is_on_offer(model):
        return 0.0
    layers = [find_layer(model, known_layers(model), name) for name in names]
    return sum(features * layer.channels / layer.stride**2 for layer in layers)


def chosen_layers(
    model: str, layers: Sequence[LayerInfo], names: Sequence[str]
) -> tuple[LayerInfo, ...]:
    """Return the layers of these names in network order; without names, those on offer.

    Layers that take pictures of a single size are on offer by name alone.

    Raises
    ------
    DreamError
        If the network has no such layer.
    """
    for name in names:
        find_layer(model, layers, name)
    return tuple(
        layer
        for layer in layers
        if layer.name in names or not names and layer.only is None and is_offered(model, layer.name)
    )


def spread_layers(
    model: str, layers: Sequence[LayerInfo], names: Sequence[str]
) -> tuple[LayerInfo, ...]:
    """Return the layers of these names in network order; without names, four of those on offer.

    One is early, two are from the middle and one is late, which takes little time.

    Raises
    ------
    DreamError
        If the network has no such layer.
    """
    chosen = chosen_layers(model, layers, names)
    if names:
        return chosen
    places = {round(share * (len(chosen) - 1)) for share in (0.25, 0.5, 0.75, 1.0)}
    return tuple(chosen[place] for place in sorted(places))
