"""The files of the findings of an analysis."""

import csv
import io
import json
import re
from typing import Any

import numpy as np

from dreamlab.analysis.base import AnalysisData, Item
from dreamlab.analysis.catalogue import columns, heading, named, sentence
from dreamlab.analysis.cells import cells
from dreamlab.images import Picture
from dreamlab.report.heat import heat
from dreamlab.report.table import Table
from dreamlab.results import film as films
from dreamlab.results.contact_sheet import contact_sheet
from dreamlab.results.export import pack
from dreamlab.version import __version__

#: Side of a cell of a heat map that is saved as a picture, in pixels.
_CELL = 24

#: Key of the PNG text chunk with the analysis of a picture. It differs from the key of a dream's
#: settings: a picture may have both, and `DreamConfig.from_file` reads only the latter.
ANALYSIS_KEY = "dreamlab analysis"


def files(findings: AnalysisData) -> dict[str, bytes]:
    """Return all files of an analysis, by name.

    ``NAME.png`` is the contact sheet, and ``NAME.json`` contains all figures and settings. Each
    table is a CSV file and each picture a PNG file, with the settings in a text chunk. ``NAME.npz``
    has the arrays behind the pictures, and ``NAME.gif`` the pictures as a film, where there are
    any. ``NAME.zip`` contains all of them.
    """
    name = findings.analysis
    contents = {f"{name}.json": figures(findings)}
    contents |= {f"{table.name}.csv": as_csv(table) for table in named(name).tables(findings)}
    if has_arrays(findings):
        contents[f"{name}.npz"] = arrays(findings)
    if frames(findings):
        contents[f"{name}.gif"] = film(findings)
    if has_sheet(findings):
        contents[f"{name}.png"] = sheet(findings)
    contents |= pictures(findings)
    return contents | {f"{name}.zip": pack(contents)}


def pictures(findings: AnalysisData) -> dict[str, bytes]:
    """Return the pictures of an analysis as PNG, by the names of their files."""
    shown = [(item, item.picture) for item in findings.items if item.picture is not None]
    contents = {}
    for place, (item, picture) in enumerate(shown, 1):
        metadata = _origin(findings) | {"item": _figures(item)}
        text = {ANALYSIS_KEY: json.dumps(metadata)}
        contents[f"{place:02d}_{plain(item.key)}.png"] = picture.with_text(text).png
    return contents


def plain(key: str) -> str:
    """Return a name as part of a file's name; layers may have characters that files may not."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", key)


def file_of(name: str, model: str) -> str:
    """Return the name of a file with its network's before the suffix, as ``atlas_vgg16.zip``."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}_{plain(model)}{dot}{suffix}"


def has_sheet(findings: AnalysisData) -> bool:
    """Return whether there is a picture or a heat map to be saved."""
    return bool(_shown(findings))


def _shown(findings: AnalysisData) -> list[tuple[str, Picture]]:
    """Return captions and pictures; without pictures the heat map that stands for the analysis."""
    shown = [(item.caption, item.picture) for item in findings.items if item.picture is not None]
    analysis = named(findings.analysis)
    if shown or not analysis.face:
        return shown
    tables = [table for table in analysis.tables(findings) if table.name == analysis.face]
    return [(table.title, Picture(heat(table, _CELL))) for table in tables if table.rows]


def sheet(findings: AnalysisData) -> bytes:
    """Return the contact sheet of an analysis's pictures, or its heat map, a PNG.

    Raises
    ------
    DreamError
        If there are no pictures.
    """
    return contact_sheet(
        _shown(findings),
        columns=columns(findings),
        title=heading(findings),
        text={ANALYSIS_KEY: json.dumps(_origin(findings))},
    )


def has_arrays(findings: AnalysisData) -> bool:
    """Return whether there are arrays to be saved."""
    return any(item.arrays for item in findings.items)


def arrays(findings: AnalysisData) -> bytes:
    """Return all arrays of an analysis as NumPy's ``.npz``, each named ``ITEM.ARRAY``."""
    contents = {}
    for item in findings.items:
        for name, array in item.arrays.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, np.asarray(array), allow_pickle=False)
            contents[f"{plain(item.key)}.{name}.npy"] = data.getvalue()
    return pack(contents)


def frames(findings: AnalysisData) -> list[Picture]:
    """Return the frames of an analysis's film, not decoded: none, or the original first.

    Of a cell it has the first picture alone: a control does not stand between two of its frames.
    """
    original = findings.original
    if original is None or not named(findings.analysis).film:
        return []
    pictures = [
        first.picture
        for first, *_ in cells(findings)
        if first.of_original and first.picture is not None and first.picture.shape == original.shape
    ]
    return [original, *pictures] if len(pictures) > 1 else []


def film(findings: AnalysisData) -> bytes:
    """Return the film of an analysis as GIF; there must be `frames`."""
    shown = [frame.pixels for frame in frames(findings)]
    timing = films.Film()
    return films.gif_film(
        shown,
        timing.milliseconds(len(shown)),
        palette=films.shared_palette(shown),
        loop=timing.loop,
        comment=json.dumps(_origin(findings)),
    )


def as_csv(table: Table) -> bytes:
    """Return a table as CSV; the cell of a missing value is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return text.getvalue().encode()


def figures(findings: AnalysisData) -> bytes:
    """Return all figures and their settings as JSON."""
    items = [_figures(item) for item in findings.items]
    said = sentence(findings)
    values = _origin(findings) | {"complete": findings.complete, "sentence": said, "items": items}
    return (json.dumps(values, indent=2, allow_nan=False) + "\n").encode()


def _origin(findings: AnalysisData) -> dict[str, Any]:
    return {
        "dreamlab": __version__,
        "analysis": findings.analysis,
        "model": findings.model,
        "weights": findings.weights,
        "input_range": findings.input_range,
        "settings": findings.settings,
    }


def _figures(item: Item) -> dict[str, Any]:
    return {"key": item.key, **item.values}
