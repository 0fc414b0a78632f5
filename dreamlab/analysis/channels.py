"""The channel explorer: which channels of a layer respond to a picture, and what each detects."""

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Item, Work
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.classes import channel_label
from dreamlab.config.base import checked
from dreamlab.config.layers import LayerName
from dreamlab.config.specs import flag, number, numbers, setting
from dreamlab.images import Picture, Shape
from dreamlab.images.overlay import overlay
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers
from dreamlab.report.table import Table

if TYPE_CHECKING:
    from dreamlab.models import Network


@checked
class ChannelSettings(Settings):
    """Settings of the channel explorer: the layer, and the synthesised pictures."""

    layer: str = setting(LayerName(default="block4_conv3", help="Layer to explore."))
    channels: tuple[int, ...] = numbers(
        (), 0, 65535, "Channels to look at; none means those that respond to the picture most."
    )
    count: int = number(9, 1, 64, "How many, where no channels are named.")
    grown: bool = flag(True, "Whether a picture is grown for each channel.")
    steps: int = number(40, 1, 500, "Steps a picture is grown for.")
    side: int = number(128, 32, 512, "Side of the pictures that are grown, in pixels.")
    jitter: int = as_in_dreams("jitter", 8)
    seed: int = as_in_dreams("seed", 0)


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
    layer = _layer(network.name, network.layers, settings)
    channels = settings.channels or tuple(range(min(settings.count, layer.channels)))
    if image is not None:
        activation = _activation(image, network, settings)
        squares = mean_squares(activation)
        # Of a layer that is silent the first, as without a picture.
        channels = settings.channels or strongest(squares, settings.count) or channels
        for channel in channels:
            answers = bool(squares[channel])
            share = float(squares[channel] / squares.sum()) if answers else None
            values = {
                "layer": layer.name,
                "channel": int(channel),
                "kind": "map",
                "answer": float(squares[channel]) if answers else None,
                "share": share,
            }
            picture = Picture.of(overlay(image, activation[:, :, channel]))
            part = "no answer" if share is None else f"{share:.1%} of the response"
            caption = f"{channel_label(network.name, layer.name, channel)} · {part}"
            key = f"{layer.name}-{channel}"
            item = Item(
                f"{key}-map",
                caption,
                values,
                picture,
                cell=key,
                of_original=True,
                arrays={"map": activation[:, :, channel].astype(np.float32)},
            )
            yield AnalysisStep(0.0, f"{layer.name}, the maps", item)
    if settings.grown:
        yield from _visualized(network, layer, channels, settings, resume_from, memory)


def _activation(image: np.ndarray, network: "Network", settings: ChannelSettings) -> np.ndarray:
    from dreamlab.dream.activations import activations

    names = (settings.layer,)
    measured = activations(network, names, settings.precision, settings.preprocessing)
    return measured.maps(image)[settings.layer]


def _visualized(
    network: "Network",
    layer: LayerInfo,
    channels: Sequence[int],
    settings: ChannelSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Grow the missing pictures, as many at once as fit the memory; yield all in order."""
    from dreamlab.dream.channel_image import channel_visualizer

    visualizer = channel_visualizer(
        network, layer.name, settings.side, settings.precision, settings.preprocessing
    )
    items = {
        channel: resume_from[key]
        for channel in channels
        if (key := f"{layer.name}-{channel}-grown") in resume_from
    }
    most = visualizer.most_at_once(memory)
    for channel in channels:
        if channel not in items:
            some = [other for other in channels if other not in items][:most]
            doing = f"{layer.name}, growing {len(some)} channels at once"
            objectives = []
            steps = visualizer.visualize(
                some, settings.steps, jitter=settings.jitter, seed=settings.seed
            )
            for objective, coefficients in steps:
                objectives.append(objective)
                last = coefficients
                share = len(some) * len(objectives) / settings.steps
                yield AnalysisStep((len(items) + share) / len(channels), doing)
            pictures = visualizer.pictures(last)
            for place, (grown, picture) in enumerate(zip(some, pictures, strict=True)):
                first, ended = (float(objectives[of][place]) for of in (0, -1))
                stuck = len(objectives) > 1 and first == ended
                values = {
                    "layer": layer.name,
                    "channel": int(grown),
                    "kind": "grown",
                    "first_objective": first,
                    "last_objective": None if stuck else ended,
                }
                caption = channel_label(network.name, layer.name, grown)
                caption += " · did not grow" * stuck
                cell = f"{layer.name}-{grown}"
                items[grown] = Item(
                    f"{cell}-grown", caption, values, Picture.of(picture), cell=cell
                )
        yield AnalysisStep(
            len(items) / len(channels),
            f"{layer.name}, {channel_label(network.name, layer.name, channel)}",
            items[channel],
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


def _layer(model: str, layers: Sequence[LayerInfo], settings: ChannelSettings) -> LayerInfo:
    (layer,) = chosen_layers(model, layers, (settings.layer,))
    layer.check_channels(settings.channels)
    return layer


def plan(
    shape: Shape, settings: ChannelSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of the maps and of the synthesised pictures."""
    layer = _layer(model, layers, settings)
    count = len(settings.channels) or min(settings.count, layer.channels)
    steps = count * settings.steps if settings.grown else 0
    return [(shape.area, layer.operations), (settings.side**2 * steps, layer.operations)]


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return how strongly each channel responds, strongest first."""
    columns = ("channel", "answer", "share")
    maps = [item.values for item in findings.items if item.values["kind"] == "map"]
    rows = tuple(tuple(values[name] for name in columns) for values in maps)
    title = "Mean squared activation of each channel, and its share of the layer's"
    silent = tuple(values["channel"] for values in maps if values["answer"] is None)
    return (Table("channels", title, columns, rows, silent=silent),) if rows else ()


def sentence(findings: AnalysisData) -> str:
    """Return the strongest channel's share of the response, or which pictures did not grow."""
    layer = findings.settings["layer"]
    shares = {
        item.values["channel"]: item.values["share"]
        for item in findings.items
        if item.values["kind"] == "map" and item.values["share"] is not None
    }
    if shares:
        first = max(shares, key=lambda channel: shares[channel])
        name = channel_label(findings.model, layer, first)
        return (
            f"Of {layer}, {name} answers most to this picture: {shares[first]:.1%} of the "
            f"response; the {len(shares)} channels here make up {sum(shares.values()):.0%}."
        )
    if any(item.values["kind"] == "map" for item in findings.items):
        return f"None of the channels here answers to this picture; all are of {layer}."
    stuck = [item for item in findings.items if item.values["last_objective"] is None]
    count = len(findings.items)
    if stuck:
        return f"{len(stuck)} of {count} channels of {layer} did not grow a picture."
    return f"What {count} channels of {layer} look for, each grown from noise."


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
    columns=9,
)
