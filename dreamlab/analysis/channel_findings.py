"""What the channel explorer's figures say: its tables and its sentence."""

import math
from statistics import fmean, median
from typing import Any

from dreamlab.analysis.base import AnalysisData, Contrast
from dreamlab.analysis.two_networks import EQUAL, labels
from dreamlab.classes import channel_label
from dreamlab.report.table import Table


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return how strongly each channel responds, and what its pictures reach."""
    return (*_responses(findings), *_reached(findings))


def _responses(findings: AnalysisData) -> tuple[Table, ...]:
    columns = ("channel", "answer", "share")
    maps = _of_kind(findings, "map")
    rows = tuple((_name(values), values["answer"], values["share"]) for values in maps)
    title = "Mean squared activation of each channel, and its share of the layer's"
    silent = tuple(_name(values) for values in maps if values["answer"] is None)
    return (Table("channels", title, columns, rows, silent=silent),) if rows else ()


def _reached(findings: AnalysisData) -> tuple[Table, ...]:
    columns = ("channel", "reached", "lowest", "highest", "natural", "times")
    unheard = {_name(values) for values in _of_kind(findings, "map") if values["answer"] is None}
    rows: list[tuple] = []
    silent = []
    for channel, pictures in _by_channel(findings).items():
        reached = [values["reached"] for values in pictures]
        figures = fmean(reached), min(reached), max(reached), pictures[0]["natural"]
        if channel in unheard and not any(figures):
            silent.append(channel)
            rows.append((channel, *[None] * 5))
        else:
            times = fmean(values["times"] for values in pictures) if _woken(pictures) else None
            rows.append((channel, *figures, times))
    title = "Mean activation of each channel in its grown pictures, and in the best natural crop"
    return (Table("reached", title, columns, tuple(rows), silent=tuple(silent)),) if rows else ()


def sentence(findings: AnalysisData) -> str:
    """Return the strongest channel, and how much more its grown picture wakes it than crops do."""
    layer, pictures = findings.settings["layer"], _by_channel(findings)
    maps = {_name(values): values for values in _of_kind(findings, "map")}
    if maps and all(values["answer"] is None for values in maps.values()):
        return f"None of the channels here answers to this picture; all are of {layer}."
    crops = natural_words(findings.original is not None)
    if "direction" in maps or "direction" in pictures:
        grown = _of_one(pictures.get("direction", []), crops)
        return (
            f"One direction of {layer}, of {len(findings.settings['direction'])} channels. {grown}"
        )
    shares = {name: values["share"] for name, values in maps.items() if values["share"]}
    if shares:
        first = max(shares, key=lambda channel: shares[channel])
        name = channel_label(findings.model, layer, int(first))
        grown = _of_one(pictures.get(first, []), crops)
        return (
            f"Of {layer}, {name} answers most to this picture: {shares[first]:.1%} of the "
            f"response; the {len(shares)} channels here make up {sum(shares.values()):.0%}. {grown}"
        ).rstrip()
    return _of_all(pictures, layer, crops)


def contrast(first: AnalysisData, second: AnalysisData) -> Contrast:
    """Return how much the pictures of two networks reach beside natural ones: their medians."""
    columns = ("network", "pictures", "median", "lowest", "highest")
    rows = []
    for findings, name in zip((first, second), labels(first, second), strict=True):
        pictures = _by_channel(findings).values()
        times = [values["times"] for of in pictures if _woken(of) for values in of]
        ends = (median(times), min(times), max(times)) if times else (None,) * 3
        rows.append((name, len(times), *ends))
    (one, _, *figures), (other, _, *others) = rows
    if figures[0] is None or others[0] is None:
        said = (
            "One of the networks has no grown picture to compare with crops that wake its channels."
        )
    elif all(math.isclose(*pair, rel_tol=EQUAL) for pair in zip(figures, others, strict=True)):
        said = "No difference: the pictures of both networks reach the same beside natural crops."
    else:
        said = (
            f"The grown pictures of {one} wake their channels {figures[0]:.2g} times as much as "
            f"any natural crop, those of {other} {others[0]:.2g} times (medians)."
        )
    title = "Activation of channels in their grown pictures, over that in the best natural crop"
    return Contrast(said, (Table("reached_by_network", title, columns, tuple(rows)),))


def natural_words(with_picture: bool) -> str:
    """Return in words the natural pictures that grown ones are held against."""
    return "any crop of the samples" + " and the picture" * with_picture


def _of_one(pictures: list[dict[str, Any]], crops: str) -> str:
    """Return how much the pictures of a channel reach; nothing if there is none."""
    if not pictures:
        return ""
    its = "Its grown picture wakes" if len(pictures) == 1 else "Its grown pictures wake"
    if _stuck(pictures):
        return "Its picture did not grow."
    if not _woken(pictures):
        return f"{its} it, and no crop does."
    return f"{its} it {_range([values['times'] for values in pictures])} as much as {crops}."


def _of_all(pictures: dict[int | str, list[dict[str, Any]]], layer: str, crops: str) -> str:
    """Return how much the pictures of all channels reach."""
    count = len(pictures)
    stuck = sum(map(_stuck, pictures.values()))
    if stuck:
        return f"{stuck} of {count} channels of {layer} did not grow a picture."
    start = f"What {count} channels of {layer} look for, each grown by itself"
    times = [values["times"] for of in pictures.values() if _woken(of) for values in of]
    if not times:
        return f"{start}; no crop of the samples wakes any of them."
    beaten = sum(value <= 1 for value in times)
    rest = f"; {beaten} of {len(times)} reach no more than a crop" if beaten else ""
    return f"{start}: the pictures wake them {_range(times)} as much as {crops}{rest}."


def _range(times: list[float]) -> str:
    low, high = f"{min(times):.2g}", f"{max(times):.2g}"
    return f"{low} times" if low == high else f"{low} to {high} times"


def _stuck(pictures: list[dict[str, Any]]) -> bool:
    return any(values["last_objective"] is None for values in pictures)


def _woken(pictures: list[dict[str, Any]]) -> bool:
    """Return whether natural crops wake a channel, so that there is something to compare with."""
    return all(values["times"] is not None for values in pictures)


def _of_kind(findings: AnalysisData, kind: str) -> list[dict[str, Any]]:
    return [item.values for item in findings.items if item.values["kind"] == kind]


def _by_channel(findings: AnalysisData) -> dict[int | str, list[dict[str, Any]]]:
    """Return the figures of the pictures that channels answer to most, by channel."""
    found: dict[int | str, list[dict[str, Any]]] = {}
    for values in _of_kind(findings, "grown"):
        found.setdefault(_name(values), []).append(values)
    return found


def _name(values: dict[str, Any]) -> int | str:
    return "direction" if values["channel"] is None else values["channel"]
