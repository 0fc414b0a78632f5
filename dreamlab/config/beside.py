"""Specs of settings that may name a picture, which is given beside the settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from dreamlab.config.specs import Choice, Spec
from dreamlab.errors import DreamError, shown

#: What stands for a picture that is given beside the settings.
PICTURE = "picture"

_NUMBER = r"[0-9]*\.?[0-9]+"
_SHAPE = re.compile(rf"(rectangle|ellipse):({_NUMBER}),({_NUMBER}),({_NUMBER}),({_NUMBER})")
_ENERGY = re.compile(r"energy:(.+)")

#: Decimals of a share of a side: enough to tell the pixels of any picture apart.
_DECIMALS = 6

#: Areas in words, as a message names them.
_AREAS = "ellipse:0.2,0.2,0.8,0.8, rectangle:0,0,0.5,1 or energy:block4_conv3"


@dataclass(frozen=True, kw_only=True)
class PictureSource(Choice):
    """One of several words, among them ``picture`` for a picture that is given beside it."""

    form: ClassVar[str] = "FILE|NAME"

    @property
    def names(self) -> tuple[str, ...]:
        """The words but that for a picture that is given."""
        return tuple(word for word in self.choices if word != PICTURE)

    @property
    def instead(self) -> str:
        """What may be given in place of a file, as a message names it."""
        return ", ".join(self.names)

    def is_word(self, text: str) -> bool:
        """Return whether a text is one of the words, and not the name of a file."""
        return text in self.choices


class Box(NamedTuple):
    """A box in a picture, as shares of its sides, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float


class Area(NamedTuple):
    """The area of a mask.

    Parameters
    ----------
    kind : str
        ``"rectangle"``, ``"ellipse"``, ``"energy"`` or ``"picture"``.
    box : Box or None
        The rectangle, or that around the ellipse.
    layer : str
        The layer whose energy it is.
    """

    kind: str
    box: Box | None = None
    layer: str = ""


@dataclass(frozen=True, kw_only=True)
class Mask(Spec):
    """An area of a picture in words, ``picture`` for one that is given beside it, or none."""

    form: ClassVar[str] = "FILE|AREA"
    kind: ClassVar[str] = "mask"
    #: What may be given in place of a file, as a message names it.
    instead: ClassVar[str] = f"an area such as {_AREAS}"

    def check(self, name: str, value: Any) -> str:
        if isinstance(value, str):
            text = value.replace(" ", "")
            if not text or text == PICTURE or _ENERGY.fullmatch(text):
                return text
            if match := _SHAPE.fullmatch(text):
                box = Box(*(round(float(side), _DECIMALS) for side in match.groups()[1:]))
                if not (box.left < box.right <= 1 and box.top < box.bottom <= 1):
                    raise DreamError(
                        f"{name} is {shown(value)}; choose left below right and top below bottom, "
                        "each 0 to 1"
                    )
                sides = (f"{side:.{_DECIMALS}f}".rstrip("0").rstrip(".") for side in box)
                return f"{match[1]}:" + ",".join(sides)
        raise DreamError(
            f"{name} is {shown(value)}; choose one such as {_AREAS}, or give a picture"
        )

    def is_word(self, text: str) -> bool:
        """Return whether a text is an area in words, and not the name of a file."""
        return not text or text == PICTURE or text.startswith(("rectangle:", "ellipse:", "energy:"))


def area(mask: str) -> Area | None:
    """Return the area of a checked mask; None for the whole picture."""
    if not mask:
        return None
    if match := _SHAPE.fullmatch(mask):
        return Area(match[1], Box(*map(float, match.groups()[1:])))
    if match := _ENERGY.fullmatch(mask):
        return Area("energy", layer=match[1])
    return Area(PICTURE)


def picture_settings(specs: Mapping[str, Spec]) -> dict[str, PictureSource | Mask]:
    """Return those of some specs that may name a picture, by name."""
    return {name: spec for name, spec in specs.items() if isinstance(spec, PictureSource | Mask)}


def check_given(name: str, value: str, *, given: bool) -> None:
    """Raise `DreamError` if a setting names a picture that is not given, or the other way round."""
    if given and value != PICTURE:
        raise DreamError(
            f"a picture is given for {name}, which is {shown(value)}; choose {PICTURE}"
        )
    if value == PICTURE and not given:
        raise DreamError(
            f"{name} is a picture, and none is given; give it, or choose another {name}"
        )
