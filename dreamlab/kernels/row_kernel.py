"""The innermost loop of a matrix product, in LLVM's own language.

Compiled Python does not keep a block of sums in registers: there is one such block of 8 x 32 sums
with AVX-512, of 4 x 16 with AVX2.
"""

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic


def _block(features: dict[str, bool]) -> tuple[int, int]:
    """Return the values of a vector register, and the rows whose sums fit into all of them."""
    if features.get("avx512f"):
        return 16, 8
    if features.get("avx2"):
        return 8, 4
    return 4, 4


def _features(asked: str | None) -> dict[str, bool]:
    """Return what the processor can do, or what Numba is told to do without or with.

    Parameters
    ----------
    asked : str or None
        ``NUMBA_CPU_FEATURES``: names with a sign in front, separated by commas.
    """
    if asked is None:
        return dict(llvm.get_host_cpu_features())
    return {name[1:]: name[0] == "+" for name in asked.split(",") if name}


LANES, ROWS = _block(_features(config.CPU_FEATURES))

#: Vectors that a row of sums takes.
VECTORS = 2


def row_kernel(rows: int) -> Callable[..., None]:
    """Return a kernel that multiplies some rows by a panel, with all the sums in registers.

    Its arguments are three float32 arrays, each with the offset of its first value: the rows, with
    the distance between them, which may overlap, and their length; the panel; the result, with the
    distance between its rows.
    """

    @intrinsic
    def multiply(
        typingctx: Any,
        left: Any,
        left_start: Any,
        left_stride: Any,
        depth: Any,
        panel: Any,
        panel_start: Any,
        result: Any,
        result_start: Any,
        result_stride: Any,
    ) -> Any:
        index = types.int64
        signature = types.void(left, index, index, index, panel, index, result, index, index)

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
    vector = ir.VectorType(ir.FloatType(), LANES)

    def pointer(number: int) -> ir.Value:
        array = context.make_array(argument_types[number])(context, builder, arguments[number])
        return builder.gep(array.data, [arguments[number + 1]])

    def vectors(start: ir.Value) -> list[ir.Value]:
        places = [
            builder.gep(start, [ir.Constant(integer, number * LANES)]) for number in range(VECTORS)
        ]
        return [builder.bitcast(place, vector.as_pointer()) for place in places]

    left, panel, result = pointer(0), pointer(4), pointer(6)
    left_stride, depth, result_stride = arguments[2], arguments[3], arguments[8]
    starts = [left]
    for _ in range(rows - 1):
        starts.append(builder.gep(starts[-1], [left_stride]))
    before = builder.block
    loop, after = builder.append_basic_block("depth"), builder.append_basic_block("stored")
    builder.branch(loop)
    builder.position_at_end(loop)
    step = builder.phi(integer)
    sums = [[builder.phi(vector) for _ in range(VECTORS)] for _ in range(rows)]
    panel_row = builder.gep(panel, [builder.mul(step, ir.Constant(integer, VECTORS * LANES))])
    weights = [builder.load(place, align=4) for place in vectors(panel_row)]
    # It becomes a fused multiplication and addition where the processor has them.
    fused = builder.module.globals.get(f"llvm.fmuladd.v{LANES}f32") or ir.Function(
        builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{LANES}f32"
    )
    undefined = ir.Constant(vector, ir.Undefined)
    first = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
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
            value.add_incoming(ir.Constant(vector, [0.0] * LANES), before)
            value.add_incoming(value_added, loop)
    builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)
    builder.position_at_end(after)
    for row_added in added:
        for value, place in zip(row_added, vectors(result), strict=True):
            builder.store(value, place, align=4)
        result = builder.gep(result, [result_stride])
