"""What similar layers say: the tables and the sentence."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.similarity_figures import PARTNER
from dreamlab.report.table import Table
from dreamlab.zoo import label

#: Layers are of one block if all their CKAs are at least this.
_ALIKE = 0.9


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
    beside = values[0]["beside"]
    of = label(findings.model)
    if beside:
        of = f"{of} (rows) and {label(beside)} (columns)"
    title = f"How alike layers of {of} arrange pictures: CKA"
    rows = tuple((row["layer"], *(row["cka"][name] for name in names)) for row in values)
    found = [Table("similarity", title, ("layer", *names), rows, "cosines", silent)]
    if all(row["partner"] is None for row in values):
        return tuple(found)
    found.append(
        Table(
            "partners",
            "The most similar layer: its CKA, the 95 % interval, how often it stays the most "
            "similar, that of the untrained twin, and what shuffled pictures give",
            ("layer", *PARTNER),
            tuple((row["layer"], *(row[name] for name in PARTNER)) for row in values),
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
    model, beside = label(findings.model), values[0]["beside"]
    return (
        _of_two(values, model, label(beside))
        if beside
        else _of_one(values, model, among=bool(findings.settings["layers"]))
    )


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


def _of_one(values: Sequence[dict[str, Any]], model: str, *, among: bool) -> str:
    """Return where the network changes; `among` some layers, others may lie between."""
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
    which = "layer compared before" if among else "layer before"
    said = f"In {model}, {turn} differs most from the {which} it, {before} (CKA "
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
