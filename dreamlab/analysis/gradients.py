"""Statistics of several layers' gradients, and the weights that balance them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dreamlab.errors import DreamError


def gradient_statistics(gradients: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return the norm of each layer's gradient, and the cosine between each two.

    Parameters
    ----------
    gradients : mapping of str to numpy.ndarray
        Each layer's weighted gradient, all of the same shape.

    Returns
    -------
    dict
        ``norms``: each gradient's Euclidean norm by layer. ``cosines``: rows of the matrix of
        cosines between gradients, None for a gradient of norm 0.
    """
    # The loop over rows avoids a whole copy of each gradient in double precision.
    products = np.zeros((len(gradients), len(gradients)))
    for rows in zip(*gradients.values(), strict=True):
        block = np.stack(rows).reshape(len(rows), -1).astype(np.float64)
        products += block @ block.T
    norms = np.sqrt(np.diag(products)).tolist()
    cosines = [
        [
            float(product / (n * m)) if n and m else None
            for product, m in zip(row, norms, strict=True)
        ]
        for row, n in zip(products, norms, strict=True)
    ]
    return {"norms": dict(zip(gradients, norms, strict=True)), "cosines": cosines}


def balance(
    weights: Mapping[str, float], norms: Sequence[Mapping[str, float]]
) -> dict[str, float | None]:
    """Return weights with which all layers' gradients would have had equal norms.

    A dream with these weights takes another course, so its gradient norms come near each other but
    are not equal.

    Each weight is divided by the geometric mean of its layer's gradient norms, so that the ratios
    of a layer's norms to the balance multiply to 1. Then all weights are scaled so that the sum of
    their sizes stays the same. Signs and weights of 0 stay. A layer that never had a gradient has
    no balanced weight: None, and its own is not in the sum.

    Parameters
    ----------
    weights : mapping of str to float
        The weights of the run.
    norms : sequence of mapping of str to float
        Each layer's weighted gradient norm, for each step of it.

    Raises
    ------
    DreamError
        If there are no steps.
    """
    if not norms:
        raise DreamError("there are 0 steps to balance by; run the attribution first")
    silent = silent_layers(weights, norms)
    balanced = {}
    for name, weight in weights.items():
        if name not in silent:
            logs = [math.log(step[name]) for step in norms if step[name] > 0]
            balanced[name] = weight / math.exp(sum(logs) / len(logs)) if weight else 0.0
    total = sum(map(abs, balanced.values()))
    scale = sum(abs(weights[name]) for name in balanced) / total if total else 0.0
    return {name: None if name in silent else balanced[name] * scale for name in weights}


def silent_layers(
    weights: Mapping[str, float], norms: Sequence[Mapping[str, float]]
) -> tuple[str, ...]:
    """Return the layers with a weight that never had a gradient; arguments as of `balance`."""
    return tuple(
        name for name, weight in weights.items() if weight and not any(of[name] for of in norms)
    )
