import numpy as np
import pytest

from dreamlab.images.drawn_shapes import REACH, SHAPES

_STEP = 2e-3
#: Centres of small squares that tile what is around a shape; none lies on an edge.
Y, X = np.mgrid[-1:1:_STEP, -1:1:_STEP] + _STEP / 3


@pytest.fixture(scope="module", params=SHAPES)
def distances(request):
    return SHAPES[request.param](X, Y)


def test_area_and_edge_are_the_same(distances):
    assert (distances < 0).sum() * _STEP**2 == pytest.approx(1, rel=3e-3)
    # A band along the edge, 0.01 to both sides; it overlaps a little at corners.
    band = (np.abs(distances) < 0.01).sum() * _STEP**2
    assert (band / 0.02) ** 2 == pytest.approx(30, rel=0.02)


def test_it_stays_within_reach(distances):
    farthest = np.hypot(X, Y)[distances < 0].max()
    assert 0.6 < farthest < REACH


def test_near_the_edge_it_is_the_distance(distances):
    """A step across the edge changes it by the length of the step, but for corners."""
    slopes = np.hypot(*np.gradient(distances, _STEP))[np.abs(distances) < 0.01]
    assert np.quantile(np.abs(slopes - 1), 0.9) < 0.01


@pytest.mark.parametrize(("shape", "fold"), [("star", 5), ("cross", 4)])
def test_a_turn_leaves_it_as_it_is_and_half_that_turn_does_not(shape, fold):
    def turned(angle):
        cosine, sine = np.cos(angle), np.sin(angle)
        return SHAPES[shape](cosine * X + sine * Y, cosine * Y - sine * X)

    whole = 2 * np.pi / fold
    np.testing.assert_allclose(turned(whole), turned(0), atol=1e-9)
    assert np.abs(turned(whole / 2) - turned(0)).max() > 0.1


def test_a_star_has_its_corners_where_geometry_says():
    """Tips at R and inner corners at R / 2, where R² = 1 / 2.5 sin 36° for an area of 1."""
    tip = (1 / (2.5 * np.sin(np.radians(36)))) ** 0.5
    angles = np.radians(72 * np.arange(5))
    up = SHAPES["star"](tip * np.sin(angles), -tip * np.cos(angles))
    inner = angles + np.radians(36)
    between = SHAPES["star"](tip / 2 * np.sin(inner), -tip / 2 * np.cos(inner))
    np.testing.assert_allclose([up, between], 0, atol=1e-9)
