"""The figures of layers that say the same: items, tables and the sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from dreamlab.analysis.base import AnalysisData, Item
from dreamlab.images import Picture
from dreamlab.report.table import Table
from dreamlab.zoo import label

#: Side of a cell of a layer's row as a picture, in pixels.
_CELL = 24

#: Layers are of one block if all their CKAs are at least this.
_ALIKE = 0.9

#: The figures of a layer's best partner, in the order of the table.
_PARTNER = (
    "partner",
    "best",
    "low",
    "high",
    "stays",
    "control",
    "untrained",
    "chance",
    "chance_95",
)


@dataclass(frozen=True)
class Figures:
    """The CKAs of the layers of a network, in rows, with those of another or of itself, in columns.

    Parameters
    ----------
    matrix : numpy.ndarray
        Shape (rows, columns), NaN for layers that are silent.
    untrained : numpy.ndarray or None
        Of the untrained twin's layers, in rows, with the network's, in columns; None without twin.
    control : numpy.ndarray or None
        Of the untrained twin's layers, in rows, with the columns of the matrix.
    halves, shuffled : numpy.ndarray
        The matrix over halves of the pictures, and over shuffled ones, shape (times, rows,
        columns).
    """

    matrix: np.ndarray
    untrained: np.ndarray | None
    control: np.ndarray | None
    halves: np.ndarray
    shuffled: np.ndarray


def items(
    model: str,
    rows: Sequence[str],
    beside: str,
    columns: Sequence[str],
    figures: Figures,
    pictures: int,
) -> Iterator[Item]:
    """Yield an item for each layer of a network.

    Parameters
    ----------
    model, beside : str
        Names of the two networks; the second is empty where the first is compared with itself.
    rows, columns : sequence of str
        Names of their layers.
    figures : Figures
        What was found.
    pictures : int
        Number of pictures behind it.
    """
    for row, layer in enumerate(rows):
        alike = figures.matrix[row]
        others = [
            column
            for column, name in enumerate(columns)
            if not np.isnan(alike[column]) and (beside or name != layer)
        ]
        values: dict[str, Any] = {
            "layer": layer,
            "cka": {name: _plain(figure) for name, figure in zip(columns, alike, strict=True)},
            **dict.fromkeys(_PARTNER),
            "pictures": pictures,
        }
        caption = f"{layer} · {'no other layer to compare' if len(columns) == 1 else 'no answer'}"
        if others:
            best = max(others, key=lambda column: alike[column])
            halves = figures.halves[:, row]
            low, high = np.nanquantile(halves[:, best], (0.025, 0.975))
            stays = np.nanargmax(halves[:, others], axis=1) == others.index(best)
            chances = np.nanmax(figures.shuffled[:, row, others], axis=1)
            values |= {
                "partner": columns[best],
                "best": float(alike[best]),
                "low": float(low),
                "high": float(high),
                "stays": float(np.mean(stays)),
                "chance": float(np.mean(chances)),
                "chance_95": float(np.quantile(chances, 0.95)),
            }
            if figures.untrained is not None and figures.control is not None:
                values["untrained"] = _plain(figures.untrained[row, row])
                values["control"] = _plain(figures.control[row, best])
            of = f" of {label(beside)}" if beside else ""
            caption = (
                f"{layer} · most like {columns[best]}{of} · CKA {alike[best]:.2f} "
                f"({low:.2f} to {high:.2f})"
            )
        yield Item(
            layer, caption, values, _strip(alike, layer), arrays={"cka": alike.astype(np.float32)}
        )


def _plain(figure: float) -> float | None:
    return None if np.isnan(figure) else float(figure)


def _strip(row: np.ndarray, layer: str) -> Picture:
    """Return a row as a picture: white is 0, red 1, blue -1, and grey no answer."""
    figures = np.clip(row, -1, 1)
    fade = np.rint(255 * (1 - np.abs(figures)))
    pixels = np.stack([np.where(figures < 0, fade, 255), fade, np.where(figures < 0, 255, fade)])
    cells = np.where(np.isnan(row), 128, pixels).astype(np.uint8).T
    return Picture(
        np.repeat(np.repeat(cells[None], _CELL, axis=0), _CELL, axis=1), f"CKA of {layer}"
    )


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return the matrix, the best partners, and their course through the network."""
    values = [item.values for item in findings.items]
    if not values:
        return ()
    names = tuple(values[0]["cka"])
    silent = tuple(row["layer"] for row in values if all(v is None for v in row["cka"].values()))
    unheard = tuple(name for name in names if all(row["cka"][name] is None for row in values))
    if len(silent) < len(values):
        silent = tuple(dict.fromkeys([*silent, *unheard]))
    beside = findings.settings["beside"]
    across = f"{label(beside)} (columns)" if beside else "the same network"
    title = f"How alike layers of {label(findings.model)} (rows) and {across} arrange pictures: CKA"
    rows = tuple((row["layer"], *(row["cka"][name] for name in names)) for row in values)
    found = [Table("similarity", title, ("layer", *names), rows, "cosines", silent)]
    if all(row["partner"] is None for row in values):
        return tuple(found)
    found.append(
        Table(
            "partners",
            "The most similar layer: its CKA, the 95 % interval, how often it stays the most "
            "similar, that of the untrained twin, and what shuffled pictures give",
            ("layer", *_PARTNER),
            tuple((row["layer"], *(row[name] for name in _PARTNER)) for row in values),
        )
    )
    lines = ("best", "low", "high", "untrained", "chance_95")
    kept = [name for name in lines if any(row[name] is not None for row in values)]
    if len(values) > 1:
        found.append(
            Table(
                "by_depth",
                "CKA with the most similar layer (and 95 % interval), with the same layer of the "
                "untrained twin, and what chance stays below",
                ("layer", *kept),
                tuple((row["layer"], *(row[name] for name in kept)) for row in values),
                "lines",
                spreads=(("best", "low", "high"),),
            )
        )
    return tuple(found)


def sentence(findings: AnalysisData) -> str:
    """Return the layers that share most beyond the controls, or where one network changes."""
    values = [item.values for item in findings.items if item.values["partner"] is not None]
    if not values:
        return "No two layers were compared that answer to these pictures."
    model, beside = label(findings.model), findings.settings["beside"]
    return _of_two(values, model, label(beside)) if beside else _of_one(values, model)


def _of_two(values: Sequence[dict[str, Any]], model: str, beside: str) -> str:
    def surplus(row: dict[str, Any]) -> float:
        return row["low"] - max(row["control"] or 0.0, row["chance_95"])

    row = max(values, key=surplus)
    untrained = "" if row["control"] is None else f"untrained {row['control']:.2f}, "
    figures = (
        f"CKA {row['best']:.2f}, {row['low']:.2f} to {row['high']:.2f}; {untrained}"
        f"by chance {row['chance']:.2f}"
    )
    count = f"over {row['pictures']} pictures"
    if surplus(row) > 0:
        return (
            f"{row['layer']} of {model} says most nearly what {row['partner']} of {beside} says "
            f"({figures}), {count}."
        )
    return (
        f"No layer of {model} is more like one of {beside} than its controls are, {count}: "
        f"{row['layer']} and {row['partner']} come nearest ({figures})."
    )


def _of_one(values: Sequence[dict[str, Any]], model: str) -> str:
    alike = {row["layer"]: row["cka"] for row in values}
    names = [name for name in values[0]["cka"] if name in alike]
    steps = {after: alike[after][before] for before, after in pairwise(names)}
    count = f"over {values[0]['pictures']} pictures"
    if not steps:
        row = values[0]
        return (
            f"{row['layer']} says most nearly what {row['partner']} says (CKA {row['best']:.2f})."
        )
    turn = min(steps, key=lambda name: steps[name])
    before = names[names.index(turn) - 1]
    first, last = _block(names, alike)
    block = (
        f"; the longest run of layers that say nearly the same is {first} to {last} (CKA "
        f"{_ALIKE} or more)"
        if first != last
        else ""
    )
    said = f"In {model}, {turn} differs most from the layer before it, {before} (CKA "
    told = [row for row in values if row["untrained"] is not None]
    learnt = ""
    if told:
        least = min(told, key=lambda row: row["untrained"])
        learnt = (
            f" {least['layer']} is farthest from its untrained twin (CKA {least['untrained']:.2f})."
        )
    return f"{said}{steps[turn]:.2f}), {count}{block}.{learnt}"


def _block(names: Sequence[str], alike: dict[str, dict[str, float]]) -> tuple[str, str]:
    """Return the ends of the longest run of layers of which all pairs are alike."""
    longest, begin = (0, 0), 0
    for end, name in enumerate(names):
        for place in range(end - 1, begin - 1, -1):
            if alike[name][names[place]] < _ALIKE:
                begin = place + 1
                break
        if end - begin > longest[1] - longest[0]:
            longest = begin, end
    return names[longest[0]], names[longest[1]]
