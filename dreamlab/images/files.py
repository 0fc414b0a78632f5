"""Files that hold pictures: their names in a sentence, and their bytes."""

import io
from pathlib import Path
from typing import BinaryIO

from dreamlab.errors import DreamError, shown

#: Most bytes of a file that is read.
MAX_BYTES = 256 * 2**20


def label(file: str | Path | bytes | BinaryIO) -> str:
    """Return a file's name for a sentence: its last part, printable, at most 60 characters."""
    if isinstance(file, str | Path):
        name = Path(file).name or str(file)
    else:
        path = getattr(file, "name", None)
        name = Path(path).name if isinstance(path, str) else ""
    plain = "".join(char if char.isprintable() else "?" for char in name)
    if len(plain) > 60:
        plain = plain[:40] + "..." + plain[-17:]
    return plain or "the picture"


def named(data: bytes, name: str) -> BinaryIO:
    """Return bytes as a file of a name, which sentences say."""
    file = io.BytesIO(data)
    file.name = name
    return file


def read(file: str | Path | bytes | BinaryIO, label: str) -> bytes:
    """Return the bytes of a file; raise `DreamError` if it cannot be read, is empty or too large.

    Parameters
    ----------
    file : path, bytes or binary file
        The file.
    label : str
        Its name in the sentence.
    """
    data = _bytes(file, label)
    if not data:
        raise DreamError(f"{label} is empty; choose a picture file")
    if len(data) > MAX_BYTES:
        raise DreamError(f"{label} is larger than {MAX_BYTES >> 20} MB; choose a smaller file")
    return data


def _bytes(file: str | Path | bytes | BinaryIO, label: str) -> bytes:
    if isinstance(file, bytes):
        return file
    if not isinstance(file, str | Path) and not hasattr(file, "read"):
        raise DreamError(
            f"the picture is {shown(file)}; give a path, bytes, a file, a Pillow picture or an "
            "array"
        )
    try:
        if not isinstance(file, str | Path):
            return file.read(MAX_BYTES + 1)
        path = Path(file)
        if path.exists() and not path.is_file():
            raise DreamError(f"{label} is not a file; choose a picture file")
        with path.open("rb") as binary:
            return binary.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        raise DreamError(
            f"{label} cannot be read: {reason.lower()}; choose another file"
        ) from error
