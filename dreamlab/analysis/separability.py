"""Separability: which layer of which network tells the classes of a set of pictures apart."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis import separability_tables, separability_words
from dreamlab.analysis.base import Analysis, AnalysisStep, Item, Work
from dreamlab.analysis.further_networks import (
    MOST_FURTHER,
    FurtherNetwork,
    check_names,
    further_networks,
    layers_beside,
    operations_beside,
)
from dreamlab.analysis.in_steps import in_steps
from dreamlab.analysis.separability_figures import PICTURES, layer_item, set_item, wrong_items
from dreamlab.analysis.settings import Settings, as_in_dreams, check_side
from dreamlab.config.base import checked
from dreamlab.config.specs import Many, choice, flag, number, setting
from dreamlab.errors import DreamError, listed
from dreamlab.images.conditions import CONDITIONS, under_condition
from dreamlab.images.picture_set import SIDE, PictureSet
from dreamlab.images.shape import Shape
from dreamlab.images.squares import middle_square
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers
from dreamlab.zoo import label

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


@dataclass(frozen=True)
class _Round:
    """A network's look at all pictures under a condition."""

    network: "Network"
    layers: tuple[LayerInfo, ...]
    condition: str

    @property
    def doing(self) -> str:
        return f"{label(self.network.name)}, {self.condition} pictures"

    @property
    def work(self) -> float:
        """Multiplications a pixel, at least 1."""
        return max(1.0, *(layer.operations for layer in self.layers))

    def key(self, layer: LayerInfo) -> str:
        return f"{self.network.name}.{layer.name}.{self.condition}"

    def values(self, place: int, side: int) -> dict[str, Any]:
        """Return what a layer's figures are of, by its place among the layers, from 0."""
        layer = self.layers[place]
        return {
            "network": self.network.name,
            "layer": layer.name,
            "depth": layer.depth,
            "place": place / max(1, len(self.layers) - 1),
            "multiplications": layer.operations * side**2,
            "condition": self.condition,
        }


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
    check_names([network.name for network in networks])
    layers = {network.name: _checked(network, settings) for network in networks}
    rounds = [
        _Round(network, layers[network.name], condition)
        for condition in (CONDITIONS if settings.reliance else ("original",))
        for network in networks
    ]
    whole = sum(one.work for one in rounds)
    first = resume_from.get(PICTURES) or set_item(pictures)
    yield AnalysisStep(0.0, f"{len(pictures)} pictures", first)
    done, found = 0.0, list[Item]()
    for one in rounds:
        share = one.work / whole
        missing = [layer.name for layer in one.layers if one.key(layer) not in resume_from]
        looking = _features(one, missing, pictures, settings, memory)
        features = yield from in_steps(looking, done, share * _NETWORK, one.doing)
        for place, layer in enumerate(one.layers):
            key, values = one.key(layer), one.values(place, settings.max_side)
            item = resume_from.get(key) or layer_item(
                key, values, features[layer.name], pictures, settings.seed
            )
            found.append(item)
            probed = _NETWORK + (1 - _NETWORK) * (place + 1) / len(one.layers)
            last = place + 1 == len(one.layers)
            yield AnalysisStep(done + share * probed, one.doing, item, resumable=last)
        done += share
        if one is rounds[len(networks) - 1]:
            for item in wrong_items(pictures, found):
                yield AnalysisStep(done, "pictures told wrong", resume_from.get(item.key, item))


def _checked(network: "Network", settings: SeparabilitySettings) -> tuple[LayerInfo, ...]:
    """Return the layers of a network that are looked at; raise `DreamError` if it cannot be."""
    network.feeding.chosen(network.feeding.available(settings.preprocessing))
    layers = _layers(network.name, network.layers)
    for layer in layers:
        network.check_side(layer.name, settings.max_side, "max_side")
    return layers


def _features(
    one: _Round,
    layers: Sequence[str],
    pictures: PictureSet,
    settings: SeparabilitySettings,
    memory: float | None,
) -> Generator[float, None, dict[str, np.ndarray]]:
    """Yield the finished shares of a round's look, 0 to 1; return the features of some layers."""
    from dreamlab.dream.features import pooled_features

    if not layers:
        return {}
    images = []
    for place, pixels in enumerate(pictures.pixels):
        generator = np.random.default_rng((settings.seed, place))
        image = middle_square(pixels, settings.max_side)
        images.append(under_condition(image, one.condition, generator))
        yield 0.0
    return (
        yield from pooled_features(
            one.network,
            layers,
            np.stack(images),
            settings.pooling,
            settings.precision,
            one.network.feeding.available(settings.preprocessing),
            memory,
        )
    )


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
    parts += [(name, layers_beside(name, own)) for name in further_networks(settings)]
    looks = shape.area * _LOOK * (len(CONDITIONS) if settings.reliance else 1)
    for name, _ in parts:
        check_side(name, settings.max_side, "max_side")
    return [(looks, operations_beside(model, name, of)) for name, of in parts]


def _layers(model: str, layers: Sequence[LayerInfo]) -> tuple[LayerInfo, ...]:
    """Return the layers of a network that are looked at; raise `DreamError` if there are none."""
    found = chosen_layers(model, layers, ())
    if not found:
        raise DreamError(f"every layer of {model} takes pictures of a single size; choose another")
    return found


def _check_classes(pictures: PictureSet) -> None:
    """Raise `DreamError` unless a set has two classes or more, of two pictures or more each."""
    counts = pictures.counts
    if len(counts) < 2:
        only = f"all {len(pictures)} pictures are of one class" if counts else "there are none"
        raise DreamError(
            f"classes are told apart, and {only}: give a folder for each class, at least two"
        )
    single = [name for name, count in counts.items() if count < 2]
    if single:
        raise DreamError(
            f"a picture is told by the others of its class, and {listed(single)} has a single "
            "one: give each class two pictures or more"
        )


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
    check=_check_classes,
    beside=MOST_FURTHER,
)
