"""Cuts pictures into strips, so that a conversion never holds copies of a whole one."""

from collections.abc import Iterator

from PIL import Image


def strips(
    picture: Image.Image, pixels: int, *, multiple: int = 1
) -> Iterator[tuple[int, Image.Image]]:
    """Yield the first row of each strip, and the strip.

    Parameters
    ----------
    picture : PIL.Image.Image
        A loaded picture.
    pixels : int
        Pixels of a strip, about.
    multiple : int
        What the rows of a strip are a multiple of, except the last.
    """
    rows = max(multiple, pixels // picture.width // multiple * multiple)
    for top in range(0, picture.height, rows):
        bottom = min(top + rows, picture.height)
        yield top, picture.crop((0, top, picture.width, bottom))
