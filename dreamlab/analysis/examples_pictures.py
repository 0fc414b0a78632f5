"""The pictures to which a layer or a channel answers most, in the middle and least."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Item
from dreamlab.errors import listed
from dreamlab.images import Picture, PictureSet, Shape

if TYPE_CHECKING:
    from dreamlab.dream.strongest import Responses
    from dreamlab.models import Network

#: Most pictures that are strongest, and most in the middle and weakest, each.
_STRONGEST, _OTHERS = 9, 3

#: A crop whose sides are shorter than the first is enlarged, to at most the second, in pixels.
_TINY, _VISIBLE = 32, 96


@dataclass(frozen=True)
class Answers:
    """The answers of a layer or one of its channels to all pictures of a set.

    Parameters
    ----------
    layer : str
        The layer.
    channel : int or None
        The channel; None for the layer as a whole.
    label : str
        Its name in captions.
    values : numpy.ndarray
        Shape (n,): 0 or less is silence.
    places : numpy.ndarray
        int, shape (n, 2): row and column of the position that answers most.
    """

    layer: str
    channel: int | None
    label: str
    values: np.ndarray
    places: np.ndarray

    @classmethod
    def of_layer(cls, layer: str, found: "Responses") -> "Answers":
        """Return those of the layer as a whole: its mean squared activation."""
        return cls(layer, None, layer, found.squares, found.places)

    @classmethod
    def of_channel(cls, layer: str, channel: int, label: str, found: "Responses") -> "Answers":
        """Return those of a channel: its largest activation."""
        places = found.peak_places[:, channel]
        return cls(layer, channel, label, found.peaks[:, channel], places)

    @property
    def name(self) -> str:
        """What its keys begin with."""
        return f"{self.layer}-{'all' if self.channel is None else self.channel}"

    def share(self, response: float) -> float | None:
        """Return a response over the strongest of the pictures; None where all are silent."""
        strongest = float(self.values.max())
        return response / strongest if strongest > 0 else None


def groups(values: np.ndarray) -> dict[str, list[int]]:
    """Return the places of the strongest, the middle and the weakest of n responses.

    They are 9, 3 and 3 of 15 or more, and fewer of fewer; none is in two groups. One to which
    nothing answers is never among the strongest. Of equal ones the first is the stronger.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,): 0 or less is silence.
    """
    order = np.argsort(-values, kind="stable").tolist()
    count = len(order)
    others = min(_OTHERS, count // 5)
    most = min(_STRONGEST, count - 2 * others)
    middle = max(most, (count - others) // 2)
    return {
        "strongest": [place for place in order[:most] if values[place] > 0],
        "middle": order[middle : middle + others],
        "weakest": order[count - others :],
    }


def example_items(
    answers: Answers, pictures: PictureSet, pixels: np.ndarray, network: "Network"
) -> Iterator[Item]:
    """Yield the pictures of each group, cropped to what the position sees that answers most.

    A crop with sides under 32 px is enlarged to up to 96 px, each pixel a block. A picture that
    the channel is silent in has no such position, and stands whole.

    Parameters
    ----------
    answers : Answers
        The answers.
    pictures : PictureSet
        The pictures, for their names and classes.
    pixels : numpy.ndarray
        uint8, shape (n, side, side, 3): the pictures as the network saw them.
    network : Network
        The network.
    """
    from dreamlab.dream.strongest import seen

    shape = Shape.of(pixels[0])
    for kind, places in groups(answers.values).items():
        for rank, at in enumerate(places, 1):
            response = float(answers.values[at])
            row, column = answers.places[at].tolist()
            answered = response > 0
            box: tuple[int, ...] = (0, 0, shape.width, shape.height)
            if answered:
                box = seen(network, answers.layer, shape, row, column)
            share = answers.share(response)
            values = {
                "kind": kind,
                "layer": answers.layer,
                "channel": answers.channel,
                "rank": rank,
                "name": pictures.names[at],
                "class": pictures.labels[at],
                "response": response,
                "share": share,
                "place": [row, column] if answered else None,
                "box": list(box),
            }
            facts = [
                f"{answers.label}, {kind} {rank}",
                listed([pictures.labels[at]]),
                listed([pictures.names[at]]),
                "no answer" if share is None or share <= 0 else f"{share:.0%} of the strongest",
            ]
            yield Item(
                f"{answers.name}-{kind}-{rank}",
                " · ".join(filter(None, facts)),
                values,
                Picture(_crop(pixels[at], box)),
            )


def _crop(pixels: np.ndarray, box: tuple[int, ...]) -> np.ndarray:
    left, top, right, bottom = box
    crop = pixels[top:bottom, left:right]
    longest = max(crop.shape[:2])
    times = _VISIBLE // longest if longest < _TINY else 1
    return crop.repeat(times, 0).repeat(times, 1)
