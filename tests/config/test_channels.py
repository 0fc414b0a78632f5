import pytest

from dreamlab.config.channels import channel_weights, channels
from dreamlab.errors import DreamError

LIST = channels("").metadata["spec"]
WEIGHTS = channel_weights("").metadata["spec"]


def test_a_list_of_numbers_and_classes():
    assert LIST.parse("7, 3,golden retriever") == [7, 3, "golden retriever"]
    assert LIST.check("channels", [7, 3.0, " goldfish ", 7]) == (7, 3, "goldfish")
    assert LIST.plain((7, "goldfish")) == [7, "goldfish"]


@pytest.mark.parametrize("value", [-1, 1.5, True, "", None, 65536])
def test_what_is_no_channel(value):
    with pytest.raises(DreamError, match="channels is .*; choose (a whole number, )?0 to 65535"):
        LIST.check("channels", [value])


def test_weights_as_text_and_as_json():
    weights = WEIGHTS.check("direction", WEIGHTS.parse("34=1, 12=-0.5,great white, shark=2"))
    assert weights == {34: 1.0, 12: -0.5, "great white, shark": 2.0}
    assert WEIGHTS.plain(weights) == {"34": 1.0, "12": -0.5, "great white, shark": 2.0}
    assert WEIGHTS.check("direction", WEIGHTS.plain(weights)) == weights
    assert WEIGHTS.check("direction", {}) == WEIGHTS.check("direction", []) == {}


@pytest.mark.parametrize("text", ["34", "=1", "34=", "34=1=2", "34=a", "34=1,12"])
def test_another_form_of_weights(text):
    with pytest.raises(ValueError):
        WEIGHTS.parse(text)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("34=1", "direction is '34=1'; give channels with their weights"),
        ([34], r"direction is \[34\]; give channels with their weights"),
        ({34: "x"}, "direction has the weight 'x'; choose a number, -1e6 to 1e6"),
        ({34: float("nan")}, "direction has the weight nan; choose a number"),
        ({34: 0.0}, "direction has weight 0 everywhere; give a channel another"),
        ({1.5: 1.0}, "direction is 1.5; choose a whole number, 0 to 65535"),
        ({"": 1.0}, "direction is ''; choose a whole number, 0 to 65535"),
    ],
)
def test_bad_weights_are_told(value, message):
    with pytest.raises(DreamError, match=message):
        WEIGHTS.check("direction", value)
