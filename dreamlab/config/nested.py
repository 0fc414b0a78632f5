"""What a setting may hold that is made of settings itself: some of a class, or a list of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dreamlab.config.base import Settings, check_names
from dreamlab.config.specs import Spec
from dreamlab.errors import DreamError, shown


@dataclass(frozen=True, kw_only=True)
class PartialSettings(Spec):
    """Some settings of a class, by name.

    Parameters
    ----------
    settings : mapping of str to Spec
        Those that may be given.
    filled : bool
        Whether those that are not given have their defaults; else they stay out.
    """

    settings: Mapping[str, Spec]
    filled: bool = False

    def check(self, name: str, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise DreamError(f"{name} is {shown(value)}; give an object of names and values")
        check_names(value, list(self.settings))
        defaults = {key: spec.default for key, spec in self.settings.items() if self.filled}
        values = {key: self.settings[key].check(key, own) for key, own in value.items()}
        return MappingProxyType(defaults | values)

    def plain(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return plain JSON types; where all are filled in, only those off their defaults."""
        return {
            key: self.settings[key].plain(own)
            for key, own in value.items()
            if not self.filled or own != self.settings[key].default
        }


@dataclass(frozen=True, kw_only=True)
class SettingsList(Spec):
    """A list of settings of one class.

    Parameters
    ----------
    of : type
        Their class.
    most : int
        How many there may be; at least 1.
    """

    of: type[Settings]
    most: int

    need = "give a list of them"

    def check(self, name: str, value: Any) -> tuple[Settings, ...]:
        if not isinstance(value, list | tuple):
            raise DreamError(f"{name} are {shown(value)}; {self.need}")
        if not 1 <= len(value) <= self.most:
            raise DreamError(f"there are {len(value)} {name}; choose 1 to {self.most}")
        return tuple(
            part if isinstance(part, self.of) else self.of.from_dict(part) for part in value
        )

    def plain(self, value: tuple[Settings, ...]) -> list[dict[str, Any]]:
        """Return plain JSON types, of each only what is off its default."""
        return [part.changes() for part in value]
