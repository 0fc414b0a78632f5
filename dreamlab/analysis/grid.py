"""The grid: one layer at one octave a cell, each dreamt alone and with the same effort.

A layer finds other things in a small picture than in a large one. Each cell is a dream of one layer
at one octave, which moves the picture of that octave as far as any other, and is then enlarged as
between the octaves of a dream. Whether the effort is well spent is told by the control: random
noise that moves the picture as far.
"""

import dataclasses
import json
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis import grid_report
from dreamlab.analysis.base import Analysis, AnalysisStep, Item, Work
from dreamlab.analysis.effort import TURNING_STEPS
from dreamlab.analysis.layer_dream import LayerDream, layer_dream
from dreamlab.analysis.rises import NOISES, Rises
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config import DreamConfig, settings_text
from dreamlab.config.base import checked
from dreamlab.config.specs import names, number
from dreamlab.images import Picture, Shape
from dreamlab.images.octaves import enlarged, octave_shapes, plan_octaves
from dreamlab.images.resample import resize
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import spread_layers

if TYPE_CHECKING:
    from dreamlab.models import Network


@checked
class GridSettings(Settings):
    """Settings of the grid."""

    layers: tuple[str, ...] = names((), "Layers to dream; none means four from early to late.")
    octaves: int = as_in_dreams("octaves", 4)
    octave_scale: float = as_in_dreams("octave_scale", 1.4)
    amount: float = number(
        0.1, 0.001, 2.0, "Root mean square by which the picture of an octave moves (-1 to 1)."
    )
    most_steps: int = number(24, 1, 200, "A layer that moves less ends after these.")
    jitter: int = as_in_dreams("jitter", 0)
    seed: int = as_in_dreams("seed", 0)

    def config(self, layer: str) -> DreamConfig:
        """Return the settings of a dream of a layer at all octaves."""
        return DreamConfig(
            layers={layer: 1.0},
            octaves=self.octaves,
            octave_scale=self.octave_scale,
            iterations=self.most_steps,
            jitter=self.jitter,
            seed=self.seed,
            precision=self.precision,
            preprocessing=self.preprocessing,
        )


@dataclasses.dataclass(frozen=True)
class _Octave:
    """An octave, by its number from 1: the picture at its shape, and the shapes behind it."""

    number: int
    image: np.ndarray
    larger: tuple[Shape, ...]


def run(
    image: np.ndarray,
    network: "Network",
    settings: GridSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Dream each layer at each octave; see `dreamlab.analysis.base.Analysis`."""
    from dreamlab.dream.activations import activations
    from dreamlab.dream.step import OctaveDropped

    layers = spread_layers(network.name, network.layers, settings.layers)
    of = tuple(layer.name for layer in layers)
    plan = plan_octaves(
        *Shape.of(image),
        settings.config(of[0]),
        model=network.name,
        smallest=network.smallest,
        multiple=network.multiple(of),
        only=network.only(of),
    )
    if plan.warning:
        warnings.warn(plan.warning, OctaveDropped, stacklevel=2)
    octaves = [
        _Octave(settings.octaves - behind, resize(image, shape), plan.shapes[place + 1 :])
        for place, shape in enumerate(plan.shapes)
        for behind in [len(plan.shapes) - 1 - place]
    ]
    measured = activations(network, of, settings.precision, settings.preprocessing)
    rises = Rises(measured, settings.seed)
    total = sum(shape.area for shape in plan.shapes) * sum(layer.operations for layer in layers)
    done, total = 0.0, total or 1.0
    for layer in layers:
        for octave in octaves:
            shape = Shape.of(octave.image)
            doing = f"{layer.name} at {shape.width} x {shape.height} px"
            own = shape.area * layer.operations
            item = resume_from.get(_key(layer, octave))
            if item is None:
                for share, item in _cell(image, network, layer, octave, settings, rises, memory):
                    if item is None:
                        yield AnalysisStep((done + share * own) / total, doing)
            done += own
            yield AnalysisStep(min(1.0, done / total), doing, item)


def _key(layer: LayerInfo, octave: _Octave) -> str:
    return f"{layer.name}-octave{octave.number}"


def _cell(
    image: np.ndarray,
    network: "Network",
    layer: LayerInfo,
    octave: _Octave,
    settings: GridSettings,
    rises: Rises,
    memory: float | None,
) -> Iterator[tuple[float, Item | None]]:
    """Yield the finished share after each step, and at the end the item of the cell."""
    config = dataclasses.replace(settings.config(layer.name), octaves=1)
    dreamt = None
    for share, ended in layer_dream(octave.image, network, config, settings.amount, memory):
        yield share, None
        dreamt = ended
    assert dreamt is not None
    rise, noises = None, []
    if dreamt.moved is not None:
        pixels = Picture.of(dreamt.picture).as_float()
        rise = rises.of(octave.image, layer.name, pixels)
        yield 1.0, None
        noises = [] if rise is None else rises.of_noise(octave.image, layer.name, dreamt.moved)
    yield 1.0, _item(image, layer, octave, settings, dreamt, rise, noises)


def _item(
    image: np.ndarray,
    layer: LayerInfo,
    octave: _Octave,
    settings: GridSettings,
    dreamt: LayerDream,
    rise: float | None,
    noises: Sequence[float],
) -> Item:
    """Return the item of a cell, enlarged to the size of the picture."""
    # A dream with this config completes its last step; the item's picture has `last_step` of it.
    config = dreamt.provenance.config.replace(
        octaves=settings.octaves, octave_scale=settings.octave_scale, only_octave=octave.number
    )
    provenance = dataclasses.replace(dreamt.provenance, config=config)
    metadata = provenance.to_dict() | {"last_step": dreamt.last_step}
    shape = Shape.of(octave.image)
    picture = enlarged(dreamt.picture, image, shape, octave.larger)
    caption = f"{layer.name} · {shape.width} x {shape.height}"
    if rise is None:
        caption += " · no answer"
    else:
        caption += f" · {rise:.3g} times, noise {np.mean(noises):.3g}"
        caption += f" · moved only {dreamt.moved:.3g}" * dreamt.falls_short
    values = {
        "layer": layer.name,
        "octave": octave.number,
        "height": shape.height,
        "width": shape.width,
        "rise": rise,
        "noise": float(np.mean(noises)) if noises else None,
        "noise_low": min(noises, default=None),
        "noise_high": max(noises, default=None),
        "moved": dreamt.moved,
        "steps": None if dreamt.moved is None else len(dreamt.losses),
        "last_step": dreamt.last_step,
        "config": config.to_dict(),
    }
    return Item(
        key=_key(layer, octave),
        caption=caption,
        values=values,
        picture=Picture.of(picture, text=settings_text(json.dumps(metadata))),
        of_original=True,
    )


def plan(
    shape: Shape, settings: GridSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of each layer at all octaves, and of the forward passes that measure it."""
    chosen = spread_layers(model, layers, settings.layers)
    shapes = octave_shapes(*shape, settings.octaves, settings.octave_scale)
    pixels = sum(octave.area for octave in shapes)
    steps = min(settings.most_steps, TURNING_STEPS)
    looks = pixels * (len(chosen) + 1 + NOISES) / 3
    deepest = max(layer.operations for layer in chosen)
    return [*((pixels * steps, layer.operations) for layer in chosen), (looks, deepest)]


ANALYSIS = Analysis(
    name="grid",
    title="Grid of layers and octaves",
    question="At which size does each layer find what it looks for?",
    summary="Every layer dreamt at one octave alone, with the same effort: layers by octaves.",
    settings=GridSettings,
    run=run,
    plan=plan,
    tables=grid_report.tables,
    sentence=grid_report.sentence,
    essentials=("layers", "octaves"),
    contrast=grid_report.contrast,
    columns=lambda findings: len({item.values["octave"] for item in findings.items}),
)
