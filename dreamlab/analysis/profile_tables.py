"""Tables of a layer profile, and its finding in a sentence."""

from collections.abc import Iterable, Mapping
from typing import Any

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.profile_tuning import KEY
from dreamlab.errors import listed
from dreamlab.images.cues import CUES, GROUPS
from dreamlab.report.table import Table

_TITLES = {
    "map": "How far a layer's map shifts without a cue (row), as a ratio to noise as large",
    "pooled": "How far a layer's means shift without a cue (row), as a ratio to noise as large",
}
_SPREAD = (
    "map",
    "map_low",
    "map_high",
    "pooled",
    "pooled_low",
    "pooled_high",
    "noise_map",
    "noise_pooled",
)
#: The groups of the lines and of the sentence.
_RELIED_ON = tuple(group for group in GROUPS if group != "noise")


def figures(findings: AnalysisData) -> list[dict[str, Any]]:
    """Return the values of the items that are changed pictures."""
    return [item.values for item in findings.items if item.key != KEY]


def mean(numbers: Iterable[float | None]) -> float | None:
    """Return the mean of the numbers that are there; None if none is."""
    there = [number for number in numbers if number is not None]
    return sum(there) / len(there) if there else None


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return the heat maps, all figures with their spread, the groups by depth, and the tuning."""
    rows = figures(findings)
    found = [*_cues(rows), *_groups(rows)] if rows else []
    for item in findings.items:
        if item.key == KEY:
            found += _tuning(item.values["layers"])
    return tuple(table for table in found if not table.empty)


def _cues(rows: list[dict[str, Any]]) -> list[Table]:
    layers = tuple(rows[0]["layers"])
    cues = list(dict.fromkeys(row["cue"] for row in rows))
    silent = tuple(
        name for name in layers if all(row["layers"][name]["map"] is None for row in rows)
    )
    found = []
    for kind, name in (("map", "profile"), ("pooled", "profile_pooled")):
        heat = tuple(
            (
                CUES[cue].label,
                *(
                    mean(row["layers"][layer][kind] for row in rows if row["cue"] == cue)
                    for layer in layers
                ),
            )
            for cue in cues
        )
        found.append(Table(name, _TITLES[kind], ("cue", *layers), heat, "ratios", silent))
    spread = tuple(
        (row["cue"], row["strength"], layer, of["depth"], *(of[column] for column in _SPREAD))
        for row in rows
        for layer, of in row["layers"].items()
    )
    title = "Each cue and strength by layer: ratios to noise as large, and how far noise shifts"
    columns = ("cue", "strength", "layer", "depth", *_SPREAD)
    return [*found, Table("profile_spread", title, columns, spread)]


def _groups(rows: list[dict[str, Any]]) -> list[Table]:
    """Return a line for each group: its means over cues at each strength, and their spread."""
    groups = [group for group in _RELIED_ON if any(row["group"] == group for row in rows)]
    lines, silent = [], []
    for layer in rows[0]["layers"]:
        line: list[Any] = [layer]
        for group in groups:
            line += _spread([row for row in rows if row["group"] == group], layer)
        lines.append(tuple(line))
        if all(figure is None for figure in line[1:]):
            silent.append(layer)
    ends = [(GROUPS[group], f"{group}_low", f"{group}_high") for group in groups]
    columns = ("layer", *(column for names in ends for column in names))
    title = "How far a layer's means shift by depth, as a ratio to noise as large"
    table = Table(
        "profile_groups",
        title,
        columns,
        tuple(lines),
        "lines",
        tuple(silent),
        tuple(ends),
        log=True,
    )
    return [table]


def _spread(rows: list[dict[str, Any]], layer: str) -> tuple[float | None, ...]:
    """Return the mean over all, and the ends: of each strength's mean over cues, over draws."""
    by_place: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        place = list(CUES[row["cue"]].strengths).index(row["strength"])
        by_place.setdefault(place, []).append(row["layers"][layer])
    lows = [mean(of["pooled_low"] for of in some) for some in by_place.values()]
    highs = [mean(of["pooled_high"] for of in some) for some in by_place.values()]
    return (
        mean(row["layers"][layer]["pooled"] for row in rows),
        min((low for low in lows if low is not None), default=None),
        max((high for high in highs if high is not None), default=None),
    )


def _tuning(layers: Mapping[str, Mapping[str, Any]]) -> list[Table]:
    silent = tuple(name for name, of in layers.items() if not of["answering"])
    kinds = (
        (
            "profile_tuning",
            "Share of the channels that are tuned to an orientation or a period of gratings",
            ("oriented", "oriented_by_chance", "periodic", "periodic_by_chance"),
            (),
        ),
        (
            "profile_frequency",
            "Frequency of gratings that channels prefer, in cycles per pixel (median, quartiles)",
            ("frequency", "frequency_low", "frequency_high"),
            (("frequency", "frequency_low", "frequency_high"),),
        ),
    )
    return [
        Table(
            name,
            title,
            ("layer", *(column.replace("_by_", ", by ") for column in columns)),
            tuple((layer, *(of[column] for column in columns)) for layer, of in layers.items()),
            "lines",
            silent,
            spreads,
        )
        for name, title, columns, spreads in kinds
    ]


def sentence(findings: AnalysisData) -> str:
    """Return what the first and the last layer rely on most, of the pooled figures."""
    rows = figures(findings)
    if not rows:
        return _of_gratings(findings)
    by_layer = {}
    for layer in rows[0]["layers"]:
        found = {
            group: [
                mean(row["layers"][layer][end] for row in rows if row["group"] == group)
                for end in ("pooled", "pooled_low")
            ]
            for group in _RELIED_ON
        }
        groups = {
            group: (figure, low)
            for group, (figure, low) in found.items()
            if figure is not None and low is not None
        }
        if groups:
            by_layer[layer] = groups
    if not by_layer:
        return "Nothing here changes the picture, a layer's answer and noise enough to be compared."
    ends = list(dict.fromkeys((next(iter(by_layer)), next(reversed(by_layer)))))
    clauses = [_reliance(layer, by_layer[layer]) for layer in ends]
    measured = {
        row["cue"]
        for row in rows
        if any(of["map"] is not None for name, of in row["layers"].items() if name in by_layer)
    }
    still = dict.fromkeys(CUES[row["cue"]].label for row in rows if row["cue"] not in measured)
    rest = f" Left out, as it changes too little or too much here: {listed(still)}." * bool(still)
    return f"By its means over the picture, {' and '.join(clauses)}.{rest}"


def _reliance(layer: str, groups: Mapping[str, tuple[float, float]]) -> str:
    """Return what a layer relies on most, of a mean and its lower end over the draws by group."""
    most = max(groups, key=lambda group: groups[group])
    figure, low = groups[most]
    if low > 1:
        return f"{layer} relies most on {GROUPS[most]} ({figure:.2g} times noise as large)"
    return (
        f"{layer} minds nothing clearly more than noise as large ({GROUPS[most]} comes closest, "
        f"{figure:.2g} times)"
    )


def _of_gratings(findings: AnalysisData) -> str:
    layers = findings.items[0].values["layers"]
    heard = {name: of for name, of in layers.items() if of["answering"]}
    if not heard:
        return "No layer answers to gratings."
    most = max(heard, key=lambda name: heard[name]["oriented"])
    return (
        f"{most} has most channels that are tuned to an orientation: "
        f"{heard[most]['oriented']:.0%}, and {heard[most]['oriented_by_chance']:.0%} by chance."
    )
