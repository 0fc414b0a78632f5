"""The report of a session: all findings and the latest dreams in one HTML file."""

import streamlit as st

from dreamlab.analysis import ANALYSES
from dreamlab.analysis.report import report
from dreamlab.jobs import Backend
from dreamlab.ui import run
from dreamlab.ui.analysis import panel
from dreamlab.ui.visits import Visit


def button(backend: Backend, visit: Visit) -> None:
    """Draw the button that saves the session, off as long as there is nothing to tell."""
    jobs = [sent.job for sent in visit.analyses.values()]
    jobs += [one.job for batch in visit.batches[-1:] for one in batch.runs]
    ended = any(run.status(backend, job).state in ("done", "cancelled") for job in jobs)
    st.download_button(
        "Report",
        data=lambda: made(backend, visit),
        file_name="dreamlab-report.html",
        mime="text/html",
        key="report",
        on_click="ignore",
        icon=":material/description:",
        disabled=not ended,
        help="All findings and the latest dreams with their settings, in one file for any browser.",
    )


def made(backend: Backend, visit: Visit) -> bytes:
    """Return the report of a visit as HTML; what still runs is in it as far as it came."""
    sent = [visit.analyses[name] for name in ANALYSES if name in visit.analyses]
    found = [one for one in (panel.findings(backend, each) for each in sent) if one is not None]
    latest = [one for batch in visit.batches[-1:] for one in batch.runs]
    dreams = [(one, run.result(backend, one.job)) for one in latest]
    dreams = [(one, left) for one, left in dreams if left is not None and left.pictures]
    return report(
        found,
        pictures=[(one.name, left.pictures[-1]) for one, left in dreams],
        settings={one.name: one.config.to_dict() for one, _ in dreams},
    )
