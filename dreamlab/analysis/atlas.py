"""The layer atlas: every layer dreamt on one picture, with the same effort.

At the same number of steps one layer changes the picture several times as much as another.
With equal effort each layer goes on until the picture has moved by the same root mean square,
so that what differs is what the layers see and not how hard they pulled. What counts is the
picture as it is shown: what a step drives out of the range of colours moves nothing.
"""

import dataclasses
import json
import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Item, Work
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config import DreamConfig, settings_text
from dreamlab.config.base import checked
from dreamlab.config.specs import choice, names, number
from dreamlab.images import png, to_pixels
from dreamlab.images.shape import Shape
from dreamlab.report.table import Table
from dreamlab.zoo import LayerInfo, chosen_layers

if TYPE_CHECKING:
    from dreamlab.dream import Step
    from dreamlab.models import Network

EFFORTS = ("equal effort", "equal steps")


@checked
class AtlasSettings(Settings):
    """What the atlas and the excitation matrix are made with."""

    layers: tuple[str, ...] = names((), "Layers to dream, in network order; none means all.")
    effort: str = choice(
        "equal effort",
        EFFORTS,
        "Each layer until the picture has moved as far, or each for as many steps.",
    )
    amount: float = number(
        0.1, 0.001, 2.0, "Equal effort: root mean square by which the picture moves (-1 to 1)."
    )
    most_steps: int = number(24, 1, 200, "Equal effort: a layer that moves less ends after these.")
    iterations: int = number(6, 1, 200, "Equal steps: how many.")
    step: float = as_in_dreams("step", 0.03)
    jitter: int = as_in_dreams("jitter", 0)
    seed: int = as_in_dreams("seed", 0)

    @property
    def equal_effort(self) -> bool:
        """Whether layers run until the picture has moved as far, not for as many steps."""
        return self.effort == EFFORTS[0]


def run(
    image: np.ndarray,
    network: "Network",
    settings: AtlasSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Dream one layer after the other; see `dreamlab.analysis.base.Analysis`."""
    layers = chosen_layers(network.name, network.layers, settings.layers)
    total = sum(layer.operations for layer in layers)
    done = 0.0
    for layer in layers:
        item = resume_from.get(layer.name)
        if item is None:
            for share, item in _dreamt(image, network, layer, settings, memory):
                if item is None:
                    yield AnalysisStep((done + share * layer.operations) / total, layer.name)
        done += layer.operations
        yield AnalysisStep(done / total, layer.name, item)


def _dreamt(
    image: np.ndarray,
    network: "Network",
    layer: LayerInfo,
    settings: AtlasSettings,
    memory: float | None,
) -> Iterator[tuple[float, Item | None]]:
    """Give the share that is done after each step, and at the end the dream."""
    from dreamlab.dream import dream

    iterations = settings.most_steps if settings.equal_effort else settings.iterations
    config = DreamConfig(
        layers={layer.name: 1.0},
        octaves=1,
        iterations=iterations,
        step=settings.step,
        jitter=settings.jitter,
        seed=settings.seed,
        precision=settings.precision,
        preprocessing=settings.preprocessing,
    )
    before, losses, last_step, falls_short = image, [], 1.0, settings.equal_effort
    with closing(dream(image, network, config, memory=memory)) as steps:
        for step in steps:
            picture = step.image
            losses.append(step.loss)
            moved = distance(picture, image)
            if settings.equal_effort and moved >= settings.amount:
                last_step = line_search(image, before, picture, settings.amount)
                picture = before + np.float32(last_step) * (picture - before)
                falls_short = False
                break
            share = moved / settings.amount if settings.equal_effort else step.fraction
            yield min(1.0, share), None
            before = picture
    moved = distance(picture, image)
    yield 1.0, _item(step, layer, picture, moved, falls_short, last_step, losses)


def distance(picture: np.ndarray, image: np.ndarray) -> float:
    """Return how far a picture, as it is shown, is from an image: the root mean square.

    Parameters
    ----------
    picture, image : numpy.ndarray
        float32, shape (H, W, 3); the image is in [-1, 1], the picture is clipped to it.
    """
    return math.sqrt(np.mean(np.square(np.clip(picture, -1, 1) - image), dtype=np.float64))


def line_search(image: np.ndarray, before: np.ndarray, after: np.ndarray, amount: float) -> float:
    """Return after how much of the way from `before` to `after` a picture is `amount` away.

    Parameters
    ----------
    image, before, after : numpy.ndarray
        float32, shape (H, W, 3); `before` is nearer to `image` than `amount`, `after` is not.
    amount : float
        What `distance` is to be.

    Returns
    -------
    float
        From 0 to 1: the distance is `amount`, or a millionth of the way more.
    """
    low, high, way = 0.0, 1.0, after - before
    for _ in range(20):
        middle = (low + high) / 2
        if distance(before + np.float32(middle) * way, image) < amount:
            low = middle
        else:
            high = middle
    return high


def _item(
    step: "Step",
    layer: LayerInfo,
    picture: np.ndarray,
    moved: float,
    falls_short: bool,
    last_step: float,
    losses: Sequence[float],
) -> Item:
    # A dream has whole steps: it goes on to the end of the last one, and the picture is where
    # `last_step` of it was done.
    config = dataclasses.replace(step.provenance.config, iterations=len(losses))
    provenance = dataclasses.replace(step.provenance, config=config)
    metadata = provenance.to_dict() | {"last_step": last_step}
    sees = "all" if layer.receptive_field is None else f"{layer.receptive_field} px"
    return Item(
        key=layer.name,
        caption=f"{layer.name} · depth {layer.depth} · sees {sees}"
        + (f" · moved only {moved:.3g}" if falls_short else ""),
        values={
            "layer": layer.name,
            "depth": layer.depth,
            "receptive_field": layer.receptive_field,
            "steps": len(losses),
            "last_step": last_step,
            "moved": moved,
            "first_loss": losses[0],
            "last_loss": losses[-1],
            "config": config.to_dict(),
        },
        picture=png(to_pixels(picture), text=settings_text(json.dumps(metadata))),
    )


def plan(
    shape: Shape, settings: AtlasSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of each layer; of equal effort, as if each step went straight on."""
    straight = math.ceil(settings.amount / settings.step)
    count = min(settings.most_steps, straight) if settings.equal_effort else settings.iterations
    pixels = shape.area * count
    return [(pixels, layer.operations) for layer in chosen_layers(model, layers, settings.layers)]


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return one table: what each layer took to move the picture."""
    columns = ("layer", "depth", "receptive_field", "steps", "moved", "first_loss", "last_loss")
    rows = tuple(tuple(item.values[name] for name in columns) for item in findings.items)
    return (
        Table("atlas", "How far each layer moved the picture, in how many steps", columns, rows),
    )


ANALYSIS = Analysis(
    name="atlas",
    title="Layer atlas",
    summary="Every layer dreamt on the picture, with the same effort.",
    settings=AtlasSettings,
    run=run,
    plan=plan,
    tables=tables,
)
