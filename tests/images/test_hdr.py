"""HDR pictures on an ordinary screen."""

import warnings

import numpy as np
import pytest

from dreamlab.images import PictureNote, hdr, load_image, to_pixels
from tests.support.corpus import chunk
from tests.support.pngs import COLOURS, GREY, png

PQ, HLG = 16, 18


def read(values, curve, kind=COLOURS, depth=8):
    data = png(values, kind, chunk(b"cICP", bytes([9, curve, 0, 1])), depth=depth)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        pixels = to_pixels(load_image(data)).astype(int)
    assert all(note.category is PictureNote for note in said)
    return pixels, [str(note.message) for note in said]


def test_the_curves_are_those_of_the_standard():
    # BT.2100 and BT.2408: 100 cd/m2 is 50.8 % of PQ, 203 are 58.1 %, 1,000 are 75.2 %.
    light = hdr.from_pq(np.array([0.0, 0.508, 0.581, 0.752, 1.0])) * 203
    assert light == pytest.approx([0, 100, 203, 1000, 10000], rel=0.01, abs=1e-9)
    # A half of HLG is a twelfth of the scene's light; 75 % are 26.5 % of it.
    scene = hdr.from_hlg(np.array([0.0, 0.5, 0.75, 1.0]))
    assert scene == pytest.approx([0, 1 / 12, 0.265, 1], abs=1e-3)


@pytest.mark.parametrize(("curve", "white", "name"), [(PQ, 0.5807, "PQ"), (HLG, 0.7500, "HLG")])
def test_grey_is_toned_down_with_a_note(curve, white, name):
    # White on paper, 203 of 1,000 cd/m2: 1 becomes (1 + 1 / 4.926 ** 2) / 2 = 0.5206 of light,
    # which is 191 in sRGB.
    values = np.array([[0, round(white * 65535), 65535]] * 3)
    for numbers, kind in ((np.dstack([values] * 3), COLOURS), (values, GREY)):
        pixels, said = read(numbers, curve, kind, depth=16)
        assert pixels[0, :, 1] == pytest.approx([0, 191, 255], abs=1)
        assert np.ptp(pixels, axis=2).max() <= 1
        assert said == [
            f"the picture is HDR ({name}), and toned down to the range of an ordinary screen"
        ]
        eight, _ = read(np.rint(numbers / 257), curve, kind)
        assert np.abs(eight - pixels).max() <= 2


@pytest.mark.parametrize("curve", [PQ, HLG])
def test_brighter_numbers_are_brighter(curve):
    ramp = np.dstack([np.tile(np.arange(256), (8, 1))] * 3)
    steps = np.diff(read(ramp, curve)[0][0, :, 0])
    assert (steps >= 0).all()


def test_a_colour_keeps_its_hue():
    # A red of BT.2020 lies outside of sRGB: its green and blue are clipped.
    pixels, _ = read(np.full((4, 4, 3), (140, 0, 0)), PQ)
    assert pixels[0, 0, 0] > 150 and pixels[0, 0, 1:].max() == 0
