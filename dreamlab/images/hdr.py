"""High dynamic range to the range of an ordinary screen: the curves PQ and HLG of BT.2100."""

import numpy as np

#: Light of white on paper and of the brightest highlight, in candelas a square metre: BT.2408's,
#: and the peak of a usual screen.
_WHITE, _PEAK = 203.0, 1000.0

#: The most that PQ stands for, in candelas a square metre, and its constants.
_PQ_MOST = 10_000.0
_M1, _M2 = 2610 / 16384, 2523 / 32
_C1, _C2, _C3 = 3424 / 4096, 2413 / 128, 2392 / 128

#: HLG's constants, and the exponent that turns light of the scene into that of a screen.
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_SYSTEM = 1.2

#: Parts of red, green and blue in BT.2020's brightness.
_BRIGHTNESS = np.array([0.2627, 0.678, 0.0593])


def from_pq(values: np.ndarray) -> np.ndarray:
    """Return linear light, 1 for white on paper, of values of PQ from 0 to 1."""
    root = values ** (1 / _M2)
    light = (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1)
    return light * (_PQ_MOST / _WHITE)


def from_hlg(values: np.ndarray) -> np.ndarray:
    """Return linear light of the scene, from 0 to 1, of values of HLG from 0 to 1."""
    return np.where(values <= 0.5, values**2 / 3, (np.exp((values - _C) / _A) + _B) / 12)


def toned(light: np.ndarray) -> np.ndarray:
    """Bring light into the range from 0 to 1, and keep its hue.

    The curve is Reinhard's: it brings the peak to 1, and white to about a half. Browsers show
    nearly the same.

    Parameters
    ----------
    light : numpy.ndarray
        Linear light, 1 for white on paper, shape (..., samples).
    """
    most, peak = light.max(axis=-1, keepdims=True), _PEAK / _WHITE
    return np.clip(light * ((1 + most / peak**2) / (1 + most)), 0, 1)


def toned_scene(light: np.ndarray) -> np.ndarray:
    """Bring HLG's light of a scene into the range from 0 to 1, by way of a screen's.

    Parameters
    ----------
    light : numpy.ndarray
        Linear light of the scene, from 0 to 1, shape (..., 3), or (..., 1) for grey.
    """
    weights = _BRIGHTNESS if light.shape[-1] == 3 else np.ones(1)
    bright = (light @ weights.astype(light.dtype))[..., None]
    return toned(light * bright ** (_SYSTEM - 1) * (_PEAK / _WHITE))
