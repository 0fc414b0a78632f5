"""Channels that answer to one class, and pictures to which they do not answer at all."""

import numpy as np


def selectivity(
    responses: np.ndarray, labels: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return how much more each channel answers to one class than to the others.

    It is the index of Morcos et al. (2018): with the mean response to the class of the largest
    mean, and the mean over the other classes of theirs, it is difference over sum. The index is
    for responses of 0 or more: a channel with negative ones is shifted, so that its smallest is 0.

    Parameters
    ----------
    responses : numpy.ndarray
        Shape (n, channels), finite: of each picture, such as the mean of a map.
    labels : numpy.ndarray
        int, shape (n,), 0 to classes - 1. Each class has at least one picture.
    classes : int
        Number of classes, at least 2.

    Returns
    -------
    index : numpy.ndarray
        float64, shape (channels,): 0 (all alike, or no response) to 1 (one class alone).
    preferred : numpy.ndarray
        int64, shape (channels,): the class of the largest mean; of equal ones the lowest number.
    """
    means = _means(_shifted(responses), labels, classes)
    return _index(means), means.argmax(0)


def shuffled_selectivity(
    responses: np.ndarray, labels: np.ndarray, classes: int, seed: int, times: int = 200
) -> np.ndarray:
    """Return the index of each channel under shuffled labels: what it is if they say nothing.

    Parameters
    ----------
    responses, labels, classes
        As in `selectivity`.
    seed : int
        Same seed and labels, same shuffles, whatever the responses are.
    times : int
        Number of shuffles.

    Returns
    -------
    numpy.ndarray
        float64, shape (times, channels).
    """
    shuffled = np.random.default_rng(seed).permuted(np.tile(labels, (times, 1)), axis=1)
    values = _shifted(responses)
    # One by one: with 100 classes the means of all would take 300 MB.
    return np.stack([_index(_means(values, some, classes)) for some in shuffled])


def silent(peaks: np.ndarray) -> np.ndarray:
    """Return the share of pictures to which each channel does not answer anywhere.

    Parameters
    ----------
    peaks : numpy.ndarray
        Shape (n, channels): the largest response in each picture; 0 or less is silence.

    Returns
    -------
    numpy.ndarray
        float64, shape (channels,), in [0, 1].
    """
    return np.mean(peaks <= 0, axis=0)


def _shifted(responses: np.ndarray) -> np.ndarray:
    """Return responses of 0 or more: channels with negative ones are shifted."""
    values = np.asarray(responses, np.float64)
    return values - np.minimum(values.min(0), 0)


def _means(responses: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return the mean response to each class: (classes, channels)."""
    members = (labels == np.arange(classes)[:, None]).astype(np.float64)
    return members / members.sum(1, keepdims=True) @ responses


def _index(means: np.ndarray) -> np.ndarray:
    """Return the index of selectivity, (channels,), of means of 0 or more."""
    largest = means.max(0)
    others = (means.sum(0) - largest) / (len(means) - 1)
    total = largest + others
    return (largest - others) / np.where(total > 0, total, 1)
