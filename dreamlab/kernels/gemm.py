"""Matrix products of one core, inside kernels that share the work over the cores themselves.

The blocking is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
(ACM Transactions on Mathematical Software, 2008).
"""

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.row_kernel import LANES, ROWS, VECTORS, row_kernel

#: Columns of a panel of the right-hand matrix.
PANEL = LANES * VECTORS

_multiply_many = row_kernel(ROWS)
_multiply_single = row_kernel(1)


@compiled()
def multiply_panel(
    left: np.ndarray,
    panels: np.ndarray,
    result: np.ndarray,
    batch: int,
    panel: int,
    column: int,
    rows: int,
) -> None:
    """Multiply a matrix of a batch by a panel of its right-hand matrix.

    Parameters
    ----------
    left : numpy.ndarray
        float32, shape (batches, rows or more, depth), contiguous.
    panels : numpy.ndarray
        float32, shape (batches, panels, depth, `PANEL`), as `packed` returns them.
    result : numpy.ndarray
        float32, shape (batches, rows or more, columns), contiguous.
    batch, panel : int
        Which matrix, and which panel of it.
    column : int
        First of the `PANEL` columns of the result that are written.
    rows : int
        Rows to multiply, from the first.
    """
    depth, width = left.shape[2], result.shape[2]
    multiply_rows(
        left,
        batch * left.shape[1] * depth,
        depth,
        depth,
        panels,
        (batch * panels.shape[1] + panel) * depth * PANEL,
        result,
        batch * result.shape[1] * width + column,
        width,
        rows,
    )


@compiled()
def multiply_rows(
    left: np.ndarray,
    left_start: int,
    left_stride: int,
    depth: int,
    panel: np.ndarray,
    panel_start: int,
    result: np.ndarray,
    result_start: int,
    result_stride: int,
    rows: int,
) -> None:
    """Multiply rows by a panel.

    Parameters
    ----------
    left, panel, result : numpy.ndarray
        float32, contiguous, of any shape: the rows, the panel of `depth` x `PANEL` values, and what
        is written.
    left_start, panel_start, result_start : int
        The first value in each.
    left_stride, result_stride : int
        Distance between rows; rows on the left may overlap.
    depth, rows : int
        Length of the rows on the left, and their number.
    """
    row = 0
    while row + ROWS <= rows:
        _multiply_many(
            left,
            left_start + row * left_stride,
            left_stride,
            depth,
            panel,
            panel_start,
            result,
            result_start + row * result_stride,
            result_stride,
        )
        row += ROWS
    while row < rows:
        _multiply_single(
            left,
            left_start + row * left_stride,
            left_stride,
            depth,
            panel,
            panel_start,
            result,
            result_start + row * result_stride,
            result_stride,
        )
        row += 1


def packed(right: np.ndarray) -> np.ndarray:
    """Cut matrices into panels of `PANEL` columns, the last one filled up with zeros.

    Parameters
    ----------
    right : numpy.ndarray
        Shape (batches, depth, columns).

    Returns
    -------
    numpy.ndarray
        float32, shape (batches, panels, depth, `PANEL`), contiguous.
    """
    batches, depth, columns = right.shape
    panels = -(-columns // PANEL)
    padded = np.zeros((batches, depth, panels * PANEL), np.float32)
    padded[:, :, :columns] = right
    return np.ascontiguousarray(padded.reshape(batches, depth, panels, PANEL).transpose(0, 2, 1, 3))
