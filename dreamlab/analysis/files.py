"""What the findings of an analysis are saved as."""

import csv
import io
import json
from typing import Any

from dreamlab import __version__
from dreamlab.analysis import Findings, Table, named
from dreamlab.contact_sheet import contact_sheet
from dreamlab.export import packed
from dreamlab.images import load_image, to_pixels


def files(findings: Findings) -> dict[str, bytes]:
    """Return all of an analysis's files by name.

    ``NAME.png`` is the contact sheet, ``NAME.json`` all figures and settings, and beside them are
    each table as CSV, each picture as PNG and, if there are pictures, ``NAME.zip`` with the lot.

    Raises
    ------
    DreamError
        If nothing was found.
    """
    name = findings.analysis
    found = {f"{name}.json": figures(findings)}
    found |= {f"{table.name}.csv": as_csv(table) for table in named(name).tables(findings)}
    pictures = [item for item in findings.items if item.picture]
    if pictures:
        found[f"{name}.png"] = sheet(findings)
        for place, item in enumerate(pictures, 1):
            found[f"{place:02d}_{item.key}.png"] = item.picture
        found[f"{name}.zip"] = packed(found)
    return found


def sheet(findings: Findings) -> bytes:
    """Return the contact sheet of an analysis's pictures, a PNG.

    Raises
    ------
    DreamError
        If there are no pictures.
    """
    analysis = named(findings.analysis)
    items = [
        (item.caption, to_pixels(load_image(item.picture)))
        for item in findings.items
        if item.picture
    ]
    return contact_sheet(
        items, columns=analysis.columns, title=f"{analysis.title}, {findings.model}"
    )


def as_csv(table: Table) -> bytes:
    """Return a table as CSV; a figure that there is none of leaves its cell empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return text.getvalue().encode()


def figures(findings: Findings) -> bytes:
    """Return all figures, and how they were made, as JSON."""
    values: dict[str, Any] = {
        "dreamlab": __version__,
        "analysis": findings.analysis,
        "model": findings.model,
        "weights": findings.weights,
        "settings": findings.settings,
        "complete": findings.complete,
        "items": [{"key": item.key, **item.values} for item in findings.items],
    }
    return (json.dumps(values, indent=2, allow_nan=False) + "\n").encode()
