"""The shipped examples: finished findings on the sample pictures, one an analysis."""

import functools
import io
import json
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image

from dreamlab.analysis.base import AnalysisData, Item
from dreamlab.analysis.catalogue import named
from dreamlab.analysis.findings import Findings
from dreamlab.errors import DreamError
from dreamlab.images import Picture, jpeg

_FOLDER = resources.files("dreamlab").joinpath("samples", "analyses")
_INDEX, _ORIGINAL, _COVER = "findings.json", "original.jpg", "cover.jpg"

#: Quality of the shipped pictures.
_QUALITY = 88


@functools.cache
def example(analysis: str) -> Findings | None:
    """Return the shipped findings of an analysis; None if the package has none."""
    folder = _FOLDER.joinpath(analysis)
    if not folder.joinpath(_INDEX).is_file():
        return None
    index = json.loads(folder.joinpath(_INDEX).read_text("utf-8"))

    def picture(name: str | None) -> Picture | None:
        if name is None:
            return None
        with Image.open(io.BytesIO(folder.joinpath(name).read_bytes()), formats=("JPEG",)) as file:
            return Picture(np.asarray(file.convert("RGB")))

    items = tuple(Item(**{**row, "picture": picture(row["picture"])}) for row in index.pop("items"))
    original = picture(index.pop("original"))
    return Findings(**index, items=items, original=original)


def subject(analysis: str) -> str:
    """Return what the example of an analysis is of, in words."""
    if named(analysis).of_set:
        return "the shipped task"
    return "crops of the sample pictures" if named(analysis).several else "the sample cat"


@functools.cache
def cover(analysis: str) -> bytes | None:
    """Return the picture that stands for an analysis, as JPEG; None if the package has none."""
    file = _FOLDER.joinpath(analysis, _COVER)
    return file.read_bytes() if file.is_file() else None


def write(folder: Path, findings: AnalysisData, face: Picture) -> None:
    """Write findings as an example: an index with the figures, and JPEGs; no arrays.

    Parameters
    ----------
    folder : Path
        The folder; it is created if missing. The page reads ``dreamlab/samples/analyses/NAME``.
    findings : Findings
        The findings.
    face : Picture
        The picture that stands for them.

    Raises
    ------
    DreamError
        If nothing was found.
    """
    if not findings.items:
        raise DreamError(f"{findings.analysis} has no findings; run it to its end first")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()

    def written(picture: Picture | None, name: str) -> str | None:
        if picture is None:
            return None
        folder.joinpath(name).write_bytes(jpeg(picture.pixels, quality=_QUALITY))
        return name

    rows = [
        {
            "key": item.key,
            "caption": item.caption,
            "values": item.values,
            "cell": item.cell,
            "of_original": item.of_original,
            "picture": written(item.picture, f"{number:02d}.jpg"),
        }
        for number, item in enumerate(findings.items, 1)
    ]
    written(face, _COVER)
    index = {
        "analysis": findings.analysis,
        "settings": findings.settings,
        "model": findings.model,
        "weights": findings.weights,
        "complete": findings.complete,
        "seconds": round(findings.seconds, 1),
        "input_range": findings.input_range,
        "original": written(findings.original, _ORIGINAL),
        "items": rows,
    }
    folder.joinpath(_INDEX).write_text(json.dumps(index, allow_nan=False) + "\n", "utf-8")
