"""Checks that a network's weights are numbers."""

from collections.abc import Iterator

import keras
import numpy as np

from dreamlab.errors import DreamError, shown


def check_finite(model: keras.Model, label: str) -> None:
    """Raise `DreamError` if a weight is infinite or not a number; the message names its layer.

    Parameters
    ----------
    model : keras.Model
        The network, as far as it is used.
    label : str
        Its name, for the sentence.
    """
    for layer in _layers(model):
        for weight in layer.weights:
            values = np.asarray(weight)
            wrong = values[~np.isfinite(values)]
            if wrong.size:
                raise DreamError(
                    f"{label}: the weights of {_printable(layer.name)} are not finite numbers "
                    f"({wrong.flat[0]}, {wrong.size} of {values.size}): train or save it again"
                )


def _layers(model: keras.Model) -> Iterator[keras.Layer]:
    """Yield the layers of a model, and those of the models in it in their place."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        else:
            yield layer


def _printable(name: str) -> str:
    return name if name.isprintable() and len(name) <= 60 else shown(name)
