"""Which channels of a layer are worth a look, by their responses to a set of pictures."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dreamlab.images import PictureSet
from dreamlab.probe.finite import finite
from dreamlab.probe.selectivity import selectivity, shuffled_selectivity, silent

#: Key of the item that says what is known of the layer.
LAYER = "layer"

#: Channels that are looked at where none are named.
_COUNT = 3

#: Share of the channels that are selective by luck: the control is a 95th percentile.
BY_LUCK = 0.05

#: Channels whose labels are shuffled at once: between some and others a cancel is heard.
_AT_ONCE = 256

#: What rounding does to an index.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class ChannelFigures:
    """The figures of all channels of a layer.

    Parameters
    ----------
    means : numpy.ndarray
        float64, shape (n, channels): mean activation of each in each picture.
    silence : numpy.ndarray
        float64, shape (channels,): share of the pictures to which a channel does not answer.
    index, preferred : numpy.ndarray or None
        As `dreamlab.probe.selectivity.selectivity` returns them; None without two classes.
    shuffled : numpy.ndarray or None
        float64, shape (shuffles, channels): the index under shuffled labels.
    """

    means: np.ndarray
    silence: np.ndarray
    index: np.ndarray | None = None
    preferred: np.ndarray | None = None
    shuffled: np.ndarray | None = None

    @property
    def chance(self) -> np.ndarray:
        """What each channel's index reaches in 5 % of the shuffles."""
        assert self.shuffled is not None
        return np.quantile(self.shuffled, 1 - BY_LUCK, axis=0)

    @property
    def heard(self) -> np.ndarray:
        """Whether a channel answers to any picture."""
        return self.silence < 1

    @property
    def score(self) -> np.ndarray:
        """What makes a channel worth a look.

        It is by how much its index is above chance: by the index alone, a channel that answers to
        a single picture would be the most selective. Without classes it is the variance of its mean
        activation over the mean of that, of activations shifted as for the index; of a single
        picture it is the mean activation.
        """
        if self.index is not None:
            return self.index - self.chance
        if len(self.means) == 1:
            return self.means[0]
        shifted = self.means - np.minimum(self.means.min(0), 0)
        mean = shifted.mean(0)
        return shifted.var(0) / np.where(mean > 0, mean, 1)

    def chosen(self) -> list[int]:
        """Return the channels that are most worth a look, at most 3; of equals, the lower."""
        order = np.argsort(-self.score, kind="stable")
        return [int(channel) for channel in order if self.heard[channel]][:_COUNT]

    def luck(self, among: Sequence[int]) -> float:
        """Return by how much the best of some channels is above its chance in 5 % of the shuffles.

        The best of many is chosen for its index, and so are these.
        """
        assert self.shuffled is not None
        best = (self.shuffled - self.chance)[:, list(among)].max(1)
        return float(np.quantile(best, 1 - BY_LUCK))


def channel_figures(
    means: np.ndarray, peaks: np.ndarray, pictures: PictureSet, seed: int
) -> Generator[float, None, ChannelFigures]:
    """Work the figures of a layer's channels out, some channels after the others.

    Parameters
    ----------
    means, peaks : numpy.ndarray
        Shape (n, channels): mean and largest activation in each picture.
    pictures : PictureSet
        The n pictures.
    seed : int
        Starts the random numbers that shuffle labels.

    Yields
    ------
    float
        Finished share of the work, 0 to 1.

    Returns
    -------
    ChannelFigures
        The figures.

    Raises
    ------
    DreamError
        If a value is not finite.
    """
    means, silence = finite(means), silent(finite(peaks))
    labels, classes = pictures.numbers, len(pictures.classes)
    if classes < 2:
        return ChannelFigures(means, silence)
    index, preferred = selectivity(means, labels, classes)
    shuffled = []
    for first in range(0, means.shape[1], _AT_ONCE):
        some = means[:, first : first + _AT_ONCE]
        shuffled.append(shuffled_selectivity(some, labels, classes, seed))
        yield min(1.0, (first + _AT_ONCE) / means.shape[1])
    return ChannelFigures(means, silence, index, preferred, np.hstack(shuffled))


def layer_values(
    layer: str, figures: ChannelFigures, channels: Sequence[int], named: bool, pictures: PictureSet
) -> dict[str, Any]:
    """Return what is known of a layer and of the channels that are looked at, as JSON types."""
    values: dict[str, Any] = {
        "kind": LAYER,
        "layer": layer,
        "pictures": len(pictures),
        "counts": pictures.counts,
        "channels": len(figures.silence),
        "silent": int(np.sum(~figures.heard)),
        "named": named,
        "notes": list(pictures.notes),
        "digest": pictures.digest,
    }
    looked_at: list[dict[str, Any]] = [
        {
            "channel": channel,
            "silence": float(figures.silence[channel]),
            "mean": float(figures.means[:, channel].mean()),
        }
        for channel in channels
    ]
    if figures.index is not None and figures.preferred is not None:
        chance = figures.chance
        beyond = figures.heard & (figures.score > _ROUNDING)
        among = channels if named else np.flatnonzero(figures.heard).tolist()
        values |= {
            "selective": int(np.sum(beyond)),
            "among": len(among),
            "luck": max(_ROUNDING, figures.luck(among)) if among else 0.0,
        }
        for own in looked_at:
            channel = own["channel"]
            answers = bool(figures.heard[channel])
            preferred = pictures.classes[figures.preferred[channel]]
            own |= {
                "class": preferred if answers else None,
                "selectivity": float(figures.index[channel]) if answers else None,
                "chance": float(chance[channel]) if answers else None,
            }
    return values | {"looked_at": looked_at}
