"""What the findings of the grid say: tables and sentences."""

from collections.abc import Mapping
from typing import Any

from dreamlab.analysis.base import AnalysisData, Contrast
from dreamlab.analysis.two_networks import EQUAL, labels
from dreamlab.report.table import Table

_Cells = Mapping[tuple[str, int], Mapping[str, Any]]


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return the rises by layer and octave, those by noise, and the figures of each cell."""
    cells = _cells(findings)
    if not cells:
        return ()
    columns = (
        "layer",
        "octave",
        "rise",
        "noise",
        "noise_low",
        "noise_high",
        "moved",
        "steps",
        "last_step",
    )
    rows = tuple(tuple(values[name] for name in columns) for values in cells.values())
    return (
        _heat(
            "grid", "Mean squared activation after the dream, over the original's", cells, "rise"
        ),
        _heat("grid_noise", "The same after noise that moves the picture as far", cells, "noise"),
        Table(
            "grid_cells", "Rise, noise and steps of each cell", columns, rows, "", _silent(cells)
        ),
    )


def sentence(findings: AnalysisData) -> str:
    """Return at which octave layers rise most, beside noise as large."""
    heard = {key: of for key, of in _cells(findings).items() if of["rise"] is not None}
    if not heard:
        return "No layer answers to this picture at these sizes."
    peaks = _peaks(heard)
    deaf = [of for of in heard.values() if of["rise"] <= of["noise_high"]]
    end = ""
    if deaf:
        of = min(deaf, key=lambda values: values["rise"] - values["noise_high"])
        end = f" Noise as large raises {of['layer']} no less at {_size(of)} px ({of['noise']:.3g})."
    small = min(peaks.values(), key=lambda of: (of["octave"], -of["rise"]))
    large = max(peaks.values(), key=lambda of: (of["octave"], of["rise"]))
    if small["octave"] == large["octave"]:
        most = max(peaks.values(), key=lambda of: of["rise"])
        which = "Each layer rises" if len(peaks) > 1 else f"{most['layer']} rises"
        name = f"{most['layer']} by " if len(peaks) > 1 else ""
        return f"{which} most at {_size(most)} px: {name}{_times(most)}.{end}"
    return (
        f"{small['layer']} rises most at {_size(small)} px ({_times(small)}), {large['layer']} at "
        f"{_size(large)} px ({_times(large)}).{end}"
    )


def contrast(first: AnalysisData, second: AnalysisData) -> Contrast:
    """Return the cell in which two networks differ most, for layers of one name."""
    names = labels(first, second)
    one, two = (_cells(findings) for findings in (first, second))
    both = {
        key: two[key]["rise"] / of["rise"]
        for key, of in one.items()
        if of["rise"] and key in two and two[key]["rise"]
    }
    if not both:
        said = [f"{name}: {sentence(of)}" for name, of in zip(names, (first, second), strict=True)]
        return Contrast(" ".join(said))
    cells = {key: {**one[key], "rise": ratio} for key, ratio in both.items()}
    table = _heat(
        "grid_contrast", "Rise in the second network over that in the first", cells, "rise"
    )
    most = max(both, key=lambda key: max(both[key], 1 / both[key]))
    if max(both[most], 1 / both[most]) < 1 + EQUAL:
        return Contrast("No difference: every cell rises as much in both.", (table,))
    return Contrast(
        f"{most[0]} differs most at {_size(one[most])} px: it rises {one[most]['rise']:.3g} times "
        f"in {names[0]} and {two[most]['rise']:.3g} times in {names[1]}.",
        (table,),
    )


def _cells(findings: AnalysisData) -> _Cells:
    values = [item.values for item in findings.items]
    return {(of["layer"], of["octave"]): of for of in values}


def _peaks(cells: _Cells) -> dict[str, Mapping[str, Any]]:
    """Return for each layer its cell that rises most."""
    peaks: dict[str, Mapping[str, Any]] = {}
    for (layer, _), of in cells.items():
        if layer not in peaks or of["rise"] > peaks[layer]["rise"]:
            peaks[layer] = of
    return peaks


def _heat(name: str, title: str, cells: _Cells, figure: str) -> Table:
    octaves = {
        octave: f"{octave}: {_size(of)}" for (_, octave), of in sorted(cells.items(), key=_place)
    }
    layers = dict.fromkeys(layer for layer, _ in cells)
    rows = tuple(
        (layer, *(cells.get((layer, octave), {}).get(figure) for octave in octaves))
        for layer in layers
    )
    return Table(name, title, ("layer", *octaves.values()), rows, "ratios", _silent(cells))


def _place(cell: tuple[tuple[str, int], Mapping[str, Any]]) -> int:
    return cell[0][1]


def _silent(cells: _Cells) -> tuple[str, ...]:
    """Return the layers that answer at no octave."""
    heard = {layer for (layer, _), of in cells.items() if of["rise"] is not None}
    return tuple(dict.fromkeys(layer for layer, _ in cells if layer not in heard))


def _size(of: Mapping[str, Any]) -> str:
    return f"{of['width']} x {of['height']}"


def _times(of: Mapping[str, Any]) -> str:
    return f"{of['rise']:.3g} times, noise as large {of['noise']:.3g}"
