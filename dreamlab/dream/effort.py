"""Equal effort: an octave ends when its picture has moved by its share of the whole distance."""

import math

import numpy as np
import tensorflow as tf

from dreamlab.dream.step import Step
from dreamlab.images.distance import distance, line_search
from dreamlab.images.resample import resize
from dreamlab.images.shape import Shape


class OctaveEffort:
    """Tells when the picture of an octave has moved far enough, and takes it back to there.

    The distance is that of the octave's result, with the lost detail put back, as
    `dreamlab.images.resample.restore_detail` does.

    Parameters
    ----------
    original : numpy.ndarray
        The original at the octave's size, float32, shape (H, W, 3), in [-1, 1], or uint8 pixels.
    shrunk : numpy.ndarray
        The original at the size before, float32 or uint8.
    amount : float
        How far the picture may have moved when the octave ends; see
        `dreamlab.images.distance.distance`.
    share : numpy.ndarray, optional
        The share of the lost detail that is put back, float32 (H, W, 1).
    """

    def __init__(
        self,
        original: np.ndarray,
        shrunk: np.ndarray,
        amount: float,
        share: np.ndarray | None = None,
    ) -> None:
        shape = Shape.of(original)
        self._original = resize(original, shape)
        self._lost = self._original - resize(shrunk, shape)
        if share is not None:
            self._lost *= share
        self._amount = amount

    def reached(self, picture: tf.Tensor | np.ndarray) -> bool:
        """Return whether a picture of the octave, float32 (H, W, 3), has moved far enough."""
        return distance(self._result(picture), self._original) >= self._amount

    def cut(self, before: tf.Tensor | np.ndarray, after: tf.Tensor | np.ndarray) -> np.ndarray:
        """Return the picture on the way of a step that has moved just far enough.

        Parameters
        ----------
        before, after : tf.Tensor or numpy.ndarray
            float32, shape (H, W, 3): the picture before and after the step; `after` alone has
            `reached` its distance.
        """
        results = self._result(before), self._result(after)
        share = np.float32(line_search(self._original, *results, self._amount))
        before = np.asarray(before)
        return before + share * (np.asarray(after) - before)

    def _result(self, picture: tf.Tensor | np.ndarray) -> np.ndarray:
        return np.asarray(picture) + self._lost


def falls_short(last: Step, moved: float) -> str | None:
    """Return a sentence about a dream with an effort if its picture has not moved so far.

    Parameters
    ----------
    last : Step
        The dream's last step.
    moved : float
        The distance of its picture from the original.
    """
    if last.reached:
        return None
    config = last.provenance.config
    cure = "more iterations, a larger step or a smaller effort"
    if last.iteration + 1 < config.iterations:
        held = last.moved or last.iteration < 0
        cure = "a larger max_loss" if held else "another layer or other channels"
    # Rounded down, as 0.09999 is not yet the 0.1 that was asked for.
    moved = math.floor(1e4 * moved) / 1e4
    return f"the picture moved by {moved:g} of the {config.effort:g} asked for: choose {cure}"
