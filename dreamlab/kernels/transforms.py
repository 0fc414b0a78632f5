"""The transforms of Winograd's F(4 x 4, 3 x 3), of kernels and of single tiles.

They are those of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (CVPR 2016),
https://arxiv.org/abs/1509.09308. We depart from the paper in the points, and in adding bias and
ReLU on the way out.
"""

import numpy as np

from dreamlab.kernels.compiled import compiled

#: Positions of a tile, and those it yields, along a side.
TILE, YIELD = 6, 4

#: What LLVM may do with sums; it must not take for granted that all values are finite.
FAST = {"contract", "nsz", "arcp", "reassoc"}

#: The points at which polynomials are evaluated, beside zero and infinity: plus and minus these.
#: The paper's are 1 and 2; with these the rounding errors are a fifth (measured), as the transforms
#: magnify less. All factors below are exact in float32.
_P, _Q = 3 / 4, 3 / 2
_PP, _QQ = _P * _P, _Q * _Q


def _kernel_transform() -> np.ndarray:
    """Return G of the paper for our points, shape (6, 3)."""
    points = [0.0, _P, -_P, _Q, -_Q]
    rows = [
        [
            power / np.prod([point - other for other in points if other != point])
            for power in (1.0, point, point * point)
        ]
        for point in points
    ]
    return np.array([*rows, [0.0, 0.0, 1.0]])


def transformed(kernel: np.ndarray) -> np.ndarray:
    """Transform a kernel, in double precision.

    Parameters
    ----------
    kernel : numpy.ndarray
        Shape (3, 3, channels in, channels out).

    Returns
    -------
    numpy.ndarray
        float64, shape (36, channels in, channels out).
    """
    transform = _kernel_transform()
    rows = np.tensordot(transform, kernel.astype(np.float64), (1, 0))
    both = np.tensordot(transform, rows, (1, 1))  # columns first: (6, 6, in, out)
    return both.swapaxes(0, 1).reshape(TILE * TILE, *kernel.shape[2:])


@compiled(fastmath=FAST, inline="always")
def _times_b(
    a: np.float32, b: np.float32, c: np.float32, d: np.float32, e: np.float32, f: np.float32
) -> tuple[np.float32, ...]:
    """Multiply six values by the transposed B of the paper."""
    p, q, pp, qq = np.float32(_P), np.float32(_Q), np.float32(_PP), np.float32(_QQ)
    product, total = np.float32(_PP * _QQ), np.float32(_PP + _QQ)
    even_p, odd_p = e - qq * c, p * (d - qq * b)
    even_q, odd_q = e - pp * c, q * (d - pp * b)
    return (
        product * a - total * c + e,
        even_p + odd_p,
        even_p - odd_p,
        even_q + odd_q,
        even_q - odd_q,
        product * b - total * d + f,
    )


@compiled(fastmath=FAST, inline="always")
def _times_a(
    a: np.float32, b: np.float32, c: np.float32, d: np.float32, e: np.float32, f: np.float32
) -> tuple[np.float32, ...]:
    """Multiply six values by the transposed A of the paper."""
    p, q, pp, qq = np.float32(_P), np.float32(_Q), np.float32(_PP), np.float32(_QQ)
    ppp, qqq = np.float32(_P * _PP), np.float32(_Q * _QQ)
    sum_p, difference_p, sum_q, difference_q = b + c, b - c, d + e, d - e
    return (
        a + sum_p + sum_q,
        p * difference_p + q * difference_q,
        pp * sum_p + qq * sum_q,
        ppp * difference_p + qqq * difference_q + f,
    )


@compiled(fastmath=FAST)
def transform_input(
    x: np.ndarray,
    rectified: np.ndarray,
    masked: bool,
    pad: int,
    top: int,
    left: int,
    v: np.ndarray,
    place: int,
    tile: np.ndarray,
    half: np.ndarray,
) -> None:
    """Transform the tile whose first position is (top, left) of the output, into v[:, place].

    A row of x, of the tile and of its half-way state are in a single axis, positions and channels:
    long loops cost less.
    """
    channels = v.shape[2]
    height, width = x.shape[0], x.shape[1] // channels
    zero = np.float32(0)
    start = max(0, pad - left) * channels
    stop = min(TILE, width + pad - left) * channels
    offset = max(0, left - pad) * channels
    for i in range(TILE):
        y, to = top + i - pad, tile[i]
        if 0 <= y < height:
            # Slices, as an index that might be negative keeps a loop from becoming vectors.
            inside, source = to[start:stop], x[y, offset : offset + stop - start]
            to[:start] = zero
            if masked:
                mask = rectified[y, offset : offset + stop - start]
                for c in range(inside.size):
                    inside[c] = source[c] if mask[c] > zero else zero
            else:
                for c in range(inside.size):
                    inside[c] = source[c]
            to[stop:] = zero
        else:
            to[:] = zero
    for c in range(TILE * channels):
        (half[0, c], half[1, c], half[2, c], half[3, c], half[4, c], half[5, c]) = _times_b(
            tile[0, c], tile[1, c], tile[2, c], tile[3, c], tile[4, c], tile[5, c]
        )
    for i in range(TILE):
        row = half[i].reshape((TILE, channels))
        for c in range(channels):
            (
                v[6 * i, place, c],
                v[6 * i + 1, place, c],
                v[6 * i + 2, place, c],
                v[6 * i + 3, place, c],
                v[6 * i + 4, place, c],
                v[6 * i + 5, place, c],
            ) = _times_b(row[0, c], row[1, c], row[2, c], row[3, c], row[4, c], row[5, c])


@compiled(fastmath=FAST)
def transform_output(
    m: np.ndarray,
    place: int,
    top: int,
    left: int,
    bias: np.ndarray,
    relu: bool,
    y: np.ndarray,
    half: np.ndarray,
    row: np.ndarray,
    check: np.ndarray,
) -> None:
    """Transform m[:, place] back to 4 x 4 positions; add values that are not finite to check."""
    height, width, channels = y.shape
    zero = np.float32(0)
    for j in range(TILE):
        for c in range(channels):
            half[0, j, c], half[1, j, c], half[2, j, c], half[3, j, c] = _times_a(
                m[j, place, c],
                m[6 + j, place, c],
                m[12 + j, place, c],
                m[18 + j, place, c],
                m[24 + j, place, c],
                m[30 + j, place, c],
            )
    for i in range(min(YIELD, height - top)):
        for c in range(channels):
            a, b, d, e = _times_a(
                half[i, 0, c],
                half[i, 1, c],
                half[i, 2, c],
                half[i, 3, c],
                half[i, 4, c],
                half[i, 5, c],
            )
            # Zero times a value is zero if the value is finite.
            check[c] += zero * a + zero * b + (zero * d + zero * e)
            row[0, c] = a + bias[c]
            row[1, c] = b + bias[c]
            row[2, c] = d + bias[c]
            row[3, c] = e + bias[c]
        for j in range(min(YIELD, width - left)):
            to, source = y[top + i, left + j], row[j]
            if relu:
                for c in range(channels):
                    to[c] = max(source[c], zero)
            else:
                for c in range(channels):
                    to[c] = source[c]
