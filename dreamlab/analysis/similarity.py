"""Similarity: which layers of one or two networks arrange pictures alike."""

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis import cka, similarity_figures, similarity_words
from dreamlab.analysis.base import Analysis, AnalysisStep, Item, Work
from dreamlab.analysis.further_networks import (
    FurtherNetwork,
    further_networks,
    layers_beside,
    operations_beside,
)
from dreamlab.analysis.in_steps import in_steps
from dreamlab.analysis.settings import LARGEST_SQUARE, Settings, as_in_dreams, check_side
from dreamlab.analysis.similarity_pictures import FEWEST, pictures_of
from dreamlab.config.base import checked
from dreamlab.config.specs import names, number, setting
from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers
from dreamlab.zoo import is_untrained, label

if TYPE_CHECKING:
    from dreamlab.models import Network

#: Random halves of the pictures behind an interval, and shuffled orders behind what chance gives.
_HALVES, _SHUFFLES = 200, 100

#: Share of the work that the networks take; the rest goes into halves and orders.
_NETWORKS = 0.8

#: How many times as long a multiplication of a Gram matrix takes as one of a network.
_PRODUCTS = 3


@checked
class SimilaritySettings(Settings):
    """Settings of the similarity analysis: the networks, and the pictures that are compared."""

    beside: str = setting(
        FurtherNetwork(default="", help="A second network; empty compares the first with itself.")
    )
    layers: tuple[str, ...] = names((), "Layers of the first; none means those on offer.")
    crops: int = number(256, FEWEST, 1024, "Crops of the samples, if no pictures are given.")
    side: int = number(
        64, 32, LARGEST_SQUARE, "Side that pictures are cropped and scaled to, in pixels."
    )
    seed: int = as_in_dreams("seed", 0)


def run(
    image: Sequence[np.ndarray] | None,
    networks: "Sequence[Network]",
    settings: SimilaritySettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Compute Gram matrices of all layers, and compare them; see `dreamlab.analysis.base.Analysis`.

    A layer's figures are of all layers together, so that the items come at the end.
    """
    from dreamlab.dream.gram import gram_matrices
    from dreamlab.models.twin import untrained_twin

    network, second = networks[0], networks[1] if len(networks) > 1 else None
    rows = chosen_layers(network.name, network.layers, settings.layers)
    if all(layer.name in resume_from for layer in rows):
        for place, layer in enumerate(rows, 1):
            yield AnalysisStep(place / len(rows), layer.name, resume_from[layer.name])
        return
    pictures, groups = pictures_of(image, settings.crops, settings.side, settings.seed)
    parts = [(network, rows)]
    if second is not None:
        parts.append((second, chosen_layers(second.name, second.layers, ())))
    twin, shared = untrained_twin(network), tuple(layer for layer in rows if layer.only is None)
    if twin is not None and shared:
        parts.append((twin, shared))
    for part, layers in parts:
        for layer in layers:
            part.check_side(layer.name, settings.side)
    works = [max(1.0, *(layer.operations for layer in layers)) for _, layers in parts]
    grams, done = [], 0.0
    for (part, layers), work in zip(parts, works, strict=True):
        share = work / sum(works) * _NETWORKS
        doing = f"{len(pictures)} pictures through {label(part.name)}"
        computing = gram_matrices(
            part, layers, pictures, settings.precision, settings.preprocessing, memory
        )
        grams.append((yield from in_steps(computing, done, share, doing)))
        done += share
    first, other = grams[0], grams[0] if second is None else grams[1]
    untrained = None
    if twin is not None and shared:
        untrained = np.zeros_like(first)
        untrained[[rows.index(layer) for layer in shared]] = grams[-1]
    draws: list[list[np.ndarray]] = []
    for of, times, doing in (
        (cka.halved, _HALVES, "halves of the pictures"),
        (cka.shuffled, _SHUFFLES, "shuffled pictures"),
    ):
        draws.append([])
        for figures in of(first, other, groups, settings.seed, times):
            draws[-1].append(figures)
            done += (1 - _NETWORKS) / (_HALVES + _SHUFFLES)
            yield AnalysisStep(min(done, 1.0), doing)
    items = similarity_figures.items(
        [layer.name for layer in rows],
        "" if second is None else second.name,
        [layer.name for layer in parts[1 if second is not None else 0][1]],
        similarity_figures.Figures(
            matrix=cka.cka(first, other, groups),
            untrained=None if untrained is None else cka.cka(untrained, first, groups),
            control=None if untrained is None else cka.cka(untrained, other, groups),
            halves=np.stack(draws[0]),
            shuffled=np.stack(draws[1]),
        ),
        len(pictures),
    )
    for item in items:
        yield AnalysisStep(1.0, item.key, resume_from.get(item.key, item), resumable=False)


def plan(
    shape: Shape, settings: SimilaritySettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of the forward passes of each network, and of the Gram matrices."""
    rows = chosen_layers(model, layers, settings.layers)
    if not rows:
        raise DreamError(f"every layer of {model} takes pictures of a single size; name some")
    parts = [(model, rows)] * (1 if is_untrained(model) else 2)
    parts += [(name, layers_beside(name, rows)) for name in further_networks(settings)]
    work = []
    for name, of in parts:
        check_side(name, settings.side, "side")
        features = sum(layer.channels / layer.stride**2 for layer in of)
        products = _PRODUCTS * features * settings.crops
        operations = operations_beside(model, name, of)
        # A forward pass takes a third of a step, but small pictures and further passes for want of
        # memory make up for that.
        work.append((float(settings.side**2 * settings.crops), operations + products))
    return work


ANALYSIS = Analysis(
    name="similarity",
    title="Similar layers",
    question="Which layers say the same?",
    summary="Which layers of one or two networks find the same pictures alike.",
    settings=SimilaritySettings,
    run=run,
    plan=plan,
    tables=similarity_words.tables,
    sentence=similarity_words.sentence,
    face="similarity",
    essentials=("layers", "crops"),
    needs_picture=False,
    several=True,
    beside=1,
    columns=1,
)
