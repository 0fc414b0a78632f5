"""Networks of a user's own, small and with random weights."""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers as kl

SIDE = 96


def picture_input(*shape: int | None, **options: Any) -> keras.KerasTensor:
    """The input of a network of pictures, of a fixed size unless it is said."""
    return keras.Input(shape or (SIDE, SIDE, 3), **options)


def stacked(x: keras.KerasTensor) -> keras.KerasTensor:
    """Two convolutions, each halved."""
    x = kl.Conv2D(6, 3, padding="same", activation="relu", name="conv_a")(x)
    x = kl.MaxPooling2D(name="pool_a")(x)
    x = kl.Conv2D(8, 3, padding="same", activation="relu", name="conv_b")(x)
    return kl.MaxPooling2D(name="pool_b")(x)


def backbone(name: str = "backbone", channels: int = 3) -> keras.Model:
    """A network that is taken for a layer of another."""
    inputs = picture_input(SIDE, SIDE, channels)
    return keras.Model(inputs, stacked(inputs), name=name)


def head(x: keras.KerasTensor) -> keras.KerasTensor:
    """Four classes."""
    return kl.Dense(4, activation="softmax", name="species")(kl.GlobalAveragePooling2D()(x))


def classifier(prepare: Callable[[keras.KerasTensor], keras.KerasTensor]) -> keras.Model:
    """A classifier with some preparation of its pictures."""
    inputs = picture_input()
    return keras.Model(inputs, head(stacked(prepare(inputs))))


def unet(side: int | None = SIDE, *, depth: int = 2, factor: int = 2) -> keras.Model:
    """Halves the picture again and again, and doubles it with what it was joined beside."""
    x = inputs = picture_input(side, side, 3)
    skipped = []
    for level in range(depth):
        x = kl.Conv2D(4, 3, padding="same", activation="relu", name=f"down{level}")(x)
        skipped.append(x)
        x = kl.AveragePooling2D(factor, name=f"pool{level}")(x)
    x = kl.Conv2D(6, 3, padding="same", activation="relu", name="middle")(x)
    for level in reversed(range(depth)):
        x = kl.Conv2DTranspose(4, factor, strides=factor, name=f"up{level}")(x)
        x = kl.Concatenate(name=f"join{level}")([x, skipped[level]])
    return keras.Model(inputs, kl.Conv2D(2, 1, name="mask")(x))
