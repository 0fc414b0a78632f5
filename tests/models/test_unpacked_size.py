"""Files that unpack to far more than they are: refused before anything is unpacked."""

import io
import json
import tracemalloc
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from dreamlab.errors import DreamError
from dreamlab.models import unpacked_size
from dreamlab.models.file_kinds import CONFIG, WEIGHTS
from dreamlab.models.own_file import read_own
from tests.support.keras_files import keras2_config, parts_of, refusal, small_model

#: More than is unpacked for any file to be refused, and less than is read of any.
BOUND = 40e6

ZEROS = bytes(100_000_000)
CONFIG_TEXT = json.dumps(keras2_config())


def packed(parts, how=zipfile.ZIP_DEFLATED):
    """Return a ZIP file of parts, a name and bytes each."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def hdf5(config=CONFIG_TEXT, **options):
    """Return an HDF5 file with a network and an array of 400 MB that takes next to nothing."""
    file = io.BytesIO()
    with h5py.File(file, "w") as written:
        written.attrs["model_config"] = config
        written.create_group("model_weights").create_dataset(
            "huge", (100_000_000,), np.float32, **options
        )
    return file.getvalue()


def zeros_written():
    """Return an HDF5 file in which 100 MB were packed."""
    file = io.BytesIO()
    with h5py.File(file, "w") as written:
        written.attrs["model_config"] = CONFIG_TEXT
        weights = np.frombuffer(ZEROS, np.float32)
        written.create_dataset("model_weights/w", data=weights, compression="gzip")
    return file.getvalue()


def saved(tmp_path) -> dict[str, bytes]:
    """Return the parts of a network's file."""
    small_model().save(tmp_path / "saved.keras")
    parts = parts_of(tmp_path / "saved.keras")
    (tmp_path / "saved.keras").unlink()
    return parts


BOMBS = {
    "weights": lambda parts: packed(parts | {WEIGHTS[0]: ZEROS}),
    "an asset": lambda parts: packed(parts | {"assets/large": ZEROS}),
    "an array in the weights": lambda parts: packed(parts | {WEIGHTS[0]: zeros_written()}),
    "a shape in the weights": lambda parts: packed(
        parts | {WEIGHTS[0]: hdf5(chunks=(1000,))}, zipfile.ZIP_STORED
    ),
    "weights of NumPy": lambda parts: packed(
        {CONFIG: parts[CONFIG], WEIGHTS[1]: packed({"a.npy": ZEROS})}, zipfile.ZIP_STORED
    ),
    "an array in HDF5": lambda parts: zeros_written(),
    "a shape in HDF5": lambda parts: hdf5(chunks=(1000,)),
    "a contiguous shape in HDF5": lambda parts: hdf5(),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_what_unpacks_to_far_more_than_it_is_is_refused(kind, tmp_path):
    path = tmp_path / "own.keras"
    path.write_bytes(BOMBS[kind](saved(tmp_path)))
    tracemalloc.start()
    try:
        said = refusal(path)
        assert tracemalloc.get_traced_memory()[1] < BOUND
    finally:
        tracemalloc.stop()
    assert said.startswith("own.keras unpacks to ") and " MB from 1 MB" in said
    assert "at most 20 times a file's size is read: save the network again" in said


def test_a_description_that_is_too_long_is_refused(tmp_path):
    path, long = tmp_path / "own.keras", b"[" + b"[]," * 10_000_000 + b"0]"
    path.write_bytes(packed(saved(tmp_path) | {CONFIG: long}))
    assert refusal(path) == (
        "own.keras describes its layers in 31 MB; at most 8 MB are read: "
        "choose a network of fewer layers"
    )


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_keras_does_not_pack_with_is_not_unpacked(how, tmp_path):
    path = tmp_path / "own.keras"
    path.write_bytes(packed(saved(tmp_path), how))
    assert refusal(path) == "own.keras is damaged: copy or download it again"


def test_a_part_that_is_larger_than_it_says_is_refused(tmp_path):
    path, parts = tmp_path / "own.keras", saved(tmp_path)
    whole = packed({**parts, WEIGHTS[0]: ZEROS})
    size = len(ZEROS).to_bytes(4, "little")
    assert whole.count(size) == 2  # before the part, and in the list of all
    path.write_bytes(whole.replace(size, (1000).to_bytes(4, "little")))
    tracemalloc.start()
    try:
        assert refusal(path) == "own.keras is damaged: copy or download it again"
        assert tracemalloc.get_traced_memory()[1] < BOUND
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_network_is_read_though_its_parts_are_packed(how, tmp_path):
    path = tmp_path / "own.keras"
    path.write_bytes(packed(saved(tmp_path), how))
    assert [layer.name for layer in read_own(path).layers[1:]] == ["low", "high"]


def test_what_does_not_fit_in_memory_is_refused(monkeypatch, tmp_path):
    path: Path = tmp_path / "own.keras"
    small_model().save(path)
    monkeypatch.setattr(unpacked_size, "free_memory", lambda: 1000.0)
    with pytest.raises(DreamError, match=r"unpacks to 1 MB from 1 MB, and 1 MB of memory are free"):
        read_own(path)


def test_no_more_than_the_largest_networks_have_is_read(monkeypatch, tmp_path):
    path: Path = tmp_path / "own.h5"
    small_model().save(path)
    monkeypatch.setattr(unpacked_size, "_MOST", 100.0)
    with pytest.raises(DreamError, match="at most 1 MB are read: save keras.Model"):
        read_own(path)
