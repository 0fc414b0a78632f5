"""Settings that may name a picture."""

import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.beside import Area, Box, area
from dreamlab.errors import DreamError


@pytest.mark.parametrize(
    ("mask", "box"),
    [
        ("rectangle:.5, 0, 1.0, 1", Box(0.5, 0, 1, 1)),
        ("rectangle:0.00001,0,1,1", Box(0.00001, 0, 1, 1)),
        ("rectangle:0.12345678,0,0.123458,1", Box(0.123457, 0, 0.123458, 1)),
    ],
)
def test_an_area_in_words_can_be_read_again(mask, box):
    config = DreamConfig(layers="second", mask=mask)
    assert area(config.mask) == Area("rectangle", box)
    assert DreamConfig.from_json(config.to_json()) == config
    assert DreamConfig(layers="second", mask="ellipse:0.20,0,1,1").mask == "ellipse:0.2,0,1,1"


@pytest.mark.parametrize("mask", ["ellipse:0.5,0,0.5,1", "rectangle:0.1234561,0,0.1234564,1"])
def test_an_area_without_extent_is_refused(mask):
    with pytest.raises(DreamError, match="choose left below right and top below bottom"):
        DreamConfig(layers="second", mask=mask)
