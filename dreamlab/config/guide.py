"""The settings of a guide: a second picture, whose features a dream climbs toward."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dreamlab.config.base import Settings, checked, specs
from dreamlab.config.beside import PictureSource
from dreamlab.config.specs import choice, names, number, setting
from dreamlab.errors import listed

if TYPE_CHECKING:
    from dreamlab.config.settings import DreamConfig

#: What a guide may be: nothing, a sample, or a picture that is given beside the settings.
GUIDES = ("none", "cat", "galaxies", "picture")
GUIDE_FEATURES = ("unit", "raw")

#: Most features of a guide at one layer.
MOST_FEATURES = 1024


@checked
class GuideSettings(Settings):
    """Which picture guides a dream, how strongly, and at which layers."""

    guide: str = setting(
        PictureSource(
            default="none",
            choices=GUIDES,
            help="A second picture: each position of a layer climbs toward the feature of it that "
            "matches best, not toward whatever it sees already.",
        )
    )
    guide_strength: float = number(
        1.0,
        0.0,
        1.0,
        "How far the guide takes the place of the plain ascent; 0 is a dream without it.",
        press=0.1,
    )
    unguided: tuple[str, ...] = names((), "Layers that the guide leaves alone.")
    guide_features: str = choice(
        "unit",
        GUIDE_FEATURES,
        "unit gives all features of the guide one length, so that each position finds what it is "
        "most like; raw lets the strongest be matched most.",
    )


def guided_layers(config: "DreamConfig", is_head: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the layers that a guide leads in a dream, whether it has one or not.

    They are those of a weight other than 0 that are not left alone, but for a head of which classes
    are chosen: its logits are raised as they are.

    Parameters
    ----------
    config : DreamConfig
        The settings.
    is_head : callable
        Says of a layer's name whether it is the network's head.
    """
    return tuple(
        name
        for name, weight in config.layers.items()
        if weight
        and name not in config.unguided
        and not (name in config.channels and is_head(name))
    )


def without_effect(config: "DreamConfig", guided: Sequence[str]) -> str:
    """Return what settings of a guide have no effect, in a sentence; empty if all have one.

    Parameters
    ----------
    config : DreamConfig
        The settings.
    guided : sequence of str
        What `guided_layers` returns.
    """
    if config.guide == "none":
        own = specs(GuideSettings).items()
        unused = [name for name, spec in own if getattr(config, name) != spec.default]
        if not unused:
            return ""
        has = "have" if len(unused) > 1 else "has"
        return f"{listed(unused)} {has} no effect, as there is no guide: choose a guide"
    if not config.guide_strength:
        return "the guide has no effect, as guide_strength is 0: choose a larger one"
    if not guided and config.unguided:
        return "the guide has no effect, as it leaves all layers alone: leave fewer unguided"
    if not guided:
        return (
            "the guide has no effect, as the classes of a head are raised as they are: add a layer"
        )
    return ""
