"""Separability: which layer of which network tells the classes of a set of pictures apart."""

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis import separability_tables, separability_words
from dreamlab.analysis.base import Analysis, AnalysisStep, Item, Work
from dreamlab.analysis.further_networks import FurtherNetwork, further_networks
from dreamlab.analysis.picture_sets import (
    MOST_FURTHER,
    check_classes,
    check_max_side,
    scaled,
    told_apart,
)
from dreamlab.analysis.separability_figures import PICTURES, layer_item, set_item, wrong_items
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config.base import checked
from dreamlab.config.specs import Many, choice, flag, number, setting
from dreamlab.errors import DreamError
from dreamlab.images.conditions import CONDITIONS, under_condition
from dreamlab.images.picture_set import SIDE, PictureSet
from dreamlab.images.shape import Shape
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers, known_layers
from dreamlab.zoo import is_on_offer, label, speed

if TYPE_CHECKING:
    from dreamlab.models import Network

#: A look at a picture as a share of a step, as measured: the way back takes about as long.
_LOOK = 0.55

#: Share of a condition's work that the network takes; the rest goes into the probes.
_NETWORK = 0.9


@checked
class SeparabilitySettings(Settings):
    """Settings of the separability analysis: the networks, and what is asked of them."""

    beside: tuple[str, ...] = setting(
        Many(
            default=(),
            help="Further networks, at most 3.",
            each=FurtherNetwork(default="", help="A further network."),
        )
    )
    pooling: str = choice(
        "mean", ("mean", "max"), "How the positions of a channel become one number."
    )
    reliance: bool = flag(
        True, "Whether to look again at the pictures grey, blurred and patch-shuffled."
    )
    max_side: int = number(SIDE, 32, SIDE, "Side that pictures are scaled to, in pixels.")
    preprocessing: str = as_in_dreams("preprocessing", "imagenet")
    seed: int = as_in_dreams("seed", 0)


def run(
    pictures: PictureSet,
    networks: "Sequence[Network]",
    settings: SeparabilitySettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Look at all pictures, and probe each layer; see `dreamlab.analysis.base.Analysis`.

    All networks see the original pictures first, so that the best layer is soon known.
    """
    told_apart([network.name for network in networks])
    conditions = list(CONDITIONS) if settings.reliance else ["original"]
    rounds = [(condition, network) for condition in conditions for network in networks]
    layers = {}
    for network in networks:
        network.feeding.chosen(network.feeding.available(settings.preprocessing))
        layers[network.name] = _layers(network.name, network.layers)
        for layer in layers[network.name]:
            network.check_side(layer.name, settings.max_side, "max_side")
    works = [max(1.0, *(layer.operations for layer in layers[of.name])) for _, of in rounds]
    done, found = 0.0, list[Item]()
    first = resume_from.get(PICTURES) or set_item(pictures)
    yield AnalysisStep(0.0, f"{len(pictures)} pictures", first)
    for place, ((condition, network), work) in enumerate(zip(rounds, works, strict=True)):
        share = work / sum(works)
        items = yield from _round(
            pictures,
            network,
            layers[network.name],
            condition,
            settings,
            resume_from,
            memory,
            (done, share),
        )
        done += share
        found += items
        if place == len(networks) - 1:
            for item in wrong_items(pictures, found):
                yield AnalysisStep(done, "pictures told wrong", resume_from.get(item.key, item))


def _round(
    pictures: PictureSet,
    network: "Network",
    layers: Sequence[LayerInfo],
    condition: str,
    settings: SeparabilitySettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
    place: tuple[float, float],
) -> Generator[AnalysisStep, None, list[Item]]:
    """Yield the steps of a network's look at all pictures under a condition; return the items."""
    from dreamlab.dream.features import pooled_features

    begin, whole = place
    doing = f"{label(network.name)}, {condition} pictures"
    keys = [_key(network.name, layer.name, condition) for layer in layers]
    missing = [
        layer.name for key, layer in zip(keys, layers, strict=True) if key not in resume_from
    ]
    features = dict[str, np.ndarray]()
    if missing:
        images = []
        for number, pixels in enumerate(pictures.pixels):
            generator = np.random.default_rng((settings.seed, number))
            image = scaled(pixels, settings.max_side)
            images.append(under_condition(image, condition, generator))
            yield AnalysisStep(begin, doing)
        computing = pooled_features(
            network,
            missing,
            np.stack(images),
            settings.pooling,
            settings.precision,
            network.feeding.available(settings.preprocessing),
            memory,
        )
        while not features:
            try:
                yield AnalysisStep(begin + next(computing) * whole * _NETWORK, doing)
            except StopIteration as end:
                features = end.value
    items = list[Item]()
    for number, (key, layer) in enumerate(zip(keys, layers, strict=True), 1):
        if layer.name in features:
            values = {
                "network": network.name,
                "layer": layer.name,
                "depth": layer.depth,
                "place": (number - 1) / max(1, len(layers) - 1),
                "multiplications": layer.operations * settings.max_side**2,
                "condition": condition,
            }
            items.append(layer_item(key, values, features[layer.name], pictures, settings.seed))
        else:
            items.append(resume_from[key])
        probed = _NETWORK + (1 - _NETWORK) * number / len(layers)
        yield AnalysisStep(begin + whole * probed, doing, items[-1])
    return items


def _key(network: str, layer: str, condition: str) -> str:
    return f"{network}.{layer}.{condition}"


def plan(
    shape: Shape, settings: SeparabilitySettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of each network's looks at the pictures."""
    own = _layers(model, layers)
    if len(settings.beside) > MOST_FURTHER:
        raise DreamError(
            f"there are {len(settings.beside)} further networks; choose at most {MOST_FURTHER}"
        )
    parts = [(model, own)]
    for name in further_networks(settings):
        known = chosen_layers(name, known_layers(name), ()) if is_on_offer(name) else own
        parts.append((name, known))
    looks = shape.area * _LOOK * (len(CONDITIONS) if settings.reliance else 1)
    work = []
    for name, of in parts:
        check_max_side(name, settings.max_side)
        operations = max(layer.operations for layer in of) * speed(model) / speed(name)
        work.append((looks, operations))
    return work


def _layers(model: str, layers: Sequence[LayerInfo]) -> tuple[LayerInfo, ...]:
    """Return the layers of a network that are looked at; raise `DreamError` if there are none."""
    found = chosen_layers(model, layers, ())
    if not found:
        raise DreamError(f"every layer of {model} takes pictures of a single size; choose another")
    return found


ANALYSIS = Analysis(
    name="separability",
    title="Separability",
    question="Which layer separates my classes?",
    summary=(
        "How well a linear probe of each layer tells the classes of a set of pictures apart, each "
        "picture by all others."
    ),
    settings=SeparabilitySettings,
    run=run,
    plan=plan,
    tables=separability_tables.tables,
    sentence=separability_words.sentence,
    face="confusion",
    essentials=("pooling", "reliance"),
    needs_picture=False,
    of_set=True,
    check=check_classes,
    beside=MOST_FURTHER,
)
