"""What inversion and caricature share: the layers, the untrained twin, and the run over both."""

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis.base import AnalysisData, AnalysisStep, Item, Work
from dreamlab.analysis.by_depth import KINDS, own_kind
from dreamlab.analysis.settings import LARGEST_SIDE, Settings, as_in_dreams
from dreamlab.config.base import checked
from dreamlab.config.specs import flag, names, number
from dreamlab.images import Picture, Shape
from dreamlab.images.bounds import check_smallest
from dreamlab.images.ssim import WINDOW
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers
from dreamlab.report.table import Table
from dreamlab.zoo import is_untrained, label

if TYPE_CHECKING:
    from dreamlab.dream.inversion import Redrawer
    from dreamlab.dream.likeness import Objective
    from dreamlab.models import Network

#: Layers that are taken where none are named.
_COUNT = 5

#: What the canvas takes a step besides the network, as multiplications per pixel.
_CANVAS = 6e4


@checked
class RedrawingSettings(Settings):
    """Settings of inversion and caricature alike."""

    max_side: int = number(
        128, 32, LARGEST_SIDE, "Scale a larger picture down to this side, in pixels."
    )
    layers: tuple[str, ...] = names((), "Layers to look into; none means five from early to late.")
    draws: int = number(1, 1, 8, "Pictures of each layer, from other noise each.")
    untrained: bool = flag(True, "Whether the same network with random weights is beside it.")
    seed: int = as_in_dreams("seed", 0)


@dataclass(frozen=True)
class Part:
    """A picture to redraw.

    Parameters
    ----------
    layer : LayerInfo
        The layer.
    kind : str
        One of `dreamlab.analysis.by_depth.KINDS`.
    draw : int
        Number of the draw, from 1.
    relative_depth : float
        The layer's depth over that of the network's deepest.
    """

    layer: LayerInfo
    kind: str
    draw: int
    relative_depth: float

    @property
    def key(self) -> str:
        """Key of its item."""
        return f"{self.layer.name}-{self.kind}-{self.draw}"

    @property
    def values(self) -> dict[str, str | int | float]:
        """What it is, as the first values of its item."""
        return {
            "layer": self.layer.name,
            "depth": self.layer.depth,
            "relative_depth": self.relative_depth,
            "kind": self.kind,
            "draw": self.draw,
        }

    def item(
        self, pixels: np.ndarray, values: Mapping[str, Any], facts: Sequence[str], draws: int
    ) -> Item:
        """Return the item of its picture, with figures and what the caption says of them."""
        drawn = (f"draw {self.draw}",) if draws > 1 else ()
        return Item(
            key=self.key,
            caption=" · ".join([self.layer.name, self.kind, *drawn, *facts]),
            values=self.values | dict(values),
            picture=Picture(pixels),
            cell=self.layer.name,
            of_original=True,
        )

    def redrawer(
        self,
        network: "Network",
        image: np.ndarray,
        settings: RedrawingSettings,
        objective: "Objective",
        memory: float | None,
    ) -> "Redrawer":
        """Return what redraws an image by a network's layer; raises if it does not fit."""
        from dreamlab.dream.inversion import redrawer

        made = redrawer(
            network,
            self.layer.name,
            Shape.of(image),
            settings.precision,
            settings.preprocessing,
            objective,
        )
        made.check_memory(memory)
        return made


def parts(
    settings: RedrawingSettings,
    draws: int,
    model: str,
    layers: Sequence[LayerInfo],
    *,
    has_twin: bool = True,
) -> list[Part]:
    """Return the pictures to redraw, layer by layer, those of the twin after the network's own.

    Without `has_twin` the network has none, though it is trained.
    """
    kinds = [own_kind(model)]
    if settings.untrained and has_twin and not is_untrained(model):
        kinds.append(KINDS[1])
    deepest = max(layer.depth for layer in layers) or 1
    return [
        Part(layer, kind, draw, layer.depth / deepest)
        for layer in _layers(settings, model, layers)
        for kind in kinds
        for draw in range(1, draws + 1)
    ]


def _layers(
    settings: RedrawingSettings, model: str, layers: Sequence[LayerInfo]
) -> tuple[LayerInfo, ...]:
    if settings.layers:
        return chosen_layers(model, layers, settings.layers)
    offered = chosen_layers(model, layers, ())
    # Pooling loses what the layer before it has, and adds nothing.
    offered = tuple(layer for layer in offered if "Pooling" not in layer.kind) or offered
    if len(offered) <= _COUNT:
        return offered
    # Each a fifth of the way on, from the first: in VGG16 this is one of each block.
    step = (len(offered) - 1) / _COUNT
    return tuple(offered[math.ceil(place * step)] for place in range(_COUNT))


#: Yields the finished share of a picture, and at its end its item.
Drawing = Callable[[Part, "Network"], Iterator[tuple[float, Item | None]]]


def redrawn(
    settings: RedrawingSettings,
    draws: int,
    network: "Network",
    resume_from: Mapping[str, Item],
    draw: Drawing,
) -> Generator[AnalysisStep]:
    """Redraw each part that there is no earlier item of, and yield the items in order."""
    from dreamlab.models.twin import untrained_twin

    twin = untrained_twin(network) if settings.untrained else None
    todo = parts(settings, draws, network.name, network.layers, has_twin=twin is not None)
    total, done = sum(_cost(part) for part in todo), 0.0
    for part in todo:
        doing = f"{part.layer.name}, {part.kind}"
        item = resume_from.get(part.key)
        if item is None:
            of = network if part.kind == own_kind(network.name) else twin
            assert of is not None  # without a twin there is no part of its kind
            for share, item in draw(part, of):
                if item is None:
                    yield AnalysisStep((done + share * _cost(part)) / total, doing)
        done += _cost(part)
        yield AnalysisStep(done / total, doing, item)


def work(todo: Sequence[Part], shape: Shape, steps: int) -> list[Work]:
    """Return the work of some parts, each of as many steps.

    Raises
    ------
    DreamError
        If the picture is too small for SSIM.
    """
    check_smallest(shape, WINDOW, "SSIM")
    return [(shape.area * steps, _cost(part)) for part in todo]


def without_twin(findings: AnalysisData) -> str:
    """Return a sentence, with a space before it, if a twin was asked for and there is none."""
    asked = findings.settings["untrained"] and not is_untrained(findings.model)
    drawn = {item.values["kind"] for item in findings.items}
    if not asked or not findings.complete or KINDS[1] in drawn:
        return ""
    return f" {label(findings.model)} cannot be copied, so no untrained twin stands beside it."


def some(*tables: Table | None) -> tuple[Table, ...]:
    """Return the tables that have figures."""
    return tuple(table for table in tables if table is not None and not table.empty)


def _cost(part: Part) -> float:
    return part.layer.operations + _CANVAS
