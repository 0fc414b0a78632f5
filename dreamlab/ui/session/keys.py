"""Keys of the widgets, which are the names of their values in the session."""

from dataclasses import dataclass

#: Keys of a comparison's own settings: each is the setting's name.
PAGE = ("model", "source", "max_side", "every")


def common(setting: str) -> str:
    """Return the key of a setting that all variants share."""
    return f"common.{setting}"


def film(setting: str) -> str:
    """Return the key of a setting of the films to download."""
    return f"film.{setting}"


@dataclass(frozen=True)
class VariantKeys:
    """Keys of what the page holds of one variant.

    Parameters
    ----------
    id : int
        The variant's number in this session.
    """

    id: int

    @property
    def prefix(self) -> str:
        """What all of them start with, and no other variant's do."""
        return f"v{self.id}."

    @property
    def colour(self) -> str:
        """Index of its colour; no widget has it."""
        return f"{self.prefix}colour"

    @property
    def name(self) -> str:
        """Its name, as typed."""
        return f"{self.prefix}name"

    @property
    def layers(self) -> str:
        """Names of its layers, in order; no widget has it."""
        return f"{self.prefix}layers"

    @property
    def overrides(self) -> str:
        """Names of the settings of its own."""
        return f"{self.prefix}overrides"

    def weight(self, layer: str) -> str:
        """Weight of a layer."""
        return f"{self.prefix}weight.{layer}"

    def channels(self, layer: str) -> str:
        """Channels of a layer, as typed."""
        return f"{self.prefix}channels.{layer}"

    def own(self, setting: str) -> str:
        """Value of a setting of its own."""
        return f"{self.prefix}own.{setting}"

    def action(self, name: str, layer: str = "") -> str:
        """A control that changes the variant: its place, its layers, or whether it is there."""
        return f"{self.prefix}{name}" + f".{layer}" * bool(layer)
