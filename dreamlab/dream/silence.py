"""Watches dreams for what does nothing, or too little to the picture, and says so at their end."""

import warnings
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from dreamlab.config import DreamConfig
from dreamlab.dream.answers import no_answer, silent
from dreamlab.dream.effort import falls_short
from dreamlab.dream.step import FallsShort, NoAnswer, Silence, Step
from dreamlab.errors import listed
from dreamlab.images.distance import distance
from dreamlab.images.shape import Shape
from dreamlab.models import Network


@dataclass
class _Octave:
    """What is known of an octave: its size, and whether a look was followed by a step.

    `reached` is that of its last step.
    """

    shape: Shape
    looked: bool = False
    moved: bool = False
    reached: bool = False


@dataclass
class _Tally:
    """What the steps of one dream tell.

    Parameters
    ----------
    moved : bool
        Whether a step before those that are added moved the picture.
    """

    moved: bool
    octaves: dict[int, _Octave] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)  # layers with a loss other than 0
    way: float | None = None  # how far a dream with an effort moved its picture
    short: str | None = None  # the sentence of one that falls short of it

    def add(self, step: Step) -> None:
        octave = self.octaves.setdefault(step.octave, _Octave(Shape(step.height, step.width)))
        octave.looked |= step.iteration >= 0
        octave.moved |= step.moved
        octave.reached = step.reached
        self.moved |= step.moved
        self.heard.update(name for name, loss in step.losses.items() if loss)
        if step.ends_dream and step.provenance.config.effort is not None:
            self.way = distance(step.image, step.original)
            self.short = falls_short(step, self.way)

    @property
    def silent(self) -> bool:
        """Whether every look was in vain."""
        return not self.moved and all(octave.looked for octave in self.octaves.values())

    def told(self, config: DreamConfig, octaves: int) -> list[tuple[str, type[UserWarning]]]:
        """Return what is to be said and as what, given the settings and the number of octaves."""
        noisy = config.gaussian_noise or config.salt_pepper
        if not config.iterations and not noisy:
            said = "iterations is 0 and there is no noise, so the picture stays: choose 1 or more"
            return [(said, Silence)]
        found = self._without_effect(config, octaves) if config.iterations else []
        beyond = [n for n, of in self.octaves.items() if not of.looked and of.reached]
        if beyond:
            whole = f", by {self.way:.3g} in the end" if octaves - 1 in beyond else ""
            found.append(
                f"{_octaves(beyond, octaves)} took no step, as the picture had moved by its share "
                f"of effort {config.effort:g} before{whole}: choose a larger one"
                f"{' or less noise' if noisy else ''}"
            )
        short = [(self.short, FallsShort)] if self.short and not self.silent else []
        return [*((sentence, Silence) for sentence in found), *short]

    def _without_effect(self, config: DreamConfig, octaves: int) -> list[str]:
        """Return what is to be said of octaves and layers that did nothing."""
        asked = [name for name, weight in config.layers.items() if weight]
        still = {n: of for n, of in self.octaves.items() if of.looked and not of.moved}
        found = []
        if still:
            sizes = listed(f"{of.shape.width} x {of.shape.height} px" for of in still.values())
            found.append(
                f"{_octaves(still, octaves)} left the picture as it was: {silent(config, asked)} "
                f"to it at {sizes}{' inside the mask' if config.mask else ''}"
            )
        passed = [n for n, of in self.octaves.items() if not of.looked and not of.reached]
        if passed and not self.moved:
            found.append(
                f"{_octaves(passed, octaves)} took no step, as the first loss was above max_loss "
                f"{config.max_loss:g}: choose a larger one"
            )
        dead = [name for name in asked if name not in self.heard]
        if dead and self.heard:
            found.append(
                f"{silent(config, dead)} to this picture, and the dream went on without: choose "
                "another layer or other channels"
            )
        return found


def watched(
    runs: Iterable[tuple[int, Step]],
    network: Network,
    count: int,
    *,
    moved: bool = False,
    stacklevel: int = 2,
) -> Generator[tuple[int, Step]]:
    """Pass on the steps of dreams; before the last one say what left the picture as it was.

    Parameters
    ----------
    runs : iterable of (int, Step)
        The steps, each with the place of its dream.
    network : Network
        The network.
    count : int
        Number of the dreams.
    moved : bool
        Whether the pictures were moved before these steps.
    stacklevel : int
        Of the warnings, as in `warnings.warn`.

    Yields
    ------
    place, step
        As in `runs`.

    Raises
    ------
    NoAnswer
        If no step of any of the dreams could change its picture.

    Warns
    -----
    Silence
        If some octaves, some dreams or some layers did nothing, or no step was to be taken.
    FallsShort
        If a picture was not moved by the effort asked for.
    """
    tallies = [_Tally(moved) for _ in range(count)]
    running = count
    for place, step in runs:
        tallies[place].add(step)
        if step.ends_dream:
            running -= 1
            if not running:
                _tell(tallies, step, network, stacklevel + 1)
        yield place, step


def _tell(tallies: list[_Tally], last: Step, network: Network, stacklevel: int) -> None:
    """Raise or warn, given the last step of all."""
    config = last.provenance.config
    if config.iterations and all(tally.silent for tally in tallies):
        shapes = [octave.shape for octave in tallies[0].octaves.values()]
        raise NoAnswer(no_answer(network, config, last.original, shapes))
    places: dict[tuple[str, type[UserWarning]], list[int]] = {}
    for place, tally in enumerate(tallies, 1):
        for warning in tally.told(config, last.octaves):
            places.setdefault(warning, []).append(place)
    for (sentence, kind), of in places.items():
        where = ""
        if len(tallies) > 1:
            where = f"picture{'s' * (len(of) > 1)} {listed(of)} of {len(tallies)}: "
        warnings.warn(where + sentence, kind, stacklevel=stacklevel)


def _octaves(numbers: Iterable[int], count: int) -> str:
    """Return octaves in words, counted from 1."""
    numbers = [number + 1 for number in numbers]
    return f"octave{'s' * (len(numbers) > 1)} {listed(numbers)} of {count}"
