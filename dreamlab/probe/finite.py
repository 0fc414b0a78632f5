"""Features that can be computed with."""

import numpy as np

from dreamlab.errors import DreamError


def finite(features: np.ndarray) -> np.ndarray:
    """Return features as float64.

    Raises
    ------
    DreamError
        If a value is not finite.
    """
    values = np.asarray(features, np.float64)
    if not np.isfinite(values).all():
        raise DreamError("a feature is not a finite number; choose another layer or network")
    return values
