"""What a network calls a picture, in one call."""

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image

from dreamlab.classes import check_classes
from dreamlab.images import read_image, to_pixels, warned
from dreamlab.results.predictions import Prediction, predictions
from dreamlab.zoo import architecture

if TYPE_CHECKING:
    from dreamlab.models import Network

#: The network that is asked where none is named.
WITH_HEAD = "efficientnet_lite0"


def classify(
    picture: str | Path | bytes | BinaryIO | Image.Image | np.ndarray,
    model: "Network | str" = WITH_HEAD,
    *,
    background: str = "auto",
) -> tuple[Prediction, ...]:
    """Return what a network with a head calls a picture.

    Parameters
    ----------
    picture : path, bytes, binary file, PIL.Image.Image or numpy.ndarray
        Any input of `dreamlab.images.load_image`: pixels in 0 to 255, or floats in [-1, 1].
    model : Network or str
        A network of the zoo with a head, loaded or by its name.
    background : str
        Colour behind a transparent picture, as `dreamlab.record` has it.

    Returns
    -------
    tuple of Prediction
        By the centre, then by five crops: each the five likeliest classes with their numbers and
        probabilities.

    Raises
    ------
    DreamError
        If the picture cannot be used, or the network has no head.
    """
    if isinstance(model, str) and architecture(model) is not None:
        check_classes(model)  # before it is loaded
    pixels = to_pixels(warned(read_image(picture, background=background)).image)
    from dreamlab.models import cached_model

    return predictions(cached_model(model), pixels)
