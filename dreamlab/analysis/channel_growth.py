"""The pictures that the channel explorer grows, and how much they reach beside natural ones."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis.base import AnalysisStep, Item
from dreamlab.analysis.channel_findings import natural_words
from dreamlab.analysis.channel_settings import ChannelSettings
from dreamlab.analysis.channel_targets import Target
from dreamlab.images import Picture, to_pixels
from dreamlab.images.natural import SAMPLES, random_crops, sample_crops
from dreamlab.images.squares import middle_square
from dreamlab.layer_info import LayerInfo

# The engine imports TensorFlow; the catalogue of analyses must load without it.
if TYPE_CHECKING:
    from dreamlab.dream.channel_image import ChannelVisualizer
    from dreamlab.models import Network

#: Crops of each natural picture, and of all of them with the analysed one.
_CROPS = 16
CROPS = _CROPS * (len(SAMPLES) + 1)

#: A look at a picture as a share of a step, which is a look and the way back.
LOOK = 1 / 3


@dataclass(frozen=True)
class _Growth:
    """The pictures to be grown for a target: what it answers to most, or least."""

    layer: str
    target: Target
    least: bool
    diverse: int

    @property
    def kind(self) -> str:
        return "least" if self.least else "grown"

    @property
    def cell(self) -> str:
        return f"{self.layer}-{self.target.name}"

    @property
    def keys(self) -> list[str]:
        first = f"{self.cell}-{self.kind}"
        return [first, *(f"{first}-{copy}" for copy in range(2, self.diverse + 1))]

    @property
    def weights(self) -> dict[int, float]:
        sign = -1 if self.least else 1
        return {channel: sign * weight for channel, weight in self.target.weights.items()}

    def beside(self, reached: np.ndarray, natural: np.ndarray) -> dict[str, float | None]:
        """Return what a picture reaches, what natural ones do, and the first over the second.

        The answers are by channel: shape (channels,), and (crops, channels).
        """
        own, crops = float(self.target.of(reached)), self.target.of(natural)
        best = float(crops.min() if self.least else crops.max())
        # A mean below 0, of a layer without ReLU, wakes nothing.
        times = None if self.least or best <= 0 else max(0.0, own) / best
        return {"reached": own, "natural": best, "times": times}


def grown(
    image: np.ndarray | None,
    network: "Network",
    layer: LayerInfo,
    targets: Sequence[Target],
    settings: ChannelSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Grow pictures, as many at once as fit the memory; yield all in order.

    If one of those at once is missing, all of them are grown again: rounding depends on how many
    there are, and a resumed run is to have the same pictures as any other.
    """
    from dreamlab.dream.channel_image import channel_visualizer

    visualizer = channel_visualizer(
        network, layer.name, settings.side, settings.precision, settings.preprocessing
    )
    ends = (False, True) if settings.negative else (False,)
    growths = [
        _Growth(layer.name, target, least, settings.diverse) for target in targets for least in ends
    ]
    most = visualizer.most_at_once(memory, settings.diverse)
    start = None
    if settings.start == "photo" and image is not None:
        start = middle_square(to_pixels(image), settings.side)
    natural = None
    for first in range(0, len(growths), most):
        some = growths[first : first + most]
        done, end = first / len(growths), (first + len(some)) / len(growths)
        keys = [key for growth in some for key in growth.keys]
        items = {key: resume_from[key] for key in keys if key in resume_from}
        if len(items) < len(keys):
            if natural is None:
                natural = yield from _natural(visualizer, image, layer, memory, done)
            grow = _together(visualizer, some, settings, start, natural, image is not None)
            for step in grow:
                if step.item is not None:
                    items.setdefault(step.item.key, step.item)
                else:
                    yield AnalysisStep(done + (end - done) * step.fraction, step.doing)
        for growth in some:
            for key in growth.keys:
                doing = f"{layer.name}, {growth.target.label}"
                yield AnalysisStep(end, doing, items[key], resumable=key == keys[-1])


def _natural(
    visualizer: "ChannelVisualizer",
    image: np.ndarray | None,
    layer: LayerInfo,
    memory: float | None,
    done: float,
) -> Generator[AnalysisStep, None, np.ndarray]:
    """Return the answers to crops of the samples and of the picture, shape (crops, channels)."""
    most = visualizer.most_at_once(memory)

    def answers(crops: np.ndarray) -> Generator[AnalysisStep, None, np.ndarray]:
        found = []
        for first in range(0, len(crops), most):
            found.append(visualizer.answers(crops[first : first + most]))
            yield AnalysisStep(done, f"{layer.name}, natural pictures")
        return np.concatenate(found)

    if visualizer.of_samples is None:
        crops = sample_crops(visualizer.side, _CROPS)
        visualizer.of_samples = yield from answers(crops)
    if image is None:
        return visualizer.of_samples
    own = yield from answers(random_crops(image, visualizer.side, _CROPS, seed=0))
    return np.concatenate([visualizer.of_samples, own])


def _together(
    visualizer: "ChannelVisualizer",
    growths: Sequence[_Growth],
    settings: ChannelSettings,
    start: np.ndarray | None,
    natural: np.ndarray,
    with_picture: bool,
) -> Generator[AnalysisStep]:
    """Grow pictures at once; yield each step, then their items."""
    doing = f"{growths[0].layer}, growing {len(growths) * settings.diverse} pictures at once"
    steps = visualizer.visualize(
        [growth.weights for growth in growths],
        settings.all_steps,
        jitter=settings.jitter,
        seed=settings.seed,
        good=settings.quality == "good",
        diverse=settings.diverse,
        start=start,
    )
    objectives = []
    for objective, coefficients in steps:
        objectives.append(objective)
        last = coefficients
        yield AnalysisStep(len(objectives) / settings.all_steps, doing)
    pictures = visualizer.pictures(last)
    reached = visualizer.answers(pictures)
    places = [(growth, key) for growth in growths for key in growth.keys]
    for place, (growth, key) in enumerate(places):
        first, ended = (float(objectives[of][place]) for of in (0, -1))
        stuck = len(objectives) > 1 and first == ended
        values = {
            "layer": growth.layer,
            "channel": growth.target.channel,
            "kind": growth.kind,
            "first_objective": first,
            "last_objective": None if stuck else ended,
            **growth.beside(reached[place], natural),
        }
        caption = _caption(growth, key, values, natural_words(with_picture))
        picture = Picture.of(pictures[place])
        yield AnalysisStep(1.0, doing, Item(key, caption, values, picture, cell=growth.cell))


def _caption(growth: _Growth, key: str, values: Mapping[str, Any], crops: str) -> str:
    parts = [growth.target.label]
    if growth.least:
        parts.append("answers least")
    if growth.diverse > 1:
        parts.append(f"{growth.keys.index(key) + 1} of {growth.diverse}")
    if values["last_objective"] is None:
        parts.append("did not grow")
    elif values["times"] is not None:
        parts.append(f"{values['times']:.2g} times {crops}")
    elif not growth.least:
        parts.append("no crop wakes it" if values["reached"] > 0 else "nothing wakes it")
    return " · ".join(parts)
