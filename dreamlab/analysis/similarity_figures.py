"""The figures of layers that say the same, as items."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dreamlab.analysis.base import Item
from dreamlab.zoo import label

#: The figures of a layer's best partner, in the order of the table.
PARTNER = (
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
    rows: Sequence[str],
    beside: str,
    columns: Sequence[str],
    figures: Figures,
    pictures: int,
) -> Iterator[Item]:
    """Yield an item for each layer of a network.

    Parameters
    ----------
    rows, columns : sequence of str
        Names of the layers of the two networks.
    beside : str
        Name of the second network; empty where the first is compared with itself.
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
            "beside": beside,
            "cka": {name: _plain(figure) for name, figure in zip(columns, alike, strict=True)},
            **dict.fromkeys(PARTNER),
            "pictures": pictures,
        }
        caption = f"{layer} · {'no other layer to compare' if len(columns) == 1 else 'no answer'}"
        if others:
            best = max(others, key=lambda column: alike[column])
            # In a half that a layer finds all the same it is like no other.
            halves = np.nan_to_num(figures.halves[:, row])
            low, high = np.quantile(halves[:, best], (0.025, 0.975))
            stays = halves[:, others].argmax(axis=1) == others.index(best)
            stays &= halves[:, best] > 0
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
        yield Item(layer, caption, values, arrays={"cka": alike.astype(np.float32)})


def _plain(figure: float) -> float | None:
    return None if np.isnan(figure) else float(figure)
