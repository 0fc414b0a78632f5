"""Settings inside pictures: read from PNG, GIF, WebP and JSON; written for PNG and WebP."""

import json
import re
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, unescape

from PIL import Image

from dreamlab.errors import DreamError, shown

#: Key of the PNG text chunk in which a picture carries its settings.
SETTINGS_KEY = "dreamlab"

#: Most bytes of settings that are parsed: six variants with all they may have take a tenth.
_MOST_BYTES = 2**16

#: Deepest that settings are nested: dreamlab's own take half.
_DEEPEST = 12


def read_settings(file: str | Path | BinaryIO) -> dict[str, Any]:
    """Read the settings that a file made by dreamlab carries.

    Parameters
    ----------
    file : path or binary file
        A PNG (text chunk), GIF (comment), WebP (XMP) or JSON file.

    Returns
    -------
    dict
        The settings as written: ``config`` and, in pictures, ``model``, ``weights``,
        ``precision`` and ``dreamlab`` (the version) beside it, ``parent`` where the dream goes on
        from another one, and in a PNG ``frame``, its place in the dream.

    Raises
    ------
    DreamError
        If the file cannot be read or carries no settings.
    """
    label = Path(file).name if isinstance(file, str | Path) else "the file"
    try:
        if isinstance(file, str | Path):
            with open(file, "rb") as binary:
                text = _embedded_text(binary)
        else:
            text = _embedded_text(file)
    except OSError as error:
        reason = error.strerror or "it is not a PNG, GIF, WebP or JSON file"
        raise DreamError(f"{label} cannot be read: {reason}") from error
    except (ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DreamError(f"{label} cannot be read: it is damaged or not a picture") from error
    if text is None:
        raise DreamError(f"{label} carries no dreamlab settings; choose a file dreamlab made")
    if len(text.encode()) > _MOST_BYTES:
        raise DreamError(
            f"{label} carries more than {_MOST_BYTES // 1024} kB of settings; choose a file "
            "dreamlab made"
        )
    settings = parse_json(text)
    if not isinstance(settings, dict):
        raise DreamError(f"{label} carries settings that are {shown(settings)}, not an object")
    if _deeper(settings, _DEEPEST):  # else whatever goes through them may run out of stack
        raise DreamError(
            f"{label} carries settings that are nested too deep; choose a file dreamlab made"
        )
    return settings


def _deeper(value: Any, most: int) -> bool:
    """Return whether a value is nested deeper than that, without going deeper itself."""
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return most == 0 or any(_deeper(part, most - 1) for part in inside)


def parse_json(text: str) -> Any:
    """Parse JSON; text that is not JSON becomes a `DreamError`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DreamError(f"settings are not JSON: {shown(text)}") from error


def _embedded_text(file: BinaryIO) -> str | None:
    start = file.read(1)
    file.seek(0)
    if start in (b"{", b"["):
        data = file.read(2 * _MOST_BYTES)  # a longer file may be cut within a letter
        return data.decode("utf-8", "strict" if len(data) <= _MOST_BYTES else "ignore")
    # Pillow reads only the header: settings come before the pixels, so no pixel is decoded.
    with Image.open(file, formats=("PNG", "GIF", "WEBP")) as picture:
        if picture.format == "PNG":
            text = picture.info.get(SETTINGS_KEY)
        elif picture.format == "GIF":
            comment = picture.info.get("comment", b"")
            text = comment.decode("utf-8") if comment.startswith(b"{") else None
        else:
            text = _xmp_settings(picture)
    return text


def _xmp_settings(picture: Image.Image) -> str | None:
    # A regular expression finds the attribute that dreamlab writes. An XML parser would be exposed
    # to strangers' files, and Pillow's parser needs another package.
    match = re.search(rb'\sdreamlab:settings="([^"<]*)"', picture.info.get("xmp", b""))
    return unescape(match[1].decode("utf-8"), {"&quot;": '"'}) if match else None


def settings_text(settings: str) -> dict[str, str]:
    """Return settings as the text chunks of a PNG; `read_settings` reads them back."""
    return {SETTINGS_KEY: settings}


def settings_xmp(settings: str) -> bytes:
    """Wrap settings into an XMP packet, as one attribute; `read_settings` reads it back."""
    value = escape(settings, {'"': "&quot;"})
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dreamlab="urn:dreamlab" '
        f'dreamlab:settings="{value}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()
