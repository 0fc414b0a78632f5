"""Queries to the backend about jobs, which it may have dropped."""

from contextlib import suppress
from dataclasses import dataclass

from dreamlab.analysis import Findings
from dreamlab.analysis.pair import Pair
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import Backend, Status
from dreamlab.results.predictions import Prediction
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from dreamlab.ui.session.visitors import AnalysisRun, Batch, Run


@dataclass(frozen=True)
class DreamView:
    """A dream as the page shows it.

    Parameters
    ----------
    run : Run
        The variant and its job.
    status : Status
        Status of the job.
    """

    run: Run
    status: Status

    @property
    def recording(self) -> Recording | None:
        """Recording of a dream that has ended with a picture; else None."""
        result = self.status.result
        if self.status.active or not isinstance(result, Recording) or not result.frames:
            return None
        return result

    @property
    def losses(self) -> tuple[LossPoint, ...]:
        """Losses so far."""
        result = self.status.result
        return tuple(result.losses) if isinstance(result, Recording) else ()

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """What its network calls the pictures so far; none for a network without a head."""
        result = self.status.result
        return tuple(result.predictions) if isinstance(result, Recording) else ()


def status(backend: Backend, job: str) -> Status:
    """Return the status of a job; an unknown job has failed."""
    try:
        return backend.status(job)
    except DreamError as error:
        return Status(job, "failed", error=str(error))


def cancel(backend: Backend, job: str) -> None:
    """Stop a job and keep what is done; one that is no longer kept stays as it is."""
    with suppress(DreamError):
        backend.cancel(job)


def forget(backend: Backend, job: str) -> None:
    """Cancel a job if need be, and drop all of it; the backend may have dropped it already."""
    with suppress(DreamError):
        backend.forget(job)


def dreams(backend: Backend, batch: Batch) -> list[DreamView]:
    """Return the dreams of a batch."""
    return [DreamView(run, status(backend, run.job)) for run in batch.runs]


def recording(backend: Backend, job: str) -> Recording | None:
    """Return the recording of a dream that has a picture so far, or None."""
    result = status(backend, job).result
    return result if isinstance(result, Recording) and result.frames else None


def findings(backend: Backend, run: AnalysisRun) -> Findings | None:
    """Return the findings of an analysis so far, or None."""
    result = status(backend, run.job).result
    return result if isinstance(result, Findings) else None


def pair(backend: Backend, first: AnalysisRun | None, second: AnalysisRun | None) -> Pair | None:
    """Return the findings of two runs that can be compared; None if one is missing or unlike."""
    if first is None or second is None or first.differences(second):
        return None
    mine, others = findings(backend, first), findings(backend, second)
    if mine is None or others is None or not (mine.complete and others.complete):
        return None
    return Pair(mine, others)


def active(backend: Backend, batch: Batch) -> bool:
    """Return whether any variant of a batch is queued or running."""
    return any(view.status.active for view in dreams(backend, batch))


def original(views: list[DreamView]) -> Picture | None:
    """Return the picture that the dreams began from; None if the backend has dropped all."""
    pictures = [view.status.picture for view in views]
    return next((picture for picture in pictures if picture is not None), None)
