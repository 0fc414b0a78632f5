"""Sets apart the pictures that are given as values of settings."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dreamlab.config.beside import PICTURE, Mask, PictureSource
from dreamlab.errors import DreamError
from dreamlab.images.load import Loaded, read_image, warned
from dreamlab.images.picture import Picture


def set_apart(
    settings: Mapping[str, Any], specs: Mapping[str, PictureSource | Mask]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return settings in words, and the pictures that were given in place of words.

    Parameters
    ----------
    settings : mapping of str to object
        Settings by name. That of a picture may be any input of `dreamlab.images.load_image`, among
        them the path of a file that is not one of its words.
    specs : mapping of str to spec
        The settings that may name a picture, as `dreamlab.config.beside.picture_settings` has them.

    Raises
    ------
    DreamError
        If a file cannot be read.
    """
    words: dict[str, Any] = dict(settings)
    pictures: dict[str, Any] = {}
    for name in _given(words, specs):
        try:
            pictures[name] = Picture.of(warned(read_image(words[name])).image, name)
        except DreamError as error:
            raise DreamError(f"{name}: {error}, or {specs[name].instead}") from error
        words[name] = PICTURE
    return words, pictures


def _given(settings: Mapping[str, Any], specs: Mapping[str, PictureSource | Mask]) -> Iterable[str]:
    kinds = Path | bytes | Image.Image | np.ndarray | Picture | Loaded
    for name, spec in specs.items():
        value = settings.get(name)
        if isinstance(value, kinds) or isinstance(value, str) and not spec.is_word(value):
            yield name
