"""The tables of separability."""

from statistics import fmean
from typing import Any

import numpy as np

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.separability_figures import (
    best,
    best_for,
    figures_of,
    set_of,
    told,
    without,
)
from dreamlab.errors import listed
from dreamlab.images.conditions import CONDITIONS
from dreamlab.probe.accuracy import confusion
from dreamlab.report.table import Table
from dreamlab.report.words import in_words
from dreamlab.zoo import label

#: Columns of the table of all layers.
COLUMNS = (
    "network",
    "layer",
    "depth",
    "condition",
    "accuracy",
    "low",
    "high",
    "chance",
    "permuted",
    "logme",
)

#: A figure with the ends of its interval.
_ENDS = ("accuracy", "low", "high")
_PERMUTED = ("permuted", "permuted_low", "permuted_high")

_TOLD = "Guessing gives 0, and 1 is all right: hits, less other pictures taken for it."

#: Most classes that are lines of a chart.
_MOST_LINES = 10


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return accuracy by depth, what the best layer mistakes and relies on, and all figures."""
    figures = figures_of(findings.items, "original")
    if not figures:
        return ()
    top = best(figures)
    return (
        _by_depth(figures),
        _confusion(findings, top),
        *_reliance(findings, top, figures),
        _by_class(findings, top, figures),
        _best_layers(findings, figures),
        _all(findings),
    )


def _by_depth(figures: list[dict[str, Any]]) -> Table:
    """Return a line a network, over the place of its layers from first to last."""
    networks = list(dict.fromkeys(values["network"] for values in figures))
    by_place: dict[float, dict[str, dict[str, Any]]] = {}
    for values in figures:
        by_place.setdefault(values["place"], {})[values["network"]] = values
    rows: list[tuple] = []
    hover: dict[str, list[str]] = {label(network): [] for network in networks}
    for place in sorted(by_place):
        there = by_place[place]
        cells: list[float | None] = []
        for network in networks:
            own = there.get(network)
            cells += [None] * 3 if own is None else [own[of] for of in _ENDS]
            hover[label(network)].append("" if own is None else _hover(own))
        of_any = next(iter(there.values()))
        shuffled = [fmean(values[of] for values in there.values()) for of in _PERMUTED]
        rows.append((place, *cells, *shuffled, of_any["chance"]))
    columns, spreads = ["depth"], []
    for name in [*map(label, networks), "shuffled labels"]:
        ends = (name, f"{name}, low", f"{name}, high")
        columns += ends
        spreads.append(ends)
    return Table(
        "by_depth",
        "Share of pictures told right by each layer, from the first to the last of its network",
        (*columns, "chance"),
        tuple(rows),
        "lines",
        spreads=tuple(spreads),
        joined=True,
        hover=tuple((name, tuple(texts)) for name, texts in hover.items()),
    )


def _hover(values: dict[str, Any]) -> str:
    work = in_words(values["multiplications"])
    return f"{values['layer']}, {work} multiplications, LogME {values['logme']:.2f}"


def _confusion(findings: AnalysisData, top: dict[str, Any]) -> Table:
    """Return the shares of each class that the best layer takes for each."""
    of = set_of(findings)
    labels = np.array([of["classes"].index(name) for name in of["labels"]])
    classes = _classes(findings)
    counts = confusion(np.array(top["predicted"]), labels, len(classes))
    rows = tuple(
        (f"{name} ({count})", *(counts[place] / count).tolist())
        for place, (name, count) in enumerate(zip(classes, of["counts"], strict=True))
    )
    title = f"What {_layer(top)} takes the pictures of each class for, as shares"
    return Table("confusion", title, ("class", *classes), rows, "shares")


def _reliance(
    findings: AnalysisData, top: dict[str, Any], figures: list[dict[str, Any]]
) -> tuple[Table, ...]:
    """Return what is told in pictures without a cue: of each class, and by each layer."""
    conditions = [name for name in CONDITIONS if without(findings, top, name) is not None]
    if len(conditions) < 2:
        return ()
    rows = []
    for place, name in enumerate(_classes(findings)):
        by = best_for(figures, place)
        under = [without(findings, by, condition) for condition in conditions]
        rows.append(
            (
                f"{name} · {_place(by, figures)}",
                *(None if of is None else told(of, place) for of in under),
            )
        )
    title = f"How well each class is told, by the layer that tells it best, without a cue. {_TOLD}"
    by_class = Table("reliance", title, ("class", *conditions), tuple(rows), "shares")
    own = [values for values in figures if values["network"] == top["network"]]
    lines = []
    for values in own:
        under = [without(findings, values, condition) for condition in conditions]
        cells = [None if of is None else of["accuracy"] for of in under]
        lines.append((values["layer"], *cells, values["chance"]))
    title = f"Share told right by each layer of {label(top['network'])}, in pictures without a cue"
    columns = ("layer", *conditions, "chance")
    return by_class, Table("reliance_by_layer", title, columns, tuple(lines), "lines")


def _by_class(findings: AnalysisData, top: dict[str, Any], figures: list[dict[str, Any]]) -> Table:
    """Return where in the best network each class becomes told."""
    classes = _classes(findings)
    rows = tuple(
        (values["layer"], *(told(values, place) for place in range(len(classes))))
        for values in figures
        if values["network"] == top["network"]
    )
    title = f"How well each layer of {label(top['network'])} tells each class. {_TOLD}"
    drawn = "lines" if len(classes) <= _MOST_LINES else ""
    return Table("classes", title, ("layer", *classes), rows, drawn)


def _best_layers(findings: AnalysisData, figures: list[dict[str, Any]]) -> Table:
    """Return the best layer of each network and by LogME, and what mean colours tell without."""
    rows = []
    for network in dict.fromkeys(values["network"] for values in figures):
        own = [values for values in figures if values["network"] == network]
        top = best(own)
        by_logme = max(own, key=lambda values: values["logme"])
        figures_of_top = [top[name] for name in _ENDS]
        work = round(top["multiplications"] / 1e9, 3)
        rows.append((label(network), top["layer"], *figures_of_top, work, by_logme["layer"]))
    columns = ("network", "best_layer", *_ENDS, "billion_multiplications", "best_by_logme")
    colours = set_of(findings)["mean_colour"]
    rows.append(("no network (mean colours)", None, *(colours[name] for name in _ENDS), None, None))
    title = "The best layer of each network, and what the pictures' mean colours tell without one"
    return Table("networks", title, columns, tuple(rows))


def _all(findings: AnalysisData) -> Table:
    rows = tuple(
        tuple(values[name] for name in COLUMNS)
        for condition in CONDITIONS
        for values in figures_of(findings.items, condition)
    )
    return Table("separability", "All figures of all layers", COLUMNS, rows)


def _place(values: dict[str, Any], figures: list[dict[str, Any]]) -> str:
    """Return the name of a layer as a line of a heading, and its network's if there are several."""
    if len({other["network"] for other in figures}) == 1:
        return str(values["layer"])
    return f"{values['layer']} · {label(values['network'])}"


def _layer(values: dict[str, Any]) -> str:
    return f"{values['layer']} of {label(values['network'])}"


def _classes(findings: AnalysisData) -> list[str]:
    """Return names of the classes as headings, short, and no two the same.

    A class may be called as a column is, and two as each other but for their ends.
    """
    taken = ["class", "layer"]
    for name in set_of(findings)["classes"]:
        heading = short = listed([name])
        number = 1
        while heading in taken:
            number += 1
            heading = f"{short} ({number})"
        taken.append(heading)
    return taken[2:]
