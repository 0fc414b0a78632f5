"""The settings of a guide: a second picture, whose features a dream climbs toward."""

from dreamlab.config.base import Settings, checked
from dreamlab.config.beside import PictureSource
from dreamlab.config.specs import choice, names, number, setting

#: What a guide may be: nothing, a sample, or a picture that is given beside the settings.
GUIDES = ("none", "cat", "galaxies", "picture")
GUIDE_FEATURES = ("unit", "raw")


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
