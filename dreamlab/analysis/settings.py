"""Settings of every analysis, and fields in common with dreams."""

import dataclasses
from typing import Any

from dreamlab.config import PRECISIONS, PREPROCESSINGS, DreamConfig
from dreamlab.config.base import Settings as Checked
from dreamlab.config.base import checked, specs
from dreamlab.config.specs import choice, number, setting
from dreamlab.errors import DreamError
from dreamlab.images.picture_set import SIDE
from dreamlab.zoo import label, smallest_side

#: Largest longest side of a picture that is looked at, in pixels.
LARGEST_SIDE = 1024

#: Largest side of square pictures that networks are compared on, in pixels: that of a set's.
LARGEST_SQUARE = SIDE


def as_in_dreams(name: str, default: Any) -> Any:
    """Return a field with the spec of the same field of `DreamConfig`, but its own default."""
    return setting(dataclasses.replace(specs(DreamConfig)[name], default=default))


def check_side(model: str, side: int, name: str) -> None:
    """Raise `DreamError` if square pictures are too small for a network on offer.

    Parameters
    ----------
    model : str
        Name of the network; of a file nothing is known before it is loaded.
    side : int
        Side of the pictures, in pixels.
    name : str
        Name of the setting of the side, which is at most `LARGEST_SQUARE`.
    """
    least = smallest_side(model)
    if side < least:
        raise DreamError(
            f"{name} is {side}; {label(model)} needs {least} px or more: choose {least} to "
            f"{LARGEST_SQUARE}"
        )


@checked
class Settings(Checked):
    """Settings of every analysis; each analysis adds its own."""

    max_side: int = number(
        300, 32, LARGEST_SIDE, "Scale a larger picture down to this side, in pixels."
    )
    precision: str = choice("auto", PRECISIONS, "Number format of the network.")
    preprocessing: str = choice(
        "notebook", PREPROCESSINGS, "How the picture is fed to VGG: as the notebook, or as trained."
    )
