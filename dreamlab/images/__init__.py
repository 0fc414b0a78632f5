"""Pictures as arrays, with NumPy and Pillow alone.

Inside: decoding files, colours, pixels and their encodings, resizing, noise, octave sizes.
May be imported from it: the names below, and its modules.
"""

from dreamlab.images.bounds import MAX_PIXELS
from dreamlab.images.load import Loaded, PictureNote, load_image, read_image, warned
from dreamlab.images.noise import seeded_noise
from dreamlab.images.picture import Picture
from dreamlab.images.picture_set import PictureSet
from dreamlab.images.pixels import (
    data_url,
    from_pixels,
    jpeg,
    png,
    resize_pixels,
    to_pixels,
)
from dreamlab.images.read_set import read_set
from dreamlab.images.shape import Shape

__all__ = [
    "MAX_PIXELS",
    "Loaded",
    "Picture",
    "PictureNote",
    "PictureSet",
    "Shape",
    "data_url",
    "from_pixels",
    "jpeg",
    "load_image",
    "png",
    "read_image",
    "read_set",
    "resize_pixels",
    "seeded_noise",
    "to_pixels",
    "warned",
]
