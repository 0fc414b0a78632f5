"""A convolution of 3 x 3 with fixed weights, forward and back, on all cores."""

from typing import Literal

import numpy as np

from dreamlab.kernels.cores import aligned, cores, scratch, share
from dreamlab.kernels.direct import convolve_directly
from dreamlab.kernels.gemm import packed
from dreamlab.kernels.transforms import transformed
from dreamlab.kernels.winograd import STRIP, convolve_strips, memory_size, tiles_of

#: Pieces of work for each core: more than one, as cores that others use too are late.
_PIECES = 6


class Convolution:
    """A convolution of 3 x 3, stride 1, with bias and ReLU, by Winograd's algorithm.

    Both kernels are transformed here, once: they take 8 times the memory of the weights.

    Parameters
    ----------
    kernel : numpy.ndarray
        Shape (3, 3, channels in, channels out).
    bias : numpy.ndarray or None
        Shape (channels out,).
    relu : bool
        Whether the output goes through ReLU.
    padding : {"same", "valid"}
        Whether the input is surrounded by a row and a column of zeros on each side.
    """

    def __init__(
        self,
        kernel: np.ndarray,
        bias: np.ndarray | None,
        relu: bool,
        padding: Literal["same", "valid"],
    ) -> None:
        kernel = np.asarray(kernel, np.float32)
        if kernel.shape[:2] != (3, 3):
            raise ValueError(f"the kernel has shape {kernel.shape}; give (3, 3, in, out)")
        channels_in, channels_out = kernel.shape[2:]
        self._relu = relu
        self._pad = 1 if padding == "same" else 0
        self._bias = np.zeros(channels_out, np.float32)
        if bias is not None:
            self._bias += bias
        self._no_bias = np.zeros(channels_in, np.float32)
        # The gradient for the input is a convolution too: with the kernel turned by half a turn.
        self._kernel, self._turned = kernel, kernel[::-1, ::-1].transpose(0, 1, 3, 2)
        self._panels = packed(transformed(self._kernel))
        self._turned_panels = packed(transformed(self._turned))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Convolve feature maps.

        Parameters
        ----------
        x : numpy.ndarray
            float32, shape (N, H, W, channels in).

        Returns
        -------
        numpy.ndarray
            float32, shape (N, H, W, channels out), without padding (N, H - 2, W - 2, …). Values
            that are not finite are where the direct way has them.
        """
        return self._convolve(
            x, None, self._pad, self._kernel, self._panels, self._bias, self._relu
        )

    def gradient(self, upstream: np.ndarray, output: np.ndarray) -> np.ndarray:
        """Return the gradient for the input.

        Parameters
        ----------
        upstream : numpy.ndarray
            The gradient for the output, float32, of the output's shape.
        output : numpy.ndarray
            What `forward` returned; its zeros are where ReLU lets nothing back.

        Returns
        -------
        numpy.ndarray
            float32, of the input's shape.
        """
        return self._convolve(
            upstream,
            output if self._relu else None,
            2 - self._pad,
            self._turned,
            self._turned_panels,
            self._no_bias,
            False,
        )

    def _convolve(
        self,
        maps: np.ndarray,
        rectified: np.ndarray | None,
        pad: int,
        kernel: np.ndarray,
        panels: np.ndarray,
        bias: np.ndarray,
        relu: bool,
    ) -> np.ndarray:
        maps = np.ascontiguousarray(maps, np.float32)
        masked = rectified is not None
        masks = maps if rectified is None else np.ascontiguousarray(rectified, np.float32)
        number, height, width, _ = maps.shape
        result = aligned((number, height + 2 * pad - 2, width + 2 * pad - 2, kernel.shape[3]))
        for x, mask, y in zip(maps, masks, result, strict=True):

            def work(
                first: int,
                last: int,
                first_panel: int,
                last_panel: int,
                x: np.ndarray = x,
                mask: np.ndarray = mask,
                y: np.ndarray = y,
            ) -> bool:
                memory = scratch(
                    memory_size(kernel.shape[2], last_panel - first_panel, last - first)
                )
                return convolve_strips(
                    x.reshape(x.shape[0], -1),
                    mask.reshape(x.shape[0], -1),
                    masked,
                    pad,
                    panels,
                    bias,
                    relu,
                    y,
                    first,
                    last,
                    first_panel,
                    last_panel,
                    memory,
                )

            if not all(share(work, _pieces(tiles_of(*y.shape[:2]), panels.shape[1]))):
                # A tile spreads a value that is not finite, or overflows where a sum would not.
                whole = np.where(mask > 0, x, np.float32(0)) if masked else x
                convolve_directly(whole, kernel, bias, relu, pad, y)
        return result


def _pieces(tiles: int, panels: int) -> list[tuple[int, int, int, int]]:
    """Cut the work so that each core has some pieces: first and last tile, first and last panel.

    Many tiles are cut into runs of strips. Few tiles, as deep layers have, are cut by channels, so
    that each part of a large kernel is read by a single core.
    """
    if tiles == 0:
        return []
    strips = -(-tiles // STRIP)
    wanted = 1 if cores() == 1 else cores() * _PIECES
    if strips >= wanted:
        ends = [strips * number // wanted * STRIP for number in range(wanted)] + [tiles]
        return [(*pair, 0, panels) for pair in zip(ends, ends[1:], strict=False)]
    parts = min(panels, -(-wanted // strips))
    cuts = [panels * number // parts for number in range(parts + 1)]
    return [
        (first, min(first + STRIP, tiles), *pair)
        for first in range(0, tiles, STRIP)
        for pair in zip(cuts, cuts[1:], strict=False)
    ]
