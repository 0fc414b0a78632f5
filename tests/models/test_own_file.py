"""Networks from files of Keras 2 and 3, whatever they are called; damage is told of."""

import os
import zipfile

import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.models.own_file import read_own
from tests.support.keras_files import (
    archive,
    changed_root,
    keras2_h5,
    parts_of,
    refusal,
    small_model,
)

KERNEL = np.random.default_rng(0).normal(0, 0.5, (3, 3, 3, 2)).astype(np.float32)
IMAGE = np.random.default_rng(1).uniform(-1, 1, (1, 8, 8, 3)).astype(np.float32)


def by_hand(image):
    """Convolve without padding, add the bias of the file, and leave out what is below 0."""
    out = np.zeros((6, 6, 2))
    for row in range(6):
        for column in range(6):
            patch = image[0, row : row + 3, column : column + 3]
            out[row, column] = np.tensordot(patch, KERNEL, 3) + [0.5, -0.5]
    return np.maximum(out, 0)


@pytest.mark.parametrize("name", ["own.h5", "own.hdf5", "own.keras", "OWN.H5", "own"])
@pytest.mark.parametrize("version", ["2.11.0", "2.3.0-tf", "2.21.0", ""])
def test_an_h5_file_of_keras_2_is_read_under_any_name(name, version, tmp_path):
    model = read_own(keras2_h5(tmp_path / name, KERNEL, version=version))
    plain = keras.Model(model.inputs[0], model.outputs[0])  # Keras 2 had its ends in lists
    np.testing.assert_allclose(plain(IMAGE)[0], by_hand(IMAGE), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("saved", ["a.keras", "a.h5"])
@pytest.mark.parametrize("name", ["own.keras", "own.h5", "own.hdf5", "own.KERAS", "own.zip", "own"])
def test_a_file_of_keras_3_is_read_under_any_name(saved, name, tmp_path):
    model = small_model()
    model.save(tmp_path / saved)
    os.rename(tmp_path / saved, tmp_path / name)
    np.testing.assert_array_equal(read_own(tmp_path / name)(IMAGE), model(IMAGE))
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_what_a_network_was_trained_with_does_not_count(tmp_path):
    model = small_model()
    model.compile("adam", loss=lambda wanted, made: wanted - made)
    model.save(tmp_path / "own.keras")
    np.testing.assert_array_equal(read_own(tmp_path / "own.keras")(IMAGE), model(IMAGE))


@pytest.mark.filterwarnings("ignore:You are saving a model that has not yet been built")
def test_a_model_that_takes_nothing_yet_and_what_is_no_model(tmp_path):
    keras.Sequential([kl.Conv2D(2, 3)]).save(tmp_path / "own.keras")
    assert "own.keras does not say what it takes: put keras.Input" in refusal(
        tmp_path / "own.keras"
    )
    layer = {"module": "keras.layers", "class_name": "ReLU", "config": {}, "registered_name": None}
    assert "holds a ReLU, not a network" in refusal(changed_root(tmp_path / "own.keras", **layer))


DAMAGED = {
    "layers cut": ("config.json", '{"class_name"', "is damaged: copy or download it again"),
    "layers no JSON": ("config.json", b"\xff\xfe", "is damaged: copy or download it again"),
    "layers too deep": ("config.json", "[" * 50_000, "is damaged: copy or download it again"),
    "facts no object": ("metadata.json", "[1]", "is damaged: copy or download it again"),
    "layers a list": ("config.json", "[1]", "(TypeError): it is damaged or incomplete"),
    "weights cut": ("model.weights.h5", b"\x89HDF", "it is damaged or incomplete"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_file_that_is_damaged_within(kind, tmp_path):
    small_model().save(tmp_path / "own.keras")
    part, content, expected = DAMAGED[kind]
    parts = parts_of(tmp_path / "own.keras") | {part: content}
    assert expected in refusal(archive(tmp_path / "own.keras", parts))


def test_a_byte_that_has_changed_is_noticed(tmp_path):
    small_model().save(tmp_path / "own.keras")
    content = bytearray((tmp_path / "own.keras").read_bytes())
    with zipfile.ZipFile(tmp_path / "own.keras") as file:
        entry = file.getinfo("model.weights.h5")
    content[entry.header_offset + entry.file_size // 2] ^= 255
    (tmp_path / "own.keras").write_bytes(content)
    assert "is damaged: copy or download it again" in refusal(tmp_path / "own.keras")


def test_weights_of_another_network_in_a_file(tmp_path):
    small_model().save(tmp_path / "own.keras")
    parts = parts_of(tmp_path / "own.keras")
    parts["config.json"] = parts["config.json"].replace('"filters": 2', '"filters": 4')
    assert "it is damaged or incomplete" in refusal(archive(tmp_path / "own.keras", parts))


def test_more_than_the_memory_holds(tmp_path):
    small_model().save(tmp_path / "own.keras")
    parts = parts_of(tmp_path / "own.keras")
    parts["config.json"] = parts["config.json"].replace('"filters": 3', f'"filters": {10**12}')
    assert "needs more memory than there is" in refusal(archive(tmp_path / "own.keras", parts))


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dreamlab.models.own_file.kind_of", refuse)
    assert refusal(tmp_path / "own.h5") == (
        "own.h5 cannot be read (permission denied): copy it to where it can"
    )
