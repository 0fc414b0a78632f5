"""Networks of a user's own on the command line."""

import importlib.util
import json

import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.cli.main import main
from tests.support.console import error_line
from tests.support.own import classifier, head, picture_input, stacked, unet

STEPS = ["--octaves", "1", "--iterations", "2", "--precision", "float32"]


@pytest.fixture(autouse=True)
def seeded():
    """Random weights are the same in each run: some leave channels without an answer."""
    keras.utils.set_random_seed(1)


@pytest.fixture
def own(tmp_path):
    """A network that does not say its range, saved."""
    classifier(lambda x: x).save(tmp_path / "own.keras")
    return str(tmp_path / "own.keras")


def _dream(cat, out, model, *options):
    return main(["dream", cat, "--out", str(out), "--model", model, *STEPS, *options])


def test_the_range_is_asked_for_then_taken_and_kept(own, cat, tmp_path, capfd):
    out = tmp_path / "out"
    assert _dream(cat, out, own, "--layer", "conv_b=1") == 2
    assert "own.keras does not say in which range its pictures are: give --in" in error_line(capfd)
    assert _dream(cat, out, own, "--layer", "conv_b=1", "--input-range", "-1,1") == 0
    stored = json.loads((out / "config.json").read_text())
    assert (stored["model"], stored["input_range"]) == ("own.keras", "-1,1")
    losses = (out / "losses.csv").read_text()
    # A picture that carries its settings carries the range too.
    again = ["--config", str(out / "dream.png")]
    assert main(["dream", cat, "--out", str(tmp_path / "2"), "--model", own, *again]) == 0
    assert (tmp_path / "2" / "losses.csv").read_text() == losses
    assert _dream(cat, tmp_path / "3", own, *again, "--input-range=0,1") == 0
    assert (tmp_path / "3" / "losses.csv").read_text() != losses
    capfd.readouterr()
    assert _dream(cat, out, own, "--layer", "conv_b=1", "--input-range", "0..1") == 2
    assert "input_range is '0..1'; choose 0,255, 0,1, -1,1, imagenet or" in error_line(capfd)


def test_a_preprocessing_that_is_not_there_is_one_line(cat, tmp_path, capfd):
    classifier(kl.Rescaling(1 / 255, name="shares")).save(tmp_path / "own.keras")
    asked = ["--layer", "conv_b=1", "--preprocessing", "imagenet"]
    assert _dream(cat, tmp_path / "out", str(tmp_path / "own.keras"), *asked) == 2
    assert "it is fed pictures in 0 to 255, as its layer shares expects" in error_line(capfd)


@pytest.mark.parametrize("name", ["-conv", "a=b", "größe", "my conv", "conv:0", "model/conv"])
def test_names_of_layers_are_taken_as_they_are(name, cat, tmp_path, capfd):
    inputs = picture_input()
    if name == "model/conv":  # a layer that the outer network has a namesake of
        inner_input = picture_input()
        inner = keras.Model(inner_input, kl.Conv2D(3, 3, name="conv")(inner_input), name="model")
        model = keras.Model(inputs, kl.Conv2D(2, 1, name="conv")(inner(inputs)))
    else:
        model = keras.Model(inputs, head(kl.Conv2D(3, 3, name=name)(inputs)))
    model.save(tmp_path / "own.keras")
    own, told = str(tmp_path / "own.keras"), ["--input-range", "-1,1"]
    assert main(["layers", "--model", own]) == 0
    assert f"\n{name} " in capfd.readouterr().out
    for spelling in (["--layer", f"{name}=2"], [f"--layer={name}=2"]):
        out = tmp_path / f"out{len(spelling)}"
        channels = ["--channels", f"{name}=0,2"]
        assert _dream(cat, out, own, *told, *spelling, *channels) == 0, capfd.readouterr().err
        config = json.loads((out / "config.json").read_text())["config"]
        assert config["layers"] == {name: 2.0}
        assert config["channels"] == {name: [0, 2]}
    atlas = ["atlas", cat, "--out", str(tmp_path / "atlas"), "--model", own, *told]
    assert main([*atlas, "--precision", "float32"]) == 0, capfd.readouterr().err
    assert {path.parent for path in (tmp_path / "atlas").rglob("*")} == {tmp_path / "atlas"}
    assert name in (tmp_path / "atlas" / "atlas.csv").read_text()
    assert json.loads((tmp_path / "atlas" / "atlas.json").read_text())["input_range"] == "-1,1"


@pytest.mark.filterwarnings("always::dreamlab.dream.original.SidesRounded")
def test_sizes_are_listed_and_rounding_is_said(cat, tmp_path, capfd):
    unet().save(tmp_path / "own.keras")
    own = str(tmp_path / "own.keras")
    assert main(["layers", "--model", own, "--input-range", "0,255"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].split()[-1] == "sizes"
    assert lines[-3].split()[0] == "mask"
    assert lines[-3].endswith("multiples of 4")
    assert lines[-1] == "own.keras is fed pictures in 0 to 255, as input_range says"
    told = ["--input-range", "-1,1", "--layer", "mask=1"]
    assert _dream(cat, tmp_path / "out", own, *told) == 0
    said = "rounded to 40 x 28 px: own.keras needs sides that divide by 4"
    assert said in capfd.readouterr().err
    assert list((tmp_path / "out").glob("octave_*_28x40.png"))
    for command in ("atlas", "excitation"):
        out = ["--out", str(tmp_path / command)]
        assert main([command, cat, *out, "--model", own, *told[:2]]) == 0


def test_a_grey_network_leaves_a_grey_picture(cat, tmp_path):
    from dreamlab.images import load_image

    inputs = picture_input(64, 64, 1)
    keras.Model(inputs, head(stacked(kl.Rescaling(1 / 255)(inputs)))).save(tmp_path / "own.keras")
    assert _dream(cat, tmp_path / "out", str(tmp_path / "own.keras"), "--layer", "pool_b=1") == 0
    assert np.ptp(load_image(tmp_path / "out" / "dream.png"), axis=2).max() == 0


def test_settings_of_a_preset_need_no_other_name(cat, tmp_path, monkeypatch, capfd):
    config = {"config": {"layers": {"conv": 1.0}}, "model": "hf://me/mine"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "keras_hub" else real(name)
    )
    again = ["--config", str(tmp_path / "config.json")]
    assert main(["dream", cat, "--out", str(tmp_path / "out"), *again]) == 2
    assert "presets need KerasHub, and keras_hub is not installed" in error_line(capfd)
