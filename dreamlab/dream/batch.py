"""Takes the steps of several dreams at once."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from dreamlab.dream.ascent import OctaveAscent
from dreamlab.dream.compiled import in_words
from dreamlab.dream.step import Step
from dreamlab.dream.turn import STILL, Turn

#: What an ascent answers to a look: each layer's share of the loss, and the picture after the step.
Answer = tuple[np.ndarray, tf.Tensor | np.ndarray]


class BatchAscent(OctaveAscent):
    """An `OctaveAscent` that takes steps of several pictures at once, where they are small."""

    def steps(
        self, pictures: Sequence[tf.Tensor | np.ndarray], shifts: Sequence[tuple[int, int]]
    ) -> list[Answer]:
        """Take a step from each of some pictures of the octave's size.

        Parameters
        ----------
        pictures : sequence of tf.Tensor or numpy.ndarray
            float32, each of shape (H, W, 3).
        shifts : sequence of (int, int)
            Rows and columns by which each is rolled for the gradient.

        Returns
        -------
        list of tuple
            For each picture what `step` returns.
        """
        most = 1
        if len(self.tiles) == 1:
            most = self._objective.most_at_once(self._shape, self.memory_budget)
        answers: list[Answer] = []
        for first in range(0, len(pictures), most):
            some, shifted = pictures[first : first + most], shifts[first : first + most]
            if len(some) == 1:
                answers.append(self.step(some[0], shifted[0]))
                continue
            power = self._scale.power
            factors = self._scale.factors(0, power)
            with in_words(self._shape):
                scaled, ascended, means = self._objective.steps(
                    tf.stack(some), self.tiles[0].windows, factors, self._step, shifted
                )
                losses = self._scale.losses(scaled.numpy(), power)
            for place, mean in enumerate(means.numpy().tolist()):
                if self._scale.fits(mean):
                    answers.append((losses[place], ascended[place]))
                else:  # it needs a power of two of its own, or is 0
                    answers.append(self.step(some[place], shifted[place]))
        return answers


@dataclass(frozen=True)
class Look:
    """What a dream asks for before each of its steps.

    Parameters
    ----------
    ascent : BatchAscent
        Takes the step.
    picture : tf.Tensor or numpy.ndarray
        float32, shape (H, W, 3).
    shift, turn, mask
        As `OctaveAscent.step` takes them.
    """

    ascent: BatchAscent
    picture: tf.Tensor | np.ndarray = field(repr=False)
    shift: tuple[int, int]
    turn: Turn = STILL
    mask: np.ndarray | None = field(default=None, repr=False)


#: The course of a dream: its steps, and before them looks, each answered by an `Answer` that is
#: sent.
Course = Generator[Step | Look, Any, None]


def together(courses: Sequence[Course]) -> Generator[tuple[int, Step]]:
    """Run the courses of some dreams side by side, with the looks of the same octave at once.

    Parameters
    ----------
    courses : sequence of Course
        The courses, none of them begun.

    Yields
    ------
    place : int
        Place of the dream in `courses`.
    step : Step
        A step of it.
    """
    answers: dict[int, Answer | None] = dict.fromkeys(range(len(courses)))
    while answers:
        looks: dict[BatchAscent, dict[int, Look]] = {}
        for place in list(answers):
            try:
                event = courses[place].send(answers.pop(place))
                while isinstance(event, Step):
                    yield place, event
                    event = next(courses[place])
            except StopIteration:
                continue
            looks.setdefault(event.ascent, {})[place] = event
        answers |= _answered(looks)
        del looks, event  # they hold the pictures before the step


def _answered(looks: dict[BatchAscent, dict[int, Look]]) -> dict[int, Answer]:
    """Return the answers to looks, those of the same ascent at once."""
    answers: dict[int, Answer] = {}
    for ascent, asked in looks.items():
        plain = {at: of for at, of in asked.items() if ascent.plain(of.turn, of.mask)}
        pictures = [look.picture for look in plain.values()]
        shifts = [look.shift for look in plain.values()]
        answers.update(zip(plain, ascent.steps(pictures, shifts), strict=True))
        for place in asked.keys() - plain.keys():
            look = asked[place]
            answers[place] = ascent.step(look.picture, look.shift, look.turn, look.mask)
    return answers
