"""Settings of analyses: checked when made, plain data for a worker and for JSON."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from dreamlab.config import PRECISIONS, PREPROCESSINGS, DreamConfig
from dreamlab.config.fields import (
    check_choice,
    check_names,
    checked_number,
    choice,
    is_number,
    number,
    shown,
)
from dreamlab.errors import DreamError


def names(default: tuple[str, ...], text: str) -> Any:
    """Return a field for a list of names."""
    return field(default=default, metadata={"names": True, "help": text})


def numbers(default: tuple[float, ...], low: float, high: float, text: str) -> Any:
    """Return a field for a list of numbers from `low` to `high`, whole if `low` is."""
    return field(default=default, metadata={"many": True, "low": low, "high": high, "help": text})


def weights(default: Mapping[str, float], text: str) -> Any:
    """Return a field for layer names with their weights."""
    metadata = {"weights": True, "help": text}
    return field(default_factory=lambda: dict(default), metadata=metadata)


def as_in_dreams(name: str, default: Any) -> Any:
    """Return a field that takes what the field of `DreamConfig` takes, with its own default."""
    metadata = next(spec for spec in dataclasses.fields(DreamConfig) if spec.name == name).metadata
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings that every analysis has; each analysis adds its own.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range; the message gives both.
    """

    max_side: int = number(300, 32, 1024, "Scale a larger picture down to this side, in pixels.")
    precision: str = choice("auto", PRECISIONS, "Number format of the network.")
    preprocessing: str = choice(
        "notebook", PREPROCESSINGS, "How the picture is fed to VGG: as the notebook, or as trained."
    )

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            object.__setattr__(self, spec.name, _checked(spec, getattr(self, spec.name)))

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain JSON types, in the order of the fields."""
        values = {spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make settings from plain values; what is not named keeps its default.

        Raises
        ------
        DreamError
            If a name is unknown or a value does not pass its check.
        """
        check_names(values, [spec.name for spec in dataclasses.fields(cls)])
        return cls(**values)


def _checked(spec: dataclasses.Field, value: Any) -> Any:
    rules = spec.metadata
    if "choices" in rules:
        check_choice(spec.name, value, rules["choices"])
    elif "weights" in rules:
        value = dict(DreamConfig(layers=value).layers)
    elif "names" in rules:
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise DreamError(f"{spec.name} is {shown(value)}; give a list of names")
        value = tuple(dict.fromkeys(value))
    elif "many" in rules:
        if not isinstance(value, list | tuple):
            raise DreamError(f"{spec.name} is {shown(value)}; give a list of numbers")
        value = tuple(dict.fromkeys(checked_number(spec, one) for one in value))
    elif is_number(spec.default):
        value = checked_number(spec, value)
    elif not isinstance(value, str) or not value:
        raise DreamError(f"{spec.name} is {shown(value)}; give a name")
    return value
