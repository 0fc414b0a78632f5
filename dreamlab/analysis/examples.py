"""Examples: the pictures of a set that a layer or a channel answers to most and least."""

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Item, Work
from dreamlab.analysis.examples_figures import LAYER, channel_figures, layer_values
from dreamlab.analysis.examples_growth import SIDE as GROWN_SIDE
from dreamlab.analysis.examples_growth import STEPS, grown_items, grown_key
from dreamlab.analysis.examples_pictures import Answers, example_items
from dreamlab.analysis.examples_settings import ExampleSettings
from dreamlab.analysis.examples_words import sentence, tables
from dreamlab.analysis.in_steps import in_steps
from dreamlab.analysis.settings import check_side
from dreamlab.classes import as_numbers, channel_label
from dreamlab.images import PictureSet, Shape, to_pixels
from dreamlab.images.picture_set import SIDE
from dreamlab.images.squares import middle_square
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers

if TYPE_CHECKING:
    from dreamlab.models import Network

#: A look at a picture as a share of a step, which is a look and the way back.
_LOOK = 1 / 3

#: What is looked into where no channel is named: the layer as a whole, and 3 channels.
_USUAL = 4

#: Pictures in a row: with a grown one there are 16 of each, else 15, so that each begins a row.
_WITH_GROWN, _WITHOUT = 4, 5


def run(
    pictures: PictureSet,
    network: "Network",
    settings: ExampleSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Look at all pictures, then show what is found of the layer and of channels; see `Analysis`.

    Each has its grown picture first, then the strongest, the middle and the weakest pictures.
    """
    from dreamlab.dream.strongest import responses

    (layer,) = chosen_layers(network.name, network.layers, (settings.layer,))
    named = as_numbers(network.name, layer, settings.channels)
    network.check_side(layer.name, settings.max_side, "max_side")
    preprocessing = network.feeding.available(settings.preprocessing)
    settings = settings.replace(preprocessing=preprocessing)
    known = resume_from.get(LAYER)
    if known is not None and all(key in resume_from for key in known.values["keys"]):
        for key in (LAYER, *known.values["keys"]):
            yield AnalysisStep(1.0, f"{layer.name}, as before", resume_from[key])
        return
    pixels, shape = pictures.pixels, Shape(settings.max_side * len(pictures), settings.max_side)
    if settings.max_side < SIDE:
        pixels = np.stack([to_pixels(middle_square(one, settings.max_side)) for one in pixels])
    efforts = [pixels * operations for pixels, operations in _work(shape, layer, settings)]
    looked = efforts[0] / sum(efforts)
    doing = f"{layer.name}, {len(pictures)} pictures"
    looking = responses(network, layer.name, pixels, settings.precision, preprocessing, memory)
    found = yield from in_steps(looking, 0.0, looked, doing)
    working = channel_figures(found.means, found.peaks, pictures, settings.seed)
    figures = yield from in_steps(working, looked, 0.0, f"{layer.name}, its channels")
    channels = named or figures.chosen()
    whole = [] if named else [Answers.of_layer(layer.name, found)]
    single = [
        Answers.of_channel(
            layer.name, channel, channel_label(network.name, layer.name, channel), found
        )
        for channel in channels
    ]
    examples = {
        one.name: list(example_items(one, pictures, pixels, network)) for one in whole + single
    }
    keys = [
        key
        for name, items in examples.items()
        for key in [grown_key(name)] * settings.grown + [item.key for item in items]
    ]
    values = layer_values(layer.name, figures, channels, bool(named), pictures) | {"keys": keys}
    item = Item(
        LAYER, f"{layer.name}, {layer.channels} channels · {len(pictures)} pictures", values
    )
    yield AnalysisStep(looked, doing, resume_from.get(LAYER, item), resumable=False)
    done = looked
    for some in (whole, single):
        part = (1 - looked) * len(some) / len(whole + single)
        grown: list[Item] = []
        if settings.grown:
            grown = yield from grown_items(
                network, some, settings, resume_from, memory, (done, part)
            )
        done += part
        for place, one in enumerate(some):
            for item in [*grown[place : place + 1], *examples[one.name]]:
                shown = resume_from.get(item.key, item)
                yield AnalysisStep(done, one.label, shown, resumable=False)


def plan(
    shape: Shape, settings: ExampleSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of the look at the pictures, and of the grown ones."""
    (layer,) = chosen_layers(model, layers, (settings.layer,))
    as_numbers(model, layer, settings.channels)
    check_side(model, settings.max_side, "max_side")
    return _work(shape, layer, settings)


def _work(shape: Shape, layer: LayerInfo, settings: ExampleSettings) -> list[Work]:
    operations = max(1.0, layer.operations)  # a ReLU of the picture itself multiplies nothing
    work = [(shape.area * _LOOK, operations)]
    if settings.grown:
        count = len(settings.channels) or _USUAL
        work.append((float(count * STEPS * GROWN_SIDE**2), operations))
    return work


def _columns(findings: AnalysisData) -> int:
    return _WITH_GROWN if findings.settings["grown"] else _WITHOUT


ANALYSIS = Analysis(
    name="examples",
    title="Examples",
    question="What does a layer find in my pictures?",
    summary=(
        "The pictures that a layer and its channels answer to most and least, cropped to what the "
        "strongest position sees, beside what they look for."
    ),
    settings=ExampleSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("layer", "channels"),
    needs_picture=False,
    of_set=True,
    columns=_columns,
    difference=False,
)
