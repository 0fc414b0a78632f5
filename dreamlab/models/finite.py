"""Checks that a network's weights are numbers."""

from collections.abc import Mapping
from types import MappingProxyType

import keras
import numpy as np

from dreamlab.errors import DreamError, shown


def check_finite(
    model: keras.Model, label: str, names: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Raise `DreamError` if a weight is infinite or not a number; the message names its layer.

    Parameters
    ----------
    model : keras.Model
        The network, as far as it is used.
    label : str
        Its name, for the sentence.
    names : mapping of str to str
        Name of a layer in Keras to its name for the user, where they differ.
    """
    for layer in model.layers:
        for weight in layer.weights:
            values = np.asarray(weight)
            wrong = values[~np.isfinite(values)]
            if wrong.size:
                where = _printable(names.get(layer.name, layer.name))
                raise DreamError(
                    f"{label}: the weights of {where} are not finite numbers "
                    f"({wrong.flat[0]}, {wrong.size} of {values.size}): train or save it again"
                )


def _printable(name: str) -> str:
    return name if name.isprintable() and len(name) <= 60 else shown(name)
