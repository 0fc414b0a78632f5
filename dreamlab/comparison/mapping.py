"""Maps the layers of a dream to another network, so that the mix stays the mix."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dreamlab.classes import is_head
from dreamlab.config.layers import MAX_WEIGHT
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import alike, find_layer, first_loss, is_offered, known_layers
from dreamlab.zoo import base, label

#: What a receptive field twice as large counts as, in relative depth. With more, layers of a single
#: block would stand for all of VGG16; with less, receptive fields would hardly count.
_PER_DOUBLING = 0.12

#: The receptive field assumed of a layer that sees the whole picture, in pixels.
_WHOLE = 4096

#: Digits of a weight that was rescaled.
_DIGITS = 3


@dataclass(frozen=True)
class Mapped:
    """The layers of a dream in another network.

    Parameters
    ----------
    layers : dict of str to float
        Layer name to weight.
    channels : dict of str to tuple
        Layer name to its channels.
    unguided : tuple of str
        The layers that a guide leaves alone.
    said : str
        What was done, in a sentence without its end; empty if nothing was.
    """

    layers: dict[str, float]
    channels: dict[str, tuple]
    unguided: tuple[str, ...] = ()
    said: str = ""


def mapped(
    layers: Mapping[str, float],
    channels: Mapping[str, tuple],
    before: str,
    after: str,
    unguided: Collection[str] = (),
) -> Mapped:
    """Return the layers of another network that stand for those of a dream.

    A layer becomes the offered one that is most similar, where that is known
    (`dreamlab.layers.alike`), else the one that is nearest in relative depth and in receptive
    field, or the one of its own name in a network of the same architecture; none becomes a head, or
    the same as another while there are others. Each weight is
    multiplied by the layer's first loss and divided by that of the new layer, both on the sample
    cat and of all channels, so that the layers keep their shares of the first loss. Weights that
    would be too large are all made smaller by one factor.

    Parameters
    ----------
    layers, channels : mapping
        As in `dreamlab.config.DreamConfig`. Channels go with the layer, and are dropped where it
        changes.
    before, after : str
        Names of the two networks, on offer.
    unguided : collection of str
        The layers that a guide leaves alone, which go with the layer. One that stands for several
        is left alone if all of them are.
    """
    if before == after:
        return Mapped(dict(layers), dict(channels), tuple(unguided))
    partners = _partners(list(layers), before, after)
    ratios = _ratios(partners, before, after) if len(layers) > 1 else {}
    weights: dict[str, float] = {}
    for name, weight in layers.items():
        weights[partners[name]] = weights.get(partners[name], 0.0) + weight * ratios.get(name, 1.0)
    excess = max(1.0, *(abs(weight) / MAX_WEIGHT for weight in weights.values()))
    if ratios or excess > 1:  # where all become smaller alike, the shares stay
        weights = {name: float(f"{of / excess:.{_DIGITS}g}") for name, of in weights.items()}
    if not any(weights.values()):  # two layers that became one may cancel out
        weights = dict.fromkeys(weights, 1.0)
    kept = {name: of for name, of in channels.items() if partners[name] == name}
    similar: list[str] = []
    others: list[str] = []
    for old, new in partners.items():
        if new != old:
            known = new in alike(before, old, after)
            (similar if known else others).append(f"{old} became {new}")
    done = [", ".join(others)] if others else []
    if similar:
        done.insert(0, ", ".join(similar) + " by similarity")
    if len(kept) < len(channels):
        done.append("the channels were dropped")
    if ratios:
        done.append(
            "the weights were rescaled by the losses of whole layers"
            if channels
            else "the weights were rescaled, so that each layer keeps its share of the loss"
        )
    elif len(layers) > 1:
        done.append("the weights stayed, as the losses are not known before it runs")
    guided = {partners[name] for name in layers if name not in unguided}
    alone = tuple(name for name in weights if name not in guided)
    return Mapped(weights, kept, alone, f"{label(after)}: {'; '.join(done)}" if done else "")


def _partners(names: Sequence[str], before: str, after: str) -> dict[str, str]:
    """Return the new layer of each; two get the same only if there are too few."""
    if base(before) == base(after):
        return {name: name for name in names}
    old, new = known_layers(before), known_layers(after)
    offered = [
        layer for layer in new if is_offered(after, layer.name) and not is_head(after, layer.name)
    ]
    candidates = [layer for layer in offered if layer.depth] or offered
    deepest = tuple(max([1, *(layer.depth for layer in layers)]) for layers in (old, new))
    partners = {name: name for name in names if any(other.name == name for other in candidates)}
    for name in names:
        if name in partners:
            continue
        layer = find_layer(before, old, name)
        free = [other for other in candidates if other.name not in partners.values()]
        free = free or candidates
        similar = alike(before, name, after)
        known = [other.name for other in free if other.name in similar]
        nearest = min(free, key=lambda other: _distance(layer, other, deepest)).name
        partners[name] = max(known, key=similar.__getitem__) if known else nearest
    return {name: partners[name] for name in names}


def _distance(layer: LayerInfo, other: LayerInfo, deepest: tuple[int, ...]) -> float:
    depths = layer.depth / deepest[0], other.depth / deepest[1]
    sees = [math.log2(each.receptive_field or _WHOLE) for each in (layer, other)]
    return abs(depths[0] - depths[1]) + _PER_DOUBLING * abs(sees[0] - sees[1])


def _ratios(partners: Mapping[str, str], before: str, after: str) -> dict[str, float]:
    """Return what each layer's weight is multiplied by; nothing where a loss is not known."""
    ratios = {}
    for name, partner in partners.items():
        old, new = first_loss(before, name), first_loss(after, partner)
        if not old or not new:
            return {}
        ratios[name] = old / new
    return ratios
