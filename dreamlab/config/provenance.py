"""The provenance of a picture, which every output carries."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dreamlab.config.settings import DreamConfig
from dreamlab.version import __version__


@dataclass(frozen=True)
class Parent:
    """The dream that another one goes on from, and the place of the picture in it.

    Parameters
    ----------
    dream : str
        Its `Provenance.id`.
    octave, iteration : int
        Octave and last step of the picture, both from 0, as a frame has them; the octave is that
        of the dream's plan, the step -1 where none was taken.
    """

    dream: str
    octave: int
    iteration: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class Provenance:
    """Everything that repeats a dream on the same picture.

    Parameters
    ----------
    config : DreamConfig
        The settings, the seed among them.
    model : str
        Name of the network, or the name of the user's file.
    weights : str
        SHA-256 of the weights, in hexadecimal, or ``"random"``.
    precision : str
        Number format of the computation, ``"float32"`` or ``"bfloat16"``; never ``"auto"``.
    convolution : str
        How convolutions were computed, ``"direct"`` or ``"winograd"``; never ``"auto"``.
    input_range : str
        What the network was fed, one of `dreamlab.config.input_range.INPUT_RANGES`.
    picture : str
        SHA-256 of the picture that the dream is of, `dreamlab.images.picture.digest`.
    guide, mask : str
        SHA-256 of the guide and of the mask, where the config says that a picture is given for
        them; else empty.
    parent : Parent or None
        What the dream goes on from, if it does.
    version : str
        Version of dreamlab.
    """

    config: DreamConfig
    model: str
    weights: str
    precision: str
    convolution: str = "direct"
    input_range: str = "-1,1"
    picture: str = ""
    guide: str = ""
    mask: str = ""
    parent: Parent | None = None
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """Return the provenance as plain JSON types."""
        beside = {"picture": self.picture, "guide": self.guide, "mask": self.mask}
        parent = {} if self.parent is None else {"parent": self.parent.to_dict()}
        return {
            "dreamlab": self.version,
            "model": self.model,
            "weights": self.weights,
            "precision": self.precision,
            "convolution": self.convolution,
            "input_range": self.input_range,
            **{name: digest for name, digest in beside.items() if digest},
            **parent,
            "config": self.config.to_dict(),
        }

    def to_json(self) -> str:
        """Return the provenance as one line of JSON, which `DreamConfig.from_file` reads back."""
        return json.dumps(self.to_dict())

    @property
    def id(self) -> str:
        """What names the dream: of the same settings, network and picture it is the same."""
        return stored_id(self.to_dict())


def stored_id(settings: Mapping[str, Any]) -> str:
    """Return the `Provenance.id` of a dream from the settings that its files carry.

    Parameters
    ----------
    settings : mapping of str to object
        As `dreamlab.config.read_settings` returns them, in the order in which they are stored.
    """
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]
