"""PNG pictures of 16 bits a channel whose numbers are not sRGB as they are.

Pillow keeps their high bytes alone, which is too little for linear light and for numbers that lie
low in their 16 bits.
"""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image

from dreamlab.images.encoding import encoding
from dreamlab.images.levels import Levels, levels_of_depth

#: Bytes of memory for each pixel: the high bytes, the low ones and the result.
BYTES_A_PIXEL = 12

#: Pixels that are converted at a time.
_STRIP = 1 << 18

#: PNG's colour types of grey, RGB, grey with alpha, and RGB with alpha; and how Pillow is asked for
#: the bytes that it leaves out. A pixel of grey with alpha has four in all, like RGBA of 8 bits.
_GREY, _RGB, _GREY_ALPHA, _RGB_ALPHA = 0, 2, 4, 6
_LOW = {_RGB: "RGB;16L", _GREY_ALPHA: "RGBA", _RGB_ALPHA: "RGBA;16L"}


def is_deep(picture: Image.Image, data: bytes) -> bool:
    """Return whether the high bytes of a picture's numbers are not enough to show it.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture, opened; its ``info`` has what `dreamlab.images.png_colour.unread` returns.
    data : bytes
        The file.
    """
    if picture.format != "PNG" or data[24] != 16:
        return False
    if "transparency" in picture.info:  # all 16 bits tell which colour is transparent
        return True
    special = encoding(picture.info) is not None or 0 < picture.info.get("sbit", 16) < 16
    return special and data[25] in _LOW


def converted(picture: Image.Image, data: bytes) -> Image.Image:
    """Return a picture for which `is_deep`, of 8 bits a channel, in sRGB or its ICC profile.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture, loaded.
    data : bytes
        The file.
    """
    kind, code = data[25], encoding(picture.info)
    clear = picture.info.get("transparency")
    with Image.open(io.BytesIO(data), formats=["PNG"]) as low:
        if kind in _LOW:
            low.tile = [low.tile[0]._replace(args=_LOW[kind])]
        low.load()
        parts = (values[:, :, :3] for _, values in _bands(picture, low, kind))
        found = levels_of_depth(picture.info.get("sbit", 16), parts)
        opaque = _opaque(picture, low, kind, found)
        has_alpha = clear is not None or kind in (_GREY_ALPHA, _RGB_ALPHA)
        whole = Image.new("RGBA" if has_alpha else "RGB", picture.size)
        for top, values in _bands(picture, low, kind):
            colours = found.scaled(values[:, :, :3])
            if code is not None:
                colours = code.to_srgb(colours)
            alpha = opaque.scaled(values[:, :, 3:])
            if clear is not None:
                alpha = (values[:, :, :3] != clear).any(axis=2, keepdims=True)
            colours = np.concatenate([colours, alpha], axis=2)
            whole.paste(Image.fromarray(np.rint(colours * 255).astype(np.uint8)), (0, top))
    used = ("gamma", "chromaticity", "cicp", "sbit", "alpha_bits", "transparency")
    whole.info = {name: value for name, value in picture.info.items() if name not in used}
    return whole


def _opaque(picture: Image.Image, low: Image.Image, kind: int, colours: Levels) -> Levels:
    """Return the levels of transparency, which may lie as low in 16 bits as the colours do."""
    if kind not in (_GREY_ALPHA, _RGB_ALPHA) or colours.white == 65535:
        return Levels(0, 65535)
    parts = (values[:, :, 3:] for _, values in _bands(picture, low, kind))
    return levels_of_depth(picture.info.get("alpha_bits", 16), parts)


def _bands(picture: Image.Image, low: Image.Image, kind: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the first row of each band, and its numbers, uint16 (rows, width, 3 or 4)."""
    rows = max(1, _STRIP // picture.width)
    for top in range(0, picture.height, rows):
        box = (0, top, picture.width, min(top + rows, picture.height))
        rest = np.asarray(low.crop(box)).astype(np.uint16)
        if kind == _GREY:
            yield top, np.stack([rest, rest, rest], axis=2)
        elif kind == _GREY_ALPHA:
            grey, alpha = rest[:, :, 0] << 8 | rest[:, :, 1], rest[:, :, 2] << 8 | rest[:, :, 3]
            yield top, np.stack([grey, grey, grey, alpha], axis=2)
        else:
            high = np.asarray(picture.crop(box)).astype(np.uint16)
            yield top, high << 8 | rest
