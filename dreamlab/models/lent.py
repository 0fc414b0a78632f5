"""A layer of another model, under a name of its own."""

from typing import Any

import keras


class Lent(keras.layers.Layer):
    """Another model's layer, with its weights and in its number format.

    Parameters
    ----------
    layer : keras.Layer
        A layer that is built.
    name : str, optional
        Another name than the layer's.
    """

    def __init__(self, layer: keras.Layer, name: str | None = None) -> None:
        # The layer itself casts what it is given to its number format.
        super().__init__(name=name or layer.name, autocast=False)
        self._layer = layer
        self.built = True

    def again(self) -> "Lent":
        """Return one more of the same layer, for another model."""
        return Lent(self._layer, self.name)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        return self._layer.compute_output_shape(*args, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        return self._layer.compute_output_spec(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return self._layer(*args, **kwargs)
