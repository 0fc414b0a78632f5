import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from dreamlab.config.base import Settings, checked, specs
from dreamlab.config.nested import PartialSettings, SettingsList
from dreamlab.config.specs import flag, number, setting
from dreamlab.errors import DreamError


@checked
class Tea(Settings):
    cups: int = number(2, 1, 9, "How many cups.")
    sugar: float = number(0.5, 0.0, 1.0, "How sweet.")
    milk: bool = flag(False, "With milk.")


def partial(**rest):
    return PartialSettings(default={}, help="", settings=specs(Tea), **rest)


@checked
class Party(Settings):
    teas: tuple[Tea, ...] = setting(
        SettingsList(default=dataclasses.MISSING, help="", of=Tea, most=2)
    )
    own: Mapping[str, Any] = setting(partial())


def test_some_settings_keep_what_is_given_alone():
    assert dict(partial().check("own", {"cups": 3})) == {"cups": 3}
    assert partial().plain({"cups": 2}) == {"cups": 2}


def test_filled_settings_have_their_defaults():
    filled = partial(filled=True).check("own", {"cups": 3})
    assert dict(filled) == {"cups": 3, "sugar": 0.5, "milk": False}
    assert partial(filled=True).plain(filled) == {"cups": 3}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "own is []; give an object of names and values"),
        ({"cup": 3}, "unknown setting 'cup': did you mean cups?"),
        ({"cups": 10}, "cups is 10; choose 1 to 9"),
    ],
)
def test_what_some_settings_may_not_be(value, said):
    with pytest.raises(DreamError) as error:
        partial().check("own", value)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("teas", "said"),
    [
        ("ab", "teas are 'ab'; give a list of them"),
        ([], "there are 0 teas; choose 1 to 2"),
        ([{}] * 3, "there are 3 teas; choose 1 to 2"),
        ([{"cups": 0}], "cups is 0; choose 1 to 9"),
        ([1], "settings are 1; give an object of names and values"),
    ],
)
def test_what_a_list_of_settings_may_not_be(teas, said):
    with pytest.raises(DreamError) as error:
        Party(teas=teas)
    assert str(error.value) == said


def test_a_list_must_be_given():
    with pytest.raises(DreamError, match="settings name no teas; give a list of them"):
        Party()


def test_settings_of_settings_go_there_and_back():
    party = Party(teas=[Tea(cups=3), {}], own={"milk": True})
    assert party.to_dict() == {"teas": [{"cups": 3}, {}], "own": {"milk": True}}
    assert Party.from_dict(party.to_dict()) == party
    assert party.teas == (Tea(cups=3), Tea())
    with pytest.raises(TypeError):
        party.own["milk"] = False
