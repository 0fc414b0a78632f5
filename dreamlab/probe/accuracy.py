"""How often classes are told apart, how sure that is, and what guessing gives.

Accuracy is balanced: the mean over classes of the share that is told right, so that guessing gives
one over the number of classes, however many pictures each has.
"""

import math

import numpy as np

#: Standard deviations of a normal distribution that hold 95 % around the middle.
_WITHIN = 1.959963984540054

#: What lies outside at either end.
_TAIL = 0.025


def recalls(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return the share of each class that is told right.

    Parameters
    ----------
    predicted, labels : numpy.ndarray
        int, shape (..., n), 0 to classes - 1. Each class has at least one picture.
    classes : int
        Number of classes.

    Returns
    -------
    numpy.ndarray
        float64, shape (..., classes), in [0, 1].
    """
    members = labels[..., None] == np.arange(classes)
    right = members & (predicted == labels)[..., None]
    return right.sum(-2) / members.sum(-2)


def balanced_accuracy(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return the mean of the classes' recalls; guessing gives ``1 / classes``.

    Parameters and raised are those of `recalls`.

    Returns
    -------
    numpy.ndarray
        float64, shape (...), in [0, 1].
    """
    return recalls(predicted, labels, classes).mean(-1)


def confusion(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Count the pictures of each class (rows) that were taken for each class (columns).

    Parameters
    ----------
    predicted, labels : numpy.ndarray
        int, shape (n,), 0 to classes - 1.
    classes : int
        Number of classes.

    Returns
    -------
    numpy.ndarray
        int64, shape (classes, classes).
    """
    pairs = np.bincount(labels * classes + predicted, minlength=classes**2)
    return pairs.reshape(classes, classes)


def effective_count(labels: np.ndarray, classes: int) -> float:
    """Return how many pictures in equal classes would make an accuracy as sure.

    Its variance is that of a mean of recalls: n for equal classes, less where one is rare.

    Parameters
    ----------
    labels : numpy.ndarray
        int, shape (n,), 0 to classes - 1. Each class has at least one picture.
    classes : int
        Number of classes.
    """
    return float(classes**2 / np.sum(1 / np.bincount(labels, minlength=classes)))


def interval(accuracy: float, count: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of an accuracy.

    Parameters
    ----------
    accuracy : float
        The share that was told right, in [0, 1].
    count : float
        Of how many pictures, more than 0; see `effective_count`.

    Returns
    -------
    tuple of float
        Its two ends, in [0, 1].
    """
    squared = _WITHIN**2 / count
    middle = accuracy + squared / 2
    half = _WITHIN * math.sqrt(accuracy * (1 - accuracy) / count + squared / (4 * count))
    low, high = (middle - half) / (1 + squared), (middle + half) / (1 + squared)
    return max(low, 0.0), min(high, 1.0)


def chance_interval(classes: int, count: float) -> tuple[float, float]:
    """Return the central 95 % of the accuracies of guessing, picture by picture.

    Parameters
    ----------
    classes : int
        Number of classes, at least 2.
    count : float
        Number of pictures, rounded; at least 1. See `effective_count`.

    Returns
    -------
    tuple of float
        The 2.5th and 97.5th percentile of a binomial distribution, as shares.
    """
    tries = round(count)
    below = 0
    ends: list[int] = []
    # Whole numbers: the ways to guess that give `right`, of classes ** tries.
    for right in range(tries + 1):
        below += math.comb(tries, right) * (classes - 1) ** (tries - right)
        share = below / classes**tries
        if not ends and share >= _TAIL:
            ends.append(right)
        if share >= 1 - _TAIL:
            ends.append(right)
            break
    return ends[0] / tries, ends[1] / tries
