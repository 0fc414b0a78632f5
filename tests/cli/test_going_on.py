"""``dreamlab dream --from``."""

import csv
import io
from itertools import islice

import numpy as np
import pytest
from PIL import Image

import dreamlab.dream as engine
from dreamlab.cli.main import main
from dreamlab.config import read_settings
from dreamlab.config.provenance import dream_id
from dreamlab.images import png
from tests.support.console import error_line
from tests.support.films import decoded
from tests.support.tiny import picture

SETTINGS = ["--layer", "second=1", "--octaves", "3", "--iterations", "2", "--step", "0.004"]


def pixels(path) -> np.ndarray:
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


@pytest.fixture
def dreamt(cat, asked, tmp_path, capfd):
    """The folder of a dream of three octaves."""
    assert main(["dream", cat, "--out", str(tmp_path / "dream"), *SETTINGS]) == 0
    capfd.readouterr()
    return tmp_path / "dream"


def branched(tmp_path, *options) -> int:
    network = [] if "--model" in options else ["--model", "vgg16"]
    return main(["dream", *map(str, options), *network, "--out", str(tmp_path / "on")])


def test_an_octave_is_gone_on_from_with_the_same_settings(dreamt, tmp_path, asked):
    assert branched(tmp_path, "--from", dreamt / "dream.png", "--at", 1) == 0
    out = tmp_path / "on"
    names = sorted(path.name for path in out.glob("*.png"))
    assert names == ["dream.png", "octave_2_30x40.png", "original.png"]
    told, before = read_settings(out / "dream.png"), read_settings(dreamt / "dream.png")
    assert told["config"] == before["config"]
    assert told["parent"] == {"dream": dream_id(before), "octave": 1, "iteration": 1}
    assert told["picture"] == before["picture"]
    film, _, _ = decoded((out / "progression.gif").read_bytes())
    assert len(film) == 3  # the original, where it began, and its octave
    # The start is within half a grey level, and two steps of half a grey level each follow.
    differs = np.abs(pixels(out / "dream.png") - pixels(dreamt / "dream.png"))
    assert differs.mean() < 0.3
    (octave,) = dreamt.glob("octave_1_*.png")
    again = tmp_path / "again"
    assert main(["dream", "--from", str(octave), "--model", "vgg16", "--out", str(again)]) == 0
    assert (pixels(again / "dream.png") == pixels(out / "dream.png")).all()


def test_the_last_picture_is_dreamt_on_anew(dreamt, tmp_path, cat):
    (dreamt / "original.png").unlink()  # is not needed
    assert branched(tmp_path, "--from", dreamt / "dream.png") == 0
    out = tmp_path / "on"
    assert len(list(out.glob("octave_*.png"))) == 3
    assert (pixels(out / "original.png") == pixels(dreamt / "dream.png")).all()
    told, before = read_settings(out / "dream.png"), read_settings(dreamt / "dream.png")
    assert told["parent"] == {"dream": dream_id(before), "octave": 2, "iteration": 1}
    # As that picture would be by itself.
    plain = tmp_path / "plain"
    config = ["--config", str(dreamt / "dream.png"), "--model", "vgg16"]
    assert main(["dream", str(dreamt / "dream.png"), "--out", str(plain), *config]) == 0
    assert (pixels(plain / "dream.png") == pixels(out / "dream.png")).all()


def test_options_go_over_the_settings_of_the_png(dreamt, tmp_path, asked):
    asked.clear()
    more = ["--layer", "third=2", "--iterations", "1", "--model", "vgg19"]
    assert branched(tmp_path, "--from", dreamt / "dream.png", "--at", 0, *more) == 0
    told = read_settings(tmp_path / "on" / "dream.png")["config"]
    assert (told["layers"], told["iterations"]) == ({"third": 2.0}, 1)
    assert (told["octaves"], told["step"]) == (3, 0.004)
    assert asked == [("vgg19", "imagenet")]


def test_a_png_says_where_in_its_dream_it_is(dreamt):
    place = read_settings(dreamt / "dream.png")["frame"]
    original = place.pop("original")
    assert place == {"octave": 2, "iteration": 1, "ends_octave": True, "ends_dream": True}
    (octave,) = dreamt.glob("octave_1_*.png")
    assert read_settings(octave)["frame"] == {
        "octave": 1,
        "iteration": 1,
        "ends_octave": True,
        "ends_dream": False,
        "original": original,
    }
    assert dream_id(read_settings(octave)) == dream_id(read_settings(dreamt / "config.json"))


def refused(capfd, *arguments) -> str:
    assert main(["dream", *map(str, arguments)]) == 2
    return error_line(capfd).removeprefix("dreamlab: ")


def test_what_does_not_go_together_is_said_in_a_sentence(dreamt, cat, tmp_path, capfd):
    dream, out = dreamt / "dream.png", ["--out", tmp_path / "on"]
    assert refused(capfd, *out) == ("there is no picture: name IMAGE, or a dream's PNG with --from")
    assert refused(capfd, cat, "--from", dream, *out) == (
        f"both IMAGE {cat} and --from are given; give one of them"
    )
    assert refused(capfd, cat, "--at", 1, *out) == (
        "--at is an octave of a dream: name its PNG with --from"
    )
    assert refused(capfd, "--from", dream, "--max-side", 20, *out) == (
        "--max-side is for IMAGE; leave it out with --from"
    )
    assert refused(capfd, "--from", dream, "--background", "white", *out) == (
        "--background is for IMAGE; leave it out with --from"
    )
    assert refused(capfd, "--from", dream, "--at", 7, *out) == (
        "there is no octave_7_<h>x<w>.png beside dream.png; choose one of 0, 1 and 2"
    )
    assert refused(capfd, "--from", dream, "--out", dreamt) == (
        f"{dreamt} has the dream that this one goes on from: choose another --out, as its files "
        "would be replaced"
    )
    assert refused(capfd, "--from", cat, *out) == (
        "cat.png carries no dreamlab settings; choose a file dreamlab made"
    )
    assert refused(capfd, "--from", dreamt / "progression.gif", *out) == (
        "progression.gif does not say where in its dream it is: name a PNG of dreamlab dream, or "
        "give it as IMAGE, with --config progression.gif for its settings"
    )
    assert refused(capfd, "--from", dreamt / "nothing.png", "--at", 1, *out) == (
        "nothing.png cannot be read: No such file or directory"
    )
    assert not (tmp_path / "on").exists()


def test_the_original_has_to_be_that_of_the_dream(dreamt, tmp_path, capfd):
    original = dreamt / "original.png"
    arguments = "--from", dreamt / "dream.png", "--at", 1, "--out", tmp_path / "on"
    (octave,) = dreamt.glob("octave_1_*.png")
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((30, 40, 3), np.uint8)).save(buffer, "PNG")
    original.write_bytes(buffer.getvalue())
    assert refused(capfd, *arguments) == (
        f"the original.png beside {octave.name} is not the picture of that dream: put the dream's "
        "there, or give the picture as IMAGE to dream anew"
    )
    original.unlink()
    assert refused(capfd, *arguments).startswith(
        f"there is no original.png beside {octave.name}, and the octaves that follow need it"
    )


def test_a_picture_given_beside_the_settings_is_asked_for(dreamt, tmp_path, capfd):
    arguments = "--from", dreamt / "dream.png", "--at", 1, "--out", tmp_path / "on"
    assert refused(capfd, *arguments, "--guide", "picture", "--model", "vgg16") == (
        "guide is a picture, and none is given; give it, or choose another guide"
    )


def test_an_input_named_original_stays_as_it_is(cat, asked, tmp_path, capfd):
    mine = tmp_path / "original.png"
    mine.write_bytes(png(np.rint((picture(60, 80) + 1) * 127.5).astype(np.uint8)))
    before = mine.read_bytes()
    assert main(["dream", str(mine), "--out", str(tmp_path), *SETTINGS]) == 0
    assert capfd.readouterr().err == ""
    assert main(["dream", str(mine), "--out", str(tmp_path), "--max-side", "40", *SETTINGS]) == 0
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith(f"dreamlab: {mine} is the picture begun from, and stays")
    assert mine.read_bytes() == before


def test_a_dream_that_was_interrupted_goes_on_with_its_next_step(
    cat, asked, tmp_path, capfd, monkeypatch
):
    whole = engine.dream

    def interrupted(*arguments, **options):
        yield from islice(whole(*arguments, **options), 3)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "dream", interrupted)
        assert main(["dream", cat, "--out", str(tmp_path / "dream"), *SETTINGS]) == 130
    assert branched(tmp_path, "--from", tmp_path / "dream" / "dream.png") == 0
    rows = csv.DictReader((tmp_path / "on" / "losses.csv").read_text().splitlines())
    # The first octave was done, and of the second the first of two steps.
    assert [(row["octave"], row["iteration"]) for row in rows] == [
        *(("1", "1"), ("2", "0"), ("2", "1"))
    ]


def test_an_octave_of_another_dream_is_refused(dreamt, cat, tmp_path, capfd):
    other = tmp_path / "other"
    assert main(["dream", cat, "--out", str(other), *SETTINGS, "--seed", "5"]) == 0
    capfd.readouterr()
    (octave,) = dreamt.glob("octave_1_*.png")
    octave.write_bytes((other / octave.name).read_bytes())
    out = ["--out", tmp_path / "on"]
    assert refused(capfd, "--from", dreamt / "dream.png", "--at", 1, *out) == (
        f"{octave.name} is of another dream than dream.png: name it with --from"
    )


def test_another_mask_keeps_what_is_gone_on_from(dreamt, cat, tmp_path, capfd):
    original = pixels(dreamt / "original.png")
    right = np.s_[:, original.shape[1] // 2 :]
    mask = ["--mask", "rectangle:0,0,0.5,1"]
    assert branched(tmp_path, "--from", dreamt / "dream.png", "--at", 1, *mask) == 0
    assert np.abs(pixels(tmp_path / "on" / "dream.png") - original)[right].mean() > 1
    # What a dream's own mask keeps stays the original.
    masked = tmp_path / "masked"
    assert main(["dream", cat, "--out", str(masked), *SETTINGS, *mask]) == 0
    assert branched(tmp_path, "--from", masked / "dream.png", "--at", 1) == 0
    assert (pixels(tmp_path / "on" / "dream.png") == original)[right].all()
