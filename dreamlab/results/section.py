"""Dreams side by side as a section of a report."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from dreamlab.classes import layer_label
from dreamlab.report import svg
from dreamlab.report.html import Figure, Section, row
from dreamlab.report.table import Table
from dreamlab.report.words import in_words
from dreamlab.results.guide_map import HEADINGS as GUIDE_HEADINGS
from dreamlab.results.guide_map import IN_WORDS
from dreamlab.results.guide_map import row as of_guide
from dreamlab.results.naming import told_apart, with_network
from dreamlab.results.predictions import CROPS_IN_WORDS, HEADINGS
from dreamlab.results.predictions import row as row_of
from dreamlab.results.run_data import RunData, relative_losses


@dataclass(frozen=True)
class NamedDream:
    """A dream with its name and colour.

    Parameters
    ----------
    name : str
        Name of the dream.
    colour : str
        CSS colour of its curve.
    recording : RunData
        Its recording, with at least 1 frame.
    """

    name: str
    colour: str
    recording: RunData


def section(heading: str, dreams: Sequence[NamedDream]) -> Section:
    """Return a comparison as a section of a report.

    Parameters
    ----------
    heading : str
        Heading of the section.
    dreams : sequence of NamedDream
        At least 1 dream, all on the same picture.
    """
    figures = [Figure(_numbers(dreams))]
    if with_losses := _with_losses(dreams):
        table = losses(with_losses)
        figures.append(Figure(table, table.title, [dream.colour for dream in with_losses]))
    if any(dream.recording.predictions for dream in dreams):
        table = called(dreams)
        figures.append(Figure(table, table.title))
    if any(dream.recording.guide for dream in dreams):
        table = guides(dreams)
        figures.append(Figure(table, table.title))
    for dream in dreams:
        if dream.recording.losses and len(dream.recording.losses[0].losses) > 1:
            table = _layer_shares(dream)
            figures.append(Figure(table, table.title))
    return Section(
        heading,
        " ".join(_of_guides(dreams)),
        pictures=[[picture] for picture in (*_pictures(dreams), *_guide_pictures(dreams))],
        large=True,
        figures=figures,
        settings=[{"name": dream.name, **dream.recording.provenance.to_dict()} for dream in dreams],
    )


def in_notebook(dreams: Sequence[NamedDream]) -> str:
    """Return dreams on one picture as HTML for a notebook: pictures and a chart of the losses."""
    dreams = [dream for dream in dreams if dream.recording.frames]
    if not dreams:
        return "<p>Nothing has been recorded yet.</p>"
    with_losses = _with_losses(dreams)
    if not with_losses:
        return row(_pictures(dreams))
    table = losses(with_losses)
    chart = svg.lines(table, [dream.colour for dream in with_losses])
    return row(_pictures(dreams), f"<p>{table.title}</p>{chart}")


def _pictures(dreams: Sequence[NamedDream]) -> list[tuple[bytes, str]]:
    pictures = [("Original", dreams[0].recording.original)]
    names = {dream.recording.provenance.id: dream.name for dream in dreams}
    pictures += [(_caption(dream, names), dream.recording.final.picture) for dream in dreams]
    return [(picture.jpeg, caption) for caption, picture in pictures]


def _with_losses(dreams: Sequence[NamedDream]) -> list[NamedDream]:
    """Return the dreams that have losses, the first of which is not 0."""
    return [dream for dream in dreams if dream.recording.losses and dream.recording.losses[0].loss]


def _caption(dream: NamedDream, names: Mapping[str, str]) -> str:
    """Return what stands below a dream, given the names of all by their ids."""
    provenance, last = dream.recording.provenance, dream.recording.final
    model, config = provenance.model, provenance.config
    layers = [
        f"{layer_label(model, name, config.channels.get(name, ()))} × {weight:g}"
        for name, weight in config.layers.items()
    ]
    parts = [with_network(dream.name, model), ", ".join(layers)]
    parts.append(f"{last.width} × {last.height} px")
    if provenance.parent is not None:
        parent = provenance.parent
        name = names.get(parent.dream, f"dream {parent.dream}")
        parts.append(f"goes on from {name}, octave {parent.octave + 1}")
    if words := dream.recording.called_in_words(last):
        parts.append(words)
    if not dream.recording.finished:
        parts.append("ended early")
    # No-break spaces: a line breaks only between facts.
    return " · ".join(parts).replace(" × ", "\u00a0×\u00a0").replace(" px", "\u00a0px")


def _numbers(dreams: Sequence[NamedDream]) -> Table:
    rows = []
    for dream in dreams:
        points, provenance = dream.recording.losses, dream.recording.provenance
        ends = [f"{points[place].loss:.4g}" if points else None for place in (0, -1)]
        work = dream.recording.multiplications
        way = dream.recording.moved, dream.recording.seconds, work and in_words(work)
        rows.append((dream.name, provenance.model, len(points), *ends, *way))
    columns = ("dream", "network", "steps", "first_loss", "last_loss", "moved", "seconds")
    title = "First and last loss, distance and work"
    return Table("dreams", title, (*columns, "multiplications"), tuple(rows))


def called(dreams: Sequence[NamedDream]) -> Table:
    """Return what each network with a head calls its pictures, before and after each octave."""
    rows = [
        (dream.name, dream.recording.provenance.model, *row_of(prediction))
        for dream in dreams
        for prediction in dream.recording.predictions
    ]
    columns = ("dream", "network", *(heading.lower() for heading in HEADINGS))
    title = f"What the network calls it. {CROPS_IN_WORDS}"
    return Table("classes", title, columns, tuple(rows))


def guides(dreams: Sequence[NamedDream]) -> Table:
    """Return how each guided layer used its guide, before and after the dream."""
    rows = [
        (dream.name, dream.recording.provenance.model, *of_guide(layer))
        for dream in dreams
        if dream.recording.guide is not None
        for layer in dream.recording.guide.layers
    ]
    columns = ("dream", "network", *(heading.lower() for heading in GUIDE_HEADINGS))
    return Table("guide", f"Use of the guide. {IN_WORDS}", columns, tuple(rows))


def _of_guides(dreams: Sequence[NamedDream]) -> list[str]:
    """Return a sentence about each dream with a guide."""
    return [
        f"{dream.name}: {dream.recording.guide.sentence}"
        for dream in dreams
        if dream.recording.guide is not None
    ]


def _guide_pictures(dreams: Sequence[NamedDream]) -> list[tuple[bytes, str]]:
    """Return guide and dream in the colours of places, for each guided layer."""
    return [
        (
            found.both(layer, dream.recording.final.picture).png,
            f"{dream.name} · guide, {layer.layer}",
        )
        for dream in dreams
        if (found := dream.recording.guide) is not None
        for layer in found.layers
    ]


def losses(dreams: Sequence[NamedDream]) -> Table:
    """Return each dream's losses relative to its first; a shorter dream leaves gaps."""
    names = told_apart([(dream.name, dream.recording.provenance.model) for dream in dreams])
    columns = [_with_gaps(relative_losses(dream.recording.losses)) for dream in dreams]
    rows = tuple((step, *row) for step, row in enumerate(zip_longest(*columns), 1))
    title = "Loss at each step, relative to the first"
    return Table("losses", title, ("step", *names), rows, "lines")


def _layer_shares(dream: NamedDream) -> Table:
    """Return each layer's share of a dream's loss; a suppressed layer's share is below 0."""
    rows = []
    for step, point in enumerate(dream.recording.losses, 1):
        total = sum(map(abs, point.losses.values())) or 1.0
        rows.append((step, *_with_gaps(part / total for part in point.losses.values())))
    layers = dream.recording.losses[0].losses
    name = with_network(dream.name, dream.recording.provenance.model)
    title = f"Each layer's share of the loss of {name}"
    return Table("shares", title, ("step", *layers), tuple(rows), "lines")


def _with_gaps(figures: Iterable[float]) -> list[float | None]:
    return [figure if math.isfinite(figure) else None for figure in figures]
