"""Contact sheets: a grid of captioned pictures."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import takewhile

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dreamlab.errors import DreamError
from dreamlab.images import MAX_PIXELS, Picture, png, resize_pixels
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
    items: Sequence[tuple[str, Picture] | None],
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
    items : sequence of (str, Picture) or None
        Caption and picture; None leaves a cell empty. A caption too wide for its cell breaks at a
        ``·``; a part too wide for a line is cut.
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
    shapes = [item[1].shape for item in items if item is not None]
    cell_width = max(shape.width for shape in shapes)
    cell_height = max(shape.height for shape in shapes)
    top = _GAP + (_TITLE + _GAP if title else 0)
    captions = [_caption_lines(item[0] if item else "", cell_width) for item in items]
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
    for index, (lines, item) in enumerate(zip(captions, items, strict=True)):
        if item is None:
            continue
        picture = item[1]
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


def sheet_of_rows(rows: Sequence[tuple[str, Sequence[tuple[str, RunData]]]]) -> bytes:
    """Return a contact sheet of several pictures: a row has an original and its dreams.

    A sheet that would have more than 64 million pixels has them smaller.

    Parameters
    ----------
    rows : sequence of (str, sequence of (str, RunData))
        Name of a picture, and at least 1 dream of it with its caption. A column is a caption.
    """
    captions = list(dict.fromkeys(name for _, dreams in rows for name, _ in dreams))
    items: list[tuple[str, Picture] | None] = []
    for of, dreams in rows:
        items.append((of, dreams[0][1].original))
        named = dict(dreams)
        for name in captions:
            dream = named.get(name)
            if dream is None:
                items.append(None)
            else:
                caption = with_network(name, dream.provenance.model)
                items.append((caption, dream.final.picture))
    return contact_sheet(fitted(items), columns=len(captions) + 1)


def fitted(items: Sequence[tuple[str, Picture] | None]) -> list[tuple[str, Picture] | None]:
    """Return pictures, scaled down together if a sheet of them would be too large."""
    shapes = [item[1].shape for item in items if item is not None]
    cell = [max(sides) for sides in zip(*shapes, strict=True)]
    # The gaps and captions take less than a third.
    scale = (MAX_PIXELS / 1.5 / (len(items) * cell[0] * cell[1])) ** 0.5
    if scale >= 1:
        return list(items)
    side = int(scale * max(cell))
    return [
        item and (item[0], Picture(resize_pixels(item[1].pixels, *item[1].shape.fitted(side))))
        for item in items
    ]


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
