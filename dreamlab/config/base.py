"""The base of all settings: checked when made, never changed after, written as plain JSON."""

import dataclasses
import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeVar, dataclass_transform

from dreamlab.config.specs import Spec
from dreamlab.errors import DreamError, listed, shown

_S = TypeVar("_S", bound="Settings")


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def checked(kind: type[_S]) -> type[_S]:
    """Turn a subclass of `Settings` into a frozen dataclass with keyword arguments alone."""
    return dataclasses.dataclass(frozen=True, kw_only=True, eq=False)(kind)


def specs(kind: type["Settings"]) -> dict[str, Spec]:
    """Return the spec of each setting of a class, by name, in order."""
    return {field.name: field.metadata["spec"] for field in dataclasses.fields(kind)}  # type: ignore[arg-type]


def check_names(values: Iterable[Any], known: Sequence[str]) -> None:
    """Raise `DreamError` if a name is unknown; the message gives the nearest known name."""
    for name in values:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, 1)
            hint = f": did you mean {close[0]}?" if close else f"; choose from {listed(known, 12)}"
            raise DreamError(f"unknown setting {shown(name)}{hint}")


class Settings:
    """Base class of settings; each setting is a field with its `Spec`.

    Raises
    ------
    DreamError
        If a name is unknown, or a value is missing, of the wrong type or out of range; the message
        gives the name, the value and the range.
    """

    def __new__(cls, **values: Any) -> Self:
        """Refuse misspelt and missing names before Python does, whose error gives no way out."""
        check_names(values, list(specs(cls)))
        for name, spec in specs(cls).items():
            if spec.default is dataclasses.MISSING and name not in values:
                raise DreamError(f"settings name no {name}; {spec.need}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for name, spec in specs(type(self)).items():
            object.__setattr__(self, name, spec.check(name, getattr(self, name)))

    def __reduce__(self) -> tuple:
        return self.from_dict, (self.to_dict(),)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(self.to_json())

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain JSON types, in the order of the fields."""
        return {name: spec.plain(getattr(self, name)) for name, spec in specs(type(self)).items()}

    def changes(self) -> dict[str, Any]:
        """Return as plain JSON types what is off its default."""
        plain, own = self.to_dict(), specs(type(self))
        return {name: plain[name] for name in own if getattr(self, name) != own[name].default}

    def to_json(self) -> str:
        """Return the settings as one line of JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make settings from plain values; settings that are not named keep their defaults.

        Parameters
        ----------
        values : mapping of str to object
            Settings by name.

        Raises
        ------
        DreamError
            If a name is unknown, a setting is missing, or a value does not pass its check.
        """
        if not isinstance(values, Mapping):
            raise DreamError(f"settings are {shown(values)}; give an object of names and values")
        check_names(values, list(specs(cls)))  # Python's keywords must be strings
        return cls(**values)

    def replace(self, **changes: Any) -> Self:
        """Return the settings with some of them changed.

        Parameters
        ----------
        **changes
            Settings by name.

        Raises
        ------
        DreamError
            If a name is unknown or a value does not pass its check.
        """
        return self.from_dict({**self.to_dict(), **changes})
