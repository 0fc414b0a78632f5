"""The settings of a dream's look: where it changes the picture, and how its steps are shaped."""

from dreamlab.config.base import Settings, checked
from dreamlab.config.beside import Mask
from dreamlab.config.specs import flag, number, setting


@checked
class LookSettings(Settings):
    """Where a dream changes the picture, and how each step's gradient is shaped."""

    mask: str = setting(
        Mask(
            default="",
            help="Where the picture changes: a rectangle or an ellipse by left, top, right and "
            "bottom as shares of the sides, the energy of a layer, or a picture, light where it "
            "changes; empty means all of it.",
        )
    )
    mask_outside: bool = flag(False, "Change what is outside of the mask, not what is in it.")
    mask_edge: float = number(
        0.0,
        0.0,
        0.5,
        "Width over which the mask fades, inside of where the picture changes, as a share of its "
        "shorter side; 0 is a hard edge.",
        press=0.02,
    )
    smooth: float = number(
        0.0,
        0.0,
        64.0,
        "Standard deviation, in pixels, of the Gaussian that smooths each step; 0 leaves it as it "
        "is.",
        press=0.5,
    )
    pyramid: int = number(
        0,
        0,
        8,
        "Levels of a Laplacian pyramid to split off each step, finest first; each, and the rest, "
        "is then of the same strength, so that large shapes grow as fast as fine ones; 0 for none.",
    )
    keep_colours: bool = flag(False, "Change brightness alone, so that the picture's colours stay.")
    flip: bool = flag(False, "Mirror the picture in every second step or so, at random.")
    rotation: float = number(
        0.0,
        0.0,
        45.0,
        "Largest random turn of the picture in a step, in degrees, undone after it.",
        press=1.0,
    )
    rescale: float = number(
        0.0,
        0.0,
        0.5,
        "Largest random change of the picture's scale in a step, as a share, undone after it.",
        press=0.02,
    )
