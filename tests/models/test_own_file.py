"""Networks from files of Keras 2 and 3, whatever they are called; what cannot be read is told."""

import builtins
import json
import os
import zipfile

import keras
import numpy as np
import pytest
from keras import layers as kl
from keras.src.backend.common import global_state

from dreamlab.errors import DreamError
from dreamlab.models.own_file import read_own
from tests.support.keras_files import (
    archive,
    keras2_config,
    keras2_h5,
    keras2_zip,
    parts_of,
    small_model,
)

KERNEL = np.random.default_rng(0).normal(0, 0.5, (3, 3, 3, 2)).astype(np.float32)
IMAGE = np.random.default_rng(1).uniform(-1, 1, (1, 8, 8, 3)).astype(np.float32)


def said(path):
    with pytest.raises(DreamError) as error:
        read_own(path)
    text = str(error.value)
    assert text.startswith(path.name) and text.isprintable() and len(text) < 320
    return text


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


def test_what_keras_2_saved_and_keras_3_does_not_read(tmp_path):
    assert said(keras2_zip(tmp_path / "own.keras")) == (
        "own.keras was saved by Keras 2 (2.15.0), whose .keras files Keras 3 does not read: load "
        "it with Keras 2 (the package tf_keras) and save it as .h5"
    )
    depthwise = keras2_h5(tmp_path / "own.h5", KERNEL, keras2_config("DepthwiseConv2D"))
    assert said(depthwise).startswith(
        "own.h5 was saved by Keras 2 (2.11.0), and Keras 3 does not read its DepthwiseConv2D from "
        "there: build the network in Keras 3"
    )
    operation = keras2_config("TFOpLambda", function="math.truediv")
    assert "does not read its TFOpLambda from there" in said(
        keras2_h5(tmp_path / "op.h5", KERNEL, operation)
    )
    unsaid = keras2_h5(tmp_path / "old.h5", KERNEL, keras2_config("LocallyConnected2D"), "")
    assert said(unsaid).startswith("old.h5 was saved by Keras 2, and Keras 3 does not read its Loc")


class Doubled(kl.Layer):
    def call(self, maps):
        return maps * 2


class Network(keras.Model):
    def __init__(self, **options):
        super().__init__(**options)
        self.convolution = kl.Conv2D(2, 3)

    def call(self, picture):
        return self.convolution(picture)


def doubled(maps):
    return maps * 2


def rerooted(path, **changes):
    """Write a .keras file of a small network whose outermost object is changed."""
    small_model().save(path)
    parts = parts_of(path)
    parts["config.json"] = json.dumps(json.loads(parts["config.json"]) | changes)
    return archive(path, parts)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_classes_and_functions_that_are_not_of_keras_are_named(suffix, tmp_path):
    path = tmp_path / f"own{suffix}"
    small_model(Doubled()).save(path)
    assert said(path).startswith(
        f"{path.name} holds the class 'Doubled', which is not part of Keras: write it with"
    )
    small_model(activation=doubled).save(path)
    assert "holds the function 'doubled', which is not part of Keras" in said(path)
    small_model(kl.Lambda(doubled, output_shape=(6, 6, 2))).save(path)
    assert "holds the function 'doubled', which is not part of Keras" in said(path)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_the_package_of_a_class_is_named_and_where_it_is_known_it_is_read(suffix, tmp_path):
    path = tmp_path / f"own{suffix}"

    @keras.saving.register_keras_serializable("mine")
    class Tripled(kl.Layer):
        def call(self, maps):
            return maps * 3

    model = small_model(Tripled())
    model.save(path)
    if suffix == ".keras":  # Keras does not find it in the other, either
        np.testing.assert_array_equal(read_own(path)(IMAGE), model(IMAGE))
    del keras.saving.get_custom_objects()["mine>Tripled"]
    assert "holds the class 'Tripled' of package 'mine', which is not part of Keras" in said(path)


def test_a_subclassed_model_is_named(tmp_path):
    model = Network()
    model(IMAGE)
    model.save(tmp_path / "own.keras")
    assert said(tmp_path / "own.keras").startswith(
        "own.keras is a model of the class 'Network', which is code that the file does not hold: "
        "build the network with keras.Model(inputs, outputs)"
    )
    inherited = rerooted(tmp_path / "own.keras", module="a", class_name="Mine")
    assert "is a model of the class 'Functional'" not in said(inherited)
    assert "is a model of the class" in said(inherited)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_code_in_a_file_is_told_of_and_not_run(suffix, tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(builtins, "dreamlab_ran", ran, raising=False)
    hostile = lambda maps: (__import__("builtins").dreamlab_ran.append(1), maps)[1]  # noqa: E731
    path = tmp_path / f"own{suffix}"
    small_model(kl.Lambda(hostile, output_shape=(6, 6, 2))).save(path)
    ran.clear()
    text = f"{path.name} holds a Lambda layer, which is code that is not run"
    assert said(path).startswith(text)
    keras.config.enable_unsafe_deserialization()  # by a user, for files that are trusted
    try:
        assert said(path).startswith(text)
        small_model(activation=hostile).save(path)
        ran.clear()
        assert "holds a lambda, which is code that is not run" in said(path)
    finally:
        global_state.set_global_attribute("safe_mode_saving", None)
    assert not ran


def test_a_lambda_layer_of_keras_2_is_told_of(tmp_path):
    config = keras2_config("Lambda", function=["4wEAAA==\n", None, None], function_type="lambda")
    assert "holds a Lambda layer" in said(keras2_h5(tmp_path / "own.h5", KERNEL, config))


def test_what_a_network_was_trained_with_does_not_count(tmp_path):
    model = small_model()
    model.compile("adam", loss=doubled)
    model.save(tmp_path / "own.keras")
    np.testing.assert_array_equal(read_own(tmp_path / "own.keras")(IMAGE), model(IMAGE))


def test_an_operation_that_h5_files_lose_is_named(tmp_path):
    model = small_model(lambda maps: maps / 127.5)
    model.save(tmp_path / "own.h5")
    assert said(tmp_path / "own.h5").startswith(
        "own.h5 holds the operation TrueDivide, which Keras does not read from .h5 files: save it "
        "with model.save('own.keras')"
    )
    model.save(tmp_path / "own.keras")
    np.testing.assert_array_equal(read_own(tmp_path / "own.keras")(IMAGE), model(IMAGE))


@pytest.mark.filterwarnings("ignore:You are saving a model that has not yet been built")
def test_a_model_that_takes_nothing_yet_and_what_is_no_model(tmp_path):
    keras.Sequential([kl.Conv2D(2, 3)]).save(tmp_path / "own.keras")
    assert "own.keras does not say what it takes: put keras.Input" in said(tmp_path / "own.keras")
    layer = {"module": "keras.layers", "class_name": "ReLU", "config": {}, "registered_name": None}
    assert "holds a ReLU, not a network" in said(rerooted(tmp_path / "own.keras", **layer))


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
    assert expected in said(archive(tmp_path / "own.keras", parts))


def test_a_byte_that_has_changed_is_noticed(tmp_path):
    small_model().save(tmp_path / "own.keras")
    content = bytearray((tmp_path / "own.keras").read_bytes())
    with zipfile.ZipFile(tmp_path / "own.keras") as file:
        entry = file.getinfo("model.weights.h5")
    content[entry.header_offset + entry.file_size // 2] ^= 255
    (tmp_path / "own.keras").write_bytes(content)
    assert "is damaged: copy or download it again" in said(tmp_path / "own.keras")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("4.1.0", "was saved by Keras 4.1.0, which is newer than "),
        (keras.version(), f"cannot be loaded by Keras {keras.version()} (TypeError): it is"),
        ("3.0.1", "(TypeError), though Keras 3.0.1 saved it: it is damaged or incomplete"),
    ],
)
def test_a_setting_that_this_keras_does_not_know(version, expected, tmp_path):
    small_model().save(tmp_path / "own.keras")
    parts = parts_of(tmp_path / "own.keras")
    parts["config.json"] = parts["config.json"].replace('"groups": 1', '"groups": 1, "zest": 2')
    parts["metadata.json"] = json.dumps({"keras_version": version})
    assert expected in said(archive(tmp_path / "own.keras", parts))


def test_weights_of_another_network_in_a_file(tmp_path):
    small_model().save(tmp_path / "own.keras")
    parts = parts_of(tmp_path / "own.keras")
    parts["config.json"] = parts["config.json"].replace('"filters": 2', '"filters": 4')
    assert "it is damaged or incomplete" in said(archive(tmp_path / "own.keras", parts))


def test_more_than_the_memory_holds(tmp_path):
    small_model().save(tmp_path / "own.keras")
    parts = parts_of(tmp_path / "own.keras")
    parts["config.json"] = parts["config.json"].replace('"filters": 3', f'"filters": {10**12}')
    assert "needs more memory than there is" in said(archive(tmp_path / "own.keras", parts))


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dreamlab.models.own_file.kind_of", refuse)
    assert said(tmp_path / "own.h5") == (
        "own.h5 cannot be read (permission denied): copy it to where it can"
    )
