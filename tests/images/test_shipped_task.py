"""What the drawn pictures show is measured on their pixels, by other ways than they are drawn."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest

from dreamlab.images.filters import blurred
from dreamlab.images.pixels import from_pixels
from dreamlab.images.shipped_task import drawn_task, shipped_task

TASK = shipped_task()

#: Of pixels that a shape covers entirely: what a channel differs from the mean of the three.
HUES = {
    (72, -36, -36): "red",
    (36, 36, -72): "yellow",
    (-36, 72, -36): "green",
    (-72, 24, 48): "cyan",
    (-36, -36, 72): "blue",
}


class Seen(NamedTuple):
    """What is measured of a picture."""

    label: str
    hue: str
    star: bool
    striped: bool
    area: float
    edge: float
    level: float
    contrast: float


def seen(label, pixels):
    """Measure a picture: its hue, shape and texture by its pixels."""
    sums = pixels.sum(2, dtype=int)
    # The mean of the channels is a whole number: a hue leaves nothing in it.
    assert not (sums % 3).any()
    grey = sums // 3
    colours = pixels - grey[..., None]
    strength = np.abs(colours).max(2)
    full = strength == 72
    (hue,) = np.unique(colours[full], axis=0).tolist()
    rows, columns = np.nonzero(full)
    places = (columns - columns.mean()) + 1j * (rows - rows.mean())
    sizes = np.abs(places)
    # A fifth of a turn changes nothing in a star.
    fivefold = abs((sizes**2 * np.exp(5j * np.angle(places))).sum()) / (sizes**2).sum()
    inner = full.copy()
    for axis in (0, 1):
        for step in (-2, -1, 1, 2):
            inner &= np.roll(full, step, axis)
    down, across = np.gradient(grey.astype(float))
    slopes = (across + 1j * down)[inner]
    # Where all slopes are along one line, their squares add up.
    oneway = abs((slopes**2).sum()) / max(1, (np.abs(slopes) ** 2).sum())
    for measure in (fivefold, oneway):
        assert measure < 0.1 or measure > 0.4
    area = strength.sum() / 72
    # Steps 1 to 11 of 12 are the places within 11/24 px of the edge.
    edge = ((strength > 0) & ~full).sum() * 12 / 11
    return Seen(
        label,
        HUES[tuple(hue)],
        fivefold > 0.4,
        oneway > 0.4,
        area,
        edge / area**0.5,
        grey[full].mean() - 128,
        grey[inner].std(),
    )


@pytest.fixture(scope="module", params=["shipped", 1])
def pictures(request):
    task = TASK if request.param == "shipped" else drawn_task(request.param)
    assert task.counts == {"plain": 12, "red": 12, "star": 12, "striped": 12}
    return [seen(*each) for each in zip(task.labels, task.pixels, strict=True)]


def of(pictures, label):
    return [picture for picture in pictures if picture.label == label]


def test_each_class_is_told_by_one_thing(pictures):
    for picture in pictures:
        told = picture.hue == "red", picture.star, picture.striped
        if picture.label != "red":
            alone = [picture.label == label for label in ("red", "star", "striped")]
            assert list(told) == alone
    forms = Counter((picture.star, picture.striped) for picture in of(pictures, "red"))
    assert forms == {(False, False): 4, (True, False): 4, (False, True): 4}
    assert {picture.hue for picture in of(pictures, "red")} == {"red"}


def test_the_other_hues_are_equally_frequent_in_the_other_classes(pictures):
    for label in ("plain", "star", "striped"):
        hues = Counter(picture.hue for picture in of(pictures, label))
        assert hues == {"yellow": 3, "green": 3, "cyan": 3, "blue": 3}


def test_brightness_size_and_edge_tell_no_class(pictures):
    for picture in pictures:
        assert abs(picture.level) == pytest.approx(34, abs=2)
        # The root of 30. Pixels tell a straight edge along them badly, and many edges well.
        assert picture.edge == pytest.approx(5.48, rel=0.1)
    for label in ("plain", "red", "star", "striped"):
        edges = [picture.edge for picture in of(pictures, label)]
        assert np.mean(edges) == pytest.approx(5.48, rel=0.02)
        assert sum(picture.level > 0 for picture in of(pictures, label)) == 6
    areas = [sorted(picture.area for picture in of(pictures, label)) for label in ("plain", "star")]
    np.testing.assert_allclose(areas[0], areas[1], rtol=2e-3)
    striped = sorted(picture.area for picture in of(pictures, "striped"))
    np.testing.assert_allclose(areas[0], striped, rtol=2e-3)
    assert 9000 * 0.99 < areas[0][0] < areas[0][-1] < 13000 * 1.01


def test_stripes_have_the_contrast_of_other_textures(pictures):
    contrasts = [picture.contrast for picture in of(pictures, "striped")]
    others = sorted(picture.contrast for picture in of(pictures, "plain"))
    assert others[:4] == [0] * 4
    assert 15 < others[4] < min(contrasts) < max(contrasts) < others[-1] < 23


def test_each_red_picture_has_the_form_of_another(pictures):
    others = [picture for picture in pictures if picture.label != "red"]
    for red in of(pictures, "red"):
        assert any(
            (red.star, red.striped) == (other.star, other.striped)
            and red.area == pytest.approx(other.area, rel=2e-3)
            and red.level == pytest.approx(other.level, abs=1)
            and red.contrast == pytest.approx(other.contrast, abs=0.5)
            for other in others
        )


def test_a_blur_of_4_px_takes_the_stripes_away():
    for label, pixels in zip(TASK.labels, TASK.pixels, strict=True):
        if label == "striped":
            image = from_pixels(pixels)
            colours = image - image.mean(2, keepdims=True)
            inner = blurred(colours, 6).max(2) > 0.999 * colours.max()
            soft = blurred(image, 4).mean(2)[inner] * 127.5
            assert inner.sum() > 50
            assert image.mean(2)[inner].std() * 127.5 > 15
            assert soft.std() < 1.5


def test_it_is_the_same_everywhere_and_is_made_once():
    assert shipped_task() is TASK
    assert shipped_task.__wrapped__() == TASK != drawn_task(1)
    assert len({pixels.tobytes() for pixels in TASK.pixels}) == 48
    assert TASK.digest == "2b1d6f455ce461a429f38004af8111094901875a446ebeb7410d110f532c8b63"
