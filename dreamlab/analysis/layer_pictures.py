"""Small pictures of what each layer makes of the sample cat, shipped for the real networks."""

import functools
from importlib import resources
from pathlib import Path

import numpy as np

from dreamlab.analysis.base import AnalysisData
from dreamlab.errors import DreamError
from dreamlab.images import jpeg, resize_pixels

_FOLDER = resources.files("dreamlab").joinpath("samples", "layers")

#: Size of a picture, in pixels: the part of the cat with its face, at its own size or smaller.
HEIGHT, WIDTH = 96, 144

#: The part that is shown, as shares of height and width: fine textures vanish in the whole.
_PART = (slice(0.06, 0.86), slice(0.02, 0.82))

_QUALITY = 82


@functools.cache
def picture(model: str, layer: str) -> bytes | None:
    """Return a layer's picture, as JPEG; None if the package has none.

    Parameters
    ----------
    model, layer : str
        Name of the network and of its layer.
    """
    if model not in _networks():
        return None
    file = _FOLDER.joinpath(model, f"{layer}.jpg")
    return file.read_bytes() if file.is_file() else None


@functools.cache
def _networks() -> frozenset[str]:
    """Return the names of the networks with pictures: a name may be a path, which is not opened."""
    return frozenset(folder.name for folder in _FOLDER.iterdir())


def write(folder: Path, atlas: AnalysisData) -> None:
    """Write the pictures of an atlas, one file a layer.

    Parameters
    ----------
    folder : Path
        The folder; it is created if missing. The page reads ``dreamlab/samples/layers/NETWORK``.
    atlas : Findings
        Findings of the analysis ``atlas`` on the sample cat.

    Raises
    ------
    DreamError
        If nothing was found.
    """
    if not atlas.items:
        raise DreamError("the atlas has no pictures; run it to its end first")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for item in atlas.items:
        if item.picture is not None:
            small = resize_pixels(_part(item.picture.pixels), HEIGHT, WIDTH)
            (folder / f"{item.key}.jpg").write_bytes(jpeg(small, quality=_QUALITY))


def _part(pixels: np.ndarray) -> np.ndarray:
    rows, columns = (
        slice(round(part.start * side), round(part.stop * side))
        for part, side in zip(_PART, pixels.shape[:2], strict=True)
    )
    return pixels[rows, columns]
