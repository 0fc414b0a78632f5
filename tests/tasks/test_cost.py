"""How much work a dream is."""

import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.errors import DreamError
from dreamlab.images import Picture, Shape
from dreamlab.tasks.analysis_task import AnalysisTask
from tests.support.fake_engine import LAYERS
from tests.support.jobs import request


@pytest.fixture(autouse=True)
def two_layers(monkeypatch):
    monkeypatch.setattr("dreamlab.layers.known_layers", lambda model: LAYERS)


def test_pixel_steps_are_summed_over_the_octaves_that_run():
    # 80 x 160 and 40 x 80 run; 20 x 40 is below VGG16's 32 px.
    task = request(size=(80, 160), octaves=3, octave_scale=2, iterations=7)
    assert task.cost().pixel_steps == 7 * (80 * 160 + 40 * 80)
    assert task.cost().work == 7 * (80 * 160 + 40 * 80) * 1728


def test_no_steps_are_no_work():
    assert request(iterations=0).cost().pixel_steps == 0


def test_the_deepest_layer_asked_for_counts():
    for layers, operations in [(("block1_conv1",), 1728), (("block1_pool", "block1_conv1"), 38592)]:
        cost = request(layers=layers).cost()
        assert cost.work / cost.pixel_steps == operations


def test_what_matches_a_guide_counts_too():
    config = {"layers": ("block1_pool", "block1_conv1"), "guide": "cat"}
    plain, pool, whole = (
        request(**config, **more).cost()
        for more in ({"guide_strength": 0.0}, {"unguided": ["block1_conv1"]}, {})
    )
    assert plain.work / plain.pixel_steps == 38592
    # At most 1,024 features of 64 channels at every 2nd pixel down and across, then at every one.
    assert (pool.work - plain.work) / plain.pixel_steps == 1024 * 64 / 4
    assert (whole.work - plain.work) / plain.pixel_steps == 1024 * (64 + 64 / 4)


@pytest.mark.parametrize(
    ("look", "multiplications"),
    [
        ({"rotation": 3.0}, 15e3),
        ({"rescale": 0.1}, 15e3),
        ({"rotation": 3.0, "rescale": 0.1}, 15e3),
        ({"pyramid": 2}, 8e3),
        ({"smooth": 1.0}, 5e3),
        ({"mask": "ellipse:0,0,1,1"}, 3e3),
        ({"flip": True, "keep_colours": True}, 0),
    ],
)
def test_a_look_is_work_too(look, multiplications):
    plain, looked = request().cost(), request(**look).cost()
    assert (looked.work - plain.work) / plain.pixel_steps == multiplications


def test_a_layer_that_is_not_there_is_named():
    with pytest.raises(DreamError, match="vgg16 has no layer 'block9_conv1'"):
        request(layers=("block9_conv1",)).cost()


def test_a_picture_that_cannot_run_is_refused():
    with pytest.raises(DreamError, match="20 x 20 px; vgg16 needs at least 32 x 32"):
        request(size=(20, 20)).cost()


def test_an_analysis_of_a_picture_scaled_too_far_down_says_which_longest_side_will_do():
    pixels = np.zeros((29, 600, 3), np.uint8)
    settings = named("attribution").settings(max_side=300)
    task = AnalysisTask(Picture(pixels, full=Shape(290, 6000)), "attribution", settings)
    with pytest.raises(DreamError, match="needs at least 32 x 32: raise the longest side to 664"):
        task.cost()
    task = AnalysisTask(Picture(pixels), "attribution", settings)
    with pytest.raises(DreamError, match="needs at least 32 x 32: choose a larger one"):
        task.cost()
