"""Decodes pictures: bytes of files and Pillow's pictures to plain RGB, upright and scaled."""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from PIL import Image, PngImagePlugin, TiffImagePlugin

from dreamlab.errors import DreamError
from dreamlab.images import avif_colour, cut, native, png_colour, png_deep
from dreamlab.images.bounds import bytes_a_pixel, check_memory, check_size
from dreamlab.images.colour import has_profile, to_rgb
from dreamlab.images.encoding import encoding
from dreamlab.images.kinds import FORMATS, RAW, SPOKEN, refusal
from dreamlab.images.parts import check_parts
from dreamlab.images.shape import Shape
from dreamlab.images.tiff import Tiff
from dreamlab.images.tiff_layout import (
    NotRead,
    check_compression,
    check_tiles,
    is_plain,
    is_ycbcr,
)
from dreamlab.images.tiff_tags import Tags, read_tags
from dreamlab.images.upright import KEEPING, turn

# Cap PNG text chunks; Pillow's default lets a small file expand to 256 MB.
PngImagePlugin.MAX_TEXT_MEMORY = 4 * 2**20


class Wanted(NamedTuple):
    """How a picture is to be read, as `dreamlab.images.load.read_image` has it."""

    max_side: int | None
    max_pixels: int
    max_memory: float | None
    background: str


class Decoded(NamedTuple):
    """A picture that was decoded.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture, RGB and upright.
    full : Shape
        Its height and width before it was scaled down, in pixels.
    notes : list of str
        What is missing or changed, as ends of sentences about it.
    transparent : bool
        Whether a background shows through it.
    """

    picture: Image.Image
    full: Shape
    notes: list[str]
    transparent: bool


def decoded(data: bytes, label: str, wanted: Wanted) -> Decoded:
    """Decode a file, which has a name for sentences."""
    with _in_words(label, wanted.max_pixels, data):
        check_parts(data, label)
        data = cut.unpadded(data)
        tags = _tags(data)
        if tags is None:
            with _opened(data) as opened:
                return _read(opened, data, label, wanted)
        with native.quiet():
            return _tiff(data, tags, label, wanted)


def converted(picture: Image.Image, wanted: Wanted) -> Decoded:
    """Convert a picture of Pillow to RGB and to a longest side."""
    label = "the picture"
    with _in_words(label, wanted.max_pixels, b""):
        width, height = picture.size
        check_size(width, height, label, wanted.max_pixels)
        picture.load()
        full = Shape(height, width)
        shape = full.fitted(wanted.max_side)
        return _scaled(picture, shape, full, picture.size, wanted.background)


def _tags(data: bytes) -> Tags | None:
    """Return the tags of a TIFF file; None for other files, and where they make no sense."""
    try:
        return read_tags(data)
    except (ValueError, struct.error):
        return None


def _tiff(data: bytes, tags: Tags, label: str, wanted: Wanted) -> Decoded:
    """Decode a TIFF file."""
    raw = RAW if tags.is_raw else refusal(data)
    if raw:
        raise DreamError(f"{label} {raw}")
    check_tiles(tags)
    if is_plain(tags):
        try:
            with _opened(data, tags) as opened:
                return _read(opened, data, label, wanted)
        except Image.UnidentifiedImageError:
            pass  # it is in a layout that Pillow does not know
        except OSError:
            check_compression(tags)
            raise
    tiff = Tiff(data, tags)
    check_size(tiff.shape.width, tiff.shape.height, label, wanted.max_pixels)
    if wanted.max_memory is not None:
        check_memory("TIFF", tiff.shape, tiff.bytes_a_pixel(), label, wanted.max_memory)
    picture, notes = tiff.read()
    shape = tiff.shape.fitted(wanted.max_side)
    small = _scaled(picture, shape, tiff.shape, picture.size, wanted.background)
    return small._replace(notes=notes + small.notes)


def _opened(data: bytes, tags: Tags | None = None) -> Image.Image:
    """Open a file with Pillow."""
    # Pillow's own decoder knows no YCbCr of which some samples are left out, and libtiff does.
    TiffImagePlugin.READ_LIBTIFF = tags is not None and is_ycbcr(tags)
    try:
        return Image.open(io.BytesIO(data), formats=tuple(FORMATS))
    finally:
        TiffImagePlugin.READ_LIBTIFF = False


def _read(picture: Image.Image, data: bytes, label: str, wanted: Wanted) -> Decoded:
    """Decode a picture that Pillow has opened."""
    width, height = picture.size
    check_size(width, height, label, wanted.max_pixels)
    full = Shape(height, width)
    shape = full.fitted(wanted.max_side)
    # A JPEG can be decoded at a half, a quarter or an eighth of its size. Twice the final size is
    # enough for no visible difference.
    size = 2 * shape.width, 2 * shape.height
    drafted = picture.draft(None, size)
    _, (*_, across, down) = drafted or (None, (0, 0, width, height))
    _add_colours(picture, data)
    code = encoding(picture.info)
    notes = [code.note] if code is not None and code.note else []
    deep = png_deep.is_deep(picture, data)
    if wanted.max_memory is not None:
        each = png_deep.BYTES_A_PIXEL if deep else bytes_a_pixel(picture, full.area)
        check_memory(str(picture.format), full, each, label, wanted.max_memory)
    if not _is_whole(picture):
        # What was decoded would stay in memory beside what is decoded next.
        picture.close()
        picture, missing = cut.mended(data, size)
        notes += [missing] if missing else []
    if deep:
        picture = png_deep.converted(picture, data)
    small = _scaled(picture, shape, full, (across, down), wanted.background)
    return small._replace(notes=notes + small.notes)


def _add_colours(picture: Image.Image, data: bytes) -> None:
    """Add to a picture's words on its colours those that Pillow passes over, and drop void ones."""
    info = picture.info
    if picture.format == "PNG":
        info |= png_colour.unread(data)
        if "cicp" in info or not has_profile(picture):
            info.pop("icc_profile", None)
    elif picture.format == "AVIF":
        if not has_profile(picture):
            info.pop("icc_profile", None)
            info |= avif_colour.unread(data)


def _is_whole(picture: Image.Image) -> bool:
    """Load a picture, and return whether it is whole: a JPEG may lack its end."""
    try:
        picture.load()
    except OSError:
        if picture.format not in ("JPEG", "MPO"):
            raise
        return False
    return True


def _scaled(
    picture: Image.Image,
    shape: Shape,
    full: Shape,
    part: tuple[float, float],
    background: str,
) -> Decoded:
    """Convert the upper left part of a loaded picture to RGB and a shape, upright.

    `part` is the part's width and height, in pixels.
    """
    across, down = part
    # The order (width by strips, height, rotation) keeps a single large copy in memory.
    plain = to_rgb(picture, width=shape.width, across=across, background=background)
    box = (0, 0, shape.width, down)
    small = plain.picture.resize((shape.width, shape.height), Image.Resampling.LANCZOS, box)
    turned = turn(picture)
    if turned is not None:
        upright = small.transpose(turned)
        full = full if turned in KEEPING else Shape(full.width, full.height)
        return Decoded(upright, full, plain.notes, plain.transparent)
    return Decoded(small, full, plain.notes, plain.transparent)


@contextmanager
def _in_words(label: str, max_pixels: int, data: bytes) -> Iterator[None]:
    """Turn an error of the decoder into a `DreamError`."""
    try:
        yield
    except DreamError:
        raise
    except MemoryError as error:
        raise DreamError(
            f"{label} takes more memory to decode than there is; choose a smaller picture"
        ) from error
    except Image.DecompressionBombError as error:
        raise DreamError(
            f"{label} has far more than {max_pixels:,} pixels; choose a smaller picture"
        ) from error
    except Image.UnidentifiedImageError as error:
        kind = refusal(data) or f"is not a {SPOKEN} picture, or it is damaged; choose another"
        raise DreamError(f"{label} {kind}") from error
    except NotRead as error:
        raise DreamError(
            f"{label} is a TIFF picture with {error.what}, which is not read: {error.way}"
        ) from error
    except cut.CutOffError as error:
        raise DreamError(f"{label} is damaged, as it {error}; choose a whole one") from error
    except Exception as error:
        # A damaged file can make a decoder raise nearly any exception.
        raise DreamError(f"{label} is damaged and cannot be decoded; choose another") from error
