"""Tells what a file or folder is by what is in it, whatever its name."""

import json
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

import h5py

from dreamlab.errors import DreamError, shown
from dreamlab.own_models import OWN_SUFFIXES

#: Bytes by which a file is known, where they stand, and what is said of it.
_MARKS = (
    (
        0,
        b"version https://git-lfs",
        "is a pointer of Git LFS, not the file itself: fetch that with git lfs pull",
    ),
    (
        4,
        b"TFL3",
        "is a TensorFlow Lite file, of which no gradient can be taken: "
        "give the Keras file that it was made from",
    ),
    (0, b"\x80\x02\x8a\nl\xfc\x9c", "{torch}"),  # the number that torch.save began with
    (0, b"\x93NUMPY", "holds an array of NumPy, not a network: {save}"),
    (0, b"\x08\x01\x12", "{graph}"),
    (0, b"\x1f\x8b", "{packed}"),
    (0, b"BZh", "{packed}"),
    (0, b"\xfd7zXZ", "{packed}"),
    (0, b"7z\xbc\xaf", "{packed}"),
    (0, b"Rar!", "{packed}"),
    (257, b"ustar", "{packed}"),
    (0, b"\x89PNG", "{picture}"),
    (0, b"\xff\xd8\xff", "{picture}"),
    (0, b"GIF8", "{picture}"),
)

#: Most bytes of a description in JSON: that of 1,000 layers has 1 MB, and what is made of it takes
#: up to 25 times as much.
MOST_CONFIG = 8_000_000

#: Most bytes of the list of weights that a safetensors file begins with.
_MOST_HEADER = 100_000_000

#: The last bytes of the index of a checkpoint, and of other tables of its kind.
_TABLE = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"

_SAID = {
    "save": "save the whole network with model.save('own.keras')",
    "torch": "is a file of PyTorch, and only networks of Keras can be loaded: build the network "
    "in Keras, give it these weights and save it with model.save",
    "graph": "is a graph of TensorFlow without its Keras layers: "
    "save the model itself with model.save('own.keras')",
    "packed": "is a packed archive: unpack it and give the .keras or .h5 file in it",
    "picture": "is a picture, not a network: give a .keras or .h5 file as the model",
    "alone": "holds weights alone, without the network: save both with model.save('own.keras'), or "
    "give it as the weights of a named network (--weights)",
    "cut": "is cut short: copy or download it again",
    "none": "is no file of Keras: give a .keras or .h5 file that model.save has written",
}

#: The parts of an unpacked .keras file.
CONFIG, METADATA = "config.json", "metadata.json"
WEIGHTS = ("model.weights.h5", "model.weights.npz")


def label(path: Path) -> str:
    """Return a file's name for a sentence: printable, and at most 60 characters."""
    name = path.name or str(path.resolve())
    return name if name.isprintable() and len(name) <= 60 else shown(name)


def kind_of(path: Path) -> Literal[".keras", ".h5"]:
    """Return the suffix that suits what is in a file.

    Parameters
    ----------
    path : Path
        A file or folder that exists.

    Raises
    ------
    DreamError
        If Keras 3 has no reader for it; the message says what it is, and the way out.
    OSError
        If it cannot be read.
    """
    if path.is_dir():
        raise _refusal(path, _folder(path))
    if not path.is_file():
        raise _refusal(path, "is neither a file nor a folder: give a .keras or .h5 file")
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(max(0, path.stat().st_size - len(_TABLE)))
        tail = file.read()
    if head.startswith(b"\x89HDF") or h5py.is_hdf5(path):
        return _hdf5(path)
    if head.startswith(b"PK") or zipfile.is_zipfile(path):
        return _zip(path)
    raise _refusal(path, _other(path, head, tail))


def _refusal(path: Path, text: str) -> DreamError:
    return DreamError(f"{label(path)} {text.format(**_SAID)}")


def _folder(path: Path) -> str:
    names = {entry.name for entry in path.iterdir()}
    if "keras_metadata.pb" in names:
        return (
            "is a SavedModel folder of Keras 2, which Keras 3 does not read: "
            "load it with Keras 2 (the package tf_keras) and save it as .h5"
        )
    if names & {"saved_model.pb", "saved_model.pbtxt"}:
        return (
            "is a SavedModel folder, which has no Keras layers: "
            "save the model itself with model.save('own.keras')"
        )
    if CONFIG in names and names & set(WEIGHTS):
        return "is an unpacked .keras file: pack what is in it into a ZIP file named own.keras"
    if "checkpoint" in names or any(name.endswith(".index") for name in names):
        return "is a folder with a checkpoint, which holds weights alone: {save}"
    files = sorted(name for name in names if _is_own(name))
    if files:
        return f"is a folder: give a file in it, such as {shown(files[0])}"
    return "is a folder without a network in it: give a .keras or .h5 file"


def _is_own(name: str) -> bool:
    return name.lower().endswith(OWN_SUFFIXES) and not name.endswith(WEIGHTS)


def _hdf5(path: Path) -> Literal[".h5"]:
    try:
        with h5py.File(path) as file:
            described, weighted = "model_config" in file.attrs, "model_weights" in file
            alone = "layer_names" in file.attrs or {"layers", "vars"} & set(file)
    except (OSError, RuntimeError) as error:
        raise _refusal(path, "{cut}") from error
    if described and weighted:
        return ".h5"
    if alone or weighted:
        raise _refusal(path, "{alone}")
    if described:
        raise _refusal(path, "lacks its weights: {save}")
    raise _refusal(path, "is an HDF5 file without a network of Keras: {save}")


def _zip(path: Path) -> Literal[".keras"]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            locked = any(entry.flag_bits & 1 for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _refusal(path, "{cut}") from error
    lasts = {PurePosixPath(name).name for name in names}
    own = sorted(name for name in names if _is_own(name))
    if locked:
        said = "is a ZIP file with a password: unpack it and give the file in it"
    elif CONFIG in names and set(names) & set(WEIGHTS):
        return ".keras"
    elif lasts & {"data.pkl", "constants.pkl", "archive_format"}:
        said = "{torch}"
    elif "saved_model.pb" in lasts:
        said = "is a packed SavedModel, which has no Keras layers that Keras 3 reads: {save}"
    elif own:
        said = f"is a ZIP file: unpack it and give {shown(own[0])}, which is in it"
    elif set(names) & set(WEIGHTS):
        said = f"lacks {CONFIG}, so that it holds weights alone: {{save}}"
    elif CONFIG in names:
        said = "lacks its weights: {save}"
    elif CONFIG in lasts and lasts & set(WEIGHTS):
        said = "has its parts in a folder: pack them into the ZIP file without the folder"
    elif names and all(name.endswith(".npy") for name in names):
        said = "holds arrays of NumPy, not a network: {save}"
    else:
        said = "is a ZIP file without a network in it: give a file that model.save has written"
    raise _refusal(path, said)


def _other(path: Path, head: bytes, tail: bytes) -> str:
    """Return what is said of a file that is neither HDF5 nor ZIP."""
    if not head:
        return "is empty: copy or download it again"
    for place, mark, said in _MARKS:
        if head[place : place + len(mark)] == mark:
            return said
    if head[0] == 0x80 and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "is a pickle, which is code that is not run: {save}"
    if path.suffix == ".onnx" or re.match(rb"\x08[\x02-\x1f][\x12:]", head):
        return "is an ONNX file, and only networks of Keras are read: give a .keras or .h5 file"
    if head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= _MOST_HEADER:
        return "is a safetensors file, which holds weights alone: {save}"
    if tail == _TABLE or ".data-00000-of-" in path.name or head.startswith(b"model_checkpoint"):
        return "is part of a checkpoint, which holds weights alone: {save}"
    if path.suffix == ".pb":
        return "{graph}"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        return "is a web page, not a network, as after a failed download: download it again"
    return _json(path) if text.startswith(b"{") and path.stat().st_size <= MOST_CONFIG else "{none}"


def _json(path: Path) -> str:
    try:
        values = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return "{none}"
    if "modelTopology" in values:
        return "is a network of TensorFlow.js: give the Keras file that it was made from"
    if "weight_map" in values:
        return "is a list of weights, without the network: {save}"
    if "class_name" in values:
        return "holds the layers of a network without its weights: {save}"
    return "{none}"
