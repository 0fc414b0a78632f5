"""The ways to dream that are compared, behind one form: a picture in, a function for one step out.

Each takes one step of ascent on the layers of a preset, at one size, with the same weights.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.images import Picture

Step = Callable[[], None]


def notebook(config: DreamConfig, image: np.ndarray) -> Step:
    """The notebook's way: a Keras function and NumPy, float32."""
    import tensorflow as tf

    from dreamlab.models import load_model
    from tests.support.notebook import compile_loss_and_gradient

    model = load_model("vgg16").feature_extractor(config.layers, "float32")
    evaluate = compile_loss_and_gradient(model, dict(config.layers))
    state = image[None].copy()

    def step() -> None:
        nonlocal state
        _, gradient = evaluate(tf.constant(state))
        state = state + config.step * gradient.numpy()

    return step


def dreamlab(precision: str, convolution: str) -> Callable[[DreamConfig, np.ndarray], Step]:
    """dreamlab's own way, in a precision, with a way to compute convolutions."""

    def prepare(config: DreamConfig, image: np.ndarray) -> Step:
        from dreamlab.dream import dream

        config = replace(config, precision=precision, convolution=convolution)
        # A single octave that never ends, with the memory and the tiles that every dream gets.
        steps = dream(Picture.of(image), "vgg16", replace(config, octaves=1, iterations=1000))

        def step() -> None:
            next(steps)

        return step

    return prepare


def pytorch(config: DreamConfig, image: np.ndarray) -> Step:
    """A DeepDream in PyTorch as its peers run it: NCHW, autograd, float32."""
    import torch

    layers = dict(config.layers)
    blocks = _torch_layers(list(layers)[-1])
    state = torch.from_numpy(image.transpose(2, 0, 1)[None].copy())

    def step() -> None:
        nonlocal state
        picture = state.clone().requires_grad_(True)
        answer, loss = picture, torch.zeros(())
        for name, block in blocks:
            answer = block(answer)
            if name in layers:
                inner = answer[:, :, 2:-2, 2:-2]
                loss = loss + layers[name] * inner.square().sum() / answer.numel()
        loss.backward()
        gradient = picture.grad
        state = state + config.step * gradient / gradient.abs().mean().clamp(min=1e-7)

    return step


def _torch_layers(deepest: str) -> list:
    """VGG16 with the shipped weights as a list of named PyTorch modules, down to a layer."""
    import torch
    from torch import nn

    from dreamlab.models import load_model

    modules = []
    for layer in load_model("vgg16").feature_extractor([deepest], "float32").layers[1:]:
        if layer.name.endswith("_pool"):
            modules.append((layer.name, nn.MaxPool2d(2)))
            continue
        kernel, bias = layer.get_weights()
        convolution = nn.Conv2d(kernel.shape[2], kernel.shape[3], 3, padding=1)
        convolution.weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        convolution.bias.data = torch.from_numpy(bias)
        convolution.requires_grad_(False)
        modules.append((layer.name, nn.Sequential(convolution, nn.ReLU())))
    return modules


WAYS: dict[str, Callable[[DreamConfig, np.ndarray], Step]] = {
    "notebook": notebook,
    "pytorch": pytorch,
    "dreamlab direct": dreamlab("float32", "direct"),
    "dreamlab winograd": dreamlab("float32", "winograd"),
    "dreamlab auto": dreamlab("auto", "auto"),
}
