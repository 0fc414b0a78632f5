"""File formats of a recording; every function turns a `Recording` into bytes."""

import csv
import io
import json
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from dreamlab import images
from dreamlab.config import embedded
from dreamlab.results import film, guide_files
from dreamlab.results.film import Film
from dreamlab.results.frame import Frame
from dreamlab.results.run_data import RunData

_WEBP_QUALITY = 90

#: The picture that a run is of, which dreams that go on from its octaves need.
ORIGINAL = "original.png"

#: Head of ``predictions.csv``.
PREDICTION_COLUMNS = ("octave", "crop", "rank", "number", "class", "probability")

#: The earliest date of the ZIP format; a fixed date gives the same bytes at any time.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def png(recording: RunData) -> bytes:
    """Return the run's result as a PNG with its settings.

    Raises
    ------
    DreamError
        If the recording is empty; all functions of this module raise it.
    """
    return _png(recording, recording.final, recording.provenance.to_dict())


def octave_pngs(recording: RunData) -> dict[str, bytes]:
    """Return a PNG per octave, in its own size, by name: ``octave_<k>_<h>x<w>.png``."""
    settings = recording.provenance.to_dict()
    return {
        f"octave_{frame.octave}_{frame.height}x{frame.width}.png": _png(recording, frame, settings)
        for frame in recording.octave_frames
    }


def gif(recording: RunData, **options: Any) -> bytes:
    """Return the octave progression as an animated GIF.

    The original comes first, then what the run went on from, then a frame per octave. All frames
    have the original's size and share a palette.

    Parameters
    ----------
    recording : RunData
        The run.
    **options
        The fields of `dreamlab.results.film.Film`: ``frame_seconds``, ``hold_seconds``, ``loop``,
        ``boomerang`` and ``steps``.

    Raises
    ------
    DreamError
        If a time is out of range.
    """
    plan = Film(**options)
    pictures = _pictures(recording, plan)
    return film.gif_film(
        _frames(recording, plan.order(pictures), film.GIF_MAX_SIDE),
        plan.milliseconds(len(pictures)),
        palette=film.shared_palette(pictures),
        loop=plan.loop,
        comment=recording.provenance.to_json(),
    )


def webp(recording: RunData, **options: Any) -> bytes:
    """Return the octave progression as an animated WebP; see `gif` for the options.

    WebP holds at most 16,383 px per side; the film of a larger picture is scaled down.
    """
    plan = Film(**options)
    pictures = _pictures(recording, plan)
    return film.webp_film(
        _frames(recording, plan.order(pictures), film.WEBP_MAX_SIDE),
        plan.milliseconds(len(pictures)),
        loop=plan.loop,
        quality=_WEBP_QUALITY,
        xmp=embedded.settings_xmp(recording.provenance.to_json()),
    )


def losses_csv(recording: RunData) -> bytes:
    """Return the losses as CSV: a row per step; after the total loss, a column per layer.

    The cell of a loss that is not finite is empty.
    """
    layers = _layers(recording)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["octave", "height", "width", "iteration", "loss", *layers])
    for point in recording.losses:
        shares = [_finite_or_none(point.losses.get(layer)) for layer in layers]
        place = [point.octave, point.height, point.width, point.iteration]
        writer.writerow([*place, _finite_or_none(point.loss), *shares])
    return text.getvalue().encode()


def losses_json(recording: RunData) -> bytes:
    """Return the losses as JSON: a list with an object per step, each with ``losses`` by layer.

    A loss that is not finite is null.
    """
    layers = _layers(recording)
    rows = [
        {
            "octave": point.octave,
            "height": point.height,
            "width": point.width,
            "iteration": point.iteration,
            "loss": _finite_or_none(point.loss),
            "losses": {
                layer: _finite_or_none(point.losses[layer])
                for layer in layers
                if layer in point.losses
            },
        }
        for point in recording.losses
    ]
    return _json(rows)


def predictions_csv(recording: RunData) -> bytes:
    """Return what the network calls the pictures as CSV: a row per picture, crop and rank.

    The original's octave is -1; ranks go from 1 to 5.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(PREDICTION_COLUMNS)
    for prediction in recording.predictions:
        for rank, likely in enumerate(prediction.classes, 1):
            writer.writerow([prediction.octave, prediction.crop, rank, *likely])
    return text.getvalue().encode()


def config_json(recording: RunData) -> bytes:
    """Return the provenance as JSON, which `DreamConfig.from_file` reads."""
    return _json(recording.provenance.to_dict())


def files(recording: RunData, film: Film) -> Iterator[tuple[str, bytes]]:
    """Yield all files of a run with their names, one after the other.

    They are ``dream.png``, a PNG per octave, ``original.png``, ``progression.gif`` and ``.webp``,
    ``losses.csv`` and ``.json``, ``predictions.csv`` for a network with a head, ``guide.csv`` and
    ``guide_<layer>.png`` for a run with a guide, and ``config.json``.
    """
    options = vars(film)
    yield "dream.png", png(recording)
    yield from octave_pngs(recording).items()
    yield ORIGINAL, images.png(recording.original.pixels)
    yield "progression.gif", gif(recording, **options)
    yield "progression.webp", webp(recording, **options)
    yield "losses.csv", losses_csv(recording)
    yield "losses.json", losses_json(recording)
    if recording.predictions:
        yield "predictions.csv", predictions_csv(recording)
    yield from guide_files.files(recording).items()
    yield "config.json", config_json(recording)


def archive(recording: RunData, **options: Any) -> bytes:
    """Return all `files` as a ZIP; see `gif` for the options.

    The same recording gives the same bytes.
    """
    return pack(dict(files(recording, Film(**options))))


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return files, by name, as a ZIP; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.external_attr = 0o644 << 16
            # Store pictures, which are compressed already; compress text and arrays.
            text = name.endswith((".csv", ".json", ".npy"))
            writer.writestr(entry, data, zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED)
    return buffer.getvalue()


def _png(recording: RunData, frame: Frame, settings: dict[str, Any]) -> bytes:
    """Return a frame as PNG, with the settings and its place in the run."""
    told = json.dumps(settings | {"frame": _place(recording, frame)})
    return frame.picture.with_text(embedded.settings_text(told)).png


def _place(recording: RunData, frame: Frame) -> dict[str, Any]:
    """Return what a dream that goes on from a frame's PNG has to know of it."""
    return {
        "octave": frame.octave,
        "iteration": frame.iteration,
        "ends_octave": frame.ends_octave,
        "ends_dream": recording.finished and frame is recording.final,
        "original": recording.original.digest,
    }


def _pictures(recording: RunData, plan: Film) -> list[np.ndarray]:
    frames = recording.frames if plan.steps else recording.octave_frames
    first = [recording.original, recording.begun_from]
    before = [picture.pixels for picture in first if picture is not None]
    return before + [frame.pixels for frame in frames]


def _frames(
    recording: RunData, pictures: Iterable[np.ndarray], max_side: int
) -> Iterator[np.ndarray]:
    # Yield one frame at a time: all frames of a large picture would fill the memory.
    shape = recording.original.shape.fitted(max_side)
    for pixels in pictures:
        yield images.resize_pixels(pixels, *shape)


def _layers(recording: RunData) -> list[str]:
    """Return the layers of the loss table, in the order of the settings."""
    layers = {layer for point in recording.losses for layer in point.losses}
    order = recording.provenance.config.layers
    return [layer for layer in order if layer in layers] + sorted(layers - set(order))


def _finite_or_none(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _json(values: Any) -> bytes:
    return (json.dumps(values, indent=2, allow_nan=False) + "\n").encode()
