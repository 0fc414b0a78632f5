"""A file is known by what is in it, and told of in one sentence."""

import gzip
import io
import os
import pickle
import tarfile
import zipfile

import h5py
import pytest

from dreamlab.errors import DreamError
from dreamlab.models.file_kinds import kind_of, label
from tests.support.keras_files import archive, parts_of, small_model


def tar():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as packed:
        packed.addfile(tarfile.TarInfo("own.keras"), io.BytesIO())
    return file.getvalue()


ONNX = b"\x08\x07\x12\x07pytorch\x1a\x05"
TABLE_END = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"

#: What a file begins with, or is, and what is said of it.
BYTES = {
    "nothing": (b"", "is empty: copy or download it again"),
    "one byte": (b"\x08", "is no file of Keras"),
    "text": (b"hello", "is no file of Keras: give a .keras or .h5 file"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
    "web page": (b"\n <!DOCTYPE html><html>", "is a web page, not a network"),
    "page without a type": (b"<html lang='en'>", "is a web page, not a network"),
    "TensorFlow Lite": (b"\x1c\0\0\0TFL3\0\0", "is a TensorFlow Lite file"),
    "ONNX": (ONNX, "is an ONNX file"),
    "old PyTorch": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "is a file of PyTorch"),
    "pickle": (pickle.dumps({"a": 1}), "is a pickle, which is code that is not run"),
    "safetensors": ((20).to_bytes(8, "little") + b'{"a": {}}', "is a safetensors file"),
    "array": (b"\x93NUMPY\x01\x00", "holds an array of NumPy"),
    "SavedModel": (b"\x08\x01\x12\x80\x02", "is a graph of TensorFlow without its Keras layers"),
    "checkpoint": (b"\x00" * 60 + TABLE_END, "is part of a checkpoint"),
    "list of checkpoints": (b'model_checkpoint_path: "w"', "is part of a checkpoint"),
    "gzip": (gzip.compress(b"own"), "is a packed archive: unpack it"),
    "tar": (tar(), "is a packed archive: unpack it"),
    "picture": (b"\x89PNG\r\n\x1a\n", "is a picture, not a network"),
    "layers": (b'{"class_name": "Functional"}', "holds the layers of a network without its weig"),
    "TensorFlow.js": (b'{"modelTopology": {}}', "is a network of TensorFlow.js"),
    "parts": (b'{"weight_map": {}}', "is a list of weights, without the network"),
    "other JSON": (b'{"a": 1}', "is no file of Keras"),
    "broken JSON": (b'{"class_name', "is no file of Keras"),
    "cut ZIP": (b"PK\x03\x04" + bytes(100), "is cut short: copy or download it again"),
    "cut HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "is cut short: copy or download it again"),
}

ZIPS = {
    "PyTorch": ({"archive/data.pkl": b"\x80\x02}q\x00."}, "is a file of PyTorch"),
    "TorchScript": ({"m/constants.pkl": b"", "m/code/a.py": b""}, "is a file of PyTorch"),
    "wrapped": ({"a/own.h5": b""}, "is a ZIP file: unpack it and give 'a/own.h5'"),
    "packed SavedModel": ({"m/saved_model.pb": b""}, "is a packed SavedModel"),
    "weights": ({"model.weights.h5": b""}, "lacks config.json, so that it holds weights alone"),
    "no weights": ({"config.json": b"{}"}, "lacks its weights"),
    "a folder": ({"m/config.json": b"", "m/model.weights.h5": b""}, "has its parts in a folder"),
    "arrays": ({"a.npy": b"", "b.npy": b""}, "holds arrays of NumPy"),
    "letter": ({"word/document.xml": b""}, "is a ZIP file without a network in it"),
    "nothing": ({}, "is a ZIP file without a network in it"),
}

FOLDERS = {
    "exported": (["saved_model.pb", "fingerprint.pb"], "is a SavedModel folder, which has no Ker"),
    "of Keras 2": (["saved_model.pb", "keras_metadata.pb"], "is a SavedModel folder of Keras 2"),
    "unpacked": (["config.json", "model.weights.h5", "metadata.json"], "is an unpacked .keras"),
    "checkpoint": (["checkpoint", "w.index"], "is a folder with a checkpoint"),
    "with a file": (["notes.txt", "own.h5"], "is a folder: give a file in it, such as 'own.h5'"),
    "empty": ([], "is a folder without a network in it"),
}


def said(path):
    with pytest.raises(DreamError) as error:
        kind_of(path)
    text = str(error.value)
    assert text.startswith(path.name) and text.isprintable() and len(text) < 320
    return text


@pytest.mark.parametrize("name", ["own.keras", "own.h5", "own"])
@pytest.mark.parametrize("kind", BYTES)
def test_what_keras_does_not_read_is_named_whatever_it_is_called(kind, name, tmp_path):
    content, expected = BYTES[kind]
    (tmp_path / name).write_bytes(content)
    assert expected in said(tmp_path / name)


@pytest.mark.parametrize("kind", ZIPS)
def test_zip_files_without_a_network(kind, tmp_path):
    parts, expected = ZIPS[kind]
    assert expected in said(archive(tmp_path / "own.keras", parts))


def test_a_zip_file_with_a_password(tmp_path):
    path = archive(tmp_path / "own.keras", {"config.json": "{}", "model.weights.h5": b""})
    locked = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        for entry in file.infolist():
            locked[entry.header_offset + 6] |= 1
    place = locked.find(b"PK\x01\x02")
    while place >= 0:
        locked[place + 8] |= 1
        place = locked.find(b"PK\x01\x02", place + 4)
    path.write_bytes(locked)
    assert "is a ZIP file with a password" in said(path)


@pytest.mark.parametrize("kind", FOLDERS)
def test_folders(kind, tmp_path):
    names, expected = FOLDERS[kind]
    folder = tmp_path / "own.keras"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"")
    assert expected in said(folder)


def test_names_that_only_tell_where_the_bytes_do_not(tmp_path):
    for name, expected in [
        ("own.onnx", "is an ONNX file"),
        ("frozen.pb", "is a graph of TensorFlow"),
        ("own.data-00000-of-00001", "is part of a checkpoint"),
    ]:
        (tmp_path / name).write_bytes(b"\x0a\x04node")
        assert expected in said(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "own.keras")
    assert "is neither a file nor a folder" in said(tmp_path / "own.keras")


def test_hdf5_files_without_a_network(tmp_path):
    small_model().save_weights(tmp_path / "own.weights.h5")
    assert "holds weights alone, without the network" in said(tmp_path / "own.weights.h5")
    with h5py.File(tmp_path / "old.h5", "w") as file:  # as Keras 2 writes weights
        file.attrs["layer_names"] = [b"low"]
    assert "holds weights alone, without the network" in said(tmp_path / "old.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["a"] = [1, 2]
    assert "is an HDF5 file without a network of Keras" in said(tmp_path / "other.h5")
    with h5py.File(tmp_path / "half.h5", "w") as file:
        file.attrs["model_config"] = "{}"
    assert "lacks its weights" in said(tmp_path / "half.h5")


def test_files_of_keras_are_known_under_any_name(tmp_path):
    small_model().save(tmp_path / "own.keras")
    small_model().save(tmp_path / "own.h5")
    for name, suffix in (("own.keras", ".keras"), ("own.h5", ".h5")):
        for other in ("a.keras", "a.h5", "a.hdf5", "a.zip", "a"):
            (tmp_path / other).write_bytes((tmp_path / name).read_bytes())
            assert kind_of(tmp_path / other) == suffix


def test_a_file_that_is_cut_anywhere_is_told_of(tmp_path):
    small_model().save(tmp_path / "own.keras")
    whole = (tmp_path / "own.keras").read_bytes()
    assert parts_of(tmp_path / "own.keras")["config.json"]
    for length in (10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.keras").write_bytes(whole[:length])
        assert "is cut short" in said(tmp_path / "cut.keras")


def test_a_name_that_cannot_be_printed_is_escaped_and_a_long_one_cut(tmp_path):
    assert label(tmp_path / "a\nb.keras") == r"'a\nb.keras'"
    assert label(tmp_path / ("n" * 200)) == "'" + "n" * 56 + "..."
    assert label(tmp_path / "größe 空.keras") == "größe 空.keras"
