import numpy as np
import pytest

from dreamlab.kernels.gemm import PANEL, multiply_panel, packed
from dreamlab.kernels.row_kernel import ROWS, _block, _features


@pytest.mark.parametrize("rows", [1, ROWS - 1, ROWS, 2 * ROWS + 3])
@pytest.mark.parametrize("columns", [1, PANEL, PANEL + 1])
def test_a_product_by_panels_is_numpys(rows, columns):
    generator = np.random.default_rng(0)
    left = generator.normal(size=(2, rows + 2, 7)).astype(np.float32)
    right = generator.normal(size=(2, 7, columns)).astype(np.float32)
    panels = packed(right)
    assert panels.shape == (2, -(-columns // PANEL), 7, PANEL)
    result = np.full((2, rows + 2, panels.shape[1] * PANEL), -5, np.float32)
    for batch in range(2):
        for panel in range(panels.shape[1]):
            multiply_panel(left, panels, result, batch, panel, panel * PANEL, rows)
    np.testing.assert_allclose(result[:, :rows, :columns], left[:, :rows] @ right, atol=1e-5)
    assert (result[:, :rows, columns:] == 0).all()
    assert (result[:, rows:] == -5).all()  # not a row more than was asked for


def test_a_panel_may_go_to_any_column():
    left, right = np.ones((1, 3, 2), np.float32), np.ones((1, 2, 2 * PANEL), np.float32)
    right[:, :, PANEL:] = 4
    result = np.zeros((1, 3, PANEL), np.float32)
    multiply_panel(left, packed(right), result, 0, 1, 0, 3)
    assert (result == 8).all()


def test_the_sums_fit_into_the_registers_of_every_processor():
    # 32 registers with AVX-512, else 16: the sums, two vectors of the panel, one value of each row.
    for features, registers in (({"avx512f": True, "avx2": True}, 32), ({"avx2": True}, 16)):
        lanes, rows = _block(features)
        assert rows * 2 + 2 + 1 <= registers
        assert lanes == {32: 16, 16: 8}[registers]
    assert _block({}) == (4, 4)


def test_a_processor_may_be_held_to_less_than_it_can():
    assert _features("+avx2,-avx512f") == {"avx2": True, "avx512f": False}
    assert _block(_features("+avx2,-avx512f")) == _block({"avx2": True})
    assert _features("") == {}
    assert _features(None)["sse2"]
