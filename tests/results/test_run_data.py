import dataclasses
import math

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Parent, Provenance
from dreamlab.layers import known_layers
from dreamlab.results.frame import Frame
from dreamlab.results.run_data import LossPoint, RunData, relative_losses
from dreamlab.results.section import NamedDream, section
from tests.support.recordings import flat

#: Two layers of the zoo's VGG16. A pixel takes 3 x 64 x 9 multiplications in the first.
MIX = DreamConfig(layers={"block1_conv1": 1.0, "block1_conv2": 0.5})


def run(model="vgg16", config=MIX, colour=(255, 51, 51), side=20):
    """A run on a red picture of 40 x 40 px, of two steps at 20 x 20 px and one at 40 x 40."""
    data = RunData()
    data.provenance = Provenance(config, model, "random", "float32")
    data.original = flat((255, 0, 0), 40, 40)
    data.frames.append(Frame(0, 1, True, flat(colour, side, side)))
    for place in ((0, 20, 20, 0), (0, 20, 20, 1), (1, 40, 40, 0)):
        data.losses.append(LossPoint(*place, 1.0, {}))
    return data


@pytest.mark.parametrize("side", [20, 40])  # a run that ended early, and one at its full size
def test_the_distance_is_by_root_mean_square_in_minus_1_to_1(side):
    # Two of three channels went up by 51 of 255, which are 0.4 of 2.
    assert run(side=side).moved == pytest.approx(0.4 * math.sqrt(2 / 3))
    assert run(side=side, colour=(255, 0, 0)).moved == 0


def test_multiplications_are_those_of_the_steps_that_were_taken():
    pixels = 2 * 20 * 20 + 40 * 40
    first = dataclasses.replace(MIX, layers={"block1_conv1": 1.0})
    assert run(config=first).multiplications == pixels * 27 * 64
    # Each of both layers is computed once, on the way to the deeper.
    deep = pixels * (27 * 64 + 64 * 9 * 64)
    assert run().multiplications == run("vgg16:untrained").multiplications == deep


def test_multiplications_of_layers_nobody_knows_are_none():
    assert run("mine.keras").multiplications is None
    foreign = dataclasses.replace(MIX, layers={"own": 1.0})
    assert run(config=foreign).multiplications is None  # a network that is called as one of the zoo
    assert "own" not in [layer.name for layer in known_layers("vgg16")]


def test_a_report_tells_distance_steps_and_work():
    dreams = [NamedDream("One", "red", run()), NamedDream("Own", "blue", run("mine.keras"))]
    table = section("Dreams", dreams).figures[0].table
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert [row["steps"] for row in rows] == [3, 3]
    assert [row["moved"] for row in rows] == [run().moved] * 2
    assert [row["multiplications"] for row in rows] == ["92.6\u00a0million", None]


def points(*losses):
    return [LossPoint(0, 20, 20, step, loss, {}) for step, loss in enumerate(losses)]


def test_relative_losses_by_hand():
    assert relative_losses(points(2.0, 3.0, 8.0)) == [1.0, 1.5, 4.0]
    assert relative_losses(points(-4.0, -2.0, -6.0, 4.0)) == [1.0, 1.5, 0.5, 3.0]
    assert relative_losses(points(0.0, 1.0)) == relative_losses([]) == []


def test_a_report_says_what_a_dream_goes_on_from():
    whole, branch, other = run(), run(), run()
    branch.provenance = dataclasses.replace(
        whole.provenance, parent=Parent(whole.provenance.id, 1, 3)
    )
    other.provenance = dataclasses.replace(whole.provenance, parent=Parent("0123456789", 0, 3))
    dreams = [
        NamedDream(name, "#000", data)
        for name, data in (("Mixed", whole), ("On", branch), ("Other", other))
    ]
    captions = [caption for ((_, caption),) in section("Dreams", dreams).pictures[1:]]
    told = [next((part for part in each.split(" · ") if "goes" in part), "") for each in captions]
    assert told == [
        "",
        "goes on from Mixed, octave 2",
        "goes on from dream 0123456789, octave 1",
    ]
    assert section("Dreams", dreams).settings[1]["parent"]["octave"] == 1


def test_a_frame_is_what_another_dream_goes_on_from():
    data = run()
    floats = np.zeros((20, 20, 3), np.float32)
    data.frames[0] = dataclasses.replace(data.frames[0], exact=floats)
    point = data.point(data.frames[0])
    assert point.parent == Parent(data.provenance.id, 0, 1)
    assert point.picture is data.frames[0].picture and point.exact is floats
    assert data.nbytes == 3 * 40 * 40 + (3 + 12) * 20 * 20
    assert data.round_off() == 12 * 20 * 20
    assert data.frames[0].exact is None and data.nbytes == 3 * 40 * 40 + 3 * 20 * 20
