"""The sample pictures that come with dreamlab."""

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

from dreamlab.images.load import Loaded, read_image

#: The file of each sample, by its name.
SAMPLES: Mapping[str, str] = MappingProxyType({"cat": "cat.png", "galaxies": "galaxies.jpg"})


def sample(name: str, max_side: int | None = None) -> Loaded:
    """Read a sample, scaled down to a longest side in pixels."""
    file = resources.files("dreamlab").joinpath("samples", SAMPLES[name])
    return read_image(file.read_bytes(), max_side=max_side)
