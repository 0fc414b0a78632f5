"""Which part of a guide was used where in a dream, layer by layer."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.images import Picture
from dreamlab.images.places import matched_places, side_by_side, used_places

if TYPE_CHECKING:  # results must load without TensorFlow
    from dreamlab.dream import Step
    from dreamlab.models import Network

#: Least change of a likeness that is one, beside rounding.
_CLEAR = 0.005

#: What the two pictures show, in words.
IN_WORDS = (
    "Each part of the dream has the colour of the place of the guide that it matched; what the "
    "dream did not match is grey in the guide, as is the edge of the dream, which has no part in "
    "it. Likeness: the mean cosine between a position of a layer and the feature that it matched. "
    "By chance: the same toward a guide whose channels are shuffled."
)

#: Headings of a layer as a `row`.
HEADINGS = ("Layer", "Likeness before", "Likeness after", "By chance", "Used before", "Used after")


@dataclass(frozen=True)
class LayerMap:
    """Which part of a guide was used where at one layer.

    Parameters
    ----------
    layer : str
        The layer.
    places : numpy.ndarray
        float32, shape (features, 2): the places of the guide's features, as shares of its height
        and width.
    matched : numpy.ndarray
        int16, shape (rows, columns): the feature that each position of the dream matched, -1 for
        none.
    likeness, likeness_before : float
        Mean cosine between positions and the features that they matched, of the dream and of the
        picture before it; NaN if the layer did not answer to it.
    chance : float
        That of the dream toward a guide whose channels are shuffled.
    used_before : float
        Share of the features that the picture before the dream matched, 0 to 1.
    """

    layer: str
    places: np.ndarray = field(repr=False)
    matched: np.ndarray = field(repr=False)
    likeness: float
    likeness_before: float
    chance: float
    used_before: float

    @property
    def used(self) -> float:
        """Share of the features that the dream matched, 0 to 1."""
        return _used(self.matched, len(self.places))

    @property
    def positions(self) -> int:
        """Number of the dream's positions that matched a feature."""
        return int((self.matched >= 0).sum())

    @property
    def nbytes(self) -> int:
        """Size of its arrays in bytes."""
        return self.places.nbytes + self.matched.nbytes


@dataclass(frozen=True)
class GuideMap:
    """Which part of a guide was used where in a dream.

    Parameters
    ----------
    guide : Picture
        The guide, as it was looked at.
    layers : tuple of LayerMap
        The guided layers.
    """

    guide: Picture
    layers: tuple[LayerMap, ...]

    def of_guide(self, layer: LayerMap) -> Picture:
        """Return the guide with each place that was used in its colour."""
        used = np.isin(np.arange(len(layer.places)), layer.matched)
        drawn = used_places(self.guide.pixels, layer.places, used)
        return Picture(drawn, f"The guide, in colour where {layer.layer} used it")

    def of_dream(self, layer: LayerMap, dreamt: Picture) -> Picture:
        """Return a dream in the colours of the places that it matched."""
        drawn = matched_places(dreamt.pixels, layer.places, layer.matched)
        return Picture(drawn, f"The dream, in the colours of what {layer.layer} matched")

    def both(self, layer: LayerMap, dreamt: Picture) -> Picture:
        """Return the guide and the dream, both in colours, side by side."""
        left, right = self.of_guide(layer), self.of_dream(layer, dreamt)
        return Picture(side_by_side(left.pixels, right.pixels), f"Guide and dream, {layer.layer}")

    @property
    def sentence(self) -> str:
        """Whether the dream became more like the guide, in one sentence."""
        rises = {
            each.layer: (each.likeness - each.likeness_before, each) for each in _known(self.layers)
        }
        if not rises:
            return "No layer that is guided answers to both pictures, so no likeness is known."
        more = [name for name, (rise, _) in rises.items() if rise > _CLEAR]
        _, most = rises[max(rises, key=lambda name: rises[name][0])]
        figures = (
            f"its likeness in {most.layer} is {most.likeness:.2f}, {most.likeness_before:.2f} "
            f"before, and {most.chance:.2f} by chance"
        )
        if not more:
            return f"The dream is no more like the guide than the picture was: {figures}."
        if len(self.layers) == 1:
            return f"The dream became more like the guide: {figures}."
        where = f"in {len(more)} of {len(self.layers)} layers"
        if len(more) == len(self.layers):
            where = "in both layers" if len(more) == 2 else f"in all {len(more)} layers"
        most_in = f", most in {most.layer}" if len(more) > 1 else ""
        return f"The dream became more like the guide {where}{most_in}: {figures}."

    @property
    def nbytes(self) -> int:
        """Size of its picture and arrays in bytes."""
        return self.guide.nbytes + sum(layer.nbytes for layer in self.layers)


def row(layer: LayerMap) -> tuple[str, ...]:
    """Return a layer as words, one for each of the `HEADINGS`."""
    likeness = (layer.likeness_before, layer.likeness, layer.chance)
    shares = (layer.used_before, layer.used)
    return (
        layer.layer,
        *("–" if math.isnan(figure) else f"{figure:.2f}" for figure in likeness),
        *(f"{share:.0%}" for share in shares),
    )


def guide_map(network: "Network", step: "Step", dreamt: Picture) -> GuideMap | None:
    """Return which part of its guide a dream used where; None for one without a guide.

    Parameters
    ----------
    network : Network
        The network.
    step : Step
        A step of the dream.
    dreamt : Picture
        The dream's picture after it.

    Raises
    ------
    DreamError
        If the network fails.
    """
    guide = step.guide
    if guide is None:
        return None
    from dreamlab.dream.guide_map import matched

    config = step.provenance.config
    after = matched(network, config, guide, dreamt.pixels)
    before = matched(network, config, guide, step.original_picture.pixels)
    layers = []
    for name, of in guide.layers.items():
        now, then = after[name], before[name]
        used = _used(then.best, len(of.places))
        figures = now.likeness, then.likeness, now.chance, used
        layers.append(LayerMap(name, of.places, now.best, *figures))
    return GuideMap(guide.picture, tuple(layers))


def _used(matched: np.ndarray, count: int) -> float:
    return len(np.unique(matched[matched >= 0])) / count


def _known(layers: tuple[LayerMap, ...]) -> list[LayerMap]:
    return [each for each in layers if math.isfinite(each.likeness - each.likeness_before)]
