"""Figures of layers by depth, trained and untrained: their tables, and two networks' contrast."""

from collections.abc import Mapping

import numpy as np

from dreamlab.analysis.base import AnalysisData, Contrast
from dreamlab.analysis.two_networks import EQUAL, labels
from dreamlab.report.table import Table
from dreamlab.zoo import is_untrained

#: What the weights of an item's network are.
KINDS = ("trained", "untrained")

#: Relative depths at which two networks are compared.
_PLACES = 5


def own_kind(model: str) -> str:
    """Return the kind of the network itself; its twin, if any, is of the other."""
    return KINDS[is_untrained(model)]


def figures(findings: AnalysisData, name: str) -> dict[str, dict[str, list[float]]]:
    """Return a figure of each layer's draws, by kind and layer in order; [] where it is silent."""
    found: dict[str, dict[str, list[float]]] = {}
    for item in findings.items:
        values = item.values
        draws = found.setdefault(values["kind"], {}).setdefault(values["layer"], [])
        if values[name] is not None:
            draws.append(values[name])
    return found


def means(findings: AnalysisData, name: str, kind: str) -> dict[str, float]:
    """Return the mean of a figure over the draws of each layer that has some, by layer."""
    by_layer = figures(findings, name).get(kind, {})
    return {layer: float(np.mean(draws)) for layer, draws in by_layer.items() if draws}


def silent_layers(findings: AnalysisData, name: str) -> tuple[str, ...]:
    """Return the layers of which no network has a figure."""
    found = figures(findings, name).values()
    layers = dict.fromkeys(layer for by_layer in found for layer in by_layer)
    return tuple(layer for layer in layers if not any(by_layer.get(layer) for by_layer in found))


def depth_table(findings: AnalysisData, name: str, title: str) -> Table:
    """Return a figure by layer, with a column for each kind, and its spread over several draws."""
    found = figures(findings, name)
    layers = dict.fromkeys(layer for by_layer in found.values() for layer in by_layer)
    several = any(len(draws) > 1 for of in found.values() for draws in of.values())
    columns, spreads = ["layer"], []
    for kind in found:
        columns.append(kind)
        if several:
            spreads.append((kind, f"{kind}_low", f"{kind}_high"))
            columns += spreads[-1][1:]
    rows = []
    for layer in layers:
        row: list[float | str | None] = [layer]
        for by_layer in found.values():
            draws = by_layer.get(layer)
            row.append(float(np.mean(draws)) if draws else None)
            if several:
                row += [min(draws), max(draws)] if draws else [None, None]
        rows.append(tuple(row))
    drawn = "lines" if len(rows) > 1 else ""
    silent = silent_layers(findings, name)
    return Table(name, title, tuple(columns), tuple(rows), drawn, silent, tuple(spreads))


def step_table(findings: AnalysisData, name: str, curve: str, title: str) -> Table | None:
    """Return a figure by step of each layer's first draw, of the network itself; None without."""
    curves = {
        item.values["layer"]: item.values[curve]
        for item in findings.items
        if item.values["kind"] == own_kind(findings.model)
        and item.values["draw"] == 1
        and item.values[curve] is not None
    }
    steps = max((len(values) for values in curves.values()), default=0)
    if steps < 2:
        return None
    rows = tuple(
        (step, *(of[step] if step < len(of) else None for of in curves.values()))
        for step in range(steps)
    )
    return Table(name, title, ("step", *curves), rows, "lines")


def contrast(
    first: AnalysisData, second: AnalysisData, name: str, better: str, figure: str
) -> Contrast:
    """Return which of two networks has more of a figure at equal relative depth.

    Parameters
    ----------
    first, second : AnalysisData
        The findings.
    name : str
        The figure.
    better : str
        What a network does that has more of it, as "keeps more of the picture".
    figure : str
        The figure in words.
    """
    names = labels(first, second)
    curves = [_curve(findings, name) for findings in (first, second)]
    if not all(curves):
        return Contrast("In one of the two no layer answers, so there is nothing to compare.")
    low = max(min(curve) for curve in curves)
    high = min(max(curve) for curve in curves)
    if low > high:
        return Contrast("The layers of the two share no depth, so there is nothing to compare.")
    places = np.unique(np.linspace(low, high, _PLACES))
    both = [np.interp(places, list(curve), list(curve.values())) for curve in curves]
    rows = tuple(
        (round(float(place), 3), float(one), float(other))
        for place, one, other in zip(places, *both, strict=True)
    )
    title = f"{figure} at equal relative depth"
    table = Table(f"{name}_contrast", title, ("relative depth", *names), rows, "lines")
    tables = (table,) if len(rows) > 1 else ()
    averages = [float(np.mean(of)) for of in both]
    apart = abs(both[0] - both[1])
    equal = EQUAL * max(1.0, *map(abs, averages))
    if max(apart) < equal:
        return Contrast(
            f"No difference at equal relative depth ({figure} {averages[0]:.2f}).", tables
        )
    if abs(averages[0] - averages[1]) < equal:
        return Contrast(
            f"On average, the two are equal at equal relative depth ({figure} {averages[0]:.2f}); "
            f"they are farthest apart, by {max(apart):.2f}, at {places[apart.argmax()]:.0%} of it.",
            tables,
        )
    more = int(averages[1] > averages[0])
    return Contrast(
        f"At equal relative depth, {names[more]} {better}: {figure} {averages[more]:.2f} on "
        f"average, against {averages[1 - more]:.2f}.",
        tables,
    )


def _curve(findings: AnalysisData, name: str) -> Mapping[float, float]:
    """Return a figure of the network itself by relative depth, in order."""
    by_layer = means(findings, name, own_kind(findings.model))
    depths: dict[str, float] = {
        item.values["layer"]: item.values["relative_depth"] for item in findings.items
    }
    by_depth: dict[float, list[float]] = {}
    for layer, value in by_layer.items():  # layers side by side have one depth
        by_depth.setdefault(depths[layer], []).append(value)
    return {depth: float(np.mean(by_depth[depth])) for depth in sorted(by_depth)}
