"""TIFF pictures that Pillow does not read, or not rightly: deep, signed, float and many-banded."""

import numpy as np
from PIL import ExifTags, Image

from dreamlab.images import tiff_tags as tags
from dreamlab.images.levels import Levels, levels
from dreamlab.images.tiff_layout import NotRead, layout, stated_depth
from dreamlab.images.tiff_tags import Tags

#: Colour spaces to the number of their samples; and which are grey, or one of two L*a*b*.
_COLOURS = {0: 1, 1: 1, 2: 3, 5: 4, 8: 3, 9: 3}
_INVERTED, _GREY, _RGB, _CMYK, _LAB, _CIELAB = 0, (0, 1), 2, 5, (8, 9), 8
_OTHERS = {3: "a palette", 6: "YCbCr colours", 10: "L*a*b* colours"}

_AS_RGB = "save it as RGB"

#: Kinds of extra samples that are transparency: multiplied with the colours, and not.
_ASSOCIATED, _SEPARATE = 1, 2


class Tiff:
    """A TIFF picture, not yet decoded.

    Parameters
    ----------
    data : bytes
        The file.
    found : Tags
        Its tags.

    Attributes
    ----------
    shape : Shape
        Height and width as they are stored, in pixels.

    Raises
    ------
    NotRead
        If its samples are of a kind that is not read.
    ValueError, KeyError
        If its tags contradict one another.
    """

    def __init__(self, data: bytes, found: Tags) -> None:
        self._tags = found
        self._blocks = blocks = layout(data, found)
        self.shape = blocks.shape
        self._colour = colour = found.one(tags.PHOTOMETRIC)
        if colour not in _COLOURS:
            unread = _OTHERS.get(colour, "unusual colours")
            raise NotRead(f"{unread} of {blocks.bits} bits", _AS_RGB)
        if colour in _LAB and (blocks.kind == "f" or blocks.bits not in (8, 16)):
            raise NotRead(f"L*a*b* colours of {blocks.bits} bits", _AS_RGB)
        if blocks.samples < _COLOURS[colour]:
            raise ValueError("there are fewer samples than the colours have")

    def bytes_a_pixel(self) -> float:
        """Return the largest memory that decoding takes, in bytes per pixel."""
        blocks = self._blocks
        packed = blocks.block_bytes * (blocks.samples if blocks.planar else 1)
        # A block of a compressed file is held three times while it is unpacked.
        held = 3 * packed / self.shape.area if blocks.compression != 1 else 0
        return held + (1 if self._mode == "L" else 4)

    def read(self) -> tuple[Image.Image, list[str]]:
        """Return the picture, of 8 bits a sample, and what changed: ends of sentences about it."""
        colours, alpha, notes = self._levels()
        whole = Image.new(self._mode, (self.shape.width, self.shape.height))
        for top, samples in self._blocks.bands():
            pixels = self._pixels(samples, colours, alpha)
            band = Image.frombytes(self._mode, pixels.shape[1::-1], pixels.tobytes())
            whole.paste(band, (0, top))
        if self._tags.profile:
            whole.info["icc_profile"] = self._tags.profile
        whole.getexif()[ExifTags.Base.Orientation] = self._tags.one(tags.ORIENTATION, 1)
        return whole, notes

    @property
    def _alpha(self) -> int:
        """Which sample is transparency; 0 for none."""
        colours, extra = _COLOURS[self._colour], self._extra
        if self._colour in _GREY or self._colour == _RGB:
            for place, kind in enumerate(extra):
                if kind in (_ASSOCIATED, _SEPARATE):
                    return colours + place
        return 0

    @property
    def _extra(self) -> tuple[int, ...]:
        """Kinds of the samples beyond the colours."""
        number = self._blocks.samples - _COLOURS[self._colour]
        # A fourth sample of which nothing is said is transparency for other programs too.
        unsaid = (_SEPARATE,) if self._colour == _RGB and number == 1 else ()
        return self._tags.values.get(tags.EXTRA, unsaid)[:number]

    @property
    def _mode(self) -> str:
        if self._colour in _GREY:
            return "LA" if self._alpha else "L"
        if self._colour == _RGB:
            return "RGBA" if self._alpha else "RGB"
        return "CMYK" if self._colour == _CMYK else "LAB"

    def _levels(self) -> tuple[Levels, Levels, list[str]]:
        """Return the levels of colours and of transparency, and what they change."""
        blocks, notes = self._blocks, []
        left_out = blocks.samples - _COLOURS[self._colour] - bool(self._alpha)
        if left_out:
            bands = f"{left_out} band{'s' * (left_out > 1)}"
            notes.append(f"has {bands} beside its colours, which are left out")
        depth = stated_depth(self._tags)
        if blocks.kind == "u" and blocks.bits <= 16 and not depth:
            full = levels("u", blocks.bits, 0, 0)
            return full, full, notes
        low, high, most, finite = self._range()
        if depth and high < 2**depth:
            return Levels(0, 2**depth - 1), Levels(0, 2**depth - 1), notes
        found = levels(blocks.kind, blocks.bits, low, high)
        notes += found.note(inverted=self._colour == _INVERTED)
        if not finite:
            notes.append("has values that are not finite numbers, drawn black or white")
        if blocks.kind == "u":
            return found, levels("u", blocks.bits, 0, most), notes
        whites = (1, 255, 65535) if blocks.kind == "f" else (255, 65535)
        return found, Levels(0, next((white for white in whites if most <= white), most)), notes

    def _range(self) -> tuple[float, float, float, bool]:
        """Return the colours' lowest and highest, transparency's highest, and if all are finite."""
        low, high, most, finite = np.inf, -np.inf, 0.0, True
        for _, samples in self._blocks.bands():
            values = samples[:, :, : _COLOURS[self._colour]].astype(np.float64)
            there = np.isfinite(values)
            finite = finite and bool(there.all())
            low = values.min(initial=low, where=there)
            high = values.max(initial=high, where=there)
            if self._alpha:
                alpha = samples[:, :, self._alpha].astype(np.float64)
                most = max(most, float(np.nan_to_num(alpha).max()))
        return (low, high, most, finite) if low <= high else (0.0, 0.0, most, finite)

    def _pixels(self, samples: np.ndarray, found: Levels, opaque: Levels) -> np.ndarray:
        """Return samples as 8 bits of the picture's mode."""
        colours = samples[:, :, : _COLOURS[self._colour]]
        if self._mode == "LAB":
            return self._lab(colours)
        values = found.scaled(colours)
        if self._colour == _INVERTED:
            values = 1 - values
        if self._alpha:
            alpha = opaque.scaled(samples[:, :, self._alpha])[:, :, None]
            if self._extra[self._alpha - colours.shape[2]] == _ASSOCIATED:
                values = np.minimum(values / np.where(alpha > 0, alpha, 1), 1)
            values = np.concatenate([values, alpha], axis=2)
        pixels = np.rint(values * 255).astype(np.uint8)
        return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels

    def _lab(self, values: np.ndarray) -> np.ndarray:
        """Return L*a*b* colours of 8 bits, a and b 128 higher."""
        top = (values.astype(np.int64) >> self._blocks.bits - 8).astype(np.uint8)
        if self._colour == _CIELAB:
            top[:, :, 1:] ^= 128
        return top
