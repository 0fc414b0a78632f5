import dataclasses
import io
import json
import math
import pickle
import zipfile

import numpy as np
import pytest
import tensorflow as tf

from dreamlab.analysis import named
from dreamlab.analysis.attribution import AttributionSettings
from dreamlab.analysis.files import files
from dreamlab.analysis.gradients import balance
from dreamlab.analysis.run import analyse
from dreamlab.config import PRESETS, DreamConfig, read_settings
from dreamlab.dream import InexactTiles, dream
from dreamlab.dream.ascent import OctaveAscent
from dreamlab.dream.compiled import compile_objective
from dreamlab.dream.guided import guided_objective
from dreamlab.errors import DreamError
from dreamlab.images.resample import resize
from tests.support.tiny import picture, tiny_network

ATTRIBUTION = named("attribution")
MIX = {"second": 0.5, "third": -2.0}


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def _settings(**values):
    return AttributionSettings(**{"layers": MIX, "precision": "float32"} | values)


def _of_the_tape(network, layers, channels, at):
    """Return each layer's weighted loss and gradient, by the notebook's formula on a plain tape."""
    model, at = network.feature_extractor(tuple(layers), "float32"), tf.constant(at)
    losses, gradients = {}, {}
    for name, weight in layers.items():
        with tf.GradientTape() as tape:
            tape.watch(at)
            activation = model(at[None])[name]
            if name in channels:
                activation = tf.gather(activation, channels[name], axis=-1)
            rows, columns = activation.shape[1:3]
            top, left = 2 * (rows > 4), 2 * (columns > 4)
            inner = activation[:, top : rows - top, left : columns - left]
            loss = weight * tf.reduce_sum(inner**2) / tf.size(activation, tf.float32)
        losses[name], gradients[name] = float(loss), tape.gradient(loss, at).numpy()
    return losses, gradients


@pytest.mark.parametrize("jitter", [0, 5])
@pytest.mark.parametrize("channels", [{}, {"second": [1, 4]}])
def test_what_is_measured_is_what_made_each_step(network, jitter, channels):
    image = picture(16, 18)
    settings = _settings(octaves=2, iterations=2, jitter=jitter, channels=channels)
    findings = analyse(ATTRIBUTION, image, network, settings)
    assert len(findings.items) == 4
    at = image
    for step, item in zip(dream(image, network, settings.config()), findings.items, strict=True):
        if step.iteration == 0:  # the picture of the octave before, lost detail and all
            at = resize(at, (step.height, step.width))
            generator = np.random.default_rng((0, step.octave))
        shift = generator.integers(-jitter, jitter + 1, 2)
        losses, gradients = _of_the_tape(network, MIX, channels, np.roll(at, shift, (0, 1)))
        at = step.image.copy()
        assert item.values["losses"] == step.losses == pytest.approx(losses, rel=1e-4)
        a, b = (gradients[name].ravel().astype(float) for name in MIX)
        assert list(item.values["norms"].values()) == pytest.approx(
            [np.linalg.norm(a), np.linalg.norm(b)], rel=1e-4
        )
        cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        assert item.values["cosines"][0][1] == pytest.approx(cosine, abs=1e-4)


def test_it_is_of_the_dream_with_all_its_settings(network):
    image = picture(100, 90)
    free = [step.loss for step in dream(image, network, _settings(iterations=4).config())]
    settings = _settings(
        iterations=4,
        channels={"third": [0, 5]},
        max_loss=sorted(free)[5],
        gaussian_noise=0.05,
        salt_pepper=0.01,
        jitter=3,
        seed=7,
        tile=64,
    )
    steps = [step for step in dream(image, network, settings.config()) if step.iteration >= 0]
    assert 0 < len(steps) < 12  # where the loss passed max_loss, an octave ended
    findings = analyse(ATTRIBUTION, image, network, settings)
    assert [item.values["losses"] for item in findings.items] == [step.losses for step in steps]


def test_a_dream_that_moves_by_its_effort_is_looked_into_up_to_there(network):
    settings = _settings(iterations=20, effort=0.1)
    steps = list(dream(picture(40, 50), network, settings.config()))
    assert len(steps) < 60
    findings = analyse(ATTRIBUTION, picture(40, 50), network, settings)
    assert [item.values["losses"] for item in findings.items] == [step.losses for step in steps]


def test_it_has_every_setting_of_a_dream():
    names = {spec.name for spec in dataclasses.fields(DreamConfig)}
    assert {spec.name for spec in dataclasses.fields(AttributionSettings)} == names | {"max_side"}
    values = {"layers": MIX, "channels": {"third": [4, 1, 4]}, "max_loss": 2, "tile": 64}
    settings = AttributionSettings.from_dict(json.loads(json.dumps(values)))
    assert settings.channels == {"third": (1, 4)}
    assert settings.to_dict()["channels"] == {"third": [1, 4]}
    assert (settings.max_loss, settings.tile) == (2.0, 64)
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"iterations": 0}, "iterations is 0, so there are no steps to look into"),
        ({"max_loss": -1e9}, "every octave's first loss is above max_loss"),
        (
            {"gaussian_noise": 0.2, "effort": 0.1},
            "noise alone moves the picture by the effort 0.1, so no step is taken: choose a larger",
        ),
        ({"channels": {"third": [6]}}, "third has no channel 6; choose 0 to 5"),
        ({"channels": {"first": [1]}}, "channels names layer 'first', which is not among"),
        ({"channels": ["third"]}, "channels has 'third'; give LAYER=NUMBER"),
        ({"channels": ["=1"]}, "channels has '=1'; give LAYER=NUMBER"),
        ({"pyramid": 2}, "pyramid is 2, which makes all levels .* do not add up to it; choose 0"),
        ({"guide": "picture"}, "guide is a picture, .* choose from none, cat, galaxies"),
        ({"mask": "picture"}, "mask is a picture, which an analysis does not take; choose a rect"),
        ({"tile": 3}, "tile is 3; choose 64"),
        ({"max_side": 9999}, "max_side is 9999; choose 32"),
    ],
)
@pytest.mark.filterwarnings("ignore::dreamlab.dream.Silence")
def test_what_cannot_be_looked_into_is_told(network, values, message):
    with pytest.raises(DreamError, match=message):
        analyse(ATTRIBUTION, picture(16, 18), network, _settings(octaves=1, **values))


def test_a_memory_budget_tiles_it_and_changes_no_figure(network, monkeypatch):
    image, tiles = picture(120, 140), []
    summed = OctaveAscent._summed

    def spied(octave, *arguments):
        tiles.append(len(octave.tiles))
        return summed(octave, *arguments)

    monkeypatch.setattr(OctaveAscent, "_summed", spied)
    settings = _settings(octaves=2, iterations=1, jitter=9)
    whole = analyse(ATTRIBUTION, image, network, settings)
    assert set(tiles) == {1}
    tiles.clear()
    # Memory for exactly 100 x 100 px of the mix, which takes 87 bytes per pixel and 15 % for holes.
    monkeypatch.setattr("dreamlab.dream.courses.budget", lambda *_: 87 * 1.15 * 100 * 100)
    tiled = analyse(ATTRIBUTION, image, network, settings)
    assert tiles == [1, 1, 2, 2, 2]  # both looks at the small octave; step and looks at the large
    for item, other in zip(tiled.items, whole.items, strict=True):
        for figures in ("losses", "norms"):
            assert item.values[figures] == pytest.approx(other.values[figures], rel=1e-3)
        assert np.allclose(item.values["cosines"], other.values["cosines"], atol=1e-3)


def test_tiles_that_are_not_exact_are_those_of_the_dream():
    network = tiny_network(smooth=True, seeing_all=True)
    image, mix = picture(100, 90), {"second": 1.0, "excited": 3.0}
    settings = _settings(layers=mix, octaves=1, iterations=2, tile=64)
    config = settings.config()
    with pytest.warns(InexactTiles):
        findings = analyse(ATTRIBUTION, image, network, settings)
    with pytest.warns(InexactTiles):
        steps = dream(image, network, config, starts=True)
    octave = OctaveAscent(compile_objective(network, config, "float32"), config, image.shape[:2])
    for step, item in zip(steps, findings.items, strict=True):
        _, whole = octave.gradient(step.start.picture, step.start.shift)
        norms = np.array(list(item.values["norms"].values()))
        together = norms @ np.array(item.values["cosines"]) @ norms
        assert together == pytest.approx(float(np.sum(np.square(whole))), rel=1e-3)


def test_the_layers_parts_of_a_dream_with_a_look_add_up_to_its_steps(network):
    look = {"mask": "ellipse:0.1,0.1,0.8,0.9", "mask_edge": 0.2, "smooth": 1.0, "flip": True}
    settings = _settings(octaves=2, iterations=2, keep_colours=True, rotation=9.0, **look)
    image = picture(40, 50)
    findings = analyse(ATTRIBUTION, image, network, settings)
    config = settings.config()
    for step, item in zip(dream(image, network, config, starts=True), findings.items, strict=True):
        start = step.start
        octave = OctaveAscent(
            compile_objective(network, config, "float32"), config, start.picture.shape[:2]
        )
        _, whole = octave.gradient(start.picture, start.shift, start.turn, start.mask)
        norms = np.array(list(item.values["norms"].values()))
        together = norms @ np.array(item.values["cosines"]) @ norms
        assert together == pytest.approx(float(np.sum(np.square(whole))), rel=1e-3)
        if not step.ends_octave:  # then the lost detail is put back too
            moved = (step.image - start.picture).ravel()
            cosine = moved @ whole.ravel() / np.linalg.norm(moved) / np.linalg.norm(whole)
            assert cosine == pytest.approx(1, abs=1e-5)


def test_the_layers_parts_of_a_guided_dream_add_up_to_its_steps(network):
    guide = {"guide": "cat", "guide_strength": 0.4, "guide_features": "raw"}
    settings = _settings(octaves=1, iterations=2, unguided=["second"], **guide)
    image, config = picture(40, 50), settings.config()
    findings = analyse(ATTRIBUTION, image, network, settings)
    for step, item in zip(dream(image, network, config, starts=True), findings.items, strict=True):
        start = step.start
        objective = guided_objective(network, config, step.guide, "float32")
        _, whole = OctaveAscent(objective, config, image.shape[:2]).gradient(start.picture)
        norms = np.array(list(item.values["norms"].values()))
        together = norms @ np.array(item.values["cosines"]) @ norms
        assert together == pytest.approx(float(np.sum(np.square(whole))), rel=1e-3)


def test_what_a_step_began_from_is_kept_for_those_who_ask(network):
    image, config = picture(16, 18), _settings(iterations=2).config()
    for step in dream(image, network, config):
        with pytest.raises(DreamError, match="not kept: have the dream keep starts"):
            _ = step.start
    steps = dream(image, network, config, starts=True)
    first = next(steps)
    assert first.start.picture == pytest.approx(resize(image, (8, 9)))
    before = first.image.copy()
    second = next(steps)
    assert (second.start.picture == before).all()
    assert second.start.shift == (0, 0)
    assert second.start.memory_budget >= 256e6
    assert second.ends_octave
    next(steps)
    with pytest.raises(DreamError, match="not kept"):
        _ = second.start


def test_it_can_be_ended_after_each_gradient(network, monkeypatch):
    worked = []
    for name in ("step", "gradient"):
        method = getattr(OctaveAscent, name)
        monkeypatch.setattr(
            OctaveAscent,
            name,
            lambda *values, method=method: worked.append(1) or method(*values),
        )
    counts, fractions = [], [0.0]

    def follow(step):
        counts.append(len(worked))
        fractions.append(step.fraction)
        worked.clear()
        return True

    analyse(
        ATTRIBUTION, picture(16, 18), network, _settings(octaves=2, iterations=2), on_step=follow
    )
    assert counts == [1] * (4 * (1 + len(MIX)))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_broken_off_it_has_the_pictures_of_the_octaves_that_ended(network):
    image, settings = picture(16, 18), _settings(octaves=2, iterations=2)
    whole = analyse(ATTRIBUTION, image, network, settings)
    assert [bool(item.picture) for item in whole.items] == [False, True, False, True]
    config = read_settings(io.BytesIO(whole.items[1].picture.png))["config"]
    assert DreamConfig.from_dict(config) == settings.config()

    def first_octave(step):
        return step.item is None or step.item.values["iteration"] < 1

    findings = analyse(ATTRIBUTION, image, network, settings, on_step=first_octave)
    assert not findings.complete
    names = zipfile.ZipFile(io.BytesIO(files(findings)["attribution.zip"])).namelist()
    assert {"attribution.json", "attribution.png", "01_step_002.png"} <= set(names)


def test_balanced_weights_pull_equally(network):
    image = picture(16, 18)
    one_step = {"octaves": 1, "iterations": 1, "step": 1e-5}  # so that the picture hardly moves
    findings = analyse(ATTRIBUTION, image, network, _settings(**one_step))
    first = findings.items[0].values["norms"]
    assert max(first.values()) > 1.5 * min(first.values())
    weights = balance(MIX, [first])
    again = analyse(ATTRIBUTION, image, network, _settings(layers=weights, **one_step))
    norms = list(again.items[0].values["norms"].values())
    assert norms[0] == pytest.approx(norms[1], rel=1e-2)
    assert weights["second"] > 0 > weights["third"]
    assert sum(map(abs, weights.values())) == pytest.approx(2.5)


def test_the_tables(network):
    findings = analyse(ATTRIBUTION, picture(16, 18), network, _settings(octaves=2, iterations=2))
    loss, gradient, cosines, balanced = ATTRIBUTION.tables(findings)
    assert loss.columns == gradient.columns == ("step", "second", "third")
    for row in loss.rows:
        assert row[1] > 0 > row[2]  # a negative weight, a negative share
        assert row[1] - row[2] == pytest.approx(1.0)
    norms = [item.values["norms"] for item in findings.items]
    expected = norms[2]["second"] / (norms[2]["second"] + norms[2]["third"])
    assert gradient.rows[2][1] == pytest.approx(expected)
    mean = sum(item.values["cosines"][0][1] for item in findings.items) / 4
    assert cosines.rows[0][2] == pytest.approx(mean)
    assert math.isclose(cosines.rows[1][2], 1.0)
    assert [row[0] for row in balanced.rows] == ["second", "third"]


def test_without_layers_the_mix_is_that_of_the_network():
    quick = {"octaves": 1, "iterations": 1}
    found = analyse("attribution", picture(48, 40), "efficientnet_lite0:untrained", **quick)
    assert found.settings["layers"] == PRESETS["lite-mixed"]["layers"]
    with pytest.raises(DreamError, match="^tiny has no preset of its own: name its layers with"):
        analyse("attribution", picture(48, 40), tiny_network(), **quick)
    settings = AttributionSettings(**quick)  # as they are
    with pytest.raises(DreamError, match="efficientnet_lite0:untrained has no layer 'block2_conv2"):
        analyse("attribution", picture(48, 40), "efficientnet_lite0:untrained", settings)
