"""Why a network of a file is not loaded: each reason has its own true sentence."""

import builtins
import json

import keras
import numpy as np
import pytest
from keras import layers as kl
from keras.src.backend.common import global_state

from dreamlab.models.own_file import read_own
from tests.support.keras_files import (
    archive,
    changed_root,
    keras2_config,
    keras2_h5,
    keras2_zip,
    parts_of,
    refusal,
    small_model,
)

KERNEL = np.random.default_rng(0).normal(0, 0.5, (3, 3, 3, 2)).astype(np.float32)
IMAGE = np.random.default_rng(1).uniform(-1, 1, (1, 8, 8, 3)).astype(np.float32)


def test_what_keras_2_saved_and_keras_3_does_not_read(tmp_path):
    assert refusal(keras2_zip(tmp_path / "own.keras")) == (
        "own.keras was saved by Keras 2 (2.15.0), whose .keras files Keras 3 does not read: load "
        "it with Keras 2 (the package tf_keras) and save it as .h5"
    )
    depthwise = keras2_h5(tmp_path / "own.h5", KERNEL, keras2_config("DepthwiseConv2D"))
    assert refusal(depthwise).startswith(
        "own.h5 was saved by Keras 2 (2.11.0), and Keras 3 does not read its DepthwiseConv2D from "
        "there: build the network in Keras 3"
    )
    operation = keras2_config("TFOpLambda", function="math.truediv")
    assert "does not read its TFOpLambda from there" in refusal(
        keras2_h5(tmp_path / "op.h5", KERNEL, operation)
    )
    unsaid = keras2_h5(tmp_path / "old.h5", KERNEL, keras2_config("LocallyConnected2D"), "")
    assert refusal(unsaid).startswith("old.h5 was saved by Keras 2, and Keras 3 does not read its")


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


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_classes_and_functions_that_are_not_of_keras_are_named(suffix, tmp_path):
    path = tmp_path / f"own{suffix}"
    small_model(Doubled()).save(path)
    assert refusal(path).startswith(
        f"{path.name} holds the class 'Doubled', which is not part of Keras: write it with"
    )
    small_model(activation=doubled).save(path)
    assert "holds the function 'doubled', which is not part of Keras" in refusal(path)
    small_model(kl.Lambda(doubled, output_shape=(6, 6, 2))).save(path)
    assert "holds the function 'doubled', which is not part of Keras" in refusal(path)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_the_package_of_a_class_is_named_and_where_it_is_known_it_is_read(suffix, tmp_path):
    path = tmp_path / f"own{suffix}"

    @keras.saving.register_keras_serializable("mine")
    class Tripled(kl.Layer):
        def call(self, maps):
            return maps * 3

    model = small_model(Tripled())
    model.save(path)
    np.testing.assert_array_equal(read_own(path)(IMAGE), model(IMAGE))
    del keras.saving.get_custom_objects()["mine>Tripled"]
    assert "holds the class 'Tripled' of package 'mine', which is not part" in refusal(path)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_names_without_end_do_not_make_a_sentence_long(suffix, tmp_path):
    path = tmp_path / ("n" * 200 + suffix)
    named = keras2_config("L" * 400 if suffix == ".h5" else "Conv2D")
    if suffix == ".h5":
        keras2_h5(path, KERNEL, named, "2." + "1" * 400)
    else:
        archive(path, {"metadata.json": json.dumps({"keras_version": "9\n" * 300})} | rooted(named))
    assert ("LLL..." if suffix == ".h5" else "CCC...") in refusal(path)


def rooted(config):
    """The other parts of a file of a class and a package with long names."""
    names = {
        "module": None,
        "class_name": "C" * 400,
        "registered_name": "p\n" * 200 + ">" + "C" * 400,
    }
    return {"config.json": json.dumps(config | names), "model.weights.h5": b""}


def test_a_subclassed_model_is_named(tmp_path):
    model = Network()
    model(IMAGE)
    model.save(tmp_path / "own.keras")
    assert refusal(tmp_path / "own.keras").startswith(
        "own.keras is a model of the class 'Network', which is code that the file does not hold: "
        "build the network with keras.Model(inputs, outputs)"
    )
    inherited = changed_root(tmp_path / "own.keras", module="a", class_name="Mine")
    assert "is a model of the class 'Functional'" not in refusal(inherited)
    assert "is a model of the class" in refusal(inherited)


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
    assert refusal(path).startswith(text)
    keras.config.enable_unsafe_deserialization()  # by a user, for files that are trusted
    try:
        assert refusal(path).startswith(text)
        small_model(activation=hostile).save(path)
        ran.clear()
        assert "holds a lambda, which is code that is not run" in refusal(path)
    finally:
        global_state.set_global_attribute("safe_mode_saving", None)
    assert not ran


def test_a_lambda_layer_of_keras_2_is_told_of(tmp_path):
    config = keras2_config("Lambda", function=["4wEAAA==\n", None, None], function_type="lambda")
    assert "holds a Lambda layer" in refusal(keras2_h5(tmp_path / "own.h5", KERNEL, config))


def test_an_operation_that_h5_files_lose_is_named(tmp_path):
    model = small_model(lambda maps: maps / 127.5)
    model.save(tmp_path / "own.h5")
    assert refusal(tmp_path / "own.h5").startswith(
        "own.h5 holds the operation TrueDivide, which Keras does not read from .h5 files: save it "
        "with model.save('own.keras')"
    )
    model.save(tmp_path / "own.keras")
    np.testing.assert_array_equal(read_own(tmp_path / "own.keras")(IMAGE), model(IMAGE))


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
    assert expected in refusal(archive(tmp_path / "own.keras", parts))
