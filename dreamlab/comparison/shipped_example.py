"""The shipped example: finished dreams that the page shows before the first dream."""

import dataclasses
import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from dreamlab.errors import DreamError
from dreamlab.images import jpeg
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint

_FOLDER = resources.files("dreamlab").joinpath("samples", "example")
_INDEX = "example.json"


@dataclass(frozen=True)
class ExampleDream:
    """A finished dream of the example.

    Parameters
    ----------
    name : str
        Name of the variant.
    layers : dict of str to float
        Layer name to weight.
    picture : bytes
        The result, as JPEG.
    losses : tuple of LossPoint
        A loss per step.
    """

    name: str
    layers: dict[str, float]
    picture: bytes
    losses: tuple[LossPoint, ...]


@dataclass(frozen=True)
class Example:
    """A finished comparison.

    Parameters
    ----------
    original : bytes
        The original picture, as JPEG.
    dreams : tuple of ExampleDream
        The dreams, in order.
    """

    original: bytes
    dreams: tuple[ExampleDream, ...]


@functools.cache
def load() -> Example | None:
    """Return the shipped example; None if the package has none."""
    if not _FOLDER.joinpath(_INDEX).is_file():
        return None
    rows = json.loads(_FOLDER.joinpath(_INDEX).read_text("utf-8"))
    dreams = tuple(
        ExampleDream(
            row["name"],
            row["layers"],
            _FOLDER.joinpath(row["picture"]).read_bytes(),
            tuple(LossPoint(**point) for point in row["losses"]),
        )
        for row in rows
    )
    return Example(_FOLDER.joinpath("original.jpg").read_bytes(), dreams)


def write(folder: Path, runs: Sequence[tuple[str, Recording]]) -> None:
    """Write runs on one picture as an example: JPEGs and an index with their losses.

    Parameters
    ----------
    folder : Path
        The folder; it is created if missing. The page reads ``dreamlab/samples/example``.
    runs : sequence of (str, Recording)
        Name of each variant and its run.

    Raises
    ------
    DreamError
        If there are no runs, or a run is empty.
    """
    if not runs or any(not recording.frames for _, recording in runs):
        raise DreamError("the example has a run that is empty; record it first")
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("original.jpg").write_bytes(jpeg(runs[0][1].original.pixels, quality=88))
    rows = []
    for number, (name, recording) in enumerate(runs, 1):
        picture = f"dream_{number}.jpg"
        folder.joinpath(picture).write_bytes(jpeg(recording.final.pixels, quality=88))
        rows.append(
            {
                "name": name,
                "layers": dict(recording.provenance.config.layers),
                "picture": picture,
                "losses": [dataclasses.asdict(point) for point in recording.losses],
            }
        )
    folder.joinpath(_INDEX).write_text(json.dumps(rows), "utf-8")
