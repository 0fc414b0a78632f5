"""Loads presets of KerasHub: networks with their weights, and what their pictures become first."""

import json
import os
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.saving.serialization_lib import SafeModeScope

from dreamlab.errors import DreamError, needed
from dreamlab.models.addresses import CONFIG, called, reached
from dreamlab.models.checksums import checksum_of_model
from dreamlab.models.feeding import Feeding
from dreamlab.models.file_faults import check_no_code
from dreamlab.models.network import Network
from dreamlab.models.own_network import own_network
from dreamlab.models.preparation import BOUNDS
from dreamlab.models.untrained import forget_training
from dreamlab.zoo import UNTRAINED, architecture, is_address

#: Mean and standard deviation of ImageNet's pictures in 0 to 1, as they are usually given.
_MEAN, _DEVIATION = np.array((0.485, 0.456, 0.406)), np.array((0.229, 0.224, 0.225))

_EXAMPLE = "hf://keras/resnet_50_imagenet"


def is_preset(model: str) -> bool:
    """Return whether a network's name is a preset's address, or the path of a folder with one."""
    if not model or is_address(model):
        return bool(model)
    try:
        config = json.loads((Path(model) / CONFIG).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(config, dict):
        return False
    of_hub = str(config.get("registered_name")).startswith("keras_hub>")
    return of_hub or not config.keys().isdisjoint(("architecture", "model_type"))


def load_preset(preset: str, input_range: Any, *, untrained: bool) -> Network:
    """Make a network of a preset: an image classifier, or a backbone where it has no head.

    Parameters
    ----------
    preset : str
        An address of `dreamlab.zoo.is_address`, or the path of a folder.
    input_range : str or None
        One of `dreamlab.config.input_range.INPUT_RANGES`; None for what its image converter makes.
    untrained : bool
        Whether its weights are replaced by random ones.

    Raises
    ------
    DreamError
        If KerasHub is not installed, or there is no such preset, it is out of reach, of no network
        of pictures, or damaged; or if there is no such range.
    """
    name = preset if is_address(preset) else os.path.basename(os.path.abspath(preset))
    if architecture(name) is not None:
        name += ".preset"  # keeps a folder that is called vgg16 apart from the zoo's network
    model, converted = _read(preset)
    if untrained:
        name += UNTRAINED
        forget_training(model)
    network = own_network(name, model, checksum_of_model(model), input_range)
    if input_range is None:
        # Names of layers tell nothing here: KerasHub's VGG has those of Keras and another range.
        network.feeding = Feeding(
            name, converted, "its image converter says", grey=network.feeding.grey
        )
    return network


def _read(preset: str) -> tuple[keras.Model, str | None]:
    """Return a preset's model, and which range its image converter makes, None if none of ours."""
    needed("keras_hub", extra="hub")
    name = called(preset if is_address(preset) else os.path.basename(os.path.abspath(preset)))
    # The scope, as a user may have allowed Keras to run code of files that are trusted.
    with SafeModeScope(True), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the hubs and of Keras, about how a preset was written
        # KerasHub takes a plain name for one of its own presets, which it would download.
        place = reached(preset) if is_address(preset) else os.path.abspath(preset)
        try:
            return _loaded(name, place)
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            raise DreamError(
                f"{name} needs more memory than there is: choose a smaller network"
            ) from error
        except ImportError as error:
            if error.name in ("safetensors", None):
                needed("safetensors", extra="hub")
            raise DreamError(
                f"KerasHub cannot be imported ({type(error).__name__}): install it again with "
                "pip install 'dreamlab[hub]'"
            ) from error
        except DreamError:
            raise
        except Exception as error:  # what a damaged preset does to Keras may be anything
            raise DreamError(
                f"{name} cannot be loaded by KerasHub ({type(error).__name__}): it is damaged, "
                "incomplete or for another version; get it again, or save it with save_to_preset"
            ) from error


def _loaded(name: str, place: str) -> tuple[keras.Model, str | None]:
    import keras_hub
    from keras_hub.src.utils.preset_utils import get_preset_loader

    try:
        loader = get_preset_loader(place)
        kind = loader.check_backbone_class()
    except ValueError as error:
        raise DreamError(
            f"{name} holds no network that KerasHub {keras_hub.__version__} knows: choose another "
            f"preset, such as {_EXAMPLE}"
        ) from error
    # Asked before the weights are fetched, which may be many gigabytes.
    if not _made_for(keras_hub.layers.ImageConverter, kind) or _made_for(
        keras_hub.tokenizers.Tokenizer, kind
    ):
        raise DreamError(
            f"{name} is a {kind.__name__}, which is no network of pictures alone: choose another "
            f"preset, such as {_EXAMPLE}"
        )
    check_no_code(name, loader.config)
    whole = keras_hub.models.ImageClassifier if _has_head(loader) else keras_hub.models.Backbone
    network = whole.from_preset(place, dtype="float32")
    try:
        converter = loader.load_image_converter(keras_hub.layers.ImageConverter)
    except FileNotFoundError:
        converter = None
    return network, None if converter is None else _range_of(converter, network.inputs[0].shape[-1])


def _made_for(part: Any, backbone: type) -> bool:
    """Return whether KerasHub has a class of a part, such as a tokenizer, for a backbone."""
    subclasses = part.__subclasses__()
    return part.backbone_cls is backbone or any(_made_for(each, backbone) for each in subclasses)


def _has_head(loader: Any) -> bool:
    """Return whether a preset holds an image classifier with the weights of its head."""
    import keras_hub
    from keras_hub.src.utils import preset_utils

    if "registered_name" not in loader.config:  # of another library
        heads = str(loader.config.get("architectures"))
        return bool(loader.config.get("num_classes")) or "ForImageClassification" in heads
    if not preset_utils.check_file_exists(loader.preset, preset_utils.TASK_CONFIG_FILE):
        return False
    task = preset_utils.load_json(loader.preset, preset_utils.TASK_CONFIG_FILE)
    return issubclass(preset_utils.check_config_class(task), keras_hub.models.ImageClassifier)


def _range_of(converter: Any, channels: int) -> str | None:
    """Return which range an image converter makes of pictures in 0 to 255, None if none of ours."""
    scale, offset = (
        np.broadcast_to(np.float64(default if value is None else value), channels)
        for value, default in ((converter.scale, 1.0), (converter.offset, 0.0))
    )
    ends = {name: np.full((channels, 2), bounds) for name, bounds in BOUNDS.items()}
    if channels == len(_MEAN):
        ends["imagenet-std"] = np.stack((-_MEAN, 1 - _MEAN), 1) / _DEVIATION[:, None]
    made = np.stack((offset, 255.0 * scale + offset), 1)
    return next(
        (name for name, wanted in ends.items() if np.allclose(made, wanted, 1e-3, 1e-3)), None
    )
