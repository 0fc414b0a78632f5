"""Specs of settings: an object for each kind of value, with its check, text form and help.

`setting`, and the shorter functions below it, make a field of `dreamlab.config.base.Settings`. The
command line, the page, the environment and the README use the field's `Spec` alone.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dreamlab.errors import DreamError, shown


def is_number(value: Any) -> bool:
    """Return whether a value is a number; true and false are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, kw_only=True)
class Spec:
    """The spec of a setting: its type, range, default and help. This class is that of a name.

    Parameters
    ----------
    default : object
        Default value; `dataclasses.MISSING` for a setting that must be given.
    help : str
        Effect of the setting, in a sentence.
    """

    default: Any
    help: str

    #: Text form, and name of the type in a message.
    form: ClassVar[str] = "NAME"
    kind: ClassVar[str] = "name"

    #: The range in words, or nothing.
    range: ClassVar[str] = ""

    #: The way out if the setting is missing.
    need: ClassVar[str] = "give it"

    def check(self, name: str, value: Any) -> Any:
        """Return the value in its final type; raise `DreamError` if it is not allowed."""
        if not isinstance(value, str) or not value:
            raise DreamError(f"{name} is {shown(value)}; give a name")
        return value

    def parse(self, text: str) -> Any:
        """Return the value of a text, unchecked; raise `ValueError` for another form."""
        return text

    def plain(self, value: Any) -> Any:
        """Return a checked value as plain JSON types."""
        return value


@dataclass(frozen=True, kw_only=True)
class Number(Spec):
    """A number within bounds, whole if the lower bound is; None if that is the default.

    Parameters
    ----------
    low, high : float
        The bounds; None for no upper bound.
    word : str or None
        A word that is allowed too, such as ``auto``.
    unit : str
        Unit after the bounds in a sentence.
    press : float or None
        Change by a press of + or - on the page.
    offered : tuple of float
        Values that the page offers beside the word.
    strict : bool
        Whether a float, such as 600.0, is refused for a whole number.
    """

    low: float
    high: float | None = None
    word: str | None = None
    unit: str = ""
    press: float | None = None
    offered: tuple[float, ...] = ()
    strict: bool = False

    form = "N"

    whole = property(lambda self: isinstance(self.low, int))
    kind = property(lambda self: "int" if self.whole else "float")

    @property
    def range(self) -> str:  # type: ignore[override]  # it depends on the bounds
        low, high = (x if self.whole or x is None else f"{x:g}" for x in (self.low, self.high))
        return (f"{low} or more" if high is None else f"{low} to {high}") + self.unit

    def check(self, name: str, value: Any) -> int | float | str | None:
        if value == self.word and self.word or value is self.default is None:
            return value
        wrong = f"{name} is {shown(value)}; choose "
        broken = isinstance(value, float) and (self.strict or value % 1)
        if not is_number(value) or self.whole and broken:
            raise DreamError(f"{wrong}a {'whole ' * self.whole}number, {self.range}")
        if not value >= self.low or self.high is not None and value > self.high:  # for NaN too
            raise DreamError(wrong + self.range)
        return int(value) if self.whole else float(value)

    def parse(self, text: str) -> int | float | str:
        if text == self.word:
            return text
        return int(text) if self.whole else float(text)


@dataclass(frozen=True, kw_only=True)
class Flag(Spec):
    """True or false."""

    form = "yes|no"
    kind = "yes or no"
    words: ClassVar[Mapping[str, bool]] = {
        **dict.fromkeys(("1", "true", "yes", "on"), True),
        **dict.fromkeys(("0", "false", "no", "off"), False),
    }

    def check(self, name: str, value: Any) -> bool:
        value = self.parse(value) if isinstance(value, str) else value
        if not isinstance(value, bool):
            raise DreamError(f"{name} is {shown(value)}; choose yes or no")
        return value

    def parse(self, text: str) -> bool | str:
        return self.words.get(text.lower(), text)


@dataclass(frozen=True, kw_only=True)
class Choice(Spec):
    """One of several words."""

    choices: tuple[str, ...]

    range = property(lambda self: ", ".join(self.choices))

    def check(self, name: str, value: Any) -> str:
        if value not in self.choices:
            raise DreamError(f"{name} is {shown(value)}; choose from {self.range}")
        return value

    def parse(self, text: str) -> str:
        return text.lower() if text.lower() in self.choices else text


@dataclass(frozen=True, kw_only=True)
class Text(Spec):
    """A text that matches a pattern, as the example does; or no text if that is the default."""

    pattern: str
    example: str

    def check(self, name: str, value: Any) -> str:
        if value == self.default or isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value
        rest = ", or leave it empty" if self.default == "" else ""
        raise DreamError(f"{name} is {shown(value)}; choose one such as {self.example}{rest}")


@dataclass(frozen=True, kw_only=True)
class Line(Spec):
    """One line of printable text, at most `most` characters; white space becomes single spaces."""

    most: int

    def check(self, name: str, value: Any) -> str:
        line = " ".join(value.split()) if isinstance(value, str) else ""
        if not 1 <= len(line) <= self.most or not line.isprintable():
            raise DreamError(f"{name} is {shown(value)}; choose 1 to {self.most} plain letters")
        return line


@dataclass(frozen=True, kw_only=True)
class Many(Spec):
    """A list of values of the spec `each`, without repetition."""

    each: Spec

    form = property(lambda self: f"{self.each.form},…")
    kind = property(lambda self: f"list of {self.each.kind}s")
    range = property(lambda self: self.each.range)

    def check(self, name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            what = "numbers" if isinstance(self.each, Number) else "names"
            raise DreamError(f"{name} is {shown(value)}; give a list of {what}")
        return tuple(dict.fromkeys(self.each.check(name, part) for part in value))

    def parse(self, text: str) -> list[Any]:
        return [self.each.parse(part) for part in text.split(",")]

    def plain(self, value: tuple[Any, ...]) -> list[Any]:
        return list(value)


def setting(spec: Spec) -> Any:
    """Return a field of settings for a spec."""
    if isinstance(spec.default, Mapping):
        return dataclasses.field(default_factory=lambda: spec.default, metadata={"spec": spec})
    return dataclasses.field(default=spec.default, metadata={"spec": spec})


def number(default: Any, low: float, high: float | None, text: str, **rest: Any) -> Any:
    """Return a field for a number; see `Number` for the other arguments."""
    return setting(Number(default=default, help=text, low=low, high=high, **rest))


def flag(default: bool, text: str) -> Any:
    """Return a field for true or false."""
    return setting(Flag(default=default, help=text))


def choice(default: str, choices: tuple[str, ...], text: str) -> Any:
    """Return a field for one of several words."""
    return setting(Choice(default=default, help=text, choices=choices))


def names(default: tuple[str, ...], text: str) -> Any:
    """Return a field for a list of names."""
    return setting(Many(default=default, help=text, each=Spec(default="", help=text)))


def numbers(default: tuple[float, ...], low: float, high: float, text: str) -> Any:
    """Return a field for a list of numbers from `low` to `high`, whole if `low` is."""
    return setting(
        Many(default=default, help=text, each=Number(default=low, help=text, low=low, high=high))
    )
