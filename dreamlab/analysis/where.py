"""Where a layer looks: its energy over the picture, and how much of it a position sees in fact."""

import statistics
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis import where_report
from dreamlab.analysis.base import Analysis, AnalysisStep, Item, Work
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config.base import checked
from dreamlab.config.specs import flag, names, number
from dreamlab.images import Picture, Shape
from dreamlab.images.extent import (
    correlation,
    deviation,
    half_share,
    local_contrast,
    square_side,
)
from dreamlab.images.overlay import outlined, overlay
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers
from dreamlab.zoo import is_untrained, label

if TYPE_CHECKING:
    from dreamlab.dream.effective_field import Seen
    from dreamlab.models import Network

#: Share of the gradient that is within the effective side: what lies within two standard deviations
#: of a Gaussian. Luo et al. 2016 count the pixels above 1 - 0.9545 of the strongest, which may be
#: scattered, while a share has a side that never exceeds the theoretical one.
_HELD = 0.9545

#: Fewest positions of a map whose likeness to another says something.
_FEWEST = 48


@checked
class WhereSettings(Settings):
    """Settings of the analysis of where layers look."""

    layers: tuple[str, ...] = names((), "Layers to look at, in network order; none means all.")
    positions: int = number(
        4, 1, 64, "Positions of each layer, at random, whose view of the picture is measured."
    )
    untrained: bool = flag(True, "Whether the same network, untrained, is measured beside it.")
    seed: int = as_in_dreams("seed", 0)


def run(
    image: np.ndarray,
    network: "Network",
    settings: WhereSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Map the energy of each layer, then measure what it sees; see `Analysis`."""
    from dreamlab.models.twin import untrained_twin

    layers = chosen_layers(network.name, network.layers, settings.layers)
    twin = untrained_twin(network) if settings.untrained else None
    networks = [network] if twin is None else [network, twin]
    work = [_seen_area(Shape.of(image), layer) * layer.operations for layer in layers]
    done, total = 0.0, sum(work) or 1.0
    energies: list[dict[str, np.ndarray]] = []
    if any(_key(layer, "energy") not in resume_from for layer in layers):
        for of in networks:
            yield AnalysisStep(0.0, f"energy of {len(layers)} layers of {label(of.name)}")
            energies.append(_energies(image, of, layers, settings))
    for layer, own in zip(layers, work, strict=True):
        doing = f"{layer.name}, energy"
        item = resume_from.get(_key(layer, "energy"))
        if item is None:
            item = _energy_item(image, layer, [maps[layer.name] for maps in energies])
        yield AnalysisStep(done / total, doing, item)
        doing = f"{layer.name}, what {settings.positions} positions see"
        item = resume_from.get(_key(layer, "field"))
        if item is None:
            views: list[list[Seen | None]] = [[] for _ in networks]
            for place, seen in _views(image, networks, layer, settings, memory):
                views[place].append(seen)
                share = sum(map(len, views)) / (settings.positions * len(networks))
                yield AnalysisStep((done + min(1.0, share) * own) / total, doing)
            item = _field_item(image, layer, views)
        done += own
        yield AnalysisStep(done / total, doing, item)


def _key(layer: LayerInfo, kind: str) -> str:
    return f"{layer.name}-{kind}"


def _energies(
    image: np.ndarray, network: "Network", layers: Sequence[LayerInfo], settings: WhereSettings
) -> dict[str, np.ndarray]:
    """Return the energy map of each layer of a network."""
    from dreamlab.dream.energy import energy_maps

    of = tuple(layer.name for layer in layers)
    return energy_maps(network, of, image, settings.precision, settings.preprocessing)


def _views(
    image: np.ndarray,
    networks: Sequence["Network"],
    layer: LayerInfo,
    settings: WhereSettings,
    memory: float | None,
) -> Iterator[tuple[int, "Seen | None"]]:
    """Yield what each position sees, of one network after the other: its place and the view."""
    from dreamlab.dream.effective_field import EffectiveField

    arithmetic = settings.precision, settings.preprocessing
    for place, network in enumerate(networks):
        field = EffectiveField(network, layer.name, Shape.of(image), *arithmetic)
        positions = field.positions(settings.positions, settings.seed)
        for seen in field.seen(image, positions, memory):
            yield place, seen


def _energy_item(image: np.ndarray, layer: LayerInfo, maps: Sequence[np.ndarray]) -> Item:
    """Return the item of a layer's energy, given its map and that of the untrained twin, if any."""
    energy, *untrained = maps
    share, tells = half_share(energy), energy.size >= _FEWEST
    contrast = local_contrast(image, Shape.of(energy))
    values: dict[str, Any] = {
        "layer": layer.name,
        "kind": "energy",
        "half_share": share,
        "contrast": correlation(energy, contrast) if tells else None,
        "untrained_half_share": None,
        "untrained": None,
    }
    caption = f"{layer.name} · no answer"
    if share is not None:
        caption = f"{layer.name} · half of its energy on {share:.0%}"
        for other in untrained:
            values["untrained_half_share"] = half_share(other)
            values["untrained"] = correlation(energy, other) if tells else None
    if values["untrained"] is not None:
        caption += f" · like untrained {values['untrained']:.2f}"
    return Item(
        _key(layer, "energy"),
        caption,
        values,
        Picture.of(overlay(image, energy)),
        cell=layer.name,
        of_original=True,
        arrays={"energy": energy.astype(np.float32)},
    )


def _field_item(
    image: np.ndarray, layer: LayerInfo, views: Sequence[Sequence["Seen | None"]]
) -> Item:
    """Return the item of what a layer sees, given the views of each network's positions."""
    cut = layer.receptive_field is None or layer.receptive_field > min(Shape.of(image))
    values: dict[str, Any] = {
        "layer": layer.name,
        "kind": "field",
        "theoretical": layer.receptive_field,
        "cut": cut,
    }
    for name, of in zip(("", "untrained_"), [*views, []], strict=False):
        seen = [view for view in of if view is not None]
        most = layer.receptive_field or max(Shape.of(image))
        sides = [min(most, square_side(view.gradient, view.centre, _HELD)) for view in seen]
        values |= _spread(f"{name}side", sides)
        values |= _spread(f"{name}deviation", [deviation(view.gradient) for view in seen])
        values[f"{name}positions"] = len(seen)
    paper = "all" if layer.receptive_field is None else f"{layer.receptive_field} px"
    caption = f"{layer.name} · no answer"
    answering = [view for view in views[0] if view is not None]
    drawn, arrays = np.zeros(image.shape[:2]), {}
    if answering:
        caption = f"{layer.name} · {paper} on paper, {values['side']:.0f} px in fact"
        caption += " · cut by the edges" * (cut and layer.receptive_field is not None)
        drawn = answering[0].on(Shape.of(image))
        mean = np.mean([view.gradient for view in answering], axis=0)
        arrays = {"field": mean.astype(np.float32)}
    picture = overlay(image, drawn)
    if answering:
        height, width = answering[0].gradient.shape
        picture = outlined(picture, answering[0].top, answering[0].left, height, width)
    return Item(
        _key(layer, "field"),
        caption,
        values,
        Picture.of(picture),
        cell=layer.name,
        of_original=True,
        arrays=arrays,
    )


def _spread(name: str, figures: Sequence[float]) -> dict[str, float | None]:
    """Return the mean of figures by its name, and their standard deviation."""
    return {
        name: float(statistics.fmean(figures)) if figures else None,
        f"{name}_spread": float(statistics.pstdev(figures)) if figures else None,
    }


def _seen_area(shape: Shape, layer: LayerInfo) -> float:
    """Return the pixels that a position's gradient takes."""
    if layer.receptive_field is None or layer.only is not None:
        return float(shape.area)
    height, width = (min(side, layer.receptive_field) for side in shape)
    return float(height * width)


def plan(
    shape: Shape, settings: WhereSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of a forward pass of all layers, and of a gradient for each position."""
    chosen = chosen_layers(model, layers, settings.layers)
    networks = 2 if settings.untrained and not is_untrained(model) else 1
    deepest = max(layer.operations for layer in chosen)
    return [
        (networks * shape.area / 3, deepest),
        *(
            (networks * settings.positions * _seen_area(shape, layer), layer.operations)
            for layer in chosen
        ),
    ]


ANALYSIS = Analysis(
    name="where",
    title="Energy and field of view",
    question="Where on the picture does each layer answer, and how much does it see?",
    summary="Where each layer answers, and how much it sees in fact of what it sees on paper.",
    settings=WhereSettings,
    run=run,
    plan=plan,
    tables=where_report.tables,
    sentence=where_report.sentence,
    essentials=("layers", "positions"),
    contrast=where_report.contrast,
    difference=False,
)
