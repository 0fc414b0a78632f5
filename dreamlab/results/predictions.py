"""What a network calls a picture: its likeliest classes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dreamlab.classes import class_names

if TYPE_CHECKING:  # results must load without TensorFlow
    from dreamlab.models import Network

#: What is classified: the middle of the picture, or five crops of it, of which the mean counts.
CENTRE, FIVE_CROPS = "centre", "five crops"

#: What is classified, as two sentences, and when, for a dream.
CROPS_IN_WORDS = (
    "Centre: 224 × 224 px in the middle of the picture, whose short side is scaled to 256 px. "
    "Five crops: the mean of the probabilities of that and of the four corners."
)
#: Headings of a prediction as a `row`.
HEADINGS = ("Picture", "Crop", "Likeliest", "Second", "Third", "Fourth", "Fifth")

#: Classes in a prediction.
LISTED = 5

#: The octave of the original.
BEFORE = -1


class Likely(NamedTuple):
    """A class, and how likely it is that a picture shows it.

    Parameters
    ----------
    number : int
        Number of the class, from 0.
    name : str
        Its name.
    probability : float
        0 to 1.
    """

    number: int
    name: str
    probability: float

    @property
    def words(self) -> str:
        """Name and probability, as in ``tiger cat 39 %``."""
        percent = 100 * self.probability
        return f"{self.name} {percent:.{0 if percent >= 9.95 else 1}f}\u00a0%"


@dataclass(frozen=True)
class Prediction:
    """The likeliest classes of a picture.

    Parameters
    ----------
    octave : int
        The octave that the picture is the result of, from 0; -1 for the original.
    crop : str
        `CENTRE`: the 224 x 224 px in the middle of the picture, whose short side is scaled to 256
        px. `FIVE_CROPS`: the mean of the probabilities of these and the four corners.
    classes : tuple of Likely
        The five likeliest classes, the likeliest first.
    """

    octave: int
    crop: str
    classes: tuple[Likely, ...]

    @property
    def likeliest(self) -> Likely:
        """The likeliest class."""
        return self.classes[0]


def row(prediction: Prediction) -> tuple[str, ...]:
    """Return a prediction as words, one for each of the `HEADINGS`."""
    place = "Original" if prediction.octave == BEFORE else f"Octave\u00a0{prediction.octave + 1}"
    return (
        place,
        prediction.crop.replace(" ", "\u00a0"),
        *(likely.words for likely in prediction.classes),
    )


def predictions(
    network: "Network", pixels: np.ndarray, octave: int = BEFORE
) -> tuple[Prediction, ...]:
    """Return what a network calls a picture: by its centre, and by five crops.

    Parameters
    ----------
    network : Network
        The network.
    pixels : numpy.ndarray
        The picture, uint8, shape (H, W, 3).
    octave : int
        The octave that it is the result of.

    Raises
    ------
    DreamError
        If the network has no head.
    """
    from dreamlab.models.classifier import classifier

    each = classifier(network).probabilities(pixels)
    names = class_names(network.name)
    return (
        Prediction(octave, CENTRE, likeliest(each[0], names)),
        Prediction(octave, FIVE_CROPS, likeliest(each.mean(0), names)),
    )


def likeliest(probabilities: np.ndarray, names: tuple[str, ...]) -> tuple[Likely, ...]:
    """Return the five likeliest classes; of equals, the lower number first."""
    order = np.argsort(-probabilities, kind="stable")[:LISTED].tolist()
    return tuple(Likely(number, names[number], float(probabilities[number])) for number in order)
