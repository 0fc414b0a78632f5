"""Keras's settings while a network is built or traced: its defaults, not those of a user."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.backend.common import global_state

from dreamlab.models.leftovers import forget_gradients

_OWN = ("float32", 1e-7, "channels_last")
_POLICY = "dtype_policy"

_lock = threading.Lock()
_inside = 0
_before: tuple[Any, ...] = _OWN


@contextmanager
def own_settings() -> Iterator[None]:
    """Have Keras's number format, epsilon and order of axes be its defaults meanwhile.

    They may be set for other projects, in ``keras.json`` or by `keras.config`, and layers look at
    them when they are made, and some when they are called. They are back at the end. All
    threads share them but the dtype policy, which each thread has for itself. All graphs of this
    package are made within, so that at the end their custom gradients can be forgotten.
    """
    global _before, _inside
    with _lock:
        if _inside == 0:
            _before = _settings()
            _set(_OWN)
        _inside += 1
    # `keras.config.dtype_policy` would settle a thread that has none on that of this moment.
    policy = global_state.get_global_attribute(_POLICY)
    global_state.set_global_attribute(_POLICY, keras.DTypePolicy("float32"))
    try:
        yield
    finally:
        global_state.set_global_attribute(_POLICY, policy)
        with _lock:
            _inside -= 1
            if _inside == 0:
                _set(_before)
                forget_gradients()


def _settings() -> tuple[Any, ...]:
    config = keras.config
    return config.floatx(), config.epsilon(), config.image_data_format()


def _set(settings: tuple[Any, ...]) -> None:
    floatx, epsilon, image_data_format = settings
    keras.config.set_floatx(floatx)
    keras.config.set_epsilon(epsilon)
    keras.config.set_image_data_format(image_data_format)
