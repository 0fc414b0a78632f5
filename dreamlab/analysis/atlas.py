"""The layer atlas: a dream of every layer on one picture, with the same effort.

With the same number of steps, some layers change the picture several times as much as others.
Under equal effort each layer runs until the picture has moved by the same root mean square, so
that differences between dreams show what the layers see, not how large their gradients are. The
distance is that of the clipped picture: `dreamlab.analysis.effort` finds each layer's steps.
"""

import dataclasses
import hashlib
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Item, Work
from dreamlab.analysis.effort import TURNING_STEPS
from dreamlab.analysis.kept import DREAMS
from dreamlab.analysis.layer_dream import LayerDream, layer_dream
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config import DreamConfig, settings_text
from dreamlab.config.base import checked
from dreamlab.config.specs import choice, names, number
from dreamlab.errors import listed
from dreamlab.images import Picture, Shape
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers
from dreamlab.report.table import Table

if TYPE_CHECKING:
    from dreamlab.models import Network

EFFORTS = ("equal effort", "equal steps")

#: Share of the amount from which a layer has moved the picture as far as it should.
_REACHED = 0.99


@checked
class AtlasSettings(Settings):
    """Settings of the atlas and of the excitation matrix."""

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
    step: float = number(
        0.03, 1e-5, 1.0, "Equal steps: their length. Equal effort finds each layer's own."
    )
    jitter: int = as_in_dreams("jitter", 0)
    seed: int = as_in_dreams("seed", 0)

    @property
    def equal_effort(self) -> bool:
        """Whether layers run until the picture has moved as far, not for equal steps."""
        return self.effort == EFFORTS[0]


def run(
    image: np.ndarray,
    network: "Network",
    settings: AtlasSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Dream each layer in turn; see `dreamlab.analysis.base.Analysis`.

    A layer that an analysis of the same picture dreamt a short time ago is taken from there.
    """
    layers = chosen_layers(network.name, network.layers, settings.layers)
    total = sum(layer.operations for layer in layers)
    done = 0.0
    digest = hashlib.sha256(image.tobytes()).digest()
    same = dataclasses.replace(settings, layers=(), max_side=AtlasSettings.max_side)
    for layer in layers:
        # Not its name, as networks with other weights may have the same; nor the network itself,
        # which would stay in memory.
        key = (network.token, digest, image.shape, layer.name, same, memory)
        item = resume_from.get(layer.name) or DREAMS.get(key)
        if item is None:
            for share, item in _dreamt(image, network, layer, settings, memory):
                if item is None:
                    yield AnalysisStep((done + share * layer.operations) / total, layer.name)
                else:
                    DREAMS.put(key, item)
        done += layer.operations
        yield AnalysisStep(done / total, layer.name, item)


def _dreamt(
    image: np.ndarray,
    network: "Network",
    layer: LayerInfo,
    settings: AtlasSettings,
    memory: float | None,
) -> Iterator[tuple[float, Item | None]]:
    """Yield the finished share after each step, and at the end the item of the dream."""
    config = DreamConfig(
        layers={layer.name: 1.0},
        octaves=1,
        iterations=settings.most_steps if settings.equal_effort else settings.iterations,
        step=settings.step,
        jitter=settings.jitter,
        seed=settings.seed,
        precision=settings.precision,
        preprocessing=settings.preprocessing,
    )
    amount = settings.amount if settings.equal_effort else None
    for share, dreamt in layer_dream(image, network, config, amount, memory):
        yield share, None if dreamt is None else _item(layer, dreamt)


def _item(layer: LayerInfo, dreamt: LayerDream) -> Item:
    """Return the item of a layer's dream."""
    moved, losses = dreamt.moved, dreamt.losses
    metadata = dreamt.provenance.to_dict() | {"last_step": dreamt.last_step}
    end = " · no answer"
    if moved is not None:
        end = f" · moved only {moved:.3g}" if dreamt.falls_short else ""
    sees = "all" if layer.receptive_field is None else f"{layer.receptive_field} px"
    return Item(
        key=layer.name,
        caption=f"{layer.name} · depth {layer.depth} · sees {sees}{end}",
        values={
            "layer": layer.name,
            "depth": layer.depth,
            "receptive_field": layer.receptive_field,
            "steps": None if moved is None else len(losses),
            "last_step": dreamt.last_step,
            "moved": moved,
            "first_loss": None if moved is None else losses[0],
            "last_loss": None if moved is None else losses[-1],
            "config": dreamt.provenance.config.to_dict(),
        },
        picture=Picture.of(dreamt.picture, text=settings_text(json.dumps(metadata))),
        of_original=True,
    )


def plan(
    shape: Shape, settings: AtlasSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of each layer; under equal effort, as if all gradients turned."""
    count = (
        min(settings.most_steps, TURNING_STEPS) if settings.equal_effort else settings.iterations
    )
    pixels = shape.area * count
    return [(pixels, layer.operations) for layer in chosen_layers(model, layers, settings.layers)]


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return a table of the steps and the distance of each layer's dream."""
    columns = ("layer", "depth", "receptive_field", "steps", "moved", "first_loss", "last_loss")
    rows = tuple(tuple(item.values[name] for name in columns) for item in findings.items)
    title = "How far each layer moved the picture, in how many steps"
    return (Table("atlas", title, columns, rows, silent=silent_layers(findings)),)


def silent_layers(findings: AnalysisData) -> tuple[str, ...]:
    """Return the layers whose dreams did not move, as nothing in the picture wakes them."""
    return tuple(item.values["layer"] for item in findings.items if item.values["moved"] is None)


def sentence(findings: AnalysisData) -> str:
    """Return which layers moved the picture fastest and slowest, or which fall short."""
    settings = AtlasSettings.from_dict(findings.settings)
    moved = {item.key: item.values for item in findings.items if item.values["moved"] is not None}
    if not moved:
        return "No layer answers to this picture, so none moved it."
    way = {name: values["moved"] for name, values in moved.items()}
    least, most = (of(way, key=lambda name: way[name]) for of in (min, max))
    if not settings.equal_effort:
        return (
            f"In {settings.iterations} steps {most} moved the picture most, by {way[most]:.2g}, "
            f"and {least} least, by {way[least]:.2g}."
        )
    if way[least] < settings.amount * _REACHED:
        short = [name for name in way if way[name] < settings.amount * _REACHED]
        return (
            f"{listed(short, 3)} moved the picture less far than the others in "
            f"{settings.most_steps} steps: {least} by {way[least]:.2g} of {settings.amount:g}."
        )
    steps = {name: values["steps"] for name, values in moved.items()}
    slowest, fewest = max(steps, key=lambda name: steps[name]), min(steps.values())
    quick = [name for name in steps if steps[name] == fewest]
    said = f"All moved the picture as far, by {settings.amount:g}: {listed(quick, 3)} in {fewest} "
    said += "step" + "s" * (fewest > 1)
    if steps[slowest] == fewest:
        return f"{said}."
    return f"{said}, {slowest} in {steps[slowest]}, as its gradient turns on the way."


ANALYSIS = Analysis(
    name="atlas",
    title="Layer atlas",
    question="What does each layer look for?",
    summary="Every layer dreamt on the picture, with the same effort.",
    settings=AtlasSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("layers", "amount"),
    film=True,
)
