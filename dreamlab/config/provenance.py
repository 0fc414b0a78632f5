"""The provenance of a picture, which every output carries."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from dreamlab.config.base import specs
from dreamlab.config.settings import DreamConfig
from dreamlab.config.specs import Number
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


class MaskedArea(NamedTuple):
    """The area that a dream may change: its settings of the mask, and the digest of a picture."""

    mask: str = ""
    mask_outside: bool = False
    mask_edge: float = 0.0
    digest: str = ""


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
    def area(self) -> MaskedArea:
        """The area that the dream may change."""
        config = self.config
        return MaskedArea(config.mask, config.mask_outside, config.mask_edge, self.mask)

    @property
    def id(self) -> str:
        """What names the dream: of the same settings, network and picture it is the same."""
        return dream_id(self.to_dict())


def dream_id(told: Mapping[str, Any]) -> str:
    """Return `Provenance.id` of a provenance as plain JSON types, as files carry it.

    Parameters
    ----------
    told : mapping of str to object
        What `Provenance.to_dict` returned; the ``frame`` that pictures carry beside it is no part
        of it.
    """
    own = {name: value for name, value in told.items() if name != "frame"}
    return hashlib.sha256(json.dumps(own).encode()).hexdigest()[:16]


def place_in(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the place of a picture in its dream, as its PNG tells it.

    Parameters
    ----------
    told : mapping of str to object
        The provenance, with the picture's ``frame`` beside it: ``octave``, ``iteration``,
        ``ends_octave``, ``ends_dream`` and ``original``, the SHA-256 of the dream's picture.

    Returns
    -------
    dict or None
        None if it tells none that can be.
    """
    frame = told.get("frame")
    kinds = {"octave": int, "iteration": int, "ends_octave": bool, "ends_dream": bool}
    if not isinstance(frame, dict):
        return None
    fits = all(type(frame.get(name)) is kind for name, kind in (kinds | {"original": str}).items())
    if not fits:
        return None
    possible = frame["octave"] in range(_most("octaves"))
    return frame if possible and frame["iteration"] in range(-1, _most("iterations")) else None


def area_in(told: Mapping[str, Any]) -> MaskedArea | None:
    """Return the area outside of which a PNG's picture is the original; None if that is unknown.

    Parameters
    ----------
    told : mapping of str to object
        The provenance, as the PNG carries it.
    """
    config = told.get("config")
    if "parent" in told or not isinstance(config, Mapping):
        return None
    own = {name: config[name] for name in MaskedArea._fields if name in config}
    return MaskedArea(**own, digest=told.get("mask", ""))


def _most(name: str) -> int:
    """Return the upper bound of a setting."""
    spec = specs(DreamConfig)[name]
    assert isinstance(spec, Number) and spec.high is not None
    return int(spec.high)


def parent_in(told: Mapping[str, Any]) -> Parent | None:
    """Return what a dream of a PNG's picture grows from; None if the PNG does not tell."""
    place = place_in(told)
    if place is None:
        return None
    return Parent(dream_id(told), place["octave"], place["iteration"])
