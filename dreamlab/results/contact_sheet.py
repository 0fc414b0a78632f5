"""Contact sheets: a grid of captioned pictures."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import takewhile

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dreamlab.errors import DreamError
from dreamlab.images import MAX_PIXELS, Picture, png
from dreamlab.results.naming import with_network
from dreamlab.results.run_data import RunData

_GAP = 16
_TEXT = 16
_LINE = 20
_TITLE = 24
_INK = (32, 32, 32)

#: ASCII replacements; Pillow's built-in font has only ASCII.
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "×": "x", "‘": "'", "’": "'", "“": '"', "”": '"'}
)


def contact_sheet(
    items: Sequence[tuple[str, Picture]],
    *,
    columns: int,
    title: str | None = None,
    text: Mapping[str, str] | None = None,
) -> bytes:
    """Lay out pictures in a grid, row by row.

    All pictures keep their size in pixels, so that they can be compared. A picture smaller than
    the largest is centred in its cell.

    Parameters
    ----------
    items : sequence of (str, Picture)
        Caption and picture. A caption too wide for its cell breaks at a ``·``; a part too wide
        for a line is cut.
    columns : int
        Pictures per row, 1 or more; fewer pictures make fewer columns.
    title : str, optional
        Title line of the sheet.
    text : mapping of str to str, optional
        Text chunks of the file.

    Returns
    -------
    bytes
        A PNG with no metadata but `text`.

    Raises
    ------
    DreamError
        If there are no pictures, `columns` is out of range, or the sheet would have more than
        64 million pixels.
    """
    if not items:
        raise DreamError("the contact sheet has 0 pictures; give at least 1")
    if columns < 1:
        raise DreamError(f"columns is {columns}; choose 1 or more")
    columns = min(columns, len(items))
    rows = math.ceil(len(items) / columns)
    cell_width = max(picture.shape.width for _, picture in items)
    cell_height = max(picture.shape.height for _, picture in items)
    top = _GAP + (_TITLE + _GAP if title else 0)
    captions = [_caption_lines(caption, cell_width) for caption, _ in items]
    below = max(map(len, captions)) - 1
    across, down = cell_width + _GAP, cell_height + 2 * _TEXT + below * _LINE + _GAP
    width, height = _GAP + columns * across, top + rows * down
    if width * height > MAX_PIXELS:
        raise DreamError(
            f"the contact sheet would be {width} x {height} px, over {MAX_PIXELS:,} pixels; "
            "choose fewer or smaller pictures"
        )

    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    if title:
        _write(draw, (_GAP, _GAP), title, _TITLE, width - 2 * _GAP)
    for index, (lines, (_, picture)) in enumerate(zip(captions, items, strict=True)):
        row, column = divmod(index, columns)
        left, upper = _GAP + column * across, top + row * down
        inset = (cell_width - picture.shape.width) // 2, (cell_height - picture.shape.height) // 2
        sheet.paste(Image.fromarray(picture.pixels), (left + inset[0], upper + inset[1]))
        for place, line in enumerate(lines):
            height = upper + cell_height + _TEXT // 2 + place * _LINE
            _write(draw, (left, height), line, _TEXT, cell_width)
    return png(np.asarray(sheet), text=text)


def comparison_sheet(
    dreams: Sequence[tuple[str, RunData]], text: Mapping[str, str] | None = None
) -> bytes:
    """Return a contact sheet of the original and the results of dreams on it, with their networks.

    Parameters
    ----------
    dreams : sequence of (str, RunData)
        Caption and dream, at least 1.
    text : mapping of str to str, optional
        Text chunks of the file.
    """
    items = [("Original", dreams[0][1].original)]
    items += [
        (with_network(name, recording.provenance.model), recording.final.picture)
        for name, recording in dreams
    ]
    return contact_sheet(items, columns=across(len(items)), text=text)


def across(count: int) -> int:
    """Return the number of pictures per row, for `count` pictures."""
    return {2: 2, 3: 3, 5: 3, 6: 3}.get(count, 4)


def _caption_lines(caption: str, width: int) -> list[str]:
    """Break a caption between its facts into lines that fit the width, if possible."""
    font = ImageFont.load_default(_TEXT)
    first, *facts = caption.split(" · ")
    lines = [first]
    for fact in facts:
        longer = f"{lines[-1]} · {fact}"
        if font.getlength(_plain(longer)) <= width:
            lines[-1] = longer
        else:
            lines.append(fact)
    return lines


def _write(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int, width: int
) -> None:
    font = ImageFont.load_default(size)
    text = _plain(text)
    if font.getlength(text) > width:
        lengths = (font.getlength(text[:count] + "...") for count in range(1, len(text)))
        fits = sum(1 for _ in takewhile(lambda length: length <= width, lengths))
        text = text[:fits] + "..."
    draw.text(place, text, fill=_INK, font=font)


def _plain(text: str) -> str:
    """Return one printable line, in ASCII as far as possible."""
    parts = unicodedata.normalize("NFKD", text[:2000].translate(_PLAIN))
    letters = "".join(char for char in parts if not unicodedata.combining(char))
    return "".join(char if char.isprintable() else " " for char in letters).strip()
