"""Settings of the layer profile."""

from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config.base import checked
from dreamlab.config.specs import Choice, Many, names, number, setting
from dreamlab.images.cues import CUES


@checked
class ProfileSettings(Settings):
    """Settings of the layer profile: the layers, the cues, and how often chance is asked."""

    layers: tuple[str, ...] = names((), "Layers to measure; none means all.")
    cues: tuple[str, ...] = setting(
        Many(
            default=(),
            help="What is taken from the picture; none means all.",
            each=Choice(default="greyscale", help="What is taken.", choices=tuple(CUES)),
        )
    )
    draws: int = number(2, 1, 10, "Draws of the noise, and of what is changed by chance.")
    seed: int = as_in_dreams("seed", 0)

    def chosen(self) -> list[tuple[str, int]]:
        """Return each cue with the places of its strengths, weakest first."""
        chosen = [name for name in CUES if name in self.cues or not self.cues]
        return [(name, place) for name in chosen for place in range(len(CUES[name].strengths))]

    def draws_of(self, cue: str) -> int:
        """Return how many pictures there are of a cue at a strength."""
        return self.draws if CUES[cue].drawn else 1
