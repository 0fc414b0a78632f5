"""The colour behind a transparent picture."""

import numpy as np
from PIL import Image

from dreamlab.config.specs import Choice

#: The colours, by name.
COLOURS = {"white": 255, "black": 0, "grey": 128}

BACKGROUND = Choice(
    default="auto",
    choices=("auto", *COLOURS),
    help="Colour behind a transparent picture; auto is white, unless the picture hardly shows on "
    "it.",
)

#: A pixel shows that differs from what is behind it by this much, of 255.
_SHOWS = 32

#: A picture hardly shows of which no larger part does.
_HARDLY = 0.05

#: Longest side at which a background is chosen, in pixels.
_SIDE = 1024


def chosen(picture: Image.Image) -> str:
    """Return the background that ``auto`` stands for.

    It is white, unless hardly anything of the picture shows on white: then it is the colour from
    which the picture differs most.

    Parameters
    ----------
    picture : PIL.Image.Image
        A loaded picture with transparency.
    """
    sampled = picture.copy() if max(picture.size) <= _SIDE else _sampled(picture)
    pixels = np.asarray(rgba(sampled)).reshape(-1, 4).astype(np.float32)
    pixels = pixels[pixels[:, 3] > 0]
    if not len(pixels):
        return "white"
    part = pixels[:, 3] / 255
    differences = {
        name: abs(pixels[:, :3] - grey).max(axis=1) * part for name, grey in COLOURS.items()
    }
    shown = ((differences["white"] >= _SHOWS) * part).sum()
    if shown > _HARDLY * part.sum():
        return "white"
    return max(differences, key=lambda name: float(differences[name].sum()))


def rgba(picture: Image.Image) -> Image.Image:
    """Return a picture with transparency in mode RGBA."""
    # Pillow converts grey that is multiplied with its transparency to this mode alone.
    return (picture.convert("LA") if picture.mode == "La" else picture).convert("RGBA")


def _sampled(picture: Image.Image) -> Image.Image:
    scale = _SIDE / max(picture.size)
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    return picture.resize(size, Image.Resampling.NEAREST)  # type: ignore[arg-type]
