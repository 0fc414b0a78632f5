"""A picture that is passed around: decoded once, encoded once, each when first asked for."""

import copy
import hashlib
from collections.abc import Mapping
from typing import Self

import imageio.v3 as iio
import numpy as np

from dreamlab.images.pixels import from_pixels, jpeg, png, to_pixels
from dreamlab.images.shape import Shape

#: Quality of the JPEG, which the page and reports show.
_JPEG_QUALITY = 92


def digest(values: np.ndarray) -> str:
    """Return the SHA-256 of a picture's size and values, in hexadecimal."""
    told = hashlib.sha256(str(Shape.of(values)).encode())
    told.update(np.ascontiguousarray(values).data)
    return told.hexdigest()


class Picture:
    """An RGB picture, which does not change.

    It holds its pixels, or once its PNG was asked for the PNG instead, never both.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (H, W, 3).
    name : str
        What it shows, for those who cannot see it.
    text : mapping of str to str, optional
        Text chunks of its PNG.
    full : Shape, optional
        Height and width before it was scaled down, in pixels; by default its own.

    Attributes
    ----------
    shape, full : Shape
        Height and width, in pixels: its own, and before it was scaled down.
    """

    def __init__(
        self,
        pixels: np.ndarray,
        name: str = "",
        text: Mapping[str, str] | None = None,
        full: Shape | None = None,
    ) -> None:
        self.name = name
        self.shape = Shape.of(pixels)
        self.full = full or self.shape
        self._text = dict(text or {})
        self._pixels: np.ndarray | None = pixels
        self._png: bytes | None = None
        self._jpeg: bytes | None = None

    @classmethod
    def of(
        cls,
        image: np.ndarray,
        name: str = "",
        text: Mapping[str, str] | None = None,
        full: Shape | None = None,
    ) -> Self:
        """Make a picture of float32 values in [-1, 1], shape (H, W, 3); see `to_pixels`."""
        return cls(to_pixels(image), name, text, full)

    @classmethod
    def exactly(cls, image: np.ndarray) -> "Picture | np.ndarray":
        """Return a picture whose `as_float` is an image, or the image where there is none.

        A picture takes a quarter of the memory. There is none for values between those of bytes,
        as a file of 16 bits or a resized picture has.
        """
        picture = cls.of(image)
        rows = zip(picture.pixels, image, strict=True)
        exact = all(np.array_equal(from_pixels(pixels), values) for pixels, values in rows)
        return picture if exact else image

    @property
    def pixels(self) -> np.ndarray:
        """Its pixels, uint8 (H, W, 3)."""
        pixels = self._pixels
        if pixels is None:
            assert self._png is not None
            pixels = iio.imread(self._png, extension=".png")
        return pixels

    @property
    def png(self) -> bytes:
        """The picture as PNG, with its text chunks."""
        if self._png is None:
            self._png = png(self.pixels, text=self._text)
            self._pixels = None  # last: another thread finds one or the other
        return self._png

    @property
    def jpeg(self) -> bytes:
        """The picture as JPEG."""
        if self._jpeg is None:
            self._jpeg = jpeg(self.pixels, quality=_JPEG_QUALITY)
        return self._jpeg

    @property
    def digest(self) -> str:
        """SHA-256 of its size and pixels, in hexadecimal."""
        return digest(self.pixels)

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        pixels = self._pixels
        held = len(self._png or b"") if pixels is None else pixels.nbytes
        return held + len(self._jpeg or b"")

    def as_float(self) -> np.ndarray:
        """Return float32 values in [-1, 1], shape (H, W, 3); see `from_pixels`."""
        return from_pixels(self.pixels)

    def with_text(self, text: Mapping[str, str]) -> "Picture":
        """Return the same picture with further text chunks in its PNG."""
        return Picture(self.pixels, self.name, self._text | dict(text), self.full)

    def named(self, name: str) -> "Picture":
        """Return the same picture, described by a name."""
        same = copy.copy(self)
        same.name = name
        return same

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Picture):
            return NotImplemented
        return self is other or np.array_equal(self.pixels, other.pixels)

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict:
        """Leave the JPEG out, which whoever shows the picture makes."""
        return vars(self) | {"_jpeg": None}

    def __repr__(self) -> str:
        return f"<Picture: {self.shape.width} x {self.shape.height} px>"

    def _repr_png_(self) -> bytes:
        return self.png
