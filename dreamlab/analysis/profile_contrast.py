"""Two layer profiles compared, by relative depth: early, middle and late layers."""

from collections.abc import Iterable
from typing import Any

from dreamlab.analysis.base import AnalysisData, Contrast
from dreamlab.analysis.profile_tables import figures
from dreamlab.analysis.two_networks import EQUAL, labels
from dreamlab.images.cues import CUES
from dreamlab.report.table import Table

#: Parts of a network, each with the relative depth that it ends at.
_PARTS = {"early": 1 / 3, "middle": 2 / 3, "late": 1.0}

_ENDS = ("pooled", "pooled_low", "pooled_high")


def contrast(first: AnalysisData, second: AnalysisData) -> Contrast:
    """Return how much more the second network relies on each cue than the first, by depth.

    A difference counts if, at every strength, the figures of all draws lie apart, and always on the
    same side. Figures are the pooled ones, as means over the layers of a part.
    """
    ours, theirs = _by_part(first), _by_part(second)
    rows: list[tuple[Any, ...]] = []
    for cue, part in dict.fromkeys((cue, part) for cue, part, _ in ours):
        pairs = [
            (ours[cue, part, strength], theirs[cue, part, strength])
            for strength in CUES[cue].strengths
            if (cue, part, strength) in ours.keys() & theirs.keys()
        ]
        if pairs:
            means = [sum(pair[side][0] for pair in pairs) / len(pairs) for side in (0, 1)]
            rows.append((cue, part, *means, means[1] - means[0], _apart(pairs)))
    if not rows:
        return Contrast(
            "The two have no figures of one cue at a like depth: choose other layers or cues."
        )
    parts = [part for part in _PARTS if any(row[1] == part for row in rows)]
    by_place = {(row[0], row[1]): row[4] for row in rows}
    wide = tuple(
        (CUES[cue].label, *(by_place.get((cue, part)) for part in parts))
        for cue in dict.fromkeys(row[0] for row in rows)
    )
    tables = (
        Table(
            "profile_difference",
            "How much more the second network relies on a cue than the first, by depth",
            ("cue", *parts),
            wide,
        ),
        Table(
            "profile_contrast",
            "Both networks' ratios to noise as large, and whether they lie beyond the spread",
            ("cue", "depth", "first", "second", "difference", "beyond the spread"),
            tuple((*row[:5], "yes" if row[5] else "no") for row in rows),
        ),
    )
    return Contrast(_sentence(rows, labels(first, second)), tables)


def _sentence(rows: list[tuple[Any, ...]], names: tuple[str, str]) -> str:
    apart = [row for row in rows if row[5]]
    if not apart:
        return "No difference: all figures of the two lie within the spread of the draws."
    cue, part, ours, theirs, *_ = max(apart, key=lambda row: abs(row[4]))
    return (
        f"Differences beyond the spread: {len(apart)} of {len(rows)}, the largest in {part} layers "
        f"under {CUES[cue].label}: {names[0]} shifts {ours:.2g} times as far as under noise as "
        f"large, {names[1]} {theirs:.2g} times."
    )


def _by_part(findings: AnalysisData) -> dict[tuple[str, str, str], tuple[float, ...]]:
    """Return the figure and its ends for each cue, part and strength, over the part's layers."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in figures(findings):
        if row["group"] == "noise":  # the error of the figures is nothing that a layer relies on
            continue
        for layer in row["layers"].values():
            if layer["pooled"] is not None:
                # The tolerance keeps a third a third in spite of rounding errors.
                part = next(name for name, end in _PARTS.items() if layer["depth"] <= end + 1e-9)
                found.setdefault((row["cue"], part, row["strength"]), []).append(layer)
    return {
        place: tuple(sum(layer[end] for layer in layers) / len(layers) for end in _ENDS)
        for place, layers in found.items()
    }


def _apart(pairs: Iterable[tuple[tuple[float, ...], tuple[float, ...]]]) -> bool:
    """Return whether the spreads lie apart at every strength, always on the same side."""
    apart = 1 + EQUAL  # a single draw has no spread, but a rounding error
    sides = {
        -1 if theirs[2] * apart < ours[1] else 1 if theirs[1] > ours[2] * apart else 0
        for ours, theirs in pairs
    }
    return sides in ({-1}, {1})
