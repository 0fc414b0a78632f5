"""A linear probe: how well features separate classes, each picture left out once.

Ridge regression of the classes' indicators, with an intercept; each class weighs the same. Refits
without a picture are not made: the whole fit tells their residuals (by the weighted hat matrix).
Nothing is chosen on the labels, so shuffled labels come out at chance.
"""

import numpy as np

from dreamlab.errors import DreamError
from dreamlab.probe.accuracy import balanced_accuracy
from dreamlab.probe.finite import finite

#: The ridge, as a share of the mean diagonal of the Gram matrix.
RIDGE = 0.1

#: Columns whose standard deviation is under this share of their size are constant: float32's grain.
_GRAIN = 1e-6

#: Scores that are closer are equal: they differ by rounding.
_TIE = 1e-9


def standardised(features: np.ndarray) -> np.ndarray:
    """Return features of mean 0 and standard deviation 1 a column; a constant column becomes 0.

    No label takes part, so that a picture may be left out afterwards.

    Parameters
    ----------
    features : numpy.ndarray
        Shape (n, d).

    Returns
    -------
    numpy.ndarray
        float64, shape (n, d).

    Raises
    ------
    DreamError
        If a value is not finite.
    """
    values = finite(features)
    centred = values - values.mean(0)
    deviation = centred.std(0)
    varies = deviation > _GRAIN * np.abs(values).max(0)
    return np.where(varies, centred, 0) / np.where(varies, deviation, 1)


class Probe:
    """A linear probe of features; labels come with each question.

    Parameters
    ----------
    features : numpy.ndarray
        Shape (n, d): a row for each picture. They are standardised; see `standardised`.

    Raises
    ------
    DreamError
        If a value is not finite.
    """

    def __init__(self, features: np.ndarray) -> None:
        columns = standardised(features)
        self._gram = columns @ columns.T
        # Where all columns are constant, any ridge gives the same.
        self._ridge = RIDGE * np.trace(self._gram) / len(columns) or 1.0

    def scores(self, labels: np.ndarray, classes: int) -> np.ndarray:
        """Return for each picture what a probe without it says of each class.

        What an intercept alone says is subtracted, and the rest is told in standard deviations of
        the other pictures' indicator. For without the picture its class is rarer: an intercept
        speaks against it, and its scores spread less, whatever the features are.

        Parameters
        ----------
        labels : numpy.ndarray
            int, shape (n,), 0 to classes - 1.
        classes : int
            Number of classes.

        Returns
        -------
        numpy.ndarray
            float64, shape (n, classes); 0 where features tell nothing.

        Raises
        ------
        DreamError
            If there are fewer than 2 classes, or fewer than 2 pictures in one.
        """
        return self._scores(np.asarray(labels)[None], classes)[0]

    def predicted(self, labels: np.ndarray, classes: int) -> np.ndarray:
        """Return the class of the largest score for each picture, left out.

        Among equal scores (up to rounding) it is the class of the lowest number. Parameters and
        what is raised are those of `scores`.

        Returns
        -------
        numpy.ndarray
            int64, shape (n,).
        """
        return _largest(self.scores(labels, classes))

    def permuted(self, labels: np.ndarray, classes: int, seed: int, times: int) -> np.ndarray:
        """Return balanced accuracies with shuffled labels: what the probe finds in nothing.

        Parameters
        ----------
        labels, classes
            As in `scores`, which also says what is raised.
        seed : int
            Same seed and labels, same shuffles, whatever the features are.
        times : int
            Number of shuffles.

        Returns
        -------
        numpy.ndarray
            float64, shape (times,), in [0, 1].
        """
        rows = np.tile(labels, (times, 1))
        shuffled = np.random.default_rng(seed).permuted(rows, axis=1)
        return balanced_accuracy(_largest(self._scores(shuffled, classes)), shuffled, classes)

    def _scores(self, labels: np.ndarray, classes: int) -> np.ndarray:
        """Return scores (m, n, classes) of m labellings (m, n) with the same number in a class."""
        counts = np.bincount(labels[0], minlength=classes)
        if classes < 2 or counts.min() < 2:
            raise DreamError(
                f"the smallest of {classes} classes has {counts.min()} pictures; "
                "a probe needs 2 classes or more, of 2 pictures or more"
            )
        # Where classes are equal, weights and so residuals do not depend on the labels.
        equal = counts.min() == counts.max()
        shares = 1 / (classes * counts[labels[:1] if equal else labels])
        residuals = self._residuals(shares)
        targets = (labels[..., None] == np.arange(classes)).astype(np.float64)
        own = np.diagonal(residuals, axis1=1, axis2=2)[..., None]
        alone = (1 / classes - shares[..., None] * targets) / (1 - shares[..., None])
        without = targets - residuals @ targets / own
        return (without - alone) / np.sqrt(alone * (1 - alone))

    def _residuals(self, shares: np.ndarray) -> np.ndarray:
        """Return one minus the hat matrix, (m, n, n), for weights (m, n) whose rows sum to 1."""
        n = shares.shape[1]
        middle = self._gram @ shares[..., None]
        level = shares[:, None] @ middle
        centred = self._gram - middle - middle.swapaxes(1, 2) + level
        fitted = centred * (n * shares[:, None])
        fitted[:, np.arange(n), np.arange(n)] += self._ridge
        return self._ridge * np.linalg.inv(fitted) - shares[:, None]


def _largest(scores: np.ndarray) -> np.ndarray:
    """Return the lowest number whose score is the largest, on the last axis."""
    return np.argmax(scores > scores.max(-1, keepdims=True) - _TIE, axis=-1)
