"""Small pictures of dreams."""

from dreamlab.images import jpeg, resize_pixels
from dreamlab.results.recording import Recording

#: Longest side, in pixels: twice that of a cell of the shelf, as sharp screens show it.
SIDE = 400

_QUALITY = 82


def thumbnail(recording: Recording) -> bytes:
    """Return the result of a dream as a small JPEG."""
    frame = recording.final
    height, width = frame.picture.shape.fitted(SIDE)
    return jpeg(resize_pixels(frame.pixels, height, width), quality=_QUALITY)
