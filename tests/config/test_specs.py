import pytest

from dreamlab.config.specs import Line, Number
from dreamlab.errors import DreamError

LINE = Line(default="", help="", most=5)


def test_white_space_in_a_line_becomes_single_spaces():
    assert LINE.check("name", "  a \n\tb ") == "a b"
    assert LINE.check("name", "ab   cd") == "ab cd"


@pytest.mark.parametrize("value", ["", " \n", "abcdef", "a\x00b", "a\u202eb", 5, None, ["a"]])
def test_what_is_no_line(value):
    with pytest.raises(DreamError, match="^name is .*; choose 1 to 5 plain letters$"):
        LINE.check("name", value)


def test_a_strict_whole_number_is_no_float():
    loose = Number(default=1, help="", low=1, high=9)
    strict = Number(default=1, help="", low=1, high=9, strict=True)
    assert (loose.check("n", 3.0), strict.check("n", 3)) == (3, 3)
    with pytest.raises(DreamError, match="n is 3.0; choose a whole number, 1 to 9"):
        strict.check("n", 3.0)
