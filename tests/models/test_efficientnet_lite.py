"""EfficientNet-Lite0 against a second implementation in NumPy, and against known predictions."""

import numpy as np
import pytest
import tensorflow as tf

from dreamlab.models import load_model
from dreamlab.models.loading import _SHIPPED
from dreamlab.zoo import ARCHITECTURES

KNOWN = ARCHITECTURES["efficientnet_lite0"]

#: The blocks: name, kernel, stride, whether it is expanded.
BLOCKS = [
    (f"{stage}{'abcd'[place]}", kernel, stride if place == 0 else 1, stage > 1)
    for stage, (count, kernel, stride) in enumerate(
        [(1, 3, 1), (2, 3, 2), (2, 5, 2), (3, 3, 2), (3, 5, 1), (4, 5, 2), (1, 3, 1)], 1
    )
    for place in range(count)
]


def _same(maps, kernel, stride):
    """Pad as TensorFlow's "same": the odd row and column at the end."""
    pads = []
    for side in maps.shape[:2]:
        missing = max(0, (-(-side // stride) - 1) * stride + kernel - side)
        pads.append((missing // 2, missing - missing // 2))
    return np.pad(maps, [*pads, (0, 0)])


def _windows(maps, kernel, stride):
    padded = _same(maps, kernel, stride)
    seen = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(0, 1))
    return seen[::stride, ::stride]  # (rows, columns, channels, kernel, kernel)


def _relu6(maps):
    return np.clip(maps, 0, 6)


def oracle(pixels):
    """Return each layer's map for pixels (H, W, 3) in 0 to 255, by plain sums."""
    arrays = np.load(_SHIPPED / KNOWN.weights_file)
    weights = {name: arrays[name].astype(np.float64) for name in arrays.files}

    def wide(maps, name, kernel=1, stride=1):
        seen = _windows(maps, kernel, stride)
        return (
            np.einsum("xycij,ijco->xyo", seen, weights[f"{name}/kernel"]) + weights[f"{name}/bias"]
        )

    maps = _relu6(wide((pixels - 127) / 128, "stem", 3, 2))
    layers = {"stem": maps}
    for block, kernel, stride, expanded in BLOCKS:
        name, before = f"block{block}", maps
        if expanded:
            maps = _relu6(wide(maps, f"{name}_expand"))
        seen = _windows(maps, kernel, stride)
        each = np.einsum("xycij,ijc->xyc", seen, weights[f"{name}_depthwise/kernel"][..., 0])
        maps = wide(_relu6(each + weights[f"{name}_depthwise/bias"]), f"{name}_project")
        layers[f"{name}_project"] = maps
        if stride == 1 and before.shape == maps.shape:
            maps = layers[f"{name}_add"] = before + maps
    maps = layers["top"] = _relu6(wide(maps, "top"))
    head = maps.mean((0, 1)) @ weights["predictions/kernel"] + weights["predictions/bias"]
    return layers | {"predictions": head[None, None]}


@pytest.mark.parametrize("shape", [(64, 96), (77, 50)])
def test_each_layer_is_that_of_the_paper(shape):
    picture = np.random.default_rng(1).uniform(-1, 1, (*shape, 3)).astype(np.float32)
    network = load_model("efficientnet_lite0")
    names = [layer.name for layer in network.offered_layers]
    extractor = network.feature_extractor(names, "float32")
    maps = network.activations(extractor, tf.constant(picture[None]), "notebook")
    expected = oracle((picture.astype(np.float64) + 1) * 127.5)
    assert set(names) <= set(expected)
    for name in names:
        np.testing.assert_allclose(
            maps[name][0], expected[name], atol=2e-5 * np.abs(expected[name]).max(), err_msg=name
        )


def test_it_comes_with_imagenet_weights_and_classes():
    network = load_model("efficientnet_lite0")
    assert network.weights == KNOWN.shipped
    assert (
        sum(
            array.size
            for array in network.feature_extractor(["predictions"], "float32").get_weights()
        )
        == 4_631_000
    )
    names = (_SHIPPED / KNOWN.classes_file).read_text("utf-8").splitlines()
    assert len(names) == 1000
    assert names[1] == "goldfish"
