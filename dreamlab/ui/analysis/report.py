"""The report of a session: all findings and dreams, in one HTML file."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dreamlab.analysis import ANALYSES
from dreamlab.analysis.report import report
from dreamlab.jobs import Backend
from dreamlab.report.colours import COLOURS
from dreamlab.results.section import NamedDream
from dreamlab.ui.analysis import choice
from dreamlab.ui.dreams.curves import Curve, distinct
from dreamlab.ui.dreams.rows import Row, rows
from dreamlab.ui.session import queries
from dreamlab.ui.session.visitors import Batch, Visit


def button(backend: Backend, visit: Visit) -> None:
    """Draw the button that saves the report; it is disabled while there are no results."""
    jobs = [run.job for run in visit.analyses.values()]
    jobs += [run.job for batch in visit.batches for run in batch.runs]
    ended = [status for job in jobs if not (status := queries.status(backend, job)).active]
    st.download_button(
        "Report",
        data=partial(build, backend, visit, choice.chosen()),
        file_name="dreamlab-report.html",
        mime="text/html",
        key="report",
        on_click="ignore",
        icon=":material/description:",
        disabled=all(status.result is None for status in ended),
        help="All findings and dreams that are kept, with their settings, in one file that any "
        "browser opens.",
    )


def build(backend: Backend, visit: Visit, models: Sequence[str]) -> bytes:
    """Return the report of a visit as HTML, with the findings so far of a running analysis.

    If there are two networks in `models`, their findings are compared first.
    """
    order = list(ANALYSES)
    runs = sorted(visit.analyses.values(), key=lambda run: order.index(run.task.analysis))
    findings = [queries.findings(backend, run) for run in runs]
    comparisons = [
        (_heading(batch, row, dreams), dreams)
        for batch in visit.batches
        for row in rows(batch, queries.dreams(backend, batch))
        if (dreams := _dreams(row))
    ]
    both = [
        queries.pair(backend, *(visit.analyses.get((name, model)) for model in models))
        for name in (order if len(models) == 2 else ())
    ]
    return report(
        [result for result in findings if result is not None],
        dreams=comparisons,
        before=[pair.section for pair in both if pair is not None],
    )


def _dreams(row: Row) -> list[NamedDream]:
    """Return the dreams of a picture that have one of their own."""
    pairs = [(view.run, view.recording) for view in row.views if view.recording is not None]
    curves = distinct([Curve(run.name, run.colour, recording.losses) for run, recording in pairs])
    return [
        NamedDream(curve.name, COLOURS[curve.colour], recording)
        for curve, (_, recording) in zip(curves, pairs, strict=True)
    ]


def _heading(batch: Batch, row: Row, dreams: list[NamedDream]) -> str:
    """Return the page's name of a batch, its picture, and how many dreams there are if not all."""
    count = len(row.views)
    picture = f": {row.of}" if row.of else ""
    part = "" if len(dreams) == count else f", {len(dreams)} of its {count} variants"
    return f"Dream {batch.number}{picture}{part}"
