"""The pictures that layers are compared over: those that are given, or crops of the samples."""

from collections.abc import Sequence

import numpy as np

from dreamlab.errors import DreamError
from dreamlab.images import load_image, to_pixels
from dreamlab.images.natural import SAMPLES
from dreamlab.images.squares import middle_square, seeded_squares

#: Fewest pictures of which similarity says something, and most that are compared.
FEWEST, MOST = 64, 1024


def pictures_of(
    given: Sequence[np.ndarray] | None, count: int, side: int, seed: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the pictures, and those that are compared with each other as groups of their places.

    Crops are compared with crops of the same photograph alone.

    Parameters
    ----------
    given : sequence of numpy.ndarray or None
        Pictures of the user, float32, shape (H, W, 3) each, in [-1, 1]; their middles count, and of
        equal ones the first. None for crops of the samples.
    count : int
        Number of crops.
    side : int
        Side of the pictures, in pixels.
    seed : int
        Starts the random numbers that place the crops.

    Returns
    -------
    pictures : numpy.ndarray
        float32, shape (n, side, side, 3), in [-1, 1].
    groups : list of numpy.ndarray
        As in `dreamlab.analysis.cka`.

    Raises
    ------
    DreamError
        If too few or too many pictures are given.
    """
    if given is None:
        samples = [to_pixels(load_image(path)) for path in SAMPLES]
        pictures, sources = seeded_squares(samples, count, side, seed)
        return pictures, [np.flatnonzero(sources == place) for place in range(len(samples))]
    if len(given) > MOST:
        raise DreamError(f"{len(given)} pictures are too many; give {FEWEST} to {MOST}")
    squares = [middle_square(to_pixels(picture), side) for picture in given]
    # Every layer finds copies the same, so that they would make layers alike.
    different = list({square.tobytes(): square for square in squares}.values())
    if len(different) < FEWEST:
        copies = f", of which {len(different)} differ" if len(different) < len(given) else ""
        raise DreamError(
            f"layers are compared over {FEWEST} pictures or more, and {len(given)} "
            f"{'is' if len(given) == 1 else 'are'} given{copies}: add some, or give none for crops "
            "of the samples"
        )
    return np.stack(different), [np.arange(len(different))]
