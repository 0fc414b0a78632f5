"""How often classes are told apart, how sure that is, and what guessing gives.

Accuracy is balanced: the mean over classes of the share that is told right, so that guessing gives
one over the number of classes, however many pictures each has.
"""

import math

import numpy as np

#: Standard deviations of a normal distribution that hold 95 % around the middle.
_WITHIN = 1.959963984540054

#: How much more an accuracy varies, in variance, than if its predictions were independent.
_TOGETHER = 1.7


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


def false_alarms(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return the share of the other classes' pictures that is taken for each class.

    A class's recall less its false alarms is Youden's index (1950, Cancer 3, 32-35):
    whoever guesses, or always says the same, gets 0.

    Parameters
    ----------
    predicted, labels, classes
        As in `recalls`; there are 2 classes or more.

    Returns
    -------
    numpy.ndarray
        float64, shape (..., classes), in [0, 1].
    """
    others = labels[..., None] != np.arange(classes)
    taken = others & (predicted[..., None] == np.arange(classes))
    return taken.sum(-2) / others.sum(-2)


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
    """Return the 95 % interval of an accuracy at which each picture was left out once.

    It is Wilson's, of fewer pictures than there are. For predictions that leave one picture out
    hang together: in simulations, Wilson's interval of all pictures held the accuracy on fresh
    ones in as few as 82 % of cases.

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
    squared = _WITHIN**2 / (count / _TOGETHER)
    error = 1 - accuracy
    root = math.sqrt(squared * (accuracy * error + squared / 4))
    # Wilson's formula as a quotient that is exactly 0 for 0.
    low, beyond = (share**2 / (share + squared / 2 + root) for share in (accuracy, error))
    return low, 1 - beyond


def chance_interval(permuted: np.ndarray) -> tuple[float, float]:
    """Return where the accuracy lies in 95 % of cases if the labels say nothing.

    Predictions that leave one picture out hang together, so that their accuracy varies more than
    coins do. Shuffled labels show by how much: one more shuffle is as likely to come at any place
    among them, so that it lies outside of the ends of 39 in at most 2 of 40 cases.

    Parameters
    ----------
    permuted : numpy.ndarray
        Shape (times,): accuracies with shuffled labels, 39 or more; see `ridge.Probe.permuted`.
        Without 39 the ends are the smallest and the largest, which hold fewer cases.

    Returns
    -------
    tuple of float
        The two ends, in [0, 1].
    """
    beyond = max(len(permuted) + 1, 40) // 40
    ordered = np.sort(permuted)
    return float(ordered[beyond - 1]), float(ordered[-beyond])
