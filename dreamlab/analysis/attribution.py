"""Mix attribution: each layer's part of loss and gradient in a dream of several layers."""

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Item, Work
from dreamlab.analysis.gradients import balance, gradient_statistics, silent_layers
from dreamlab.analysis.layer_gradients import LayerGradients
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.classes import channel_numbers
from dreamlab.config import PRESETS, DreamConfig, settings_text
from dreamlab.config.base import checked, specs
from dreamlab.config.beside import PICTURE
from dreamlab.config.guide import GUIDES
from dreamlab.errors import DreamError
from dreamlab.images import Picture, Shape
from dreamlab.images.octaves import octave_shapes
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers
from dreamlab.report.table import Table

if TYPE_CHECKING:
    from dreamlab.models import Network

#: The guides that need no picture of one's own.
_GUIDES = tuple(guide for guide in GUIDES if guide != PICTURE)


@checked
class AttributionSettings(Settings, DreamConfig):
    """The settings of the analysed dream: all of `DreamConfig`, with defaults for a short run."""

    layers: Mapping[str, float] = as_in_dreams("layers", PRESETS["mixed"]["layers"])
    octaves: int = as_in_dreams("octaves", 3)
    iterations: int = as_in_dreams("iterations", 5)
    step: float = as_in_dreams("step", 0.02)

    def config(self) -> DreamConfig:
        """Return the settings of the analysed dream."""
        return DreamConfig(**{name: getattr(self, name) for name in specs(DreamConfig)})


def run(
    image: np.ndarray,
    network: "Network",
    settings: AttributionSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Dream, and compute each layer's gradient at the start of each step; see `Analysis`.

    A step depends on all steps before it, so `resume_from` is not used.
    """
    from dreamlab.dream import dream

    config = settings.config()
    layer_gradients = LayerGradients(network, config)
    # The work of a step is that of the step itself, then that of each layer's gradient.
    operations = [network.layer(name).operations for name in config.layers]
    costs = [max(operations), *operations]
    done, count = 0.0, 0
    with closing(dream(image, network, config, starts=True, memory=memory)) as steps:
        for step in steps:
            if step.iteration < 0:  # the octave took no step
                done = step.fraction
                continue
            count += 1
            caption = f"step {count}, octave {step.octave + 1} of {step.octaves}"
            gradients = {}
            for place, name in enumerate(config.layers, 1):
                # A step of the analysis for each gradient, so that a cancel takes effect soon.
                share = sum(costs[:place]) / sum(costs)
                yield AnalysisStep(done + share * (step.fraction - done), caption)
                gradients[name] = layer_gradients.gradient(name, step.start, step.guide)
            done = step.fraction
            values = {
                "step": count,
                "octave": step.octave,
                "height": step.height,
                "width": step.width,
                "iteration": step.iteration,
                "losses": step.losses,
                **gradient_statistics(gradients),
            }
            picture = None
            if step.ends_octave:
                text = settings_text(step.provenance.to_json())
                picture = Picture.of(step.image, text=text)
            item = Item(f"step_{count:03d}", caption, values, picture, of_original=True)
            yield AnalysisStep(done, caption, item, resumable=False)
    if not count and step.reached:
        raise DreamError(
            f"noise alone moves the picture by the effort {config.effort:g}, so no step is taken: "
            "choose a larger one or less noise"
        )
    if not count:
        raise DreamError("every octave's first loss is above max_loss; choose a larger one")


def plan(
    shape: Shape, settings: AttributionSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of the dream, and that of each layer's gradient."""
    dreamt = chosen_layers(model, layers, tuple(settings.layers))
    channels = settings.channels
    if not settings.iterations:
        raise DreamError("iterations is 0, so there are no steps to look into; choose 1 or more")
    if settings.pyramid:
        raise DreamError(
            f"pyramid is {settings.pyramid}, which makes all levels of a step as strong, so that "
            "the layers' parts do not add up to it; choose 0"
        )
    if settings.guide == PICTURE:
        raise DreamError(
            f"guide is a picture, which an analysis does not take; choose from {', '.join(_GUIDES)}"
        )
    if settings.mask == PICTURE:
        raise DreamError(
            "mask is a picture, which an analysis does not take; choose a rectangle, an ellipse or "
            "the energy of a layer"
        )
    for layer in dreamt:
        channel_numbers(model, layer, channels.get(layer.name, ()))
    shapes = octave_shapes(*shape, settings.octaves, settings.octave_scale)
    pixels = sum(height * width for height, width in shapes) * settings.iterations
    deepest = max(layer.operations for layer in dreamt)
    return [(pixels, deepest), *((pixels, layer.operations) for layer in dreamt)]


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return each layer's share of loss and gradient by step, mean cosines, and the balance."""
    weighted = findings.settings["layers"]
    if not findings.items or len(weighted) == 1:  # a share of 100 % and a cosine of 1 say nothing
        return ()
    layers = tuple(weighted)
    steps = [item.values for item in findings.items]
    mean = [
        [_mean([step["cosines"][row][column] for step in steps]) for column in range(len(layers))]
        for row in range(len(layers))
    ]
    norms = [step["norms"] for step in steps]
    silent = silent_layers(weighted, norms)
    balanced = balance(weighted, norms)
    return (
        Table(
            "loss_share",
            "Each layer's share of the loss",
            ("step", *layers),
            tuple((step["step"], *_shares(step["losses"], silent)) for step in steps),
            "lines",
            silent,
        ),
        Table(
            "gradient_share",
            "Each layer's share of the gradient, by norm",
            ("step", *layers),
            tuple((step["step"], *_shares(step["norms"], silent)) for step in steps),
            "lines",
            silent,
        ),
        Table(
            "cosines",
            "Cosine between the layers' gradients, mean over the steps",
            ("layer", *layers),
            tuple((name, *row) for name, row in zip(layers, mean, strict=True)),
            "cosines",
            silent,
        ),
        Table(
            "balance",
            "Weights with which all layers would have pulled equally",
            ("layer", "weight", "balanced"),
            tuple((name, weighted[name], balanced[name]) for name in layers),
            silent=silent,
        ),
    )


def _shares(figures: Mapping[str, float], silent: Collection[str]) -> list[float | None]:
    """Return each figure over the sum of absolute values, None if silent; signs stay."""
    total = sum(map(abs, figures.values()))
    return [
        None if name in silent else figure / total if total else 0.0
        for name, figure in figures.items()
    ]


def _mean(figures: Sequence[float | None]) -> float | None:
    defined = [figure for figure in figures if figure is not None]
    return sum(defined) / len(defined) if defined else None


def sentence(findings: AnalysisData) -> str:
    """Return who drives the picture, and who pulls against whom."""
    weighted = findings.settings["layers"]
    if len(weighted) == 1:
        return (
            f"{next(iter(weighted))} is alone in this dream, so all of it is its own: choose a mix "
            "of layers to see who drives it."
        )
    steps = [item.values for item in findings.items]
    silent = silent_layers(weighted, [step["norms"] for step in steps])
    shares = [_shares(step["norms"], silent) for step in steps]
    means = {
        name: _mean([row[place] for row in shares]) or 0.0 for place, name in enumerate(weighted)
    }
    first = max(means, key=lambda name: means[name])
    part = weighted[first] / (sum(map(abs, weighted.values())) or 1.0)
    said = (
        f"{first} drives the picture: {means[first]:.0%} of the gradient, with {part:.0%} of the "
    )
    said += "weights."
    names = list(weighted)
    cosines = {
        (names[row], names[column]): mean
        for row in range(len(names))
        for column in range(row)
        if (mean := _mean([step["cosines"][row][column] for step in steps])) is not None
    }
    if not cosines:
        return said
    second, first = min(cosines, key=lambda pair: cosines[pair])
    least = cosines[second, first]
    if least < 0:
        return f"{said} {first} and {second} pull against each other (cosine {least:.2f})."
    return f"{said} No two layers pull against each other (least cosine {least:.2f})."


ANALYSIS = Analysis(
    name="attribution",
    title="Mix attribution",
    question="Who drives the picture in a mix, and who fights whom?",
    summary="Each layer's share of loss and gradient in a mix, and which layers pull apart.",
    settings=AttributionSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("octaves", "iterations"),
)
