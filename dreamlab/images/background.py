"""The colour behind a transparent picture."""

import math

import numpy as np
from PIL import Image

from dreamlab.config.specs import Choice
from dreamlab.images.strips import strips

#: The colours, by name.
COLOURS = {"white": 255, "black": 0, "grey": 128}

BACKGROUND = Choice(
    default="auto",
    choices=("auto", *COLOURS),
    help="Colour behind a transparent picture; auto is white, unless more of the picture shows on "
    "another.",
)

#: A pixel shows that differs from what is behind it by this much, of 255.
_SHOWS = 32

#: White is as good as another colour on which no larger part more of the picture shows.
_AS_GOOD = 0.05

#: Pixels of which a background is chosen; more are averaged. So few are averaged that a line of one
#: pixel still shows.
_PIXELS = 2**22

#: Pixels that are judged at a time.
_STRIP = 2**19


def chosen(picture: Image.Image) -> str:
    """Return the background that ``auto`` stands for.

    It is the colour on which the largest part of the picture shows, and white where that is as
    good. Of two others it is the one from which the picture differs more.

    Parameters
    ----------
    picture : PIL.Image.Image
        A loaded picture with transparency.
    """
    scale = math.ceil(math.sqrt(picture.width * picture.height / _PIXELS))
    shown, differs = dict.fromkeys(COLOURS, 0.0), dict.fromkeys(COLOURS, 0.0)
    whole = 0.0
    for _, strip in strips(picture, _STRIP, multiple=scale):
        small = rgba(strip).reduce(scale)
        pixels = np.asarray(small).reshape(-1, 4)
        pixels = pixels[pixels[:, 3] > 0].astype(np.float32)
        part = pixels[:, 3] / 255
        whole += float(part.sum())
        for name, grey in COLOURS.items():
            difference = abs(pixels[:, :3] - grey).max(axis=1, initial=0) * part
            shown[name] += float(((difference >= _SHOWS) * part).sum())
            differs[name] += float(difference.sum())
    if max(shown.values()) - shown["white"] <= _AS_GOOD * whole:
        return "white"
    # Sums in single precision differ a little from strip to strip.
    return max(COLOURS, key=lambda name: (round(shown[name] / whole, 3), differs[name]))


def shines_through(picture: Image.Image) -> bool:
    """Return whether any pixel of a loaded picture is transparent, at least in part."""
    if not picture.has_transparency_data:
        return False
    parts = (rgba(strip).getchannel("A") for _, strip in strips(picture, _STRIP))
    return any(part.getextrema()[0] != 255 for part in parts)


def rgba(picture: Image.Image) -> Image.Image:
    """Return a picture with transparency in mode RGBA."""
    # Pillow converts grey that is multiplied with its transparency to this mode alone.
    return (picture.convert("LA") if picture.mode == "La" else picture).convert("RGBA")
