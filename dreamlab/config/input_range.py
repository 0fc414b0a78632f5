"""The ranges of pictures that networks are fed, and sentences about them."""

from typing import Any

from dreamlab.errors import DreamError, shown

#: What networks are fed: RGB pictures in these ranges; BGR pictures in 0 to 255 less ImageNet's
#: mean; or RGB pictures in 0 to 1 less ImageNet's mean, over its standard deviation.
INPUT_RANGES = ("0,255", "0,1", "-1,1", "imagenet", "imagenet-std")


def range_in_words(input_range: str) -> str:
    """Return one of `INPUT_RANGES` in words that follow "is fed"."""
    if input_range == "imagenet":
        return "BGR pictures in 0 to 255 less ImageNet's mean"
    if input_range == "imagenet-std":
        return "pictures in 0 to 1 less ImageNet's mean, over its standard deviation"
    low, high = input_range.split(",")
    return f"pictures in {low} to {high}"


def check_input_range(input_range: Any) -> str:
    """Return a range in its usual spelling.

    Raises
    ------
    DreamError
        If there is no such range.
    """
    text = input_range
    if isinstance(text, tuple | list):
        text = ",".join(f"{number:g}" for number in text if isinstance(number, int | float))
    text = text.replace(" ", "") if isinstance(text, str) else text
    if text not in INPUT_RANGES:
        raise DreamError(
            f"input_range is {shown(input_range)}; choose {', '.join(INPUT_RANGES[:-1])} or "
            f"{INPUT_RANGES[-1]}"
        )
    return text


def fed_in_words(
    name: str, input_range: str, source: str, *, notebook: bool = False, grey: bool = False
) -> str:
    """Return a sentence, without its end, about what a network is fed.

    Parameters
    ----------
    name : str
        The network's name.
    input_range : str
        One of `INPUT_RANGES`.
    source : str
        Where that is known from, in words that follow "as".
    notebook : bool
        Whether it is fed the notebook's range by default.
    grey : bool
        Whether it is fed luminance alone.
    """
    words = range_in_words(input_range)
    if notebook:
        return (
            f"{name} is fed {range_in_words('-1,1')}, as in the notebook; with the preprocessing "
            f"imagenet, {words}"
        )
    return f"{name} is fed {'grey ' * grey}{words}, as {source}"
