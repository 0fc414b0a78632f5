"""The excitation matrix: the change of each layer's activation by a dream of each layer."""

import dataclasses
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis import atlas
from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Item, Work
from dreamlab.images.shape import Shape
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers
from dreamlab.report.table import Table

if TYPE_CHECKING:
    from dreamlab.models import Network

#: A layer is starved if no other layer's dream changes its mean square by more than this share.
_STARVED = 0.25


def run(
    image: np.ndarray,
    network: "Network",
    settings: atlas.AtlasSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Dream each layer in turn and measure all layers; see `dreamlab.analysis.base.Analysis`.

    The columns are the layers on offer and the dreamt layers, in network order.
    """
    from dreamlab.dream.activations import activations

    rows = chosen_layers(network.name, network.layers, settings.layers)
    offered = chosen_layers(network.name, network.layers, ())
    columns = tuple(layer.name for layer in network.layers if layer in rows or layer in offered)
    measured = activations(network, columns, settings.precision, settings.preprocessing)
    original = measured.mean_squares(image)
    with closing(atlas.run(image, network, settings, resume_from, memory)) as steps:
        for step in steps:
            item = step.item
            if item is not None and item.picture is not None and item.key not in resume_from:
                found: dict[str, float | None] = dict.fromkeys(columns)
                if item.values["moved"] is not None:
                    dreamt = measured.mean_squares(item.picture.as_float())
                    found = ratios(dreamt, original)
                values = item.values | {"ratios": found}
                item = dataclasses.replace(item, values=values)
                step = dataclasses.replace(step, item=item)
            yield step


def ratios(dreamt: Mapping[str, float], original: Mapping[str, float]) -> dict[str, float | None]:
    """Return each layer's activation over that of the original; None if that was 0."""
    return {
        name: dreamt[name] / before if before > 0 else None for name, before in original.items()
    }


def plan(
    shape: Shape, settings: atlas.AtlasSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of the dreams, and of a forward pass of all layers for each."""
    dreams = atlas.plan(shape, settings, model, layers)
    deepest = max(layer.operations for layer in chosen_layers(model, layers, ()))
    return [*dreams, (shape.area * len(dreams) / 3, deepest)]


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return the matrix, with a row for each dreamt layer and a column for each layer."""
    if not findings.items:
        return ()
    columns = tuple(findings.items[0].values["ratios"])
    rows = tuple(
        (item.values["layer"], *(item.values["ratios"][name] for name in columns))
        for item in findings.items
    )
    silent = atlas.silent_layers(findings)
    if len(silent) < len(rows):
        figures = [item.values["ratios"] for item in findings.items]
        unheard = [name for name in columns if all(row[name] is None for row in figures)]
        silent = tuple(dict.fromkeys([*silent, *unheard]))
    title = "Mean squared activation after dreaming a layer (row), as a ratio to the original's"
    return (Table("excitation", title, ("dreamt", *columns), rows, "ratios", silent),)


def sentence(findings: AnalysisData) -> str:
    """Return which layer the dreams of others move least, and whose dream moves others most."""
    figures = {item.values["layer"]: item.values["ratios"] for item in findings.items}
    changes = {
        (dreamt, layer): abs(ratio - 1)
        for dreamt, ratios in figures.items()
        for layer, ratio in ratios.items()
        if ratio is not None and layer != dreamt
    }
    if not changes:
        return "No layer's dream was measured on another layer: choose two or more layers."
    reached = {
        layer: max(change for (_, other), change in changes.items() if other == layer)
        for _, layer in changes
    }
    least = min(reached, key=lambda layer: reached[layer])
    strongest, moved = max(changes, key=lambda pair: changes[pair])
    starved = f"{least} is starved: no other layer's dream moves it by more than"
    if reached[least] > _STARVED:
        starved = f"No layer is starved: even {least} is moved by another layer's dream, by"
    ratio = figures[strongest][moved]
    return (
        f"{starved} {reached[least]:.0%}. {strongest}'s dream moves others most: {moved} answers "
        f"{ratio:.3g} times as strongly as to the original."
    )


ANALYSIS = Analysis(
    name="excitation",
    title="Excitation matrix",
    question="Which layers rise together, and which are starved?",
    summary="How much stronger each layer answers after the dream of each other layer.",
    settings=atlas.AtlasSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("layers", "amount"),
    film=True,
    face="excitation",
)
