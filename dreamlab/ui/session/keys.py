"""Keys of the widgets; the session stores their values under the same keys."""

from dataclasses import dataclass

#: Keys of the settings of a comparison; each key is the setting's name.
PAGE = ("model", "source", "max_side", "background", "every")

#: Key of the number of the variant that is edited; it belongs to no widget.
EDITED = "edited"


def common(setting: str) -> str:
    """Return the key of a setting that all variants share."""
    return f"common.{setting}"


def film(setting: str) -> str:
    """Return the key of a setting of the films to download."""
    return f"film.{setting}"


@dataclass(frozen=True)
class VariantKeys:
    """Keys of the values that the session holds for one variant.

    Parameters
    ----------
    id : int
        The variant's number in this session.
    """

    id: int

    @property
    def prefix(self) -> str:
        """Prefix of all keys of this variant and of no other."""
        return f"v{self.id}."

    @property
    def colour(self) -> str:
        """Index of the colour; it belongs to no widget."""
        return f"{self.prefix}colour"

    @property
    def name(self) -> str:
        """The name, as typed."""
        return f"{self.prefix}name"

    @property
    def model(self) -> str:
        """Name of its network; empty for that of the page."""
        return f"{self.prefix}model"

    @property
    def drawn_model(self) -> str:
        """Name of the network that its layers are of; it belongs to no widget."""
        return f"{self.prefix}drawn_model"

    @property
    def start(self) -> str:
        """Picture of a dream that it goes on from, if any; it belongs to no widget."""
        return f"{self.prefix}start"

    @property
    def layers(self) -> str:
        """Names of the layers, in order; they belong to no widget."""
        return f"{self.prefix}layers"

    @property
    def overrides(self) -> str:
        """Names of the settings in which the variant differs."""
        return f"{self.prefix}overrides"

    def weight(self, layer: str) -> str:
        """Weight of a layer."""
        return f"{self.prefix}weight.{layer}"

    def channels(self, layer: str) -> str:
        """Channels of a layer, as typed."""
        return f"{self.prefix}channels.{layer}"

    def guided(self, layer: str) -> str:
        """Whether the guide leads a layer."""
        return f"{self.prefix}guided.{layer}"

    def own(self, setting: str) -> str:
        """Value of a setting in which the variant differs."""
        return f"{self.prefix}own.{setting}"

    def action(self, name: str, layer: str = "") -> str:
        """Button that moves, copies or removes the variant, or changes its layers."""
        return f"{self.prefix}{name}" + f".{layer}" * bool(layer)
