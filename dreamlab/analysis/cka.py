"""Unbiased linear CKA: how alike two layers arrange the same pictures.

Centred kernel alignment is that of Nguyen, Raghu and Kornblith 2020,
https://arxiv.org/abs/2010.15327, with the unbiased estimate of HSIC of Song et al. 2012,
https://jmlr.org/papers/v13/song12a.html, in the U-centred form of Székely and Rizzo 2014,
https://arxiv.org/abs/1310.2926. It needs the layers' Gram matrices alone.

Pictures come in groups, and only pairs within a group count: of crops of two photographs, every
layer tells the two photographs apart, an untrained one too, and would seem like any other.
"""

from collections.abc import Iterator, Sequence

import numpy as np

#: Length of what a layer says of pairs, over that of its Gram matrix, that rounding in float32 may
#: make: such a layer finds all pictures the same, or all but one, of which no estimate tells more.
_ROUNDING = 1e-6

#: Fewest pictures of a group whose HSIC can be estimated without bias.
_FEWEST = 4

#: Pictures by their places in the Gram matrices, a group each.
Groups = Sequence[np.ndarray]


def signatures(grams: np.ndarray, groups: Groups) -> np.ndarray:
    """Return for each layer what it says of all pairs of pictures; products of them are CKA.

    Parameters
    ----------
    grams : numpy.ndarray
        Gram matrices, shape (layers, n, n): products of the features of two pictures.
    groups : sequence of numpy.ndarray
        The pictures that count, int, shape (pictures,) each. Two layers' signatures belong together
        if the groups are as large.

    Returns
    -------
    numpy.ndarray
        float64, shape (layers, pairs), of length 1; NaN for a layer to which all pictures are the
        same, or all but one.

    Raises
    ------
    ValueError
        If a group has fewer than 4 pictures.
    """
    parts, sizes = [], np.zeros(len(grams))
    for group in groups:
        count = len(group)
        if count < _FEWEST:
            raise ValueError(f"a group has {count} pictures, which are fewer than {_FEWEST}")
        some = grams[:, group[:, None], group]
        parts.append(_u_centred(some).reshape(len(grams), -1) / np.sqrt(count * (count - 3)))
        sizes += np.square(some, dtype=np.float64).sum(axis=(1, 2)) / (count * (count - 3))
    pairs = np.concatenate(parts, axis=1)
    lengths = np.linalg.norm(pairs, axis=1, keepdims=True)
    tells = lengths > _ROUNDING * np.sqrt(sizes)[:, None]
    return np.divide(pairs, lengths, out=np.full_like(pairs, np.nan), where=tells)


def _u_centred(grams: np.ndarray) -> np.ndarray:
    """Return Gram matrices without what a single picture says; the diagonals never count."""
    count = grams.shape[-1]
    grams = np.array(grams, np.float64)
    # Before the means are taken: a picture's product with itself is what biases HSIC.
    diagonal = np.arange(count)
    grams[:, diagonal, diagonal] = 0
    means = grams.sum(axis=2) / (count - 2)
    total = means.sum(axis=1) / (count - 1)
    grams -= means[:, :, None]
    grams -= means[:, None, :]
    grams += total[:, None, None]
    grams[:, diagonal, diagonal] = 0
    return grams


def cka(first: np.ndarray, second: np.ndarray, groups: Groups) -> np.ndarray:
    """Return the unbiased CKA of each layer of a network with each of another.

    Parameters
    ----------
    first, second : numpy.ndarray
        Gram matrices of the same pictures, shape (layers, n, n).
    groups : sequence of numpy.ndarray
        As in `signatures`.

    Returns
    -------
    numpy.ndarray
        float64, shape (layers of the first, layers of the second): 1 for layers that are the same
        but for rotation and scale, about 0 for unrelated ones; NaN for a layer to which all
        pictures are the same.
    """
    rows = signatures(first, groups)
    columns = rows if second is first else signatures(second, groups)
    return rows @ columns.T


def halved(
    first: np.ndarray, second: np.ndarray, groups: Groups, seed: int, times: int
) -> Iterator[np.ndarray]:
    """Yield CKA over random halves of each group: it scatters as that of all pictures does.

    A bootstrap would draw pictures twice; a pair of copies counts as a pair of pictures that every
    layer finds the same, and CKA rises. Halves are drawn without replacement. As n/2 of n pictures,
    their spread about the whole is that of the whole about the truth: 1 / (n/2) - 1/n is 1/n (the
    delete-d jackknife of Shao and Wu 1989, https://doi.org/10.1214/aos/1176347263).

    Parameters
    ----------
    first, second, groups
        As in `cka`.
    seed : int
        Starts the random numbers.
    times : int
        Number of halves.
    """
    generator = np.random.default_rng(seed)
    for _ in range(times):
        halves = [generator.permutation(group)[: (len(group) + 1) // 2] for group in groups]
        yield cka(first, second, halves)


def shuffled(
    first: np.ndarray, second: np.ndarray, groups: Groups, seed: int, times: int
) -> Iterator[np.ndarray]:
    """Yield CKA where each picture of the first meets another of its group: what chance gives.

    Parameters
    ----------
    first, second, groups, seed, times
        As in `halved`.
    """
    generator = np.random.default_rng(seed)
    whole = signatures(first, groups)
    for _ in range(times):
        others = [generator.permutation(group) for group in groups]
        yield whole @ signatures(second, others).T
