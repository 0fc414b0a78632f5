"""The provenance of a picture, which every output carries."""

import json
from dataclasses import dataclass
from typing import Any

from dreamlab.config.settings import DreamConfig
from dreamlab.version import __version__


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
    version : str
        Version of dreamlab.
    """

    config: DreamConfig
    model: str
    weights: str
    precision: str
    convolution: str = "direct"
    input_range: str = "-1,1"
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """Return the provenance as plain JSON types."""
        return {
            "dreamlab": self.version,
            "model": self.model,
            "weights": self.weights,
            "precision": self.precision,
            "convolution": self.convolution,
            "input_range": self.input_range,
            "config": self.config.to_dict(),
        }

    def to_json(self) -> str:
        """Return the provenance as one line of JSON, which `DreamConfig.from_file` reads back."""
        return json.dumps(self.to_dict())
