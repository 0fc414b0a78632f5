"""Animated GIF and WebP files, written frame by frame.

Pillow's own writers hold all frames in memory and merge equal neighbours. A film of a dream has
a frame per octave, whatever its content, so this module writes the containers, and Pillow only
encodes the frames.
"""

import math
import struct
from collections.abc import Iterable, Sequence

import imageio.v3 as iio
import numpy as np
from PIL import GifImagePlugin, Image

from dreamlab.config.base import Settings, checked
from dreamlab.config.specs import flag, number

#: Longest side the formats can hold, in pixels.
GIF_MAX_SIDE = 65_535
WEBP_MAX_SIDE = 16_383

#: Largest side of the sample of one picture, and most samples of a film: the time to choose the
#: palette grows with their square.
_SAMPLE_SIDE = 128
_SAMPLES = 6 * _SAMPLE_SIDE**2


@checked
class Film(Settings):
    """Timing and order of a film.

    Parameters
    ----------
    frame_seconds : float
        Duration of a frame, 0.02 to 10 seconds; GIF counts in hundredths of a second.
    hold_seconds : float
        Duration of the result, 0 to 60 seconds; never less than `frame_seconds`.
    loop : bool
        Repeat the film without end.
    boomerang : bool
        Run back to the first frame after the result; neither is shown twice.
    steps : bool
        Show the frames between octaves too, not only one per octave.

    Raises
    ------
    DreamError
        If a time is out of range.
    """

    frame_seconds: float = number(
        0.5, 0.02, 10.0, "How long a frame shows.", unit=" seconds", press=0.1
    )
    hold_seconds: float = number(
        2.0, 0.0, 60.0, "How long the result shows.", unit=" seconds", press=0.5
    )
    loop: bool = flag(True, "Whether it starts over at its end.")
    boomerang: bool = flag(False, "There and back again.")
    steps: bool = flag(False, "Frames between octaves too.")

    def order(self, frames: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the frames in playing order: the result last, or in the middle of a boomerang."""
        back = frames[-2:0:-1] if self.boomerang else []
        return [*frames, *back]

    def milliseconds(self, count: int) -> list[int]:
        """Return each frame's duration in ms, in steps of 10, for `count` different frames."""
        frame = round(self.frame_seconds * 100) * 10
        hold = max(frame, round(self.hold_seconds * 100) * 10)
        back = [frame] * (count - 2) if self.boomerang else []
        return [*[frame] * (count - 1), hold, *back]


def shared_palette(pictures: Sequence[np.ndarray]) -> Image.Image:
    """Choose 256 colours for a whole film.

    Parameters
    ----------
    pictures : sequence of numpy.ndarray
        uint8, (H, W, 3) each, of any size; each counts alike, by a sample of it: of 128 x 128
        pixels, or of fewer where there are more than 6 pictures.

    Returns
    -------
    PIL.Image.Image
        A picture of mode ``"P"`` that carries the palette.
    """
    side = min(_SAMPLE_SIDE, math.isqrt(_SAMPLES // len(pictures)))
    samples = [_sample(pixels, side) for pixels in pictures]
    # Median cut, the default, gives small vivid parts away (a cat's green eyes turn brown).
    sheet = Image.fromarray(np.concatenate(samples))
    return sheet.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1)


def gif_film(
    frames: Iterable[np.ndarray],
    milliseconds: Sequence[int],
    *,
    palette: Image.Image,
    loop: bool,
    comment: str,
) -> bytes:
    """Write an animated GIF with one palette, dithered after Floyd and Steinberg.

    Parameters
    ----------
    frames : iterable of numpy.ndarray
        uint8, (H, W, 3), all of one size.
    milliseconds : sequence of int
        Duration of each frame, in steps of 10.
    palette : PIL.Image.Image
        Result of `shared_palette`.
    loop : bool
        Whether the film starts over at its end.
    comment : str
        Text of the comment block.
    """
    parts: list[bytes] = []
    for pixels, duration in zip(frames, milliseconds, strict=True):
        if not parts:
            parts += _gif_head(pixels, palette, loop, comment)
        frame = Image.fromarray(pixels).quantize(
            palette=palette, dither=Image.Dither.FLOYDSTEINBERG
        )
        parts += GifImagePlugin.getdata(frame, duration=duration, interlace=0)
    return b"".join([*parts, b";"])


def webp_film(
    frames: Iterable[np.ndarray],
    milliseconds: Sequence[int],
    *,
    loop: bool,
    quality: int,
    xmp: bytes,
) -> bytes:
    """Write an animated WebP (lossy); see `gif_film` for the parameters.

    The layout follows Google's WebP container specification: VP8X, ANIM, an ANMF per frame, XMP.
    """
    chunks: list[bytes] = []
    for pixels, duration in zip(frames, milliseconds, strict=True):
        height, width = pixels.shape[:2]
        size = _uint24(width - 1) + _uint24(height - 1)
        if not chunks:
            animation_and_xmp = 0b0000_0110
            chunks.append(_chunk(b"VP8X", struct.pack("<I", animation_and_xmp) + size))
            chunks.append(_chunk(b"ANIM", b"\xff" * 4 + struct.pack("<H", 0 if loop else 1)))
        still = iio.imwrite("<bytes>", pixels, extension=".webp", quality=quality, method=4)
        # Offset 0, 0; then the flag "do not blend": the frame replaces the last one.
        head = _uint24(0) * 2 + size + _uint24(duration) + b"\x02"
        chunks.append(_chunk(b"ANMF", head + still[12:]))  # after RIFF, size, WEBP
    chunks.append(_chunk(b"XMP ", xmp))
    return _chunk(b"RIFF", b"WEBP" + b"".join(chunks))


def _sample(pixels: np.ndarray, side: int) -> np.ndarray:
    rows, columns = (np.linspace(0, size - 1, side).astype(int) for size in pixels.shape[:2])
    return pixels[np.ix_(rows, columns)]


def _gif_head(pixels: np.ndarray, palette: Image.Image, loop: bool, comment: str) -> list[bytes]:
    height, width = pixels.shape[:2]
    # 0xf7: a global colour table of 256 colours of 8 bit.
    parts = [b"GIF89a", struct.pack("<HHBBB", width, height, 0xF7, 0, 0)]
    parts.append(bytes(palette.getpalette() or ()).ljust(768, b"\0"))
    if loop:  # 0 repeats: without end; without this block a film plays once
        parts.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")
    text = comment.encode()
    blocks = [text[start : start + 255] for start in range(0, len(text), 255)]
    parts.append(b"\x21\xfe" + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0")
    return parts


def _uint24(value: int) -> bytes:
    return struct.pack("<I", value)[:3]


def _chunk(name: bytes, payload: bytes) -> bytes:
    # A chunk of odd length is padded; its length does not include the padding.
    return name + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)
