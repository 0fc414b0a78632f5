"""Measures what a network's file unpacks to, before anything in it is unpacked."""

import copy
import io
import math
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import h5py

from dreamlab.errors import DreamError
from dreamlab.models.file_kinds import CONFIG, METADATA, MOST_CONFIG, WEIGHTS, label
from dreamlab.models.machine import free_memory

#: Most bytes that a file may unpack to: the largest networks of Keras with what they were trained
#: with have less.
_MOST = 4e9

#: Times its own size that a file may unpack to, and the bytes up to which that is not looked at.
#: Weights that were learnt hardly get smaller; those of a small network may all be 0.
_MOST_TIMES, _FREE = 20, 64e6

_CHUNK = 1 << 20


def check_size(path: Path, suffix: str) -> None:
    """Raise `DreamError` if a file unpacks to more than a network has, or than there is room for.

    Parameters
    ----------
    path : Path
        A file of Keras.
    suffix : str
        ``".keras"`` or ``".h5"``: what the file is.

    Raises
    ------
    DreamError
        With both sizes, and the way out.
    Exception
        Of `zipfile` or `h5py`, if it is damaged.
    """
    stored = path.stat().st_size
    if suffix == ".h5":
        with h5py.File(path) as file:
            _check_total(path, _datasets(file), stored)
            if "model_config" in file.attrs:
                _check_config(path, file.attrs.get_id("model_config").get_storage_size())
        return
    with zipfile.ZipFile(path) as archive:
        _check_archive(path, archive, stored)


def _check_archive(path: Path, archive: zipfile.ZipFile, stored: int) -> None:
    members = archive.infolist()
    _check_total(path, sum(member.file_size for member in members), stored)
    for member in members:
        if member.filename in (CONFIG, METADATA):
            _check_config(path, member.file_size)
        _check_honest(archive, member)
    for member in members:
        if member.filename in WEIGHTS:
            with archive.open(member) as packed, _seekable(packed, member) as within:
                _check_weights(path, within, stored)


def _check_weights(path: Path, weights: IO[bytes], stored: int) -> None:
    if weights.read(4) == b"PK\x03\x04":
        with zipfile.ZipFile(weights) as inner:
            _check_archive(path, inner, stored)
        return
    try:
        file = h5py.File(weights)
    except OSError:
        return  # neither can Keras open it, and it says why
    with file:
        _check_total(path, _datasets(file), stored)


def _check_total(path: Path, unpacked: float, stored: int) -> None:
    said = f"{label(path)} unpacks to {_mb(unpacked)} from {_mb(stored)}"
    if unpacked > _MOST:
        raise DreamError(
            f"{said}; at most {_mb(_MOST)} are read: save keras.Model(model.inputs, "
            "model.outputs), which leaves out what it was trained with"
        )
    if unpacked > max(_FREE, _MOST_TIMES * stored):
        raise DreamError(
            f"{said}, as no weights do that were learnt; at most {_MOST_TIMES} times a file's size "
            "is read: save the network again with model.save('own.keras')"
        )
    if unpacked > (free := free_memory()):
        raise DreamError(
            f"{said}, and {_mb(free)} of memory are free: choose a smaller network, or end other "
            "programs"
        )


def _check_config(path: Path, size: int) -> None:
    if size > MOST_CONFIG:
        raise DreamError(
            f"{label(path)} describes its layers in {_mb(size)}; at most {_mb(MOST_CONFIG)} are "
            "read: choose a network of fewer layers"
        )


def _check_honest(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise `zipfile.BadZipFile` if a member unpacks to more than it declares.

    `zipfile` leaves out what is too much, but only once it is in memory.
    """
    if member.compress_type == zipfile.ZIP_STORED:
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile("not packed as Keras does")
    packed: Any = copy.copy(member)
    packed.compress_type, packed.file_size, packed.CRC = (
        zipfile.ZIP_STORED,
        member.compress_size,
        None,
    )
    inflater, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    with archive.open(packed) as file:
        while chunk := file.read(_CHUNK):
            while chunk:
                size += len(inflater.decompress(chunk, _CHUNK))
                if size > member.file_size:
                    raise zipfile.BadZipFile("larger than declared")
                chunk = inflater.unconsumed_tail


def _seekable(packed: IO[bytes], member: zipfile.ZipInfo) -> IO[bytes]:
    """Return a member that can be read from any place; its size is known to be right."""
    return packed if member.compress_type == zipfile.ZIP_STORED else io.BytesIO(packed.read())


def _datasets(file: h5py.File) -> int:
    """Return the bytes of all arrays in a file, as they declare them."""
    total = 0

    def add(name: str, item: Any) -> None:
        nonlocal total
        if isinstance(item, h5py.Dataset):
            total += math.prod(item.shape or (0,)) * item.dtype.itemsize

    file.visititems(add)
    return total


def _mb(size: float) -> str:
    return f"{math.ceil(size / 1e6):,} MB"
