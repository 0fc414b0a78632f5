"""What a network is fed: the range of its pictures, told, found in its graph, or known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from dreamlab.config.input_range import (
    INPUT_RANGES,
    check_input_range,
    fed_in_words,
    range_in_words,
)
from dreamlab.errors import DreamError
from dreamlab.images.pixels import LUMINANCE
from dreamlab.models.backbones import known_backbone
from dreamlab.models.preparation import BOUNDS, range_in_graph
from dreamlab.zoo import Architecture


@dataclass(frozen=True)
class Feeding:
    """What a network is fed.

    Parameters
    ----------
    name : str
        The network's name, for messages.
    range : str or None
        One of `dreamlab.config.input_range.INPUT_RANGES`; None if nobody knows.
    source : str
        Where that is known from, in words that follow "as".
    notebook : bool
        Whether the notebook's range, -1 to 1, is the default in its place.
    grey : bool
        Whether the network takes one channel, the luminance.
    has_preprocessing : bool
        Whether its preprocessing may be asked for, as for networks of `keras.applications`.
    """

    name: str
    range: str | None
    source: str = ""
    notebook: bool = False
    grey: bool = False
    has_preprocessing: bool = False

    @classmethod
    def of_zoo(cls, name: str, architecture: Architecture) -> "Feeding":
        """Return what a network of the zoo is fed."""
        return cls(
            name,
            architecture.input_range,
            architecture.source,
            architecture.notebook_range,
            has_preprocessing=True,
        )

    @property
    def in_words(self) -> str:
        """What the network is fed and why, as a sentence without its end."""
        if self.range is None:
            return (
                f"{self.name} does not say in which range its pictures are: --input-range says it"
            )
        return fed_in_words(
            self.name, self.range, self.source, notebook=self.notebook, grey=self.grey
        )

    def chosen(self, preprocessing: str) -> str:
        """Return the range that is fed with a preprocessing.

        Parameters
        ----------
        preprocessing : str
            ``"notebook"`` or ``"imagenet"``.

        Raises
        ------
        DreamError
            If the range is not known, or the network has no such preprocessing.
        """
        if self.range is None:
            raise DreamError(
                f"{self.name} does not say in which range its pictures are: give --input-range "
                f"{', '.join(INPUT_RANGES[:-1])} or {INPUT_RANGES[-1]}, as it was trained "
                "(input_range= of load_model in Python)"
            )
        if preprocessing == "imagenet" and not self.has_preprocessing:
            raise DreamError(
                f"preprocessing is imagenet, and {self.name} has none: it is fed "
                f"{range_in_words(self.range)}, as {self.source}; leave preprocessing out, or give "
                "another input range"
            )
        if preprocessing == "notebook" and self.notebook:
            return "-1,1"
        return self.range

    def available(self, preprocessing: str) -> str:
        """Return a preprocessing, or ``"notebook"`` where the network has no other.

        Networks that are compared are each fed as they were trained, so far as that differs.
        """
        return preprocessing if self.has_preprocessing else "notebook"

    def otherwise(self, input_range: str) -> "Feeding":
        """Return this, or where no range is known, the feeding with one that the user says.

        Parameters
        ----------
        input_range : str
            One of `dreamlab.config.input_range.INPUT_RANGES`, or empty for none.

        Raises
        ------
        DreamError
            As `told_feeding`.
        """
        if self.range is not None or not input_range:
            return self
        return told_feeding(self.name, input_range, grey=self.grey)

    def prepare(self, pictures: tf.Tensor, preprocessing: str) -> tf.Tensor:
        """Convert pictures in [-1, 1] to the input of the network.

        Parameters
        ----------
        pictures : tf.Tensor
            float32, shape (N, H, W, 3), in [-1, 1].
        preprocessing : str
            As in `chosen`.

        Returns
        -------
        tf.Tensor
            float32, shape (N, H, W, 3), or (N, H, W, 1) for a grey network.

        Raises
        ------
        DreamError
            As `chosen`.
        """
        chosen = self.chosen(preprocessing)
        if self.grey:
            pictures = _luminance(pictures)
        if chosen == "-1,1":
            return pictures
        if chosen == "0,1":
            return (pictures + 1.0) * 0.5
        pixels = (pictures + 1.0) * 127.5
        if chosen == "0,255":
            return pixels
        mode = {"imagenet": "caffe", "imagenet-std": "torch"}[chosen]
        return keras.applications.imagenet_utils.preprocess_input(
            pixels, data_format="channels_last", mode=mode
        )


def told_feeding(name: str, input_range: Any, *, grey: bool = False) -> Feeding:
    """Return the feeding of a network whose range the user says.

    Raises
    ------
    DreamError
        If there is no such range, or it has colours and the network none.
    """
    input_range = check_input_range(input_range)
    if grey and input_range not in BOUNDS:
        raise DreamError(
            f"input_range is {input_range}, and {name} takes grey pictures; choose "
            f"{', '.join(BOUNDS)}"
        )
    return Feeding(name, input_range, "input_range says", grey=grey)


def feeding_of(
    name: str,
    model: keras.Model,
    names: Mapping[str, str],
    *,
    whole: bool,
    foreign: bool,
    told: str | None,
) -> Feeding:
    """Find out what a network of the user's own is fed.

    Parameters
    ----------
    name : str
        The network's name.
    model : keras.Model
        A flat model.
    names : mapping of str to str
        Name of each of its layers in Keras to its name for the user.
    whole : bool
        Whether the network takes whole numbers.
    foreign : bool
        Whether its layers may have the names of other networks' layers, which then say nothing.
    told : str or None
        The range that the user says, which stands above what is found.

    Raises
    ------
    DreamError
        If there is no such range, or it has colours and the network none.
    """
    grey = model.inputs[0].shape[-1] == 1
    if told is not None:
        return told_feeding(name, told, grey=grey)
    if found := range_in_graph(model):
        input_range, layer = found
        is_layer = any(each.name == layer for each in model.layers)
        where = f"layer {names.get(layer, layer)}" if is_layer else "first arithmetic"
        return Feeding(name, input_range, f"its {where} expects", grey=grey)
    if whole:
        return Feeding(name, "0,255", "it takes whole numbers", grey=grey)
    if not foreign and (backbone := known_backbone(model, names)):
        return Feeding(
            name,
            backbone.input_range,
            f"{backbone.family} is trained",
            backbone.notebook_range,
            has_preprocessing=True,
        )
    return Feeding(name, None, grey=grey)


@tf.custom_gradient
def _luminance(pictures: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return luminance, (N, H, W, 1); a gradient goes to all channels alike, so grey stays grey."""

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        return tf.repeat(upstream / 3.0, 3, axis=-1)

    return tf.tensordot(pictures, tf.constant(LUMINANCE), 1)[..., None], gradient
