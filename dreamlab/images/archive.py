"""Reads ZIP files in memory, within bounds: nothing is written, and no header is trusted."""

import functools
import io
import zipfile
from collections.abc import Callable
from typing import NamedTuple

from dreamlab.errors import DreamError
from dreamlab.images import files

#: Most entries of a ZIP, folders counted.
MOST_ENTRIES = 2000

#: Most bytes of one file.
MOST_EACH = 50_000_000

#: Most bytes to which ZIPs may inflate.
MOST_INFLATED = 400_000_000

#: Bytes that are inflated at once: zipfile inflates as many as it is asked for before it looks at
#: how many a header says.
_PIECE = 2**16

#: First bytes of a ZIP: with entries, and empty.
_STARTS = b"PK\3\4", b"PK\5\6"

#: Where an entry of a ZIP's list begins.
_LISTED = b"PK\1\2"

#: Others ask for memory as a header says, or are rare.
_METHODS = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


class Entry(NamedTuple):
    """A file that is not read yet.

    Parameters
    ----------
    name : str
        Its name, with the folders before it.
    size : int
        Bytes that it takes as it is: in a ZIP, packed.
    read : callable
        Returns its bytes; raises `DreamError` if it is damaged or larger than 50 MB.
    """

    name: str
    size: int
    read: Callable[[], bytes]


def is_zip(head: bytes) -> bool:
    """Return whether a file with these first bytes is a ZIP."""
    return head.startswith(_STARTS)


def entries(data: bytes, label: str, room: int = MOST_INFLATED) -> tuple[list[Entry], int]:
    """List the files of a ZIP, which are inflated when they are read.

    Parameters
    ----------
    data : bytes
        The ZIP.
    label : str
        Its name in sentences.
    room : int
        Most bytes to which it may inflate. Files over 50 MB do not count: they are not inflated.

    Returns
    -------
    entries : list of Entry
        Its files.
    inflated : int
        Bytes to which they inflate.

    Raises
    ------
    DreamError
        If it is damaged, locked, packed in an unusual way, has over 2,000 entries, or inflates to
        more bytes.
    """
    # Before the list is read, whose entries take far more memory than their bytes.
    if data.count(_LISTED) > MOST_ENTRIES:
        raise DreamError(
            f"{label} has more than {MOST_ENTRIES:,} entries, with those of ZIPs in it; give a ZIP "
            "of fewer"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:
        # A damaged file can make zipfile raise nearly any exception.
        raise DreamError(f"{label} is a damaged ZIP; pack it again") from error
    # A name may be empty, which `is_dir` does not expect.
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    if any(info.flag_bits & 1 for info in infos):
        raise DreamError(f"{label} is a ZIP with a password; pack it without one")
    strange = [info.compress_type for info in infos if info.compress_type not in _METHODS]
    if strange:
        raise DreamError(
            f"{label} is a ZIP of method {strange[0]}, which is not read; pack it with Deflate"
        )
    inflated = sum(info.file_size for info in infos if info.file_size <= MOST_EACH)
    if inflated > room:
        raise DreamError(
            f"{label} unpacks to {inflated / 1e6:,.1f} MB, and at most {room / 1e6:.1f} MB are "
            "read; give fewer or smaller pictures"
        )
    found = [
        Entry(info.filename, info.compress_size, functools.partial(_inflated, archive, info))
        for info in infos
    ]
    return found, inflated


def check_each(size: int, label: str) -> None:
    """Raise `DreamError` if a file is larger than 50 MB."""
    if size > MOST_EACH:
        raise DreamError(f"{label} is larger than {MOST_EACH / 1e6:g} MB; choose a smaller file")


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    label = files.label(info.filename)
    check_each(info.file_size, label)
    try:
        with archive.open(info) as member:
            data = bytearray()
            while len(data) <= MOST_EACH and (piece := member.read(_PIECE)):
                data += piece
    except Exception as error:
        raise DreamError(f"{label} is damaged in its ZIP; pack it again") from error
    check_each(len(data), label)
    return bytes(data)
