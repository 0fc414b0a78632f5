"""A comparison in words, as an address has it."""

import pytest

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import COMMON
from dreamlab.config.base import specs
from dreamlab.config.guide import GuideSettings
from dreamlab.config.look import LookSettings
from dreamlab.ui.session import keys, typed
from tests.support.fake_backend import open_page, sound

#: Each setting of a guide and of the look, as somebody types it, and what it then is.
TYPED = {
    "guide": ("galaxies", "galaxies"),
    "guide_strength": ("0.4", 0.4),
    "guide_features": ("raw", "raw"),
    "mask": ("ellipse:0.1,0.2,0.8,0.9", "ellipse:0.1,0.2,0.8,0.9"),
    "mask_outside": ("yes", True),
    "mask_edge": ("0.1", 0.1),
    "smooth": ("1.5", 1.5),
    "pyramid": ("3", 3),
    "keep_colours": ("yes", True),
    "flip": ("yes", True),
    "rotation": ("5", 5.0),
    "rescale": ("0.1", 0.1),
}


@pytest.mark.parametrize("name", TYPED)
def test_a_word_for_a_guide_or_a_look_is_that_of_all_variants(name):
    text, value = TYPED[name]
    asked, wrong = typed.comparison({name: text})
    assert wrong == []
    assert [getattr(config, name) for config in asked.configs()] == [value] * 4
    assert dict(asked.common) == {**typed.default().common, name: value}
    assert value != COMMON[name]


def test_each_setting_of_a_guide_and_a_look_can_be_typed():
    """But the layers that a guide leaves alone, which each variant has for itself."""
    assert set(TYPED) == {*specs(GuideSettings), *specs(LookSettings)} - {"unguided"}


def test_all_of_them_are_in_the_link():
    asked, _ = typed.comparison({name: text for name, (text, _) in TYPED.items()})
    found = Comparison.decode(asked.encode())
    assert {name: found.common[name] for name in TYPED} == {
        name: value for name, (_, value) in TYPED.items()
    }


def test_a_button_takes_all_of_them_back(monkeypatch, fake):
    page = open_page(monkeypatch, fake, **{name: text for name, (text, _) in TYPED.items()})
    assert {name: page.session_state[keys.common(name)] for name in TYPED} == {
        name: value for name, (_, value) in TYPED.items()
    }
    (reset,) = [button for button in page.button if button.label == "Reset to defaults"]
    sound(reset.click().run())
    assert {name: page.session_state[keys.common(name)] for name in COMMON} == COMMON
