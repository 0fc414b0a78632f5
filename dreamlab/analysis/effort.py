"""Equal effort: how long a layer's steps are.

A line search finds how long a step along the first gradient would go the whole distance. Where the
loss would not even double on that way, to first order, the gradient keeps its direction, and the
layer takes this step alone. Elsewhere the gradient turns, and a single step would leave the layer
little excited: the layer then takes shorter steps, all of the same length, and looks anew for each.
"""

import math

import numpy as np

from dreamlab.images.distance import distance

#: A step of the whole distance is a little longer, so that it does not end just before.
_SURPLUS = 1.01

#: Times that the guess of a step of the whole distance is mended.
_GUESSES = 5

#: Steps that go the whole distance where each is at right angles to those before, and the share of
#: the distance that each of them takes; the last is not needed whole.
TURNING_STEPS = 3
_SHARE = 0.65


def step_length(image: np.ndarray, amount: float, direction: np.ndarray, rise: float) -> float:
    """Return the length of a layer's steps.

    Parameters
    ----------
    image, direction : numpy.ndarray
        float32, shape (H, W, 3): the original, and the direction of the first step.
    amount : float
        Target of `dreamlab.images.distance.distance`.
    rise : float
        The rise of the loss per unit of step, to first order, as a share of the loss.

    Returns
    -------
    float
        From 1e-5 to 1, in three digits.
    """
    size = math.sqrt(np.mean(np.square(direction), dtype=np.float64))
    whole = amount / size if size else 1.0
    # What is clipped does not count, so the distance grows ever more slowly with the step: each
    # guess is too short, and the next one better.
    for _ in range(_GUESSES):
        gone = distance(image + np.float32(whole) * direction, image)
        whole = min(1.0, whole * amount / gone) if gone else 1.0
    holds = whole * rise <= 1
    return min(1.0, max(1e-5, float(f"{whole * (_SURPLUS if holds else _SHARE):.3g}")))
