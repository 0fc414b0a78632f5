"""What a layer's channels are tuned to: the orientation and the period of gratings.

A channel answers to a grating by how far its map is from that of plain grey, by the mean over the
positions. Its best grating is found among those of one phase, and how much it prefers that is
measured at the other phase, and the other way round, so that chance prefers nothing: the
selectivity of a channel is (best - other) / (best + other), where the other is across the best
(orientation) or the weakest of its orientation (period). From 1 / 3 on, twice the answer, the
channel counts as tuned. The control is the share of tuned channels where the orientations, or the
periods, of the second phase are shuffled.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis.base import Item
from dreamlab.analysis.profile_settings import ProfileSettings
from dreamlab.images import Picture, Shape
from dreamlab.images.gratings import ORIENTATIONS, PERIODS, PHASES, gratings, sheet

if TYPE_CHECKING:
    from dreamlab.models import Network

#: Key of the item.
KEY = "gratings"

#: Side of a grating, in pixels, where the network takes it.
_SIDE = 64

#: Pixels of all gratings.
PIXELS = ORIENTATIONS * len(PERIODS) * PHASES * _SIDE**2

#: Selectivity from which a channel counts as tuned: twice the answer.
_TUNED = 1 / 3


def tuning(
    network: "Network",
    depths: Mapping[str, float],
    settings: ProfileSettings,
    memory: float | None,
) -> Generator[tuple[float, Item | None]]:
    """Show the gratings to the network; yield the finished share, and at the end the item.

    Parameters
    ----------
    network : Network
        The network.
    depths : mapping of str to float
        The layers, by name in network order, with their depths from 0 to 1.
    settings : ProfileSettings
        For the seed and how the network is computed.
    memory : float or None
        As in `dreamlab.dream.dream`.
    """
    from dreamlab.dream.moves import moves

    shape = _shape(network, tuple(depths))
    shown = gratings(shape)
    grey = np.zeros((*shape, 3), np.float32)
    measured = moves(network, tuple(depths), settings.precision, settings.preprocessing)
    answers: dict[str, list[np.ndarray]] = {name: [] for name in depths}
    for count, swings in enumerate(measured.swings(grey, shown, memory), 1):
        for name, swing in swings.items():
            answers[name].append(swing)
        yield count / len(shown), None
    arrays = {
        name: np.stack(of).reshape(ORIENTATIONS, len(PERIODS), PHASES, -1)
        for name, of in answers.items()
    }
    values = {
        "layers": {
            name: {"depth": depth} | tuned(arrays[name], settings.seed)
            for name, depth in depths.items()
        }
    }
    caption = f"{ORIENTATIONS} orientations · periods of {PERIODS[0]} to {PERIODS[-1]} px"
    yield 1.0, Item(KEY, caption, values, Picture.of(sheet(shape)), arrays=arrays)


def tuned(answers: np.ndarray, seed: int) -> dict[str, Any]:
    """Return which share of a layer's channels is tuned, and to which frequency.

    Parameters
    ----------
    answers : numpy.ndarray
        float32, shape (orientations, periods, phases, channels), 0 or more.
    seed : int
        Seed of the control's shuffles.

    Returns
    -------
    dict
        ``answering``, the number of channels that answer to any grating; of those ``oriented`` and
        ``periodic``, the shares tuned to an orientation and to a period, each with
        ``..._by_chance``; ``frequency``, the median of the preferred frequencies in cycles per
        pixel, with the quartiles ``frequency_low`` and ``frequency_high``. All but the first are
        None if no channel answers.
    """
    answers = answers[..., answers.max(axis=(0, 1, 2)) > 0].astype(np.float64)
    figures: dict[str, Any] = {"answering": answers.shape[-1]}
    frequencies: list[float | None] = [None] * 3
    if figures["answering"]:
        preferred = answers.mean(axis=(0, 2)).argmax(axis=0)
        quartiles = np.quantile(1 / np.array(PERIODS)[preferred], (0.5, 0.25, 0.75))
        frequencies = quartiles.tolist()
    figures |= zip(("frequency", "frequency_low", "frequency_high"), frequencies, strict=True)
    generator = np.random.default_rng(seed)
    for axis, name in enumerate(("oriented", "periodic")):
        both = [answers[:, :, phase] for phase in range(PHASES)]
        mixed = [generator.permuted(answer, axis=axis) for answer in both]
        figures[name] = _share(both, both, axis)
        figures[f"{name}_by_chance"] = _share(both, mixed, axis)
    return figures


def _share(found: Sequence[np.ndarray], measured: Sequence[np.ndarray], axis: int) -> float | None:
    """Return the share of channels that prefer at one phase what they preferred at the other."""
    if not found[0].shape[-1]:
        return None
    crossed = zip(found, reversed(measured), strict=True)
    mean = np.mean([_selectivity(*pair, axis) for pair in crossed], axis=0)
    return float(np.mean(mean >= _TUNED))


def _selectivity(found: np.ndarray, measured: np.ndarray, axis: int) -> np.ndarray:
    """Return the selectivity of each channel, of answers (orientations, periods, channels)."""
    channels = np.arange(found.shape[-1])
    best = found.reshape(-1, len(channels)).argmax(axis=0)
    turn, period = np.divmod(best, len(PERIODS))
    if axis == 0:
        other = ((turn + ORIENTATIONS // 2) % ORIENTATIONS, period)
    else:
        other = (turn, found[turn, :, channels].argmin(axis=1))
    high, low = measured[turn, period, channels], measured[(*other, channels)]
    return (high - low) / np.maximum(high + low, np.finfo(np.float64).tiny)


def _shape(network: "Network", layers: Sequence[str]) -> Shape:
    """Return the size of gratings that the layers take."""
    only = network.only(layers)
    if only is not None:
        return only
    multiple = network.multiple(layers)
    side = -(-max(_SIDE, network.smallest) // multiple) * multiple
    return Shape(side, side)
