"""Winograd's F(4 x 4, 3 x 3): 36 multiplications for 16 positions; the direct way takes 144.

A tile of 6 x 6 positions is transformed, multiplied by the transformed kernel in each of its 36
places, and transformed back to 4 x 4 positions (Lavin and Gray, "Fast Algorithms for Convolutional
Neural Networks", CVPR 2016, https://arxiv.org/abs/1509.09308). We depart from the paper in the
points, and in what happens on the way in and out. Here are the transforms of single values.
"""

import numpy as np

from dreamlab.kernels.compiled import compiled

#: Positions of a tile, those it yields, along a side, and its places.
TILE, YIELD = 6, 4
PLACES = TILE * TILE

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


#: G of the paper for our points, shape (6, 3).
G = _kernel_transform().astype(np.float32)


@compiled(fastmath=FAST, inline="always")
def times_g(a: np.float32, b: np.float32, c: np.float32) -> tuple[np.float32, ...]:
    """Multiply three values by G of the paper."""
    even_p, odd_p = G[1, 0] * a + G[1, 2] * c, G[1, 1] * b
    even_q, odd_q = G[3, 0] * a + G[3, 2] * c, G[3, 1] * b
    return G[0, 0] * a, even_p + odd_p, even_p - odd_p, even_q + odd_q, even_q - odd_q, c


@compiled(fastmath=FAST, inline="always")
def times_b(
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
def times_a(
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


@compiled(inline="always")
def tile_grid(size: tuple[int, int], pad: int) -> tuple[int, int]:
    """Return the rows and columns of tiles that yield the output for maps of a size."""
    height, width = size[0] + 2 * pad - 2, size[1] + 2 * pad - 2
    return -(-height // YIELD), -(-width // YIELD)


def tiles_of(height: int, width: int) -> int:
    """Return the number of tiles that yield an output of a size."""
    return -(-height // YIELD) * -(-width // YIELD)
