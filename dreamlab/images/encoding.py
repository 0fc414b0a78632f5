"""How numbers stand for light where no ICC profile says so: by code points, or by a gamma."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from dreamlab.images import hdr

#: Chromaticities x and y of white, red, green and blue, as cHRM puts them.
_SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)

#: Those that H.273's code points number, in cICP and AVIF's nclx: of BT.470 B/G, BT.601, SMPTE
#: 240M, BT.2020, DCI-P3 and Display P3.
_PRIMARIES = {
    1: _SRGB,
    5: (0.3127, 0.329, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06),
    6: (0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    7: (0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
}

#: Gamma that a file has whose curve is about that of sRGB, and how far from it is no difference.
_USUAL, _NEAR = 1 / 2.2, 0.05

#: Bradford's matrix, which adapts colours to another white.
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)

#: Levels of linear light in the table back to sRGB: several for each of its 255 steps.
_LEVELS = 2**14

Curve = Callable[[np.ndarray], np.ndarray]


class Encoding(NamedTuple):
    """How a picture's numbers stand for light.

    Parameters
    ----------
    linear : callable
        Turns values from 0 to 1 into linear light, which is from 0 to 1 after `tone`.
    matrix : numpy.ndarray or None
        Turns linear light of the picture's primaries into that of sRGB, shape (3, 3); None if they
        are the same.
    tone : callable or None
        Brings light, shape (..., samples), to a screen's range; None if it is.
    note : str
        What that changes, as the end of a sentence about the picture; else empty.
    """

    linear: Curve
    matrix: np.ndarray | None
    tone: Curve | None = None
    note: str = ""

    def pixels_to_srgb(self, pixels: np.ndarray) -> np.ndarray:
        """Return uint8 pixels, shape (H, W, 3), as sRGB, uint8 (H, W, 3)."""
        table = self.linear(np.arange(256) / 255).astype(np.float32)
        if self.matrix is None and self.tone is None:
            return np.rint(_encoded(table) * 255).astype(np.uint8)[pixels]
        back = np.rint(_encoded(np.arange(_LEVELS) / (_LEVELS - 1)) * 255).astype(np.uint8)
        return back[np.rint(self._shown(table[pixels]) * (_LEVELS - 1)).astype(np.uint16)]

    def to_srgb(self, values: np.ndarray) -> np.ndarray:
        """Return values from 0 to 1 as sRGB, same shape: (H, W, 3), or (H, W) for grey."""
        light = self.linear(values)
        light = self._shown(light) if values.ndim == 3 else self._shown(light[..., None])[..., 0]
        return _encoded(light)

    def _shown(self, light: np.ndarray) -> np.ndarray:
        """Return light as that of sRGB's primaries from 0 to 1, shape (..., samples)."""
        if self.tone is not None:
            light = self.tone(light)
        if self.matrix is not None and light.shape[-1] == 3:
            light = np.clip(light @ self.matrix.T.astype(light.dtype), 0, 1)
        return light


def encoding(info: Mapping[Any, Any]) -> Encoding | None:
    """Return how a picture's numbers stand for light; None for sRGB, or if nothing is said.

    Parameters
    ----------
    info : mapping
        What Pillow found in the file, and under ``"cicp"`` the code points of its colours. They
        count before sRGB and ICC profiles, and both before gAMA. cHRM counts with gAMA alone.
    """
    code = info.get("cicp")
    if code is not None and is_known(code):
        return _of(*_CURVES[code[1]], _PRIMARIES[code[0]])
    gamma = info.get("gamma", 0)
    if "srgb" in info or "icc_profile" in info or gamma <= 0:
        return None
    usual = abs(gamma / _USUAL - 1) < _NEAR
    # The exponent is bounded, as files hold any number.
    curve = _from_srgb if usual else _power(1 / max(gamma, 0.01))
    return _of(curve, None, "", tuple(info.get("chromaticity", _SRGB)))


def is_known(code: bytes) -> bool:
    """Return whether code points are of RGB in full range, and of a kind that can be converted.

    Parameters
    ----------
    code : bytes
        Four of them: primaries, curve, matrix and range.
    """
    return code[2:] == b"\0\1" and code[0] in _PRIMARIES and code[1] in _CURVES


def _of(
    curve: Curve, tone: Curve | None, note: str, primaries: tuple[float, ...]
) -> Encoding | None:
    same = len(primaries) != 8 or np.allclose(primaries, _SRGB, atol=0.002)
    matrix = None if same else _matrix(primaries)
    return None if curve is _from_srgb and matrix is None else Encoding(curve, matrix, tone, note)


def _power(exponent: float) -> Curve:
    return lambda values: values**exponent


def _from_srgb(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _encoded(light: np.ndarray) -> np.ndarray:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


_TONED = "is HDR ({}), and toned down to the range of an ordinary screen"

#: The curves that code points number, what brings their light to a screen's range, and a note.
_CURVES: dict[int, tuple[Curve, Curve | None, str]] = {
    **dict.fromkeys((1, 6, 13, 14, 15), (_from_srgb, None, "")),
    4: (_power(2.2), None, ""),
    5: (_power(2.8), None, ""),
    8: (_power(1.0), None, ""),
    16: (hdr.from_pq, hdr.toned, _TONED.format("PQ")),
    18: (hdr.from_hlg, hdr.toned_scene, _TONED.format("HLG")),
}


def _matrix(chromaticities: tuple[float, ...]) -> np.ndarray | None:
    """Return the matrix from linear light of some primaries to sRGB's; None if they make none."""
    try:
        ours, white = _to_xyz(_SRGB)
        theirs, other = _to_xyz(chromaticities)
        adapted = np.diag((_BRADFORD @ white) / (_BRADFORD @ other))
        bradford = np.linalg.solve(_BRADFORD, adapted @ _BRADFORD)
        matrix = np.linalg.solve(ours, bradford @ theirs)
    except (np.linalg.LinAlgError, ZeroDivisionError):
        return None
    return matrix if np.isfinite(matrix).all() else None


def _to_xyz(chromaticities: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix from linear light to CIE XYZ, and XYZ of white."""
    white, *primaries = (
        np.array([x / y, 1, (1 - x - y) / y])
        for x, y in zip(chromaticities[::2], chromaticities[1::2], strict=True)
    )
    columns = np.stack(primaries, axis=1)
    return columns * np.linalg.solve(columns, white), white
