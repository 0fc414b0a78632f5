"""Keras is imported on TensorFlow, whatever its settings say for other projects."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.models import backend
from tests.support.tiny import normalizing_model, picture

ROOT = Path(__file__).parents[2]

CONFIG = {"layers": {"high": 1.0}, "octaves": 2, "iterations": 2, "precision": "float32"}

#: Dreams of a file's network, writes the last picture, and says what the settings are then.
SCRIPT = """
import os, sys
import numpy as np
from dreamlab.dream import dream
*_, last = dream(np.load("in.npy"), sys.argv[1], {config})
np.save("out.npy", last.image)
import keras
print(keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format())
print(keras.config.dtype_policy().name, os.environ.get("KERAS_BACKEND"))
"""

UNUSABLE = {
    "format": json.dumps({"floatx": "bfloat16"}),
    "epsilon": json.dumps({"epsilon": 1}),
    "axes": json.dumps({"image_data_format": "channels_middle"}),
    "list": "[]",
    "no JSON": "{floatx",
    "no text": "\x00\xff",
}


def dreamt(folder, model, config, **variables):
    """Dream in a process of its own, with variables set; its picture and the lines it prints."""
    np.save(folder / "in.npy", picture(64, 80))
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT.format(config=config), model],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "KERAS_HOME": str(folder)} | variables,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return np.load(folder / "out.npy"), ran.stdout.splitlines()


def expected(model, config):
    *_, last = dream(picture(64, 80), model, DreamConfig(**config))
    return last.image


def saved(folder):
    normalizing_model().save(folder / "own.keras")
    return str(folder / "own.keras")


def test_settings_for_other_projects_change_no_bit_and_stay(tmp_path):
    settings = {
        "backend": "torch",
        "floatx": "float16",
        "epsilon": 0.5,
        "image_data_format": "channels_first",
    }
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    own = saved(tmp_path)
    made, printed = dreamt(tmp_path, own, CONFIG, KERAS_BACKEND="jax")
    np.testing.assert_array_equal(made, expected(own, CONFIG))
    assert printed == ["float16 0.5 channels_first", "float16 jax"]
    assert json.loads((tmp_path / "keras.json").read_text()) == settings


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings", [{"floatx": "float64"}, {"image_data_format": "channels_first"}]
)
def test_a_network_of_the_zoo_is_built_the_same_under_any_settings(tmp_path, settings):
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    config = CONFIG | {"layers": {"block2_conv2": 1.0}, "preprocessing": "imagenet"}
    made, _ = dreamt(tmp_path, "vgg16", config)
    np.testing.assert_array_equal(made, expected("vgg16", config))


@pytest.mark.slow
@pytest.mark.parametrize("name", UNUSABLE)
def test_settings_that_keras_cannot_use_are_left_out(tmp_path, name):
    (tmp_path / "keras.json").write_text(UNUSABLE[name], "latin-1")
    own = saved(tmp_path)
    made, printed = dreamt(tmp_path, own, CONFIG)
    np.testing.assert_array_equal(made, expected(own, CONFIG))
    assert printed[0] == "float32 1e-07 channels_last"
    assert (tmp_path / "keras.json").read_text("latin-1") == UNUSABLE[name]


@pytest.mark.slow
def test_variables_that_keras_cannot_use_are_left_out(tmp_path):
    own = saved(tmp_path)
    made, _ = dreamt(tmp_path, own, CONFIG, KERAS_MAX_EPOCHS="many", KERAS_NNX_ENABLED="1")
    np.testing.assert_array_equal(made, expected(own, CONFIG))
    assert not (tmp_path / "dreamlab").exists()  # its settings file is used


def test_another_backend_that_is_there_already_is_one_sentence(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(DreamError, match="computes with jax: import dreamlab before it, or set"):
        backend.import_keras()


def test_a_keras_that_does_not_load_is_one_sentence(monkeypatch, tmp_path):
    def fail(name):
        raise RuntimeError("a library is missing")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "3")
    kept = dict(os.environ)
    monkeypatch.setattr(backend.importlib, "import_module", fail)
    with monkeypatch.context() as patch:
        for name in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
            patch.delitem(sys.modules, name)
        with pytest.raises(DreamError, match=r"cannot be loaded \(RuntimeError\): install dream"):
            backend.import_keras()
    assert os.environ["KERAS_HOME"] == str(tmp_path / "dreamlab")
    assert dict(os.environ) == kept | {"KERAS_HOME": str(tmp_path / "dreamlab")}


def test_keras_looks_where_an_error_says(monkeypatch):
    from keras.src.backend.config import keras_home

    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert backend.keras_home() == Path(keras_home())
