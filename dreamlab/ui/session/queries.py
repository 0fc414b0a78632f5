"""What the page asks the backend of jobs that may be gone."""

import streamlit as st

from dreamlab.analysis import Findings
from dreamlab.errors import DreamError
from dreamlab.images import jpeg, load_image, to_pixels
from dreamlab.jobs import Backend, Result, Status
from dreamlab.ui.session.visitors import Batch


def status(backend: Backend, job: str) -> Status:
    """Return where a job is; one that is no longer known has failed."""
    try:
        return backend.status(job)
    except DreamError as error:
        return Status(job, "failed", error=str(error))


def result(backend: Backend, job: str) -> Result | Findings | None:
    """Return what a job that has ended leaves; None for one that is no longer kept."""
    try:
        return None if backend.status(job).active else backend.result(job)
    except DreamError:
        return None


def dream_result(backend: Backend, job: str) -> Result | None:
    """Return what a dream that has ended leaves; None for one that is no longer kept."""
    kept = result(backend, job)
    return kept if isinstance(kept, Result) else None


def findings(backend: Backend, job: str) -> Findings | None:
    """Return what an analysis that has ended leaves; None for one that is no longer kept."""
    kept = result(backend, job)
    return kept if isinstance(kept, Findings) else None


def active(backend: Backend, batch: Batch) -> bool:
    """Say whether any variant of a batch is queued or running."""
    return any(status(backend, run.job).active for run in batch.runs)


def original(backend: Backend, batch: Batch) -> bytes | None:
    """Return the picture that a batch began from, as JPEG; None if none of it is kept."""
    for run in batch.runs:
        try:
            return _shown(run.job, backend)
        except DreamError:  # no longer kept
            continue
    return None


@st.cache_data(max_entries=64, ttl=1800, show_spinner=False)
def _shown(job: str, _backend: Backend) -> bytes:
    return jpeg(to_pixels(load_image(_backend.original(job))), quality=92)
