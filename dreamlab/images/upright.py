"""Which way up a picture is shown, as its EXIF data say."""

from PIL import ExifTags, Image

#: EXIF orientation to the operation that turns a picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

#: The operations that keep width and height.
KEEPING = (_TURNS[2], _TURNS[3], _TURNS[4])

#: Where the last rows of a file are once it is turned; elsewhere they stay the last rows.
_ENDS = {
    _TURNS[3]: ("first", "rows"),
    _TURNS[4]: ("first", "rows"),
    _TURNS[5]: ("last", "columns"),
    _TURNS[6]: ("first", "columns"),
    _TURNS[7]: ("first", "columns"),
    _TURNS[8]: ("last", "columns"),
}


def turn(picture: Image.Image) -> Image.Transpose | None:
    """Return what turns a picture upright; None if it is, or its EXIF data are broken."""
    try:
        return _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a picture with broken EXIF data is still usable
        return None


def last_rows(picture: Image.Image, count: int, height: int) -> str:
    """Return where the last rows of a file are in the picture as it is shown.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture, not yet turned.
    count, height : int
        How many rows, and of how many.

    Returns
    -------
    str
        Such as ``"first 8 of 300 columns"``.
    """
    place, lines = "last", "rows"
    turned = turn(picture)
    if turned is not None:
        place, lines = _ENDS.get(turned, (place, lines))
    return f"{place} {count} of {height} {lines}"
