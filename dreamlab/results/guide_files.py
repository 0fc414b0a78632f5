"""The files of a guide: which part of it a run used where."""

import csv
import io
import math

from dreamlab.config import embedded
from dreamlab.results.naming import file_name
from dreamlab.results.run_data import RunData

#: Head of ``guide.csv``.
COLUMNS = (
    "layer",
    "features",
    "positions",
    "likeness_before",
    "likeness",
    "likeness_by_chance",
    "used_before",
    "used",
)


def files(recording: RunData) -> dict[str, bytes]:
    """Return ``guide.csv`` and a ``guide_<layer>.png`` per guided layer, by name.

    A row of the table is a layer; the cell of a likeness that is not known is empty. A picture is
    the guide and the result in the colours of the guide's places.

    Parameters
    ----------
    recording : RunData
        The run; one without a guide has no such file.
    """
    if recording.guide is None:
        return {}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    pictures = {}
    settings = embedded.settings_text(recording.provenance.to_json())
    for layer in recording.guide.layers:
        likeness = (layer.likeness_before, layer.likeness, layer.chance)
        figures = (None if math.isnan(figure) else figure for figure in likeness)
        row = [len(layer.places), layer.positions, *figures, layer.used_before, layer.used]
        writer.writerow([layer.layer, *row])
        both = recording.guide.both(layer, recording.final.picture)
        pictures[picture_name(layer.layer)] = both.with_text(settings).png
    return {"guide.csv": text.getvalue().encode(), **pictures}


def picture_name(layer: str) -> str:
    """Return the name of a layer's picture."""
    return f"guide_{file_name(layer)}.png"
