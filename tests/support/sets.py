"""Small pictures, and the files and folders of sets of them."""

import io
import zipfile

import numpy as np
from PIL import Image


def picture(seed, size=(8, 8)):
    """Return a PNG of random pixels; `size` is width and height."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*reversed(size), 3), np.uint8)
    return encoded(Image.fromarray(pixels))


def encoded(image):
    """Return a picture of Pillow as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def pictures(*names):
    """Return files of these names, each another picture."""
    return {name: picture(seed) for seed, name in enumerate(names)}


def packed(files, method=zipfile.ZIP_DEFLATED):
    """Return a ZIP of files, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def written(folder, files):
    """Write files into a folder, and return it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
