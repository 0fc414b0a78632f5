"""What the findings of where layers look say: tables and sentences."""

import statistics
from collections.abc import Mapping
from typing import Any

from dreamlab.analysis.base import AnalysisData, Contrast
from dreamlab.analysis.two_networks import EQUAL, labels
from dreamlab.errors import listed
from dreamlab.report.table import Table

#: Correlation from which two maps of energy count as the same.
_SAME = 0.9

_Values = Mapping[str, Any]


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return the effective fields, the extent and the likeness of the energy, by layer."""
    fields, energies = _values(findings, "field"), _values(findings, "energy")
    results = []
    for name, figure, title in (
        ("fields", "side", "Side of the square that a position sees, in pixels"),
        ("deviations", "deviation", "Standard deviation of what a position sees, in pixels"),
    ):
        own = [figure]
        if any(values[f"untrained_{figure}"] is not None for values in fields.values()):
            own.append(f"untrained_{figure}")
        heads = [_head(column) for column in own]
        columns = ["layer", *(["theoretical"] if figure == "side" else [])]
        columns += [end for head in heads for end in (head, f"{head}_low", f"{head}_high")]
        rows = tuple(
            (
                layer,
                *([values["theoretical"]] if figure == "side" else []),
                *(end for column in own for end in _ends(values, column)),
            )
            for layer, values in fields.items()
        )
        silent = tuple(layer for layer, values in fields.items() if values[figure] is None)
        spreads = tuple((head, f"{head}_low", f"{head}_high") for head in heads)
        if rows:
            results.append(Table(name, title, tuple(columns), rows, "lines", silent, spreads))
    silent = tuple(layer for layer, values in energies.items() if values["half_share"] is None)
    for name, heads_of, title in (
        (
            "energy",
            {"half_share": "energy", "untrained_half_share": "untrained"},
            "Share of the picture on which half of a layer's energy is",
        ),
        (
            "likeness",
            {"contrast": "contrast", "untrained": "untrained"},
            "How alike a layer's energy is to contrast, and to that of untrained weights",
        ),
    ):
        kept = [
            figure
            for figure in heads_of
            if any(values[figure] is not None for values in energies.values())
        ]
        columns = ["layer", *(heads_of[figure] for figure in kept)]
        rows = tuple((layer, *(of[figure] for figure in kept)) for layer, of in energies.items())
        if kept:
            results.append(Table(name, title, tuple(columns), rows, "lines", silent))
    return tuple(results)


def sentence(findings: AnalysisData) -> str:
    """Return how much of its theoretical field a layer uses, and where its energy is."""
    fields = {
        layer: values
        for layer, values in _values(findings, "field").items()
        if values["side"] is not None
    }
    energies = {
        layer: values
        for layer, values in _values(findings, "energy").items()
        if values["half_share"] is not None
    }
    if not energies:
        return "No layer answers to this picture."
    whole = [layer for layer, values in fields.items() if not values["cut"]]
    said, about = "", list(energies)[-1]
    if fields:
        about = (whole or list(fields))[-1]
        said = f"{about} {_seen(fields[about])}"
        if len(whole) > 1:
            shares = [fields[layer]["side"] / fields[layer]["theoretical"] for layer in whole]
            middle = statistics.median(shares)
            said += f"; the median layer sees {middle:.0%} of its side on paper"
        said += ". "
    part = (
        f"Half of the energy of {about} sits on {energies[about]['half_share']:.0%} of the picture"
    )
    return f"{said}{part}{_untrained(energies)}."


def contrast(first: AnalysisData, second: AnalysisData) -> Contrast:
    """Return where the effective fields of two networks differ most, for layers of one name."""
    names = labels(first, second)
    of = [_values(findings, "field") for findings in (first, second)]
    both = [
        layer
        for layer, values in of[0].items()
        if values["side"] is not None and of[1].get(layer, {}).get("side") is not None
    ]
    if not both:
        ends = [{k: v for k, v in fields.items() if v["side"] is not None} for fields in of]
        if not all(ends):
            return Contrast("There is nothing to compare: one of the two does not answer.")
        last = [list(fields)[-1] for fields in ends]
        each = [
            f"{layer} of {name} {_seen(fields[layer])}"
            for layer, name, fields in zip(last, names, of, strict=True)
        ]
        return Contrast(f"The two have no layer of one name: {each[0]}; {each[1]}.")
    heads = ("layer", *(head for name in names for head in (name, *_ends_of(name))))
    rows = tuple(
        (layer, *(end for fields in of for end in _ends(fields[layer], "deviation")))
        for layer in both
    )
    title = "Standard deviation of what a position sees, in pixels"
    spreads = tuple((name, *_ends_of(name)) for name in names)
    table = Table("where_contrast", title, heads, rows, "lines", (), spreads)
    pairs = {layer: [fields[layer]["deviation"] for fields in of] for layer in both}
    change = {layer: abs(one - two) / max(one, two, 1e-9) for layer, (one, two) in pairs.items()}
    most = max(change, key=lambda layer: change[layer])
    if change[most] < EQUAL:
        return Contrast(f"No difference: {_layers(len(both))} as far in both.", (table,))
    (one, two), spread = pairs[most], [fields[most]["deviation_spread"] for fields in of]
    said = f"{most} differs most: what a position sees has a standard deviation of {one:.3g} ± "
    said += f"{spread[0]:.2g} px in {names[0]} and {two:.3g} ± {spread[1]:.2g} px in {names[1]}"
    said += ", which is within their spread" * (abs(one - two) <= sum(spread))
    return Contrast(f"{said}.", (table,))


def _values(findings: AnalysisData, kind: str) -> dict[str, _Values]:
    return {
        item.values["layer"]: item.values for item in findings.items if item.values["kind"] == kind
    }


def _head(figure: str) -> str:
    """Return the heading of a line for the name of a figure."""
    return "untrained" if figure.startswith("untrained_") else "effective"


def _ends_of(name: str) -> tuple[str, str]:
    return f"{name}_low", f"{name}_high"


def _ends(values: _Values, figure: str) -> tuple[float | None, float | None, float | None]:
    """Return a mean, and the ends of its spread."""
    mean, spread = values[figure], values[f"{figure}_spread"]
    return (None, None, None) if mean is None else (mean, mean - spread, mean + spread)


def _seen(values: _Values) -> str:
    """Return in words what positions of a layer see on paper and in fact."""
    paper = "all" if values["theoretical"] is None else f"{values['theoretical']} px"
    if values["cut"] and values["theoretical"] is not None:
        paper += ", more than there is,"
    said = (
        f"sees {paper} on paper and {values['side']:.0f} ± {values['side_spread']:.0f} px in fact"
    )
    if values["untrained_side"] is not None:
        spread = values["untrained_side_spread"]
        said += f" ({values['untrained_side']:.0f} ± {spread:.0f} untrained)"
    return said


def _untrained(energies: Mapping[str, _Values]) -> str:
    """Return which maps of energy are those of untrained weights."""
    alike = {
        layer: values["untrained"]
        for layer, values in energies.items()
        if values["untrained"] is not None
    }
    if not alike:
        return ""
    same = [layer for layer, value in alike.items() if value >= _SAME]
    if not same:
        most = max(alike, key=lambda layer: alike[layer])
        near = f"{most}'s comes closest, correlation {alike[most]:.2f}"
        return f"; no map is like that of untrained weights ({near})"
    which = "all maps" if len(same) == len(alike) > 1 else f"the map of {listed(same, 3)}"
    return f"; {which} would be the same with untrained weights (correlation {_SAME} or more)"


def _layers(count: int) -> str:
    return f"all {count} layers see" if count > 1 else "the layer sees"
