"""Where a dream changes its picture: the mask at each size, and what it keeps of the original."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.beside import area
from dreamlab.dream.energy import energy_maps
from dreamlab.dream.step import Begun, Silence, floats
from dreamlab.errors import DreamError
from dreamlab.images import Picture, to_pixels
from dreamlab.images.masks import energy_mask, mask_at, picture_mask
from dreamlab.images.resample import resize, restore_detail
from dreamlab.images.shape import Shape
from dreamlab.models import Network

#: Most pixels of the picture that a layer's energy is measured on: it needs no memory of a dream.
_MOST_PIXELS = 262_144

#: The mask of a dream at a size: float32, shape (H, W, 1), 0 to 1.
Masks = Callable[[Shape], np.ndarray]


class Masking:
    """What an octave may change of its picture.

    Where the mask is 0, its picture is the original of that size, to the last bit. Where it is
    between 0 and 1, it begins with the detail of the original that it will not dream over.

    Parameters
    ----------
    mask : numpy.ndarray or None
        float32, shape (H, W, 1), 0 to 1; None for all of the picture.
    originals : callable
        Returns the original, or what is kept in place of it (see `carried`), at the octave's size,
        float32 (H, W, 3) or uint8 pixels, and at the size before, float32.
    """

    def __init__(
        self, mask: np.ndarray | None, originals: Callable[[], tuple[np.ndarray, np.ndarray]]
    ) -> None:
        self.mask = mask
        self._originals = originals

    def begun(self, before: np.ndarray, noisy: np.ndarray) -> np.ndarray:
        """Return the start of an octave.

        Parameters
        ----------
        before : numpy.ndarray
            The result of the octave before, float32, of its size.
        noisy : numpy.ndarray
            The same at the size of this one, with noise: float32, shape (H, W, 3).
        """
        if self.mask is None:
            return noisy
        original, shrunk = self._originals()
        plain = resize(before, Shape.of(noisy))
        start = plain + self.mask * (noisy - plain)
        start = restore_detail(start, original, shrunk, 1 - self.mask)
        return kept(start, self.mask, original)

    def ended(self, picture: np.ndarray) -> np.ndarray:
        """Return the result of an octave: its picture, with the lost detail put back."""
        original, shrunk = self._originals()
        result = restore_detail(picture, original, shrunk, self.mask)
        return result if self.mask is None else kept(result, self.mask, original)


def kept(picture: np.ndarray, mask: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Put the original back into a picture of its size, where the mask is 0."""
    for row, share, of in zip(picture, mask, original, strict=True):
        outside = share[:, 0] == 0
        row[outside] = resize(of[None], Shape(1, len(of)))[0][outside]
    return picture


def carried(begun: Begun, original: np.ndarray, shapes: Sequence[Shape]) -> np.ndarray:
    """Return what a mask keeps of a dream that went on from a picture, in place of the original.

    It is that picture at the size of the original, with the detail that the original has beyond it:
    as an octave without steps and noise enlarges it.

    Parameters
    ----------
    begun : Begun
        The picture.
    original : numpy.ndarray
        float32 (H, W, 3), or uint8 pixels.
    shapes : sequence of Shape
        Height and width of each octave, in pixels.

    Returns
    -------
    numpy.ndarray
        Pixels, uint8 (H, W, 3).
    """
    picture = begun.picture
    if begun.octave is not None:
        before = shapes[max(0, begun.octave - 1)]
        here = resize(original, Shape.of(picture))
        picture = restore_detail(picture, here, resize(original, before))
    shrunk = resize(original, Shape.of(picture))
    return to_pixels(restore_detail(resize(picture, Shape.of(original)), original, shrunk))


def masks_of(
    config: DreamConfig,
    image: np.ndarray | Picture,
    given: Picture | None,
    network: Network,
    shapes: Sequence[Shape],
    *,
    stacklevel: int = 2,
) -> Masks | None:
    """Return what makes the mask of a dream at each size; None without one.

    Parameters
    ----------
    config : DreamConfig
        Settings; those of the mask are used.
    image : numpy.ndarray or Picture
        The original, for the energy of a layer.
    given : Picture or None
        The picture that the mask is, if it is one.
    network : Network
        The network.
    shapes : sequence of Shape
        Height and width of each octave, in pixels.
    stacklevel : int
        Of the warning, as in `warnings.warn`.

    Raises
    ------
    DreamError
        If the network has no such layer, if it answers to all of the picture alike, or if the mask
        leaves nothing to change at an octave.

    Warns
    -----
    Silence
        If the mask leaves nothing out, or its settings are given without one.
    """
    where = area(config.mask)
    if where is None:
        if config.mask_outside or config.mask_edge:
            name = "mask_outside" if config.mask_outside else "mask_edge"
            _warn(f"{name} has no effect without a mask: choose one, or leave it out", stacklevel)
        return None
    small = None
    if given is not None:
        small = picture_mask(given.pixels)
    elif where.layer:
        small = _energy(config, image, where.layer, network)

    def mask(shape: Shape) -> np.ndarray:
        return mask_at(config, shape, small)[..., None]

    if all([bool((mask(shape) == 1).all()) for shape in shapes]):  # a list, to look at each
        _warn("the mask leaves nothing out, so it has no effect: choose a smaller area", stacklevel)
    return mask


def _energy(
    config: DreamConfig, image: np.ndarray | Picture, layer: str, network: Network
) -> np.ndarray:
    shape = Shape(*image.shape[:2])
    only = network.only([layer])  # fails with the nearest name
    if only is None and shape.area > _MOST_PIXELS:
        smaller = shape.fitted(int(_MOST_PIXELS**0.5))
        shape = smaller if min(smaller) >= network.smallest else shape
    # It may take other sides than the layers of the dream.
    picture = resize(floats(image), network.fitted(only or shape, [layer]))
    energy = energy_maps(network, [layer], picture, "float32", config.preprocessing)[layer]
    mask = energy_mask(energy)
    if mask is None:
        raise DreamError(
            f"{layer} answers to all of this picture alike, so its energy is no mask: choose "
            "another layer"
        )
    return mask


def _warn(sentence: str, stacklevel: int) -> None:
    warnings.warn(sentence, Silence, stacklevel=stacklevel + 1)
