"""Filters that take something out of a picture: blurs, and changes of its spectrum.

At the border the picture goes on as its mirror image, so that no edge comes in.
"""

import itertools
import math

import numpy as np

#: Reach of the bilateral filter, and standard deviation of its distances, in pixels.
_REACH, _NEAR = 3, 2.0

#: Rows that are blurred at a time, and multiplications of a product that one thread does alone.
_ROWS, _PRODUCT = 32, 2**19

#: How steeply a pass filter ends: its gain is half at the period, and 1/257 at half or twice that.
_STEEPNESS = 8


def blurred(image: np.ndarray, deviation: float) -> np.ndarray:
    """Return a picture under a Gaussian blur.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, C).
    deviation : float
        Standard deviation of the Gaussian, in pixels, over 0; its weights end at 3 of them.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, C).
    """
    reach = math.ceil(3 * deviation)
    taps = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / deviation))
    taps /= taps.sum()
    smooth = np.empty_like(image)
    for channel in range(image.shape[2]):
        plane = _mixed(np.ascontiguousarray(image[..., channel]), taps)
        smooth[..., channel] = _mixed(np.ascontiguousarray(plane.T), taps).T
    return smooth


def _mixed(plane: np.ndarray, taps: np.ndarray) -> np.ndarray:
    """Return each row of a plane, mixed with its neighbours by an odd number of taps.

    A few rows at a time are the product of a matrix and the rows around them, which takes a tenth
    of the time of a sum over 100 taps. Products are so small that none is shared among threads,
    which would wait for each other on a busy machine.
    """
    rows, reach = len(plane), len(taps) // 2
    columns = max(32, _PRODUCT // (_ROWS * (_ROWS + 2 * reach)))
    mixed = np.empty_like(plane)
    for begin in range(0, rows, _ROWS):
        count = min(_ROWS, rows - begin)
        around = np.mod(np.arange(begin - reach, begin + count + reach), 2 * rows)
        around = np.minimum(around, 2 * rows - 1 - around)
        low, high = around.min(), around.max() + 1
        each = np.arange(count)[:, None]
        matrix = np.zeros((count, high - low))
        np.add.at(matrix, (each, around[each + np.arange(len(taps))] - low), taps)
        weights, here = matrix.astype(np.float32), mixed[begin : begin + count]
        for left in range(0, plane.shape[1], columns):
            part = slice(left, left + columns)
            np.matmul(weights, plane[low:high, part], out=here[:, part])
    return mixed


def bilateral(image: np.ndarray, tolerance: float) -> np.ndarray:
    """Return a picture under a bilateral filter, which smooths texture and keeps edges.

    A pixel becomes the mean of the 7 x 7 around it, weighted by how near they are in place
    (standard deviation 2 px) and in colour.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    tolerance : float
        Standard deviation of the distance of colours, the Euclidean one in [-1, 1]; over 0.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, 3).
    """
    height, width = image.shape[:2]
    planes = np.ascontiguousarray(np.moveaxis(image, 2, 0))
    padded = np.pad(planes, [(0, 0), (_REACH, _REACH), (_REACH, _REACH)], "symmetric")
    moved, weights = np.zeros_like(planes), np.ones_like(planes[0])
    for down, across in itertools.product(range(2 * _REACH + 1), repeat=2):
        distance = (down - _REACH) ** 2 + (across - _REACH) ** 2
        if distance:  # the pixel itself has weight 1 and moves nothing
            change = padded[:, down : down + height, across : across + width] - planes
            weight = np.einsum("chw,chw->hw", change, change)
            weight *= -0.5 / tolerance**2
            weight -= 0.5 * distance / _NEAR**2
            np.exp(weight, out=weight)
            change *= weight
            moved += change
            weights += weight
    return np.ascontiguousarray(np.moveaxis(planes + moved / weights, 0, 2))


def low_pass(image: np.ndarray, period: float) -> np.ndarray:
    """Return what a picture has of waves longer than a period in pixels: float32, (H, W, 3)."""
    return _passed(image, period, longer=True)


def high_pass(image: np.ndarray, period: float) -> np.ndarray:
    """Return what a picture has of waves shorter than a period in pixels, and its mean colour."""
    return _passed(image, period, longer=False)


def phases_scrambled(image: np.ndarray, share: float, generator: np.random.Generator) -> np.ndarray:
    """Return a picture whose waves are displaced by chance, and as strong as they were.

    All channels are displaced alike, so that colours stay together.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3).
    share : float
        Share of a phase between minus and plus half a turn that is added, 0 to 1.
    generator : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, 3), not clipped; its mean colour is the picture's.
    """
    noise = generator.standard_normal(image.shape[:2], dtype=np.float32)
    # The phases of real noise, as a picture of random phases would not be real.
    spectrum = np.fft.rfft2(noise)
    phases = np.where(spectrum.imag == 0, 0, np.angle(spectrum))
    turns = np.exp(1j * share * phases)[..., None]
    turned = np.fft.rfft2(image, axes=(0, 1)) * turns
    return np.fft.irfft2(turned, image.shape[:2], axes=(0, 1)).astype(np.float32)


def _passed(image: np.ndarray, period: float, *, longer: bool) -> np.ndarray:
    height, width = image.shape[:2]
    rows, columns = np.fft.fftfreq(2 * height)[:, None], np.fft.rfftfreq(2 * width)
    gain = 1 / (1 + (np.hypot(rows, columns) * period) ** _STEEPNESS)
    if not longer:
        gain = 1 - gain
        gain[0, 0] = 1.0
    passed = np.empty_like(image)
    for channel in range(image.shape[2]):
        plane = image[..., channel]
        mirrored = np.pad(plane, [(0, height), (0, width)], "symmetric")
        spectrum = np.fft.rfft2(mirrored) * gain
        passed[..., channel] = np.fft.irfft2(spectrum, mirrored.shape)[:height, :width]
    return passed
