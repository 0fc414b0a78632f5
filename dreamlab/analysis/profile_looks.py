"""The looks of a layer profile: at the picture without its cues, and with noise as large."""

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis.base import Item
from dreamlab.analysis.profile_noise import NoiseLevels
from dreamlab.analysis.profile_settings import ProfileSettings
from dreamlab.images import Picture
from dreamlab.images.cues import CUES
from dreamlab.images.distance import distance

if TYPE_CHECKING:
    from dreamlab.dream.moves import Move

#: Half a grey level of a picture of 8 bits: a smaller change could not be seen.
_NOTHING = 1 / 255

#: The largest number of float16.
_MOST = 65504.0

#: A look: a cue or "", the place of its strength or the level of the noise, and the draw.
_Look = tuple[str, int, int]


class Looks:
    """Makes the pictures to be looked at one by one, and items of what was measured.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    settings : ProfileSettings
        For the draws and the seed.
    grey : bool
        Whether the network sees grey pictures alone.
    """

    def __init__(self, image: np.ndarray, settings: ProfileSettings, *, grey: bool) -> None:
        self._image = image
        self._settings = settings
        self._noise = NoiseLevels(image, settings.seed, grey=grey)
        self._asked: deque[_Look] = deque()
        self._pictures: dict[tuple[str, int], Picture] = {}
        self._sizes: dict[tuple[str, int], list[float]] = {}
        self._needed: dict[tuple[str, int], set[_Look]] = {}
        self._shifts: dict[_Look, dict[str, dict[str, float]]] = {}
        self._where: dict[tuple[str, int], dict[str, np.ndarray]] = {}

    def pictures(self, missing: Sequence[tuple[str, int]]) -> Iterator[np.ndarray]:
        """Yield each picture that has to be looked at for some cues and places of strengths."""
        asked: set[_Look] = set()
        for cue, at in missing:
            drawn = [self._changed(cue, at, draw) for draw in range(self._settings.draws_of(cue))]
            sizes = [distance(picture, self._image) for picture in drawn]
            self._pictures[cue, at] = Picture.of(drawn[0])
            self._sizes[cue, at] = sizes
            needed = {(cue, at, draw): picture for draw, picture in enumerate(drawn)}
            if min(sizes) < _NOTHING:
                needed = {}
            noises = self._noises(sizes)
            self._needed[cue, at] = {*needed, *noises}
            for look in [*needed, *noises]:
                if look not in asked:
                    asked.add(look)
                    self._asked.append(look)
                    _, level, draw = look
                    yield needed[look] if look in needed else self._noise.picture(draw, level)

    def take(self, moves: Mapping[str, "Move"]) -> None:
        """Take what was measured at the picture that was yielded next."""
        look = self._asked.popleft()
        self._shifts[look] = {
            name: {"map": move.map, "pooled": move.pooled} for name, move in moves.items()
        }
        cue, at, draw = look
        if cue and at == len(CUES[cue].strengths) - 1 and not draw:
            self._where[cue, at] = {
                name: np.minimum(move.where, _MOST).astype(np.float16)
                for name, move in moves.items()
            }

    def ready(self, cue: str, at: int) -> bool:
        """Return whether all was measured of a cue at a strength."""
        needed = self._needed.get((cue, at))
        return needed is not None and needed <= self._shifts.keys()

    def item(self, cue: str, at: int, depths: Mapping[str, float]) -> Item:
        """Return the item of a cue at a strength; the depths are those of the layers, by name."""
        sizes = self._sizes.pop((cue, at))
        size = float(np.mean(sizes))
        strength = list(CUES[cue].strengths)[at]
        caption = f"{CUES[cue].label} · {strength} · RMS {size:.3f}"
        if min(sizes) < _NOTHING:
            caption += " · changes nothing here"
        elif not self._noises(sizes):
            caption += " · no noise is as large"
        values = {
            "cue": cue,
            "group": CUES[cue].group,
            "strength": strength,
            "rms": size,
            "layers": {
                name: {"depth": depth} | self._figures(cue, at, sizes, name)
                for name, depth in depths.items()
            },
        }
        arrays = self._where.pop((cue, at), {})
        picture = self._pictures.pop((cue, at))
        key = item_key(cue, at)
        return Item(key, caption, values, picture, of_original=True, arrays=arrays)

    def _figures(self, cue: str, at: int, sizes: list[float], layer: str) -> dict[str, Any]:
        figures: dict[str, Any] = {}
        for kind in ("map", "pooled"):
            shifts, noises = [], []
            for draw, around in enumerate(self._around(sizes)):
                of = min(draw, len(sizes) - 1)
                look = self._shifts.get((cue, at, of))
                if look is not None and around is not None and math.isfinite(look[layer][kind]):
                    levels = {level: self._shifts["", level, draw][layer][kind] for level in around}
                    noise = self._noise.between(draw, sizes[of], levels)
                    if noise is not None:
                        shifts.append(look[layer][kind])
                        noises.append(noise)
            ratios = [shift / noise for shift, noise in zip(shifts, noises, strict=True)]
            figures |= {
                kind: _mean(ratios),
                f"{kind}_low": min(ratios, default=None),
                f"{kind}_high": max(ratios, default=None),
                f"shift_{kind}": _mean(shifts),
                f"noise_{kind}": _mean(noises),
            }
        return figures

    def _changed(self, cue: str, at: int, draw: int) -> np.ndarray:
        strength = list(CUES[cue].strengths)[at]
        seed = (self._settings.seed, draw, list(CUES).index(cue))
        return CUES[cue].applied(self._image, strength, np.random.default_rng(seed))

    def _around(self, sizes: list[float]) -> list[tuple[int, ...] | None]:
        """Return the levels of each draw's noise around the size of its change, if it has one."""
        if min(sizes) < _NOTHING:
            return [None] * self._settings.draws
        return [
            self._noise.around(draw, sizes[min(draw, len(sizes) - 1)])
            for draw in range(self._settings.draws)
        ]

    def _noises(self, sizes: list[float]) -> list[_Look]:
        return [
            ("", level, draw)
            for draw, around in enumerate(self._around(sizes))
            for level in around or ()
        ]


def item_key(cue: str, at: int) -> str:
    """Return the key of the item of a cue at a place of its strengths."""
    return f"{cue}-{at + 1}"


def _mean(figures: list[float]) -> float | None:
    return float(np.mean(figures)) if figures else None
