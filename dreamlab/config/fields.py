"""Settings that are checked: what a field may hold stands in its metadata, once."""

import dataclasses
import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import Any

from dreamlab.errors import DreamError


def number(default: float | None, low: float, high: float, text: str) -> Any:
    """Return a field for a number from `low` to `high`, whole if `low` is."""
    return field(default=default, metadata={"low": low, "high": high, "help": text})


def choice(default: str, choices: tuple[str, ...], text: str) -> Any:
    """Return a field for one of some words."""
    return field(default=default, metadata={"choices": choices, "help": text})


def shown(value: Any) -> str:
    """Show a value from outside in a sentence: its `repr`, cut to a readable length."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # thousands of digits, or lists in lists
        return "something that is too long to show"
    return text if len(text) <= 60 else text[:57] + "..."


def check_names(given: Iterable[Any], known: Sequence[str]) -> None:
    """Raise `DreamError` if a setting is named that there is not; say which is near it."""
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(str(name)[:60], known, 1)
            hint = f": did you mean {close[0]}?" if close else f"; choose from {', '.join(known)}"
            raise DreamError(f"unknown setting {shown(name)}{hint}")


def is_number(value: Any) -> bool:
    """Say whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def checked_number(spec: dataclasses.Field, value: Any) -> int | float:
    """Return a value as the number that its field asks for; raises `DreamError` if it is not."""
    low, high = spec.metadata["low"], spec.metadata["high"]
    whole = isinstance(low, int)
    wanted = f"{low} to {high}" if whole else f"{low:g} to {high:g}"
    if whole:
        if not is_number(value) or (isinstance(value, float) and not value.is_integer()):
            raise DreamError(f"{spec.name} is {shown(value)}; choose a whole number, {wanted}")
    elif not is_number(value):
        raise DreamError(f"{spec.name} is {shown(value)}; choose a number, {wanted}")
    if not low <= value <= high:  # false for NaN too
        raise DreamError(f"{spec.name} is {shown(value)}; choose {wanted}")
    return int(value) if whole else float(value)


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise `DreamError` if a value is not one of the words it may be."""
    if value not in choices:
        raise DreamError(f"{name} is {shown(value)}; choose from {', '.join(choices)}")


def parse_json(text: str) -> Any:
    """Parse JSON; text that is not JSON becomes a `DreamError`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DreamError(f"settings are not JSON: {shown(text)}") from error
