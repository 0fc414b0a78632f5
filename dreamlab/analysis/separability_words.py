"""What the figures of separability say, in sentences."""

import math
from typing import Any

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.separability_figures import (
    best,
    best_for,
    cheapest,
    figures_of,
    set_of,
    standard_error,
    told,
    without,
)
from dreamlab.errors import listed
from dreamlab.images.conditions import TAKEN
from dreamlab.probe.accuracy import interval
from dreamlab.zoo import is_untrained, label

#: Pictures of a class below which it is said how wide the interval is.
FEW = 10

#: A class that is told by at most this share of before is lost.
_LOST = 0.25

#: Fewer multiplications by this factor are worth a sentence.
_WORTH = 1.5

#: A factor of so much is told without its decimal.
_EXACT = 10


def sentence(findings: AnalysisData) -> str:
    """Return which layer is best, what does as well for less, and what is lost without a cue."""
    figures = figures_of(findings.items, "original")
    if not figures:
        return f"{findings.items[0].caption}: no layer has seen them yet."
    top, luck = best(figures), luckiest(figures)
    name = _named(top, figures)
    right = f"{top['accuracy']:.2f} right (95 % interval {top['low']:.2f} to {top['high']:.2f})"
    few = _few(findings, top)
    if top["accuracy"] <= luck:
        said = (
            f"No layer separates the classes beyond luck: the best, {name.rstrip(',')}, gets "
            f"{right}, and with shuffled labels some layer gets {luck:.2f}."
        )
        return " ".join([said, *few])
    said = f"{name} is best: {right}, where guessing gets {top['chance']:.2f}."
    parts = [
        *_same(top, figures),
        *_networks(top, figures),
        *_no_network(findings, top),
        *_reliance(findings, figures),
    ]
    return " ".join([said, *parts, *few])


def luckiest(figures: list[dict[str, Any]]) -> float:
    """Return the highest accuracy of any layer with any of the shuffled labels.

    The best of many layers is chosen for its accuracy, and so are these.
    """
    return max(max(values["shuffles"]) for values in figures)


def _same(top: dict[str, Any], figures: list[dict[str, Any]]) -> list[str]:
    """Return how many other layers of its network get what the best one gets."""
    own = [values for values in figures if values["network"] == top["network"]]
    others = sum(values["accuracy"] == top["accuracy"] for values in own) - 1
    if not others:
        return []
    of = "" if len(own) == len(figures) else f" of {label(top['network'])}"
    one = others == 1
    number, get = ("Another layer", "gets") if one else (f"{others} other layers", "get")
    return [f"{number}{of}{',' * bool(of and is_untrained(top['network']))} {get} the same."]


def _networks(top: dict[str, Any], figures: list[dict[str, Any]]) -> list[str]:
    """Return what gives as much for less work, and how far each other network comes."""
    said, named = [], {top["network"]}
    less = cheapest(figures)
    times = top["multiplications"] / max(1.0, less["multiplications"])
    if times >= _WORTH:
        named.add(less["network"])
        part = f"for {_part(times)} of the work" if less["multiplications"] else "without any work"
        said.append(f"{_named(less, figures)} gives as much ({less['accuracy']:.2f}) {part}.")
    for network in dict.fromkeys(values["network"] for values in figures):
        if network not in named:
            own = best([values for values in figures if values["network"] == network])
            more = own["multiplications"] / max(1.0, top["multiplications"])
            times = f"{more:,.0f}" if more >= _EXACT else f"{more:.1f}"
            told = more >= _WORTH and top["multiplications"] and not is_untrained(network)
            work = f" for {times} times the work" if told else ""
            said.append(f"{_named(own, figures)} gets {own['accuracy']:.2f} at most{work}.")
    return said


def _no_network(findings: AnalysisData, top: dict[str, Any]) -> list[str]:
    """Return whether the mean colours of the pictures do as well."""
    colour = set_of(findings)["mean_colour"]["accuracy"]
    if colour < top["accuracy"] - standard_error(top):
        return []
    return [f"The mean colours of the pictures alone get {colour:.2f}: no network is needed."]


def _part(times: float) -> str:
    """Return one of so many parts in words, such as ``half`` or ``1/40``."""
    if times < 1.75:
        return "two thirds"
    whole = round(times)
    return {2: "half", 3: "a third", 4: "a quarter"}.get(whole, f"1/{whole:,}")


def _reliance(findings: AnalysisData, figures: list[dict[str, Any]]) -> list[str]:
    """Return the classes that are lost without a cue, by the layer that tells each best.

    A class may need several cues: it is not said that it is told by one alone.
    """
    of = set_of(findings)
    counts = of["counts"]
    parts: list[str] = []
    for condition, cue in TAKEN.items():
        lost = []
        for place, name in enumerate(of["classes"]):
            by = best_for(figures, place)
            after = without(findings, by, condition)
            sizes = counts[place], sum(counts) - counts[place]
            if (
                after is not None
                and _sure(by, place, *sizes)
                and not _sure(after, place, *sizes)
                and told(after, place) <= _LOST * told(by, place)
            ):
                lost.append(name)
        if lost:
            verb = "is" if len(lost) == 1 else "are"
            parts.append(f"without {cue}, {listed(lost)} {verb}{' lost' * (not parts)}")
    if not parts:
        return []
    said = "; ".join(parts)
    left = "even the layer that tells each best may then be guessing"
    return [f"{said[0].upper()}{said[1:]}: {left}."]


def _sure(values: dict[str, Any], place: int, count: int, rest: int) -> bool:
    """Return whether the 95 % interval of how well a class is told leaves 0, what guessing gives.

    It is Newcombe's of a difference (1998, Statistics in Medicine 17, 873-890), of the intervals
    of its shares: a standard error is 0 for 2 of 2 hits, which guessing often gets.
    """
    hits, alarms = values["recalls"][place], values["false_alarms"][place]
    fewest, most = interval(hits, count)[0], interval(alarms, rest)[1]
    return hits - alarms > math.hypot(hits - fewest, most - alarms)


def _few(findings: AnalysisData, top: dict[str, Any]) -> list[str]:
    least = min(set_of(findings)["counts"])
    if least >= FEW:
        return []
    return [
        f"With {least} pictures in a class the interval is {top['high'] - top['low']:.2f} wide: "
        f"add pictures, {FEW} a class or more, to tell layers apart."
    ]


def _named(values: dict[str, Any], figures: list[dict[str, Any]]) -> str:
    """Return a layer's name, with its network's if there are several, for a verb to follow."""
    if len({other["network"] for other in figures}) == 1:
        return values["layer"]
    comma = "," * is_untrained(values["network"])
    return f"{values['layer']} of {label(values['network'])}{comma}"
