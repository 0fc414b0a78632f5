import io
import json

import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.files import files
from dreamlab.analysis.rises import NOISES, noisy
from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig, read_settings
from dreamlab.dream import dream
from dreamlab.dream.step import OctaveDropped
from dreamlab.errors import DreamError
from dreamlab.images import load_image, to_pixels
from dreamlab.images.distance import distance
from dreamlab.images.octaves import enlarged, octave_shapes
from dreamlab.images.resample import resize
from tests.support.tiny import activations_by_hand, picture, silenced, tiny_network

GRID = named("grid")
IMAGE = 0.5 * picture(30, 40)  # so that a small move is not clipped
SHAPES = octave_shapes(30, 40, 3, 1.4)


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def _found(network, image=IMAGE, **values):
    values = {"octaves": 3, "amount": 0.05, "precision": "float32", **values}
    return analyse("grid", image, network, **values)


def _by_key(findings):
    return {item.key: item for item in findings.items}


def test_layers_go_down_and_octaves_across(network):
    findings = _found(network, layers=["first", "third"])
    keys = [f"{layer}-octave{number}" for layer in ("first", "third") for number in (1, 2, 3)]
    assert [item.key for item in findings.items] == keys
    for item in findings.items:
        values = item.values
        assert (values["height"], values["width"]) == SHAPES[values["octave"] - 1]
        assert values["moved"] == pytest.approx(0.05, rel=1e-5)
        assert load_image(item.picture).shape == IMAGE.shape
        assert item.of_original
        json.dumps(values, allow_nan=False)


@pytest.mark.parametrize("jitter", [0, 3])
def test_the_last_column_is_the_atlas(network, jitter):
    values = {"jitter": jitter, "seed": 5, "layers": ["first", "third"]}
    grid = _by_key(_found(network, **values))
    atlas = analyse("atlas", IMAGE, network, amount=0.05, precision="float32", **values)
    for item in atlas.items:
        cell = grid[f"{item.key}-octave3"]
        assert np.array_equal(load_image(cell.picture), load_image(item.picture))
        assert cell.values["last_step"] == item.values["last_step"]
        assert cell.values["steps"] == item.values["steps"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_cell_is_a_dream_with_its_settings_up_to_its_last_step(network, number):
    cell = _by_key(_found(network, layers=["second"]))[f"second-octave{number}"]
    config = DreamConfig.from_dict(cell.values["config"])
    assert (config.only_octave, config.octaves, config.iterations) == (
        number,
        3,
        cell.values["steps"],
    )
    assert read_settings(io.BytesIO(cell.picture.png))["config"] == cell.values["config"]
    small = before = after = resize(IMAGE, SHAPES[number - 1])
    for step in dream(small, network, config.replace(octaves=1, only_octave=0)):
        before, after = after, np.array(step.image)
    part = before + np.float32(cell.values["last_step"]) * (after - before)
    expected = enlarged(part, IMAGE, SHAPES[number - 1], SHAPES[number:])
    assert np.array_equal(load_image(cell.picture), load_image(to_pixels(expected)))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_cell_of_whole_steps_is_the_dream_with_its_settings(network, number):
    found = _found(network, layers=["second"], amount=2.0, most_steps=2)
    cell = _by_key(found)[f"second-octave{number}"]
    assert cell.values["last_step"] == 1.0
    assert "moved only" in cell.caption
    *_, last = dream(IMAGE, network, DreamConfig.from_dict(cell.values["config"]))
    difference = to_pixels(last.image).astype(int) - cell.picture.pixels
    assert np.abs(difference).max() <= 1  # from the order of sums
    assert np.mean(difference != 0) < 0.001


def test_rises_are_those_of_the_layer_at_its_octave():
    network = tiny_network()
    cell = _by_key(_found(network, layers=["third"]))["third-octave3"]
    before = activations_by_hand(network, IMAGE)["third"]
    after = activations_by_hand(network, load_image(cell.picture))["third"]
    expected = np.mean(after**2) / np.mean(before**2)
    assert cell.values["rise"] == pytest.approx(expected, rel=1e-4)
    noises = []
    for place in range(NOISES):
        moved = noisy(IMAGE, 0.05, (0, 30, 40, place))
        noises.append(np.mean(activations_by_hand(network, moved)["third"] ** 2))
    ratios = np.array(noises) / np.mean(before**2)
    figures = [cell.values[name] for name in ("noise_low", "noise", "noise_high")]
    expected = [ratios.min(), ratios.mean(), ratios.max()]
    np.testing.assert_allclose(figures, expected, rtol=1e-3)
    assert cell.values["rise"] > cell.values["noise_high"]


@pytest.mark.parametrize("image", [IMAGE, np.sign(IMAGE)])
def test_noise_moves_the_picture_as_far(image):
    for seed in (0, 1):
        moved = noisy(image, 0.1, (seed,))
        assert np.abs(moved).max() <= 1
        assert distance(moved, image) == pytest.approx(0.1, rel=1e-3)
    assert not np.array_equal(noisy(image, 0.1, (0,)), noisy(image, 0.1, (1,)))


def test_octaves_that_are_too_small_are_left_out_and_told(network):
    with pytest.warns(OctaveDropped, match="left out 1 octave"):
        findings = _found(network, layers=["first"], octaves=3, octave_scale=4.0, max_side=32)
    assert [item.values["octave"] for item in findings.items] == [2, 3]


def test_a_cancelled_grid_goes_on_where_it_was(network):
    whole = _found(network, layers=["first", "second"])
    part = _found(
        network,
        layers=["first", "second"],
        on_step=lambda step: step.item is None or step.item.key != "first-octave2",
    )
    assert [item.key for item in part.items] == ["first-octave1", "first-octave2"]
    assert GRID.sentence(part) and GRID.tables(part)
    steps = []
    rest = _found(
        network,
        layers=["first", "second"],
        resume_from=part.items,
        on_step=lambda step: steps.append(step) or True,
    )
    assert rest.items == whole.items
    assert sum(step.doing.startswith("first at") for step in steps[:2]) == 2
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)


def test_a_silent_layer_has_no_figures():
    network = silenced(tiny_network(), "third")
    findings = _found(network, layers=["first", "third"])
    for item in findings.items:
        if item.values["layer"] == "third":
            assert item.caption.endswith("no answer")
            assert (item.values["rise"], item.values["steps"]) == (None, None)
            pixels = load_image(item.picture)
            np.testing.assert_allclose(pixels, load_image(to_pixels(IMAGE)), atol=0.01)
    assert all(table.silent == ("third",) for table in GRID.tables(findings))
    assert "third" not in GRID.sentence(findings)
    alone = _found(network, layers=["third"])
    assert GRID.sentence(alone) == "No layer answers to this picture at these sizes."


def _changed(findings, rises):
    """The findings with other rises, cell by cell."""
    for item, rise in zip(findings.items, rises, strict=True):
        item.values.update(rise=rise, noise=1.1, noise_low=1.0, noise_high=1.2)
    return findings


def test_the_sentence_and_the_tables_are_worked_out_from_the_figures(network):
    found = _changed(_found(network, layers=["first", "third"]), [5.2, 3, 2, 1.5, 2, 2.5])
    assert GRID.sentence(found) == (
        "first rises most at 20 x 15 px (5.2 times, noise as large 1.1), third at 40 x 30 px "
        "(2.5 times, noise as large 1.1)."
    )
    heat, noise, cells = GRID.tables(found)
    assert heat.columns == ("layer", "1: 20 x 15", "2: 28 x 21", "3: 40 x 30")
    assert heat.rows == (("first", 5.2, 3, 2), ("third", 1.5, 2, 2.5))
    assert noise.rows == (("first", 1.1, 1.1, 1.1), ("third", 1.1, 1.1, 1.1))
    assert len(cells.rows) == 6
    assert files(found)["grid.csv"].startswith(b"layer,1: 20 x 15,")
    same = _changed(_found(network, layers=["first", "third"]), [5.2, 3, 2, 4, 2, 1.15])
    assert GRID.sentence(same) == (
        "Each layer rises most at 20 x 15 px: first by 5.2 times, noise as large 1.1. "
        "Noise as large raises third no less at 40 x 30 px (1.1)."
    )


def test_two_networks_are_contrasted(network):
    findings = _found(network, layers=["first", "third"])
    same = GRID.contrast(findings, _found(network, layers=["first", "third"]))
    assert same.sentence == "No difference: every cell rises as much in both."
    assert all(ratio == 1 for row in same.tables[0].rows for ratio in row[1:])
    other = _changed(_found(tiny_network(name="other"), layers=["third"]), [1, 50, 1])
    said = GRID.contrast(findings, other).sentence
    assert said.startswith("third differs most at 28 x 21 px: it rises ")
    assert said.endswith("times in tiny and 50 times in other.")
    more = _changed(_found(network, layers=["first", "third"]), [99.0] * 6)
    assert GRID.contrast(findings, more).sentence.endswith(
        "times in tiny (first) and 99 times in tiny (second)."
    )
    none = _changed(_found(network, layers=["first"]), [0.0] * 3)
    for item in none.items:
        item.values["noise_high"] = 0.0
    assert "Noise as large raises first no less" in GRID.sentence(none)
    apart = _found(network, layers=["first"])
    assert GRID.contrast(apart, other).sentence.startswith("tiny: first rises most at")


def test_what_is_wrong_is_told(network):
    with pytest.raises(DreamError, match="tiny has no layer 'fist': did you mean first"):
        _found(network, layers=["fist"])
    with pytest.raises(DreamError, match="octaves is 0; choose 1 to 20"):
        _found(network, octaves=0)
