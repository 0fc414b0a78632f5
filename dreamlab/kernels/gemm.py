"""Matrix products of one core, inside kernels that share the work over the cores themselves.

The innermost loop is written in LLVM's own language, as compiled Python does not keep a block of
sums in registers: there is one such block of 8 x 32 sums with AVX-512, of 4 x 16 with AVX2. The
blocking is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
(ACM Transactions on Mathematical Software, 2008).
"""

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from dreamlab.kernels.compiled import compiled


def _block(features: dict[str, bool]) -> tuple[int, int]:
    """Return the values of a vector register, and the rows whose sums fit into all of them."""
    if features.get("avx512f"):
        return 16, 8
    if features.get("avx2"):
        return 8, 4
    return 4, 4


_LANES, _ROWS = _block(dict(llvm.get_host_cpu_features()))

#: Vectors that a row of sums takes.
_VECTORS = 2

#: Columns of a panel of the right-hand matrix.
PANEL = _LANES * _VECTORS


def _row_kernel(rows: int) -> Callable[..., None]:
    """Return a kernel that multiplies some rows by a panel, with all the sums in registers.

    Its arguments are three float32 arrays, each with the offset of its first value: the rows and
    their length, which is also the distance between them; the panel; the result and the distance
    between its rows.
    """

    @intrinsic
    def multiply(
        typingctx: Any,
        left: Any,
        left_start: Any,
        depth: Any,
        panel: Any,
        panel_start: Any,
        result: Any,
        result_start: Any,
        result_stride: Any,
    ) -> Any:
        index = types.int64
        signature = types.void(left, index, index, panel, index, result, index, index)

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            _generate(context, builder, signature.args, arguments, rows)
            return context.get_dummy_value()

        return signature, generate

    return multiply


def _generate(
    context: Any, builder: ir.IRBuilder, argument_types: Any, arguments: Any, rows: int
) -> None:
    """Write the loop over the depth: a panel's row times a value of each row, added to the sums."""
    integer = ir.IntType(64)
    vector = ir.VectorType(ir.FloatType(), _LANES)

    def pointer(number: int) -> ir.Value:
        array = context.make_array(argument_types[number])(context, builder, arguments[number])
        return builder.gep(array.data, [arguments[number + 1]])

    def vectors(start: ir.Value) -> list[ir.Value]:
        places = [
            builder.gep(start, [ir.Constant(integer, number * _LANES)])
            for number in range(_VECTORS)
        ]
        return [builder.bitcast(place, vector.as_pointer()) for place in places]

    left, panel, result = pointer(0), pointer(3), pointer(5)
    depth, result_stride = arguments[2], arguments[7]
    starts = [left]
    for _ in range(rows - 1):
        starts.append(builder.gep(starts[-1], [depth]))
    before = builder.block
    loop, after = builder.append_basic_block("depth"), builder.append_basic_block("stored")
    builder.branch(loop)
    builder.position_at_end(loop)
    step = builder.phi(integer)
    sums = [[builder.phi(vector) for _ in range(_VECTORS)] for _ in range(rows)]
    panel_row = builder.gep(panel, [builder.mul(step, ir.Constant(integer, PANEL))])
    weights = [builder.load(place, align=4) for place in vectors(panel_row)]
    # It becomes a fused multiplication and addition where the processor has them.
    fused = builder.module.globals.get(f"llvm.fmuladd.v{_LANES}f32") or ir.Function(
        builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{_LANES}f32"
    )
    undefined = ir.Constant(vector, ir.Undefined)
    first = ir.Constant(ir.VectorType(ir.IntType(32), _LANES), [0] * _LANES)
    added = []
    for start, row in zip(starts, sums, strict=True):
        value = builder.load(builder.gep(start, [step]))
        single = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
        spread = builder.shuffle_vector(single, undefined, first)
        added.append(
            [builder.call(fused, [spread, *pair]) for pair in zip(weights, row, strict=True)]
        )
    following = builder.add(step, ir.Constant(integer, 1))
    step.add_incoming(ir.Constant(integer, 0), before)
    step.add_incoming(following, loop)
    for row, row_added in zip(sums, added, strict=True):
        for value, value_added in zip(row, row_added, strict=True):
            value.add_incoming(ir.Constant(vector, [0.0] * _LANES), before)
            value.add_incoming(value_added, loop)
    builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)
    builder.position_at_end(after)
    for row_added in added:
        for value, place in zip(row_added, vectors(result), strict=True):
            builder.store(value, place, align=4)
        result = builder.gep(result, [result_stride])


_multiply_many = _row_kernel(_ROWS)
_multiply_single = _row_kernel(1)


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
    left_start = batch * left.shape[1] * depth
    panel_start = (batch * panels.shape[1] + panel) * depth * PANEL
    result_start = batch * result.shape[1] * width + column
    row = 0
    while row + _ROWS <= rows:
        _multiply_many(
            left,
            left_start + row * depth,
            depth,
            panels,
            panel_start,
            result,
            result_start + row * width,
            width,
        )
        row += _ROWS
    while row < rows:
        _multiply_single(
            left,
            left_start + row * depth,
            depth,
            panels,
            panel_start,
            result,
            result_start + row * width,
            width,
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
