"""LogME: how well a linear model of the features explains the classes (You et al., 2021).

It is the logarithm of the evidence of Bayesian linear regression of each class's indicator, at the
precisions of weights and noise under which it is largest.
"""

import numpy as np

from dreamlab.probe.finite import finite

#: Ends of the logarithm of the ratio of the precisions, in largest eigenvalues of the Gram matrix;
#: an exact fit has no least ratio, and features that say nothing no largest.
_ENDS = np.log(1e-12), np.log(1e12)

#: Places at which a stretch of ratios is tried: first all, then twice around the best.
_PLACES, _ROUNDS = 241, 2


def logme(features: np.ndarray, labels: np.ndarray, classes: int) -> float:
    """Return LogME: the mean over classes of the log evidence a picture; more is better.

    Features are taken as they are and have no intercept, as in the paper. Their unit does not
    matter. Values compare among layers for the same pictures and labels alone.

    Parameters
    ----------
    features : numpy.ndarray
        Shape (n, d): a row for each picture.
    labels : numpy.ndarray
        int, shape (n,), 0 to classes - 1. Each class has at least one picture.
    classes : int
        Number of classes.

    Returns
    -------
    float
        In nats a picture.

    Raises
    ------
    DreamError
        If a value is not finite.
    """
    values = finite(features)
    # The eigenvectors of the Gram matrix are the left singular vectors; the right are not needed.
    eigenvalues, vectors = np.linalg.eigh(values @ values.T)
    # Features of 0 have none above it.
    squares = np.maximum(eigenvalues / (eigenvalues[-1] or 1), 0)
    indicators = (labels[:, None] == np.arange(classes)).astype(np.float64)
    energies = (vectors.T @ indicators) ** 2
    return float(np.mean([_largest_evidence(squares, energy) for energy in energies.T]))


def _largest_evidence(squares: np.ndarray, energies: np.ndarray) -> float:
    """Return the largest log evidence a picture: (n,) squared singular values and projections.

    The paper's fixed-point iteration may stop at a lesser one of several maxima.
    """
    low, high = _ENDS
    for _ in range(1 + _ROUNDS):
        places = np.linspace(low, high, _PLACES)
        evidence = _evidence(squares, energies, np.exp(places))
        best = int(np.argmax(evidence))
        low, high = places[max(best - 1, 0)], places[min(best + 1, _PLACES - 1)]
    return evidence[best]


def _evidence(squares: np.ndarray, energies: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    """Return the log evidence a picture at the best noise for each ratio, weights' over noise's."""
    kept = ratios[:, None] / (squares + ratios[:, None])
    variance = kept @ energies / len(squares)
    return (np.log(kept).mean(1) - np.log(2 * np.pi * variance) - 1) / 2
