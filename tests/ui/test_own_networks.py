"""The owner's networks where one chooses."""

from dataclasses import replace

import pytest

from dreamlab import own_models
from dreamlab.layer_info import LayerInfo
from dreamlab.own_models import Own, offer
from dreamlab.ui.inputs.networks import cost, described, offered

# VGG16's work is that of its deepest layer, 3.06e5 multiplications a pixel.
CONV = LayerInfo("conv", "Conv2D", 1, 4, 1, 3, 3.06e4, (("same", 1),))


def test_they_are_chosen_and_described_as_others_are(monkeypatch):
    monkeypatch.setattr(own_models, "_known", {})
    before = offered()
    offer(Own("mine.keras", (CONV,)))
    offer(Own("bad.h5", problem="bad.h5 is damaged: copy or download it again"))
    names = offered()
    assert [name for name in names if name not in before] == ["mine.keras", "mine.keras:untrained"]
    assert names.index("efficientnet_lite0") < names.index("mine.keras") < names.index("vgg19")
    assert described("mine.keras") == "mine.keras · a 10th of VGG16's work"
    assert described("mine.keras:untrained") == "mine.keras, untrained · a control"
    offer(Own("pool.keras", (replace(CONV, operations=0.0),)))
    assert described("pool.keras") == "pool.keras · a 305856th of VGG16's work"


@pytest.mark.parametrize(
    ("times", "words"), [(8, "an 8th"), (11, "an 11th"), (18, "an 18th"), (81, "an 81st")]
)
def test_a_share_has_the_article_that_is_spoken(monkeypatch, times, words):
    monkeypatch.setattr(own_models, "_known", {})
    offer(Own("mine.keras", (replace(CONV, operations=3.0586e5 / times),)))
    assert cost("mine.keras") == f"{words} of VGG16's work"
