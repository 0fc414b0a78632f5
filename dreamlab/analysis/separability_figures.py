"""The figures of a layer's probe, and the pictures that the best layer tells wrong."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dreamlab.analysis.base import AnalysisData, Item
from dreamlab.errors import listed
from dreamlab.images import Picture, PictureSet
from dreamlab.probe.accuracy import (
    balanced_accuracy,
    chance_interval,
    effective_count,
    false_alarms,
    interval,
    recalls,
)
from dreamlab.probe.logme import logme
from dreamlab.probe.ridge import Probe
from dreamlab.zoo import label

#: Key of the item that says what the set is.
PICTURES = "pictures"

#: Shuffles of the labels, whose ends hold 95 %: the control of each layer, and of the best of all.
_SHUFFLES = 39

#: Most pictures told wrong that are shown.
_MOST_WRONG = 12

#: Half a 95 % interval in standard errors.
_HALF = 1.96


def set_item(pictures: PictureSet) -> Item:
    """Return what the set is, and what its mean colours alone tell: a control without a network."""
    colours = pictures.pixels.mean(axis=(1, 2))
    accuracy, low, high = _accuracy(_predicted(colours, pictures), pictures)
    counts = pictures.counts
    values = {
        "kind": PICTURES,
        "classes": list(counts),
        "counts": list(counts.values()),
        "names": list(pictures.names),
        "labels": list(pictures.labels),
        "notes": list(pictures.notes),
        "digest": pictures.digest,
        "mean_colour": {"accuracy": accuracy, "low": low, "high": high},
    }
    return Item(PICTURES, f"{len(pictures)} pictures of {len(counts)} classes", values)


def layer_item(
    key: str, values: dict[str, Any], features: np.ndarray, pictures: PictureSet, seed: int
) -> Item:
    """Return the figures of a layer.

    Parameters
    ----------
    key : str
        Key of the item.
    values : dict
        What the figures are of: network, layer, its depth and work, and the condition.
    features : numpy.ndarray
        Pooled features, float32, shape (n, channels).
    pictures : PictureSet
        The n pictures, with classes.
    seed : int
        Starts the random numbers that shuffle labels; the same for all layers.
    """
    labels, classes = pictures.numbers, len(pictures.classes)
    probe = Probe(features)
    predicted = probe.predicted(labels, classes)
    accuracy, low, high = _accuracy(predicted, pictures)
    shuffles = probe.permuted(labels, classes, seed, _SHUFFLES)
    ends = chance_interval(shuffles)
    figures = {
        "kind": "layer",
        **values,
        "accuracy": accuracy,
        "low": low,
        "high": high,
        "chance": 1 / classes,
        "permuted": float(shuffles.mean()),
        "permuted_low": ends[0],
        "permuted_high": ends[1],
        "logme": logme(features, labels, classes),
        "recalls": recalls(predicted, labels, classes).tolist(),
        "false_alarms": false_alarms(predicted, labels, classes).tolist(),
    }
    arrays = {}
    if values["condition"] == "original":
        figures |= {"predicted": predicted.tolist(), "shuffles": shuffles.tolist()}
        arrays = {"features": features}
    where = f"{label(values['network'])}, {values['layer']}"
    return Item(key, f"{where} · {accuracy:.2f} right", figures, arrays=arrays)


def wrong_items(pictures: PictureSet, items: Sequence[Item]) -> list[Item]:
    """Return the pictures that the best layer tells wrong, at most 12, of all classes in turn."""
    top = best(figures_of(items, "original"))
    labels, predicted = pictures.numbers, np.array(top["predicted"])
    wrong = np.flatnonzero(predicted != labels)
    turns = [np.count_nonzero(labels[wrong[:at]] == labels[of]) for at, of in enumerate(wrong)]
    some = sorted(zip(turns, wrong.tolist(), strict=True))[:_MOST_WRONG]
    shown = []
    for _, place in some:
        own, other = pictures.labels[place], pictures.classes[predicted[place]]
        values = {
            "kind": "wrong",
            "network": top["network"],
            "layer": top["layer"],
            "name": pictures.names[place],
            "class": own,
            "taken_for": other,
        }
        short, taken = listed([own]), listed([other])
        caption = f"{short}, taken for {taken} · {listed([pictures.names[place]])}"
        shown.append(Item(f"wrong-{place}", caption, values, Picture(pictures.pixels[place])))
    return shown


def figures_of(items: Sequence[Item], condition: str) -> list[dict[str, Any]]:
    """Return the figures of all layers under a condition, in the order of the run."""
    of_layers = [item.values for item in items if item.values["kind"] == "layer"]
    return [values for values in of_layers if values["condition"] == condition]


def set_of(findings: AnalysisData) -> dict[str, Any]:
    """Return what the set of findings is: classes, numbers, names."""
    return next(item.values for item in findings.items if item.key == PICTURES)


def best(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the layer of the highest accuracy, of equal ones that of the least work."""
    return max(figures, key=lambda values: (values["accuracy"], -values["multiplications"]))


def best_of_each(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the best layer of each network, in the order of the run."""
    by_network: dict[str, list[dict[str, Any]]] = {}
    for values in figures_of(items, "original"):
        by_network.setdefault(values["network"], []).append(values)
    return [best(figures) for figures in by_network.values()]


def standard_error(values: dict[str, Any]) -> float:
    """Return the standard error of an accuracy, from its interval."""
    return (values["high"] - values["low"]) / 2 / _HALF


def cheapest(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the layer of the least work within one standard error of the best.

    That is the rule of Breiman et al. 1984, Classification and Regression Trees: what is simpler
    and as good as chance lets one see is taken.
    """
    top = best(figures)
    least = top["accuracy"] - standard_error(top)
    as_good = [values for values in figures if values["accuracy"] >= least]
    return min(as_good, key=lambda values: (values["multiplications"], -values["accuracy"]))


def told(values: dict[str, Any], place: int) -> float:
    """Return how well a layer tells a class from the others: its recall less its false alarms."""
    return values["recalls"][place] - values["false_alarms"][place]


def best_for(figures: Sequence[dict[str, Any]], place: int) -> dict[str, Any]:
    """Return the layer that tells a class best, of equal ones that of the least work."""
    return max(figures, key=lambda values: (told(values, place), -values["multiplications"]))


def without(
    findings: AnalysisData, values: dict[str, Any], condition: str
) -> dict[str, Any] | None:
    """Return the figures of the same layer under a condition, if they are there."""
    same = (
        other
        for other in figures_of(findings.items, condition)
        if (other["network"], other["layer"]) == (values["network"], values["layer"])
    )
    return next(same, None)


def _predicted(features: np.ndarray, pictures: PictureSet) -> np.ndarray:
    return Probe(features).predicted(pictures.numbers, len(pictures.classes))


def _accuracy(predicted: np.ndarray, pictures: PictureSet) -> tuple[float, float, float]:
    labels, classes = pictures.numbers, len(pictures.classes)
    accuracy = float(balanced_accuracy(predicted, labels, classes))
    return (accuracy, *interval(accuracy, effective_count(labels, classes)))
