"""Which pictures and channels the examples show, and what they say, by hand."""

import re

import keras
import numpy as np
import pytest

from dreamlab.analysis.examples_figures import channel_figures
from dreamlab.analysis.examples_pictures import groups
from dreamlab.analysis.run import analyse
from dreamlab.errors import DreamError
from dreamlab.images import PictureSet
from dreamlab.images.picture_set import SIDE
from dreamlab.models import Network
from tests.support.drawn_sets import coloured, meaningless
from tests.support.tiny import tiny_network


def of_colours(rectified=True):
    """A network of one layer, "maps": red - green, green - red, brightness less 10, and 0 or less.

    A position sees 3 x 3 px, and has the middle one's answer.
    """
    picture = keras.Input((None, None, 3))
    activation = "relu" if rectified else None
    maps = keras.layers.Conv2D(4, 3, padding="same", activation=activation, name="maps")(picture)
    model = keras.Model(picture, maps)
    kernel = np.zeros((3, 3, 3, 4))
    kernel[1, 1] = [[1, -1, 1, 0], [-1, 1, 1, 0], [0, 0, 1, 0]]
    model.set_weights([kernel, np.array([0, 0, 10, -1])])
    return Network("colours", model, "random")


def run(pictures, network=None, **values):
    values = {"layer": "maps", "precision": "float32", "grown": False} | values
    return analyse("examples", pictures, network or of_colours(), **values)


def of_kind(found, kind, channel):
    own = [item for item in found.items if item.values.get("channel", "") == channel]
    return [item for item in own if item.values["kind"] == kind]


def bare(pictures):
    """The set without its classes."""
    return PictureSet(pictures.pixels, pictures.names, ("",) * len(pictures))


@pytest.mark.parametrize(
    ("count", "strongest", "middle", "weakest"),
    [
        (1, [0], [], []),
        (4, [0, 1, 2, 3], [], []),
        (5, [0, 1, 2], [3], [4]),
        (10, [0, 1, 2, 3, 4, 5], [6, 7], [8, 9]),
        (14, list(range(9)), [9, 10], [12, 13]),
        (15, list(range(9)), [9, 10, 11], [12, 13, 14]),
        (48, list(range(9)), [22, 23, 24], [45, 46, 47]),
    ],
)
def test_the_groups_are_of_the_two_ends_and_the_middle(count, strongest, middle, weakest):
    found = groups(np.arange(count, 0, -1.0))
    assert found == {"strongest": strongest, "middle": middle, "weakest": weakest}


def test_no_picture_is_in_two_groups():
    for count in range(1, 60):
        places = sum(groups(np.random.default_rng(count).uniform(1, 2, count)).values(), [])
        assert len(set(places)) == len(places)


def test_what_nothing_answers_to_is_not_strongest_and_of_equals_the_first_is():
    found = groups(np.array([0, 0, 3, 5, 3, 0, -1]))
    assert found == {"strongest": [3, 2, 4], "middle": [5], "weakest": [6]}


def test_the_most_selective_channels_and_their_pictures():
    """Red is 108 levels over green, or under: selectivity 1; half of 16 pictures are of a class.

    By hand: shuffled, 8 pictures have 6 of one class and 2 of the other in 12 % of cases, and 7 or
    8 of one in 1 %; so the 95th percentile is (6 - 2) / (6 + 2).
    """
    found = run(coloured(8))
    assert found.complete
    rows = {row[0]: row for row in found.tables()[0].rows}
    assert set(list(rows)[:2]) == {0, 1} and list(rows)[2] == 2
    assert rows[0][1:5] == ("red", pytest.approx(1), pytest.approx(0.5, rel=1e-2), 0.5)
    assert rows[0][5] == pytest.approx(108 / 127.5 / 2, rel=1e-2)
    assert rows[1][1:3] == ("green", pytest.approx(1))
    assert rows[2][2] < 0.05 and rows[2][4] == 0
    (row,) = found.tables()[1].rows
    assert row == ("maps", 4, 1, 2, 0)
    strongest = of_kind(found, "strongest", 0)
    assert [item.key for item in strongest] == [f"maps-0-strongest-{rank}" for rank in range(1, 9)]
    assert {item.values["class"] for item in strongest} == {"red"}
    assert strongest[0].caption.endswith("100% of the strongest")
    for kind in ("middle", "weakest"):
        for item in of_kind(found, kind, 0):
            assert (item.values["class"], item.values["response"]) == ("green", 0)
            assert item.values["place"] is None
            assert item.picture.shape == (SIDE, SIDE)
            assert item.caption.endswith("no answer")
    assert re.match(
        "Channel (0 of maps answers to red|1 of maps answers to green): selectivity 1.00, where "
        r"shuffled labels reach 0\.50 in 5 % of cases\. That is 0\.50 more; by luck, the best of 3 "
        r"channels may get 0\.0\d more\.",
        found.sentence,
    )
    assert found.sentence.endswith(
        " Of its 8 strongest pictures 8 are of that class. 1 of 4 channels of maps is silent in "
        "all 16 pictures."
    )


def spotted(spots):
    """Grey pictures with a white spot of 1 px each, at (row, column)."""
    pixels = np.full((len(spots), SIDE, SIDE, 3), 100, np.uint8)
    for picture, (row, column) in zip(pixels, spots, strict=True):
        picture[row, column] = 255
    names = tuple(f"{place}.png" for place in range(len(spots)))
    return PictureSet(pixels, names, ("",) * len(spots))


def test_a_crop_is_what_the_strongest_position_sees():
    """By hand: 3 x 3 px around it, fewer at the edge, each of them a block of 32 px."""
    pictures = spotted([(50, 70), (0, 223)])
    found = run(pictures, channels=(2,))
    first, second = of_kind(found, "strongest", 2)
    assert first.values["place"] == [50, 70] and first.values["box"] == [69, 49, 72, 52]
    assert second.values["place"] == [0, 223] and second.values["box"] == [222, 0, 224, 2]
    assert first.picture.shape == (96, 96) and second.picture.shape == (96, 96)
    np.testing.assert_array_equal(
        first.picture.pixels[::32, ::32], pictures.pixels[0, 49:52, 69:72]
    )
    np.testing.assert_array_equal(second.picture.pixels[::48, ::48], pictures.pixels[1, :2, 222:])
    assert (first.picture.pixels[32:64, 32:64] == 255).all()


def test_the_layer_as_a_whole_has_its_mean_squares():
    """White spots: the layer's own place is theirs too, as brightness is most of the answer."""
    pictures = spotted([(9, 8), (100, 3), (223, 5)])
    found = run(pictures)
    items = of_kind(found, "strongest", None)
    assert [item.key for item in items] == [f"maps-all-strongest-{rank}" for rank in (1, 2, 3)]
    assert [item.values["place"] for item in items] == [[9, 8], [100, 3], [223, 5]]
    grey, white = (10 + 3 * (level / 127.5 - 1) for level in (100, 255))
    pixels = SIDE**2
    mean = ((pixels - 1) * grey**2 + white**2) / pixels / 4
    assert items[0].values["response"] == pytest.approx(mean, rel=1e-5)


def test_a_large_crop_is_not_enlarged_and_a_scaled_picture_is_cropped_as_it_was_seen():
    pictures = coloured(3)
    network = tiny_network()
    found = run(pictures, network, layer="third", max_side=32)
    for item in found.items[1:]:
        left, top, right, bottom = item.values["box"]
        assert 0 <= left < right <= 32 and 0 <= top < bottom <= 32
        assert item.picture.shape.width == (96 // max(right - left, bottom - top)) * (right - left)


def test_without_classes_the_channels_that_vary_most_are_shown():
    found = run(bare(coloured(6)))
    assert found.tables()[0].columns == ("channel", "silent share", "mean response")
    assert [row[0] for row in found.tables()[0].rows] == [0, 1, 2]
    assert found.sentence == (
        "The channels of maps whose response varies most for its mean: 0, 1 and 2. 1 of 4 channels "
        "of maps is silent in all 12 pictures."
    )
    assert found.tables()[1].rows == (("maps", 4, 1),)


def test_of_a_single_picture_the_channels_that_answer_most_are_shown():
    """It is red, so that green - red is silent; brightness is 10 more than that."""
    found = run(coloured(1, classes=("red",)))
    assert [row[0] for row in found.tables()[0].rows] == [2, 0]
    assert found.sentence == (
        "The channels of maps that answer to the picture most: 2 and 0. 2 of 4 channels of maps "
        "are silent in the picture."
    )
    assert len(found.items) == 1 + 3


def test_noise_has_no_selective_channel():
    network = tiny_network()
    found = run(meaningless({"a": 8, "b": 8}), network, layer="third", max_side=64)
    assert found.sentence.startswith("No channel is selective beyond luck: channel ")
    assert re.search(
        r"; by luck, the best of [2-6] channels may get 0\.\d\d more\.", found.sentence
    )


def test_the_best_of_many_channels_of_noise_is_beyond_luck_in_one_of_twenty_sets():
    labels = tuple("abcd"[place % 4] for place in range(24))
    names = tuple(f"{place:02}" for place in range(24))
    pictures = PictureSet(np.zeros((24, SIDE, SIDE, 3), np.uint8), names, labels)
    beyond = []
    for seed in range(150):
        means = np.random.default_rng(seed).exponential(size=(24, 30))
        working = channel_figures(means, means, pictures, seed)
        with pytest.raises(StopIteration) as end:
            while True:
                next(working)
        figures = end.value.value
        beyond.append(figures.score.max() > figures.luck(range(30)))
    assert np.mean(beyond) == pytest.approx(0.05, abs=0.04)


def test_a_channel_that_answers_to_one_picture_is_not_selective():
    """Its index is 1, whatever its labels are."""
    pixels = np.full((8, SIDE, SIDE, 3), 128, np.uint8)
    pixels[0, :, :, 0] = 255
    pictures = PictureSet(pixels, tuple("abcdefgh"), ("one",) * 4 + ("two",) * 4)
    found = run(pictures, channels=(0,))
    (row,) = found.tables()[0].rows
    assert row[:5] == (0, "one", 1.0, 1.0, 7 / 8)
    assert found.sentence.startswith(
        "Channel 0 of maps is selective for no class: 1.00, where shuffled labels reach 1.00 in 5 %"
    )


def test_channels_that_are_named_are_shown_and_a_silent_one_is_told():
    found = run(coloured(6), channels=(3, 1))
    assert [row[0] for row in found.tables()[0].rows] == [3, 1]
    assert found.tables()[0].rows[0][1:5] == (None, None, None, 1.0)
    assert not of_kind(found, "strongest", 3) and not of_kind(found, "strongest", None)
    assert "Channel 1 of maps answers to green" in found.sentence
    assert "Of the channels named, 3 is silent." in found.sentence


def test_a_layer_without_relu_is_silent_where_its_largest_is_0_or_less():
    found = run(coloured(8), of_colours(rectified=False), channels=(3, 0))
    rows = found.tables()[0].rows
    assert rows[0][4:] == (1.0, -1.0)
    assert rows[1][1:5] == ("red", pytest.approx(1, rel=1e-3), pytest.approx(0.5, rel=1e-3), 0.5)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"layer": "mapps"}, "colours has no layer 'mapps': did you mean maps?"),
        ({"channels": (4,)}, "maps has no channel 4; choose 0 to 3"),
        ({"channels": ("cat",)}, "maps of colours has no classes, so 'cat' names no channel"),
        ({"max_side": 225}, "max_side is 225; choose 32 to 224"),
    ],
)
def test_what_cannot_be_shown_is_told(values, said):
    with pytest.raises(DreamError, match=f"^{said.replace('?', '.')}"):
        run(coloured(2), **values)
