"""The command that dreams."""

import csv
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

import dreamlab.dream as engine
from dreamlab import models
from dreamlab.cli.main import main
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images import jpeg, load_image, png, to_pixels
from tests.support.console import error_line
from tests.support.tiny import silenced

LAYERS = ["--layer", "second=0.5", "--layer", "third=2"]
QUICK = [*LAYERS, "--octaves", "2", "--iterations", "2"]


def test_everything_is_written_and_can_be_read_again(cat, asked, tmp_path, capfd):
    out = tmp_path / "new" / "out"
    assert main(["dream", cat, "--out", str(out), *QUICK]) == 0
    told, err = capfd.readouterr()
    assert err == ""
    assert told.startswith(f"wrote 9 files to {out}")
    assert asked == [("vgg16", "imagenet")]
    sizes = {}
    for path in out.glob("*.[pgw][nie][gfb]*"):
        with Image.open(path) as opened:
            sizes[path.name] = opened.size, getattr(opened, "n_frames", 1)
    assert sizes == {
        "dream.png": ((40, 30), 1),
        "octave_0_21x28.png": ((28, 21), 1),
        "octave_1_30x40.png": ((40, 30), 1),
        "original.png": ((40, 30), 1),
        "progression.gif": ((40, 30), 3),
        "progression.webp": ((40, 30), 3),
    }
    rows = list(csv.DictReader((out / "losses.csv").read_text().splitlines()))
    assert [row["octave"] + row["iteration"] for row in rows] == ["00", "01", "10", "11"]
    assert list(rows[0])[4:] == ["loss", "second", "third"]
    table = json.loads((out / "losses.json").read_text())
    assert [row["loss"] for row in table] == [float(row["loss"]) for row in rows]
    expected = DreamConfig(layers={"second": 0.5, "third": 2.0}, octaves=2, iterations=2)
    for name in ("config.json", "dream.png", "progression.gif", "progression.webp"):
        assert DreamConfig.from_file(out / name) == expected
    assert len(list(out.iterdir())) == 9  # and nothing else


def test_a_guide_may_be_a_file_and_its_use_is_written(cat, asked, tmp_path, capfd):
    guide, out = tmp_path / "guide.png", tmp_path / "out"
    guide.write_bytes(png(np.random.default_rng(0).integers(0, 256, (30, 36, 3), np.uint8)))
    told = ["--guide", str(guide), "--guide-strength", "0.5", "--unguided", "second"]
    assert main(["dream", cat, "--out", str(out), *QUICK, *told]) == 0
    config = _written(out)
    assert (config.guide, config.guide_strength, config.unguided) == ("picture", 0.5, ("second",))
    assert len(json.loads((out / "config.json").read_text())["guide"]) == 64
    (row,) = csv.DictReader((out / "guide.csv").read_text().splitlines())
    assert row["layer"] == "third" and 0 < float(row["likeness"]) <= 1
    with Image.open(out / "guide_third.png") as drawn:
        assert drawn.size == (36 + 8 + 40, 30)
    # The same settings with another guide are told of, and with the same are not.
    again = ["dream", cat, "--out", str(tmp_path / "again"), "--config", str(out / "dream.png")]
    again += ["--model", "vgg16"]
    for file, lines in ((guide, 0), (cat, 1)):
        capfd.readouterr()
        assert main([*again, "--guide", str(file)]) == 0
        assert capfd.readouterr().err.count("the guide is not the picture that") == lines
    # Of a dream without a guide, nothing of it stays.
    assert main(["dream", cat, "--out", str(out), *QUICK]) == 0
    assert not list(out.glob("guide*"))


def test_other_layers_than_the_file_s_take_what_is_said_of_those_along(cat, asked, tmp_path):
    told = ["--guide", "cat", "--unguided", "second,third", "--channels", "third=1"]
    first, second = tmp_path / "first", tmp_path / "second"
    options = [*LAYERS, "--layer", "first=1", "--iterations", "1", "--octaves", "1", *told]
    assert main(["dream", cat, "--out", str(first), *options]) == 0
    again = ["--config", str(first / "dream.png"), "--layer", "first=1", "--layer", "second=1"]
    assert main(["dream", cat, "--out", str(second), *again, "--model", "vgg16"]) == 0
    config = _written(second)
    assert (config.unguided, config.channels) == (("second",), {})


def test_pictures_that_a_file_s_settings_name_are_asked_for_before_the_network_is_loaded(
    cat, asked, tmp_path, capfd
):
    mask = tmp_path / "mask.png"
    mask.write_bytes(png(np.repeat([[[0], [255]]], 3, axis=2).astype(np.uint8).repeat(9, 0)))
    first = tmp_path / "first"
    assert main(["dream", cat, "--out", str(first), *QUICK, "--mask", str(mask)]) == 0
    asked.clear()
    capfd.readouterr()
    config = ["--config", str(first / "dream.png"), "--model", "vgg16"]
    for pictures in ([cat], [cat, str(first / "original.png")]):
        assert main(["dream", *pictures, "--out", str(tmp_path / "out"), *config]) == 2
        assert error_line(capfd).startswith("dreamlab: mask is a picture, and none is given")
    assert not asked and not (tmp_path / "out").exists()
    # Another mask than that of the file is told of, and the same is not.
    for file, lines in ((mask, 0), (cat, 1)):
        again = ["dream", cat, "--out", str(tmp_path / "again"), *config, "--mask", str(file)]
        assert main(again) == 0
        assert capfd.readouterr().err.count("the mask is not the picture that") == lines


def test_a_guide_that_is_no_file_is_refused_with_the_names(cat, asked, tmp_path, capfd):
    assert main(["dream", cat, "--out", str(tmp_path / "o"), *QUICK, "--guide", "gallaxies"]) == 2
    line = error_line(capfd)
    assert "guide: gallaxies" in line and line.endswith("or none, cat, galaxies")


def test_a_mask_that_is_no_file_is_refused_with_the_words_for_areas(cat, asked, tmp_path, capfd):
    out = str(tmp_path / "out")
    assert main(["dream", cat, "--out", out, *QUICK, "--mask", "elipse:0,0,1,1"]) == 2
    assert error_line(capfd) == (
        "dreamlab: mask: elipse:0,0,1,1 cannot be read: no such file or directory; choose another "
        "file, or an area such as ellipse:0.2,0.2,0.8,0.8, rectangle:0,0,0.5,1 or "
        "energy:block4_conv3"
    )


def test_the_variable_says_how_much_memory_it_may_take(cat, asked, tmp_path, monkeypatch):
    memories = []

    def spied(real):
        def spy(*arguments, memory, **options):
            memories.append(memory)
            return real(*arguments, memory=memory, **options)

        return spy

    for module, name in ((engine, "dream"), (engine.run, "attempts")):
        monkeypatch.setattr(module, name, spied(getattr(module, name)))
    monkeypatch.setenv("DREAMLAB_MEMORY", "1500")
    assert main(["dream", cat, "--out", str(tmp_path / "dream"), *QUICK]) == 0
    atlas = ["atlas", cat, "--layers", "second", "--out", str(tmp_path / "atlas")]
    assert main([*atlas, "--amount", "0.01"]) == 0
    assert memories == [1500.0, 1500.0]


def test_a_misspelt_variable_is_told_before_anything_is_written(
    cat, asked, tmp_path, monkeypatch, capfd
):
    monkeypatch.setenv("DREAMLAB_MEMRY", "1500")
    sentence = "dreamlab: there is no setting DREAMLAB_MEMRY: did you mean DREAMLAB_MEMORY?"
    for command in (["dream", *QUICK], ["atlas"]):
        assert main([*command, cat, "--out", str(tmp_path / "out")]) == 2
        assert error_line(capfd) == sentence
        assert not (tmp_path / "out").exists()


def _written(out):
    return DreamConfig.from_file(out / "config.json")


def test_every_setting_has_an_option_that_arrives(cat, asked, tmp_path):
    options = {
        "octaves": 1,
        "octave_scale": 1.5,
        "only_octave": 1,
        "iterations": 3,
        "step": 0.02,
        "max_loss": 500.0,
        "effort": 0.1,
        "gaussian_noise": 0.1,
        "salt_pepper": 0.01,
        "jitter": 2,
        "seed": 9,
        "precision": "float32",
        "convolution": "direct",
        "preprocessing": "imagenet",
        "tile": 128,
        "guide": "cat",
        "guide_strength": 0.5,
        "guide_features": "raw",
        "mask": "ellipse:0.1,0.2,0.8,0.9",
        "mask_edge": 0.1,
        "smooth": 1.5,
        "pyramid": 2,
        "rotation": 5.0,
        "rescale": 0.1,
    }
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    switched = {"mask_outside": True, "keep_colours": True, "flip": True}
    flags += [f"--{name.replace('_', '-')}" for name in switched] + ["--unguided", "second"]
    channels = ["--channels", "third=5", "--channels", "second=1", "--channels", "third=0"]
    assert main(["dream", cat, "--out", str(tmp_path / "o"), *LAYERS, *channels, *flags]) == 0
    config = _written(tmp_path / "o").to_dict()
    assert config.pop("layers") == {"second": 0.5, "third": 2.0}
    assert config.pop("channels") == {"third": [0, 5], "second": [1]}
    assert config.pop("unguided") == ["second"]
    assert config == options | switched


def test_options_go_over_the_file_and_the_file_over_the_preset(cat, asked, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "dreamlab.config.settings.PRESETS",
        {"mixed": {"layers": {"first": 1.0}, "octaves": 1, "iterations": 1, "seed": 1}},
    )
    out = tmp_path / "o"
    base = ["dream", cat, "--out", str(out)]
    (tmp_path / "partial.json").write_text('{"iterations": 2, "seed": 2}')
    partial = ["--config", str(tmp_path / "partial.json")]
    assert main(base) == 0
    preset = _written(out)
    assert (dict(preset.layers), preset.octaves, preset.iterations) == ({"first": 1.0}, 1, 1)
    assert main([*base, "--preset", "mixed", *partial, "--seed", "3"]) == 0
    config = _written(out)
    assert (config.octaves, config.iterations, config.seed) == (1, 2, 3)
    assert dict(config.layers) == {"first": 1.0}
    assert main([*base, *LAYERS, *partial]) == 0
    config = _written(out)
    assert (config.octaves, config.iterations, config.seed) == (5, 2, 2)
    assert dict(config.layers) == {"second": 0.5, "third": 2.0}
    assert main([*base, "--preset", "mixed", "--layer", "third=-1"]) == 0
    assert dict(_written(out).layers) == {"third": -1.0}
    assert _written(out).octaves == 1


def test_a_dream_is_dreamt_again_from_its_own_picture(cat, asked, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    channels = ["--channels", "third=1,2", "--model", "vgg19", "--gaussian-noise", "0.05"]
    assert main(["dream", cat, "--out", str(first), *QUICK, *channels]) == 0
    for name in ("dream.png", "progression.gif", "config.json"):
        stored = json.loads((first / "config.json").read_text())
        stored["model"] = "vgg19"  # the tiny network goes by its own name
        if name == "config.json":
            (first / name).write_text(json.dumps(stored))
        model = [] if name == "config.json" else ["--model", "vgg19"]
        assert main(["dream", cat, "--out", str(again), "--config", str(first / name), *model]) == 0
        assert (again / "dream.png").read_bytes() == (first / "dream.png").read_bytes()
    assert asked == [("vgg19", "imagenet")] * 4
    # Channels of a layer that is taken out go with it.
    config = ["--config", str(first / "config.json"), "--layer", "second=1"]
    assert main(["dream", cat, "--out", str(again), *config]) == 0
    assert _written(again).channels == {}


def test_settings_of_a_network_of_ones_own_ask_for_its_file(cat, asked, tmp_path, capfd):
    stored = {"model": "own.keras", "config": DreamConfig(layers={"first": 1.0}).to_dict()}
    (tmp_path / "c.json").write_text(json.dumps(stored))
    config = ["--config", str(tmp_path / "c.json")]
    assert main(["dream", cat, "--out", str(tmp_path / "o"), *config]) == 2
    assert "'own.keras' of your own: name its file with --model" in error_line(capfd)


def test_weights_and_film_options_have_their_effect(cat, asked, tmp_path):
    out = tmp_path / "o"
    film = ["--every", "1", "--frame-seconds", "0.2", "--hold-seconds", "1", "--no-loop"]
    weights = ["--weights", "a.weights.h5", "--max-side", "20"]
    base = ["dream", cat, "--out", str(out), *QUICK, "--octave-scale", "1.1"]
    assert main([*base, *film, *weights]) == 0
    assert asked == [("vgg16", "a.weights.h5")]
    with Image.open(out / "progression.gif") as opened:
        assert opened.size == (20, 15)
        assert opened.n_frames == 5
        assert "loop" not in opened.info
        assert opened.info["duration"] == 200
        opened.seek(4)
        assert opened.info["duration"] == 1000
    assert main([*base, "--boomerang"]) == 0
    with Image.open(out / "progression.gif") as opened:
        assert opened.n_frames == 4  # original, octave, result, octave
        assert opened.info["loop"] == 0


def test_octaves_of_an_earlier_run_are_gone(cat, asked, tmp_path):
    out = tmp_path / "o"
    assert main(["dream", cat, "--out", str(out), *QUICK, "--octaves", "3"]) == 0
    (out / "octave_notes.png").write_bytes(b"mine")
    start = str(out / "octave_1_21x28.png")
    assert main(["dream", start, "--out", str(out), *QUICK, "--octaves", "1"]) == 0
    names = sorted(path.name for path in out.glob("octave*"))
    # What the user put there and the picture that was begun from are left alone.
    assert names == ["octave_0_21x28.png", "octave_1_21x28.png", "octave_notes.png"]


@pytest.mark.filterwarnings("default::dreamlab.dream.OctaveDropped")
def test_octaves_left_out_are_told_of_in_one_line(cat, asked, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(models.load_model("vgg16"), "smallest", 25)
    assert main(["dream", cat, "--out", str(tmp_path / "o"), *QUICK]) == 0
    err = capfd.readouterr().err
    assert err.startswith("dreamlab: left out 1 octave (28 x 21 px), smaller than the 25 px")
    assert err.count("\n") == 1


def _interrupted_after(count, monkeypatch):
    whole = engine.dream

    def interrupted(*arguments, **options):
        steps = whole(*arguments, **options)
        for _ in range(count):
            yield next(steps)
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "dream", interrupted)


def test_an_interrupt_keeps_what_is_done(cat, asked, tmp_path, capfd, monkeypatch):
    _interrupted_after(3, monkeypatch)
    out = tmp_path / "o"
    assert main(["dream", cat, "--out", str(out), *QUICK]) == 130
    assert "interrupted; what was done until then is kept" in capfd.readouterr().err
    assert len((out / "losses.csv").read_text().splitlines()) == 1 + 3
    with Image.open(out / "dream.png") as opened:
        assert opened.size == (40, 30)
    assert (out / "octave_1_30x40.png").exists()


def test_an_interrupt_before_the_first_step_writes_nothing(
    cat, asked, tmp_path, capfd, monkeypatch
):
    _interrupted_after(0, monkeypatch)
    assert main(["dream", cat, "--out", str(tmp_path / "o"), *QUICK]) == 130
    assert error_line(capfd) == "dreamlab: interrupted"
    assert list((tmp_path / "o").iterdir()) == []


def test_nothing_half_written_is_left(cat, asked, tmp_path, capfd, monkeypatch):
    def full(recording, **_):
        raise OSError(28, "No space left on device")

    out = tmp_path / "o"
    assert main(["dream", cat, "--out", str(out), *QUICK, "--seed", "1"]) == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    capfd.readouterr()
    monkeypatch.setattr("dreamlab.results.export.webp", full)
    assert main(["dream", cat, "--out", str(out), *QUICK, "--gaussian-noise", "0.1"]) == 2
    assert "o cannot be written to: no space left on device" in error_line(capfd)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--octaves", "99"], "octaves is 99; choose 1 to 20"),
        (["--octaves", "two"], "argument --octaves: invalid int value: 'two'"),
        (["--step", "x"], "argument --step: invalid float value: 'x'"),
        (["--tile", "12"], "tile is 12; choose 64 to 16384"),
        (["--precision", "int8"], "argument --precision: invalid choice: 'int8'"),
        (["--preset", "deep"], "unknown preset 'deep'; choose from layer1"),
        (["--layer", "third"], "argument --layer: 'third' is not NAME=WEIGHT"),
        (["--layer", "third=big"], "'third=big' is not NAME=WEIGHT"),
        (["--layer", "nope=1"], "tiny has no layer 'nope'"),
        (["--layer", "third=0"], "every layer has weight 0"),
        (["--channels", "third="], "'third=' is not LAYER=0,5,9"),
        ([*LAYERS, "--channels", "third=a"], "so 'a' names no channel: give numbers, 0 to 5"),
        ([*LAYERS, "--channels", "first=1"], "channels names layer 'first'"),
        ([*LAYERS, "--channels", "third=6"], "third has no channel 6; choose 0 to 5"),
        (["--config", "absent.json"], "absent.json cannot be read"),
        (["--max-side", "1"], "max_side is 1"),
        (["--every", "0"], "every is 0"),
        (["--frame-seconds", "99"], "frame_seconds is 99.0"),
        (["--zoom", "2"], "unrecognized arguments: --zoom 2"),
        (["--oct", "2"], "unrecognized arguments: --oct 2"),
        (["--wrong", "two\nlines"], "unrecognized arguments: --wrong two lines"),
    ],
)
def test_what_the_user_got_wrong_is_one_line(options, message, cat, asked, tmp_path, capfd):
    assert main(["dream", cat, "--out", str(tmp_path / "o"), *options]) == 2
    assert message in error_line(capfd)
    assert not list(tmp_path.glob("o/*"))


def test_a_network_out_of_reach_is_one_line(cat, tmp_path, capfd, monkeypatch):
    def out_of_reach(*_, **__):
        raise DreamError("the ImageNet weights of inception_v3 could not be downloaded")

    monkeypatch.setattr(models, "load_model", out_of_reach)
    options = ["--model", "inception_v3", "--layer", "mixed3=1"]
    assert main(["dream", cat, "--out", str(tmp_path / "o"), *options]) == 2
    assert "inception_v3 could not be downloaded" in error_line(capfd)


def test_a_dream_that_cannot_move_ends_in_one_line(cat, asked, tmp_path, capfd):
    silenced(models.load_model("vgg16"), "third")
    out = tmp_path / "o"
    layers = ["--layer", "third=2", "--octaves", "2", "--iterations", "2"]
    assert main(["dream", cat, "--out", str(out), *layers]) == 2
    assert error_line(capfd) == (
        "dreamlab: third does not answer to this picture, so no step changes it: "
        "choose a layer that does, such as pool"
    )
    assert list(out.iterdir()) == []


@pytest.mark.filterwarnings("default::dreamlab.dream.Silence")
def test_a_silent_layer_in_a_mix_is_told_of_in_one_line(cat, asked, tmp_path, capfd):
    silenced(models.load_model("vgg16"), "third")
    assert main(["dream", cat, "--out", str(tmp_path / "o"), *QUICK]) == 0
    assert capfd.readouterr().err == (
        "dreamlab: third does not answer to this picture, and the dream went on without: "
        "choose another layer or other channels\n"
    )


@pytest.mark.filterwarnings("default::dreamlab.dream.FallsShort")
def test_a_dream_that_falls_short_of_its_effort_says_so_in_one_line(cat, asked, tmp_path, capfd):
    options = ["--out", str(tmp_path / "o"), *QUICK, "--effort", "0.5"]
    assert main(["dream", cat, *options]) == 0
    said = capfd.readouterr().err
    assert re.fullmatch(
        r"dreamlab: the picture moved by 0\.\d+ of the 0\.5 asked for: choose more iterations, "
        r"a larger step or a smaller effort\n",
        said,
    )


@pytest.mark.filterwarnings("always::dreamlab.images.PictureNote")
def test_what_is_missing_of_a_picture_is_a_line(asked, tmp_path, capfd):
    pixels = np.random.default_rng(0).integers(100, 150, (120, 60, 3), np.uint8)
    image = tmp_path / "cut.jpg"
    image.write_bytes(jpeg(pixels)[:-30])
    assert main(["dream", str(image), "--out", str(tmp_path / "o"), *QUICK]) == 0
    said = capfd.readouterr().err.splitlines()
    assert [line for line in said if "cut.jpg" in line] == [
        "dreamlab: cut.jpg is cut off: its last 8 of 120 rows are missing in part, and grey there"
    ]


def test_the_background_of_a_transparent_picture(asked, tmp_path, capfd):
    image = tmp_path / "logo.png"
    Image.fromarray(np.zeros((48, 64, 4), np.uint8)).save(image)
    for background, grey in (("black", 0), ("white", 255), ("grey", 128)):
        out = tmp_path / background
        options = ["--out", str(out), "--background", background, *QUICK]
        assert main(["dream", str(image), *options]) == 0
        assert abs(to_pixels(load_image(out / "dream.png")).mean() - grey) < 30
    capfd.readouterr()
    assert main(["dream", str(image), "--out", str(tmp_path / "o"), "--background", "red"]) == 2
    assert "argument --background: invalid choice: 'red'" in error_line(capfd)


def test_a_long_picture_says_which_longest_side_will_do(asked, tmp_path, capfd):
    image = tmp_path / "long.png"
    image.write_bytes(png(np.zeros((1960, 40, 3), np.uint8)))
    start = ["dream", str(image), "--out", str(tmp_path / "o"), *QUICK, "--max-side"]
    assert main([*start, "50"]) == 2
    line = error_line(capfd)
    assert "picture is 1 x 50 px; tiny needs at least 2 x 2: raise the longest side to 104" in line
    assert main([*start, "104", "--octaves", "1"]) == 0


def test_a_damaged_tiff_is_one_line_and_no_library_s(asked, tmp_path, capfd):
    data = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(pixels).save(data, "TIFF", compression="tiff_lzw")
    image = tmp_path / "scan.tif"
    # The end of the pixels, which stand before the directory.
    image.write_bytes(data.getvalue()[:9000] + bytes(400) + data.getvalue()[9400:])
    assert main(["dream", str(image), "--out", str(tmp_path / "o"), *QUICK]) == 2
    assert error_line(capfd).endswith("scan.tif is damaged and cannot be decoded; choose another")


def test_untrained_is_no_network_by_itself(cat, tmp_path, capfd):
    assert main(["dream", cat, "--out", str(tmp_path / "o"), "--model", ":untrained"]) == 2
    assert "unknown model ':untrained'; choose from vgg16" in error_line(capfd)


@pytest.mark.parametrize(
    ("preset", "model", "way_out"),
    [
        ("mixed", "efficientnet_lite0", "choose lite-early, .*lite-goldfish, or name layers"),
        ("lite-late", "vgg16:untrained", "choose layer1, .*mixed-noisy, or name layers"),
        ("mixed", "resnet50", "name layers with --layer"),
    ],
)
def test_a_preset_of_another_network_is_told(cat, capfd, tmp_path, preset, model, way_out):
    asked = ["dream", cat, "--out", str(tmp_path), "--preset", preset, "--model", model]
    assert main(asked) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert re.search(f"preset {preset} is for .*, not for {model}: {way_out}", line)
