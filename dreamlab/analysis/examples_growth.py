"""What a layer and its channels look for, grown from noise, to stand beside examples of them."""

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import AnalysisStep, Item
from dreamlab.analysis.examples_pictures import Answers
from dreamlab.analysis.examples_settings import ExampleSettings
from dreamlab.analysis.in_steps import in_steps
from dreamlab.analysis.layer_dream import layer_dream
from dreamlab.config import DreamConfig
from dreamlab.images import Picture, from_pixels, to_pixels

if TYPE_CHECKING:
    from dreamlab.dream.strongest import Responses
    from dreamlab.models import Network

#: Steps of a picture, and the largest shift before each, in pixels: those of the channel explorer.
STEPS, _JITTER = 40, 8

#: Side of the pictures where the layer takes any, in pixels.
SIDE = 128

#: Standard deviation of the noise that the layer as a whole dreams on.
_NOISE = 0.2


def grown_key(name: str) -> str:
    """Return the key of what is grown for a layer or channel, by the name of its `Answers`."""
    return f"{name}-grown"


def grown_items(
    network: "Network",
    answers: Sequence[Answers],
    settings: ExampleSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
    place: tuple[float, float],
) -> Generator[AnalysisStep, None, list[Item]]:
    """Grow a picture for each channel, all at once, and dream the layer as a whole on noise.

    If one of those at once is missing, all of them are grown again: rounding depends on how many
    there are, and a resumed run is to have the same pictures as any other.

    Parameters
    ----------
    network : Network
        The network.
    answers : sequence of Answers
        What is grown for: the layer as a whole, or some of its channels.
    settings, resume_from, memory
        As in `dreamlab.analysis.base.Analysis`.
    place : (float, float)
        Share of the run that is finished before, and that this is.

    Returns
    -------
    list of Item
        A grown picture for each.
    """
    from dreamlab.dream.strongest import responses

    keys = [grown_key(one.name) for one in answers]
    if not answers or all(key in resume_from for key in keys):
        return [resume_from[key] for key in keys]
    layer, side = answers[0].layer, _side(network, settings)
    grow = _dream if answers[0].channel is None else _channels
    working = grow(network, answers, settings, side, memory)
    pixels = yield from in_steps(working, *place, f"{layer}, growing {len(keys)} at once")
    looking = responses(network, layer, pixels, settings.precision, settings.preprocessing, memory)
    reached = yield from in_steps(looking, sum(place), 0.0, f"{layer}, looking at what was grown")
    return [
        resume_from.get(key, _item(key, one, pixels[at], reached, at))
        for at, (key, one) in enumerate(zip(keys, answers, strict=True))
    ]


def _side(network: "Network", settings: ExampleSettings) -> int:
    """Return the side of the pictures: that of the set where the layer does not take 128 px."""
    layer = network.layer(settings.layer)
    taken = layer.only is None and network.smallest <= SIDE and SIDE % layer.multiple == 0
    return SIDE if taken else settings.max_side


def _channels(
    network: "Network",
    answers: Sequence[Answers],
    settings: ExampleSettings,
    side: int,
    memory: float | None,
) -> Generator[float, None, np.ndarray]:
    from dreamlab.dream.channel_image import channel_visualizer

    visualizer = channel_visualizer(
        network, answers[0].layer, side, settings.precision, settings.preprocessing
    )
    targets = [{one.channel: 1.0} for one in answers if one.channel is not None]
    most, found = visualizer.most_at_once(memory), []
    for first in range(0, len(targets), most):
        some = targets[first : first + most]
        steps = visualizer.visualize(some, STEPS, jitter=_JITTER, seed=settings.seed)
        for number, (_, coefficients) in enumerate(steps, 1):
            last = coefficients
            yield (first + len(some) * number / STEPS) / len(targets)
        found.append(visualizer.pictures(last))
    return to_pixels(np.concatenate(found))


def _dream(
    network: "Network",
    answers: Sequence[Answers],
    settings: ExampleSettings,
    side: int,
    memory: float | None,
) -> Generator[float, None, np.ndarray]:
    config = DreamConfig(
        layers={answers[0].layer: 1.0},
        octaves=1,
        iterations=STEPS,
        jitter=_JITTER,
        seed=settings.seed,
        precision=settings.precision,
        preprocessing=settings.preprocessing,
    )
    noise = np.random.default_rng(settings.seed).normal(0, _NOISE, (side, side, 3))
    start = from_pixels(to_pixels(noise))
    for share, dreamt in layer_dream(start, network, config, None, memory):
        yield share
        if dreamt is not None:
            picture = dreamt.picture
    return to_pixels(picture)[None]


def _item(key: str, answers: Answers, pixels: np.ndarray, reached: "Responses", at: int) -> Item:
    of = reached.squares[at] if answers.channel is None else reached.peaks[at, answers.channel]
    response = float(of)
    share = answers.share(response)
    if response <= 0:
        fact = "nothing wakes it"
    elif share is None:
        fact = "no picture of the set wakes it"
    else:
        fact = f"{share:.2g} times the strongest"
    values = {
        "kind": "grown",
        "layer": answers.layer,
        "channel": answers.channel,
        "response": response,
        "share": share,
    }
    return Item(key, f"{answers.label}, grown · {fact}", values, Picture(pixels))
