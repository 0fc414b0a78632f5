"""`record` gives the same dream as the generator."""

import numpy as np
import pytest

from dreamlab import models
from dreamlab.comparison.compare import compare
from dreamlab.config import DreamConfig
from dreamlab.config.provenance import MaskedArea, Parent
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.images import from_pixels, read_image, to_pixels
from dreamlab.results.record import record
from tests.support.tiny import picture, tiny_network

CONFIG = DreamConfig(layers={"second": 2.0}, octaves=2, iterations=2, precision="float32")


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def test_it_keeps_what_the_generator_gives(network):
    image = picture(40, 50)
    run = record(image, CONFIG, network)
    steps = [(step.loss, np.array(step.image)) for step in dream(image, network, CONFIG)]
    assert [point.loss for point in run.losses] == [loss for loss, _ in steps]
    assert run.finished
    assert len(run.octave_frames) == 2
    np.testing.assert_allclose(
        from_pixels(run.final.pixels), steps[-1][1].clip(-1, 1), atol=1 / 254
    )


def test_keywords_go_over_the_settings_and_name_layers(network):
    run = record(picture(40, 50), CONFIG, network, iterations=1, octaves=1)
    assert run.provenance.config == CONFIG.replace(iterations=1, octaves=1)
    run = record(picture(40, 50), None, network, layers="second", octaves=1, iterations=1)
    assert run.provenance.config == DreamConfig(layers={"second": 1.0}, octaves=1, iterations=1)
    values = {"layers": ["first", "second"], "octaves": 1, "iterations": 1}
    run = record(picture(40, 50), values, network)
    assert dict(run.provenance.config.layers) == {"first": 1.0, "second": 1.0}


def test_without_settings_the_mix_is_that_of_the_network():
    quick = {"octaves": 1, "iterations": 1}
    run = record(picture(40, 50), model="efficientnet_lite0:untrained", **quick)
    assert run.provenance.config == DreamConfig.preset("lite-mixed", **quick)


def test_rows_are_flat_and_frames_between_octaves_are_kept(network):
    run = record(picture(40, 50), CONFIG, network, every=1, max_side=40)
    assert len(run.frames) == 4
    first, *_ = run.rows()
    assert first == {
        "octave": 0,
        "height": 22,
        "width": 28,
        "iteration": 0,
        "loss": first["second"],
        "second": first["loss"],
    }


def test_an_interrupt_keeps_what_was_done(network, monkeypatch):
    from dreamlab.results import record as module

    def interrupted(steps, visible):
        for step in steps:
            yield step
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "follow", interrupted)
    run = record(picture(40, 50), CONFIG, network)
    assert not run.finished
    assert len(run.losses) == len(run.frames) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"octave": 2}, "unknown setting 'octave': did you mean octaves?"),
        ({"octaves": 99}, "octaves is 99; choose 1 to 20"),
        ({"layers": "secnd"}, "tiny.keras has no layer 'secnd': did you mean second"),
        ({"config": "mixd"}, "unknown preset 'mixd'; choose from layer1"),
    ],
)
def test_what_cannot_be_is_one_sentence(network, options, sentence):
    options = {"config": None if "layers" in options else CONFIG, **options}
    with pytest.raises(DreamError) as error:
        record(picture(40, 50), model=network, **options)
    assert sentence.removeprefix("tiny.keras") in str(error.value)


def test_a_bar_is_drawn_where_it_is_asked_for(network, capsys):
    record(picture(40, 50), CONFIG, network)
    assert capsys.readouterr().err == ""
    record(picture(40, 50), CONFIG, network, progress=True)
    assert "octave 2/2, 50 x 40: 100 %" in capsys.readouterr().err


def test_a_step_shows_its_picture_while_it_has_it(network):
    first, *_ = steps = list(dream(picture(40, 50), network, CONFIG))
    assert first._repr_png_() is None
    assert steps[-1]._repr_png_().startswith(b"\x89PNG")


def test_it_saves_and_shows_itself(network, tmp_path):
    run = record(picture(40, 50), CONFIG, network)
    names = run.save(tmp_path / "new" / "folder")
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == set(names)
    assert {"dream.png", "progression.gif", "losses.csv", "config.json"} <= set(names)
    text = run._repr_html_()
    assert text.count("<img ") == 2
    assert text.count("<path d=") > 1
    assert "finished" in repr(run)


def test_a_long_picture_says_which_longest_side_will_do(network):
    for long in (picture(1960, 40), read_image(picture(1960, 40), max_side=50)):
        with pytest.raises(DreamError, match="needs at least 2 x 2: raise the longest side to 104"):
            record(long, CONFIG, network, max_side=50)
        with pytest.raises(DreamError, match="needs at least 2 x 2: raise the longest side to 104"):
            compare(long, [CONFIG], network, max_side=50)


def test_the_background_of_a_transparent_picture(network):
    clear = np.zeros((40, 50, 4), np.uint8)
    for background, grey in (("black", 0), ("grey", 128), ("white", 255)):
        original = record(clear, CONFIG, network, background=background).original
        assert (original.pixels == grey).all()
        (dreamt,) = compare(clear, [CONFIG], network, background=background).values()
        assert (dreamt.original.pixels == grey).all()


def test_a_recording_is_gone_on_from_bit_for_bit(network):
    run = record(to_pixels(picture(40, 50)), CONFIG, network, octaves=3)
    rest = record(run, None, network, at=0)
    assert rest.losses == [point for point in run.losses if point.octave]
    assert (rest.final.pixels == run.final.pixels).all()
    assert rest.provenance.config == run.provenance.config
    assert rest.provenance.parent == Parent(run.provenance.id, 0, 1)
    assert rest.begun_from == run.frames[0].picture and run.begun_from is None
    assert run.point(run.final).area == MaskedArea() and rest.point(rest.final).area is None
    other = record(run, None, network, at=1, layers="first", iterations=1)
    assert [(point.octave, list(point.losses)) for point in other.losses] == [(2, ["first"])]
    again = record(run, None, network)
    assert len(again.losses) == 6
    assert again.original == run.final.picture and again.begun_from is None
    with pytest.raises(DreamError, match=r"the recording has no octave 7; choose one of 0, 1 and"):
        record(run, None, network, at=7)
    with pytest.raises(DreamError, match="at is 1, an octave of a recording: give a recording"):
        record(picture(40, 50), CONFIG, network, at=1)


def test_a_mask_may_be_a_picture(network):
    pixels = to_pixels(picture(40, 50))
    mask = np.zeros((40, 50, 3), np.uint8)
    mask[:, 25:] = 255
    run = record(pixels, CONFIG, network, mask=mask)
    assert (run.final.pixels[:, :25] == pixels[:, :25]).all()
    assert (run.final.pixels[:, 25:] != pixels[:, 25:]).mean() > 0.5
    assert (run.provenance.config.mask, len(run.provenance.mask)) == ("picture", 64)


def test_a_recording_is_gone_on_from_with_its_network(network, monkeypatch):
    run = record(to_pixels(picture(40, 50)), CONFIG, network)
    asked = []
    monkeypatch.setattr(models, "cached_model", lambda name: asked.append(name) or network)
    record(run, at=0)
    assert asked == ["tiny"]
