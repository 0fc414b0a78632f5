"""The channel explorer: which channels of a layer respond to a picture, and what each detects."""

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisStep, Item, Work
from dreamlab.analysis.channel_findings import contrast, sentence, tables
from dreamlab.analysis.channel_growth import CROPS, LOOK, grown
from dreamlab.analysis.channel_settings import ChannelSettings
from dreamlab.analysis.channel_targets import Target, direction, single
from dreamlab.errors import DreamError
from dreamlab.images import Picture, Shape
from dreamlab.images.overlay import overlay
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers

if TYPE_CHECKING:
    from dreamlab.models import Network


def run(
    image: np.ndarray | None,
    network: "Network",
    settings: ChannelSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Draw the channels' maps over the picture, then visualize each channel; see `Analysis`.

    Without a picture there are no maps, and the channels are those of the settings or the first.
    """
    if settings.grown and settings.start == "photo" and image is None:
        raise DreamError("start is 'photo', and there is no picture; give one, or start from noise")
    (layer,) = chosen_layers(network.name, network.layers, (settings.layer,))
    targets = _named(network.name, layer, settings)
    first = range(min(settings.count, layer.channels))
    if image is not None:
        activation = _activation(image, network, settings)
        squares = mean_squares(activation)
        # Of a layer that is silent the first, as without a picture.
        strong = strongest(squares, settings.count) or first
        targets = targets or single(network.name, layer, strong)
        for target in targets:
            yield AnalysisStep(
                0.0,
                f"{layer.name}, the maps",
                _mapped(image, layer, target, target.of(activation), float(squares.sum())),
            )
    targets = targets or single(network.name, layer, first)
    if settings.grown:
        yield from grown(image, network, layer, targets, settings, resume_from, memory)


def _named(model: str, layer: LayerInfo, settings: ChannelSettings) -> list[Target]:
    """Return the direction or the channels of the settings, if there are any."""
    if settings.direction:
        return [direction(model, layer, settings.direction)]
    return single(model, layer, settings.channels)


def _activation(image: np.ndarray, network: "Network", settings: ChannelSettings) -> np.ndarray:
    from dreamlab.dream.activations import activations

    names = (settings.layer,)
    measured = activations(network, names, settings.precision, settings.preprocessing)
    return measured.maps(image)[settings.layer]


def _mapped(
    image: np.ndarray, layer: LayerInfo, target: Target, activation: np.ndarray, whole: float
) -> Item:
    """Return the item of a target's map, shape (rows, columns)."""
    square = float(mean_squares(activation[:, :, None])[0])
    answers = square > 0
    share = square / whole if answers and target.channel is not None else None
    said = "no answer" if not answers else "" if share is None else f"{share:.1%} of the response"
    key = f"{layer.name}-{target.name}"
    return Item(
        f"{key}-map",
        " · ".join(filter(None, [target.label, said])),
        {
            "layer": layer.name,
            "channel": target.channel,
            "kind": "map",
            "answer": square if answers else None,
            "share": share,
        },
        Picture.of(overlay(image, activation)),
        cell=key,
        of_original=True,
        arrays={"map": activation},
    )


def mean_squares(activation: np.ndarray) -> np.ndarray:
    """Return the mean squared activation of each channel, float64, shape (channels,)."""
    return np.mean(np.square(activation, dtype=np.float64), axis=(0, 1))


def strongest(squares: np.ndarray, count: int) -> tuple[int, ...]:
    """Return the channels that respond most, strongest first; of equals, the lower number.

    Channels that do not respond at all are left out.
    """
    order = np.argsort(-squares, kind="stable")[:count].tolist()
    return tuple(channel for channel in order if squares[channel] > 0)


def plan(
    shape: Shape, settings: ChannelSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of the maps, of the synthesised pictures and of what both are held against.

    A step is a look at a picture and the way back, which takes twice as long.
    """
    (layer,) = chosen_layers(model, layers, (settings.layer,))
    targets = len(_named(model, layer, settings)) or min(settings.count, layer.channels)
    work = [(float(shape.area), layer.operations)]
    if settings.grown:
        pictures = targets * settings.diverse * (1 + settings.negative)
        steps = pictures * (settings.all_steps + LOOK) + CROPS * LOOK
        work.append((settings.side**2 * steps, layer.operations))
    return work


ANALYSIS = Analysis(
    name="channels",
    title="Channel explorer",
    question="What do single channels look for, and where do they find it?",
    summary="Which channels of a layer respond to the picture most, and what each looks for.",
    settings=ChannelSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("layer", "channels"),
    needs_picture=False,
    difference=False,
    contrast=contrast,
    columns=9,
)
