"""EfficientNet-Lite0, which `keras.applications` does not have.

Tan and Le 2019, https://arxiv.org/abs/1905.11946, in Google's variant "Lite" of 2020: no squeeze
and excitation, and ReLU6. Batch normalisation is folded into the convolutions before it.
"""

from pathlib import Path

import keras
import numpy as np

#: The stages: blocks, kernel, stride of the first block, expansion, width.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def efficientnet_lite0(weights: str | Path | None = None) -> keras.Model:
    """Build EfficientNet-Lite0 for pictures of any size, with its head.

    Parameters
    ----------
    weights : str or path, optional
        A ``.npz`` with the arrays ``LAYER/kernel`` and ``LAYER/bias`` of each layer, in Keras's
        layout; without it the weights are random.

    Returns
    -------
    keras.Model
        From pictures (N, H, W, 3) in 0 to 255 to ``predictions``, 1000 logits: (N, 1, 1, 1000), so
        that they are a feature map like others.
    """
    pictures = keras.Input((None, None, 3), name="pictures")
    scaled = keras.layers.Rescaling(1 / 128, offset=-127 / 128, name="rescaling")(pictures)
    maps = _convolution(scaled, "stem", 32, kernel=3, stride=2)
    for stage, (blocks, kernel, stride, expansion, width) in enumerate(_STAGES, 1):
        for place in range(blocks):
            name = f"block{stage}{'abcd'[place]}"
            maps = _block(maps, name, kernel, stride if place == 0 else 1, expansion, width)
    maps = _convolution(maps, "top", 1280)
    pooled = keras.layers.GlobalAveragePooling2D(keepdims=True, name="pool")(maps)
    logits = _convolution(pooled, "predictions", 1000, activation=None)
    model = keras.Model(pictures, logits, name="efficientnet_lite0")
    if weights is not None:
        _set_weights(model, Path(weights))
    return model


def _block(
    maps: keras.KerasTensor, name: str, kernel: int, stride: int, expansion: int, width: int
) -> keras.KerasTensor:
    """Append an inverted residual block."""
    expanded = maps
    if expansion > 1:
        expanded = _convolution(maps, f"{name}_expand", maps.shape[-1] * expansion)
    filtered = keras.layers.DepthwiseConv2D(
        kernel, stride, padding="same", activation="relu6", name=f"{name}_depthwise"
    )(expanded)
    projected = _convolution(filtered, f"{name}_project", width, activation=None)
    if stride == 1 and maps.shape[-1] == width:
        return keras.layers.Add(name=f"{name}_add")([maps, projected])
    return projected


def _convolution(
    maps: keras.KerasTensor,
    name: str,
    filters: int,
    *,
    kernel: int = 1,
    stride: int = 1,
    activation: str | None = "relu6",
) -> keras.KerasTensor:
    return keras.layers.Conv2D(
        filters, kernel, stride, padding="same", activation=activation, name=name
    )(maps)


def _set_weights(model: keras.Model, path: Path) -> None:
    with np.load(path) as arrays:
        for layer in model.layers:
            if layer.weights:
                kernel, bias = (arrays[f"{layer.name}/{part}"] for part in ("kernel", "bias"))
                layer.set_weights([kernel.reshape(layer.kernel.shape), bias])
