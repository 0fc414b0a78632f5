"""Dreams as jobs: submit, follow, cancel, result, on a local worker or a Dask cluster."""

from collections.abc import Callable, Collection

from dreamlab.analysis import Findings
from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.jobs.dispatcher import Dispatcher
from dreamlab.jobs.ledger import Ledger
from dreamlab.jobs.protocol import AnalysisRequest, Request, Result, Status
from dreamlab.zoo import ARCHITECTURES


def checked(limits: Limits | None = None) -> Limits:
    """Return limits, or what the environment says; raises `DreamError` if they cannot be."""
    limits = Limits.from_environment() if limits is None else limits
    warm = limits.warm_model
    if warm not in ARCHITECTURES and not warm.endswith(".keras"):
        raise DreamError(
            f"DREAMLAB_WARM_MODEL is {warm!r}; choose from {', '.join(ARCHITECTURES)}, or give "
            "the path of a .keras file"
        )
    return limits


class Jobs:
    """Runs dreams on Dask workers; see `dreamlab.jobs.protocol.Backend` for what its methods do.

    It is made once a process and shared by all visitors. A worker dreams one dream at a time;
    who waits is served in turn, visitor by visitor.

    Parameters
    ----------
    limits : Limits, optional
        What is allowed and where the scheduler is; by default what the environment says.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = checked(limits)
        self._dispatcher = Dispatcher(self.limits)
        self._ledger = Ledger(self.limits, self._dispatcher.ring)
        self._dispatcher.start(self._ledger)

    def submit(self, owner: str, request: Request | AnalysisRequest) -> str:
        """See `Backend`; what is refused at once is told by the `DreamError`."""
        return self._ledger.submit(owner, request)

    def status(self, job: str) -> Status:
        """See `Backend`; it asks no worker, so that it takes no time."""
        return self._ledger.status(job)

    def cancel(self, job: str) -> None:
        """See `Backend`."""
        self._ledger.cancel(job)

    def result(self, job: str) -> Result | Findings | None:
        """See `Backend`."""
        return self._ledger.result(job)

    def forget(self, job: str) -> None:
        """See `Backend`."""
        self._ledger.forget(job)

    def estimate(self, request: Request | AnalysisRequest) -> float | None:
        """See `Backend`."""
        return self._ledger.estimate(request)

    def original(self, job: str) -> bytes:
        """See `Backend`."""
        return self._ledger.original(job)

    def orphan(self, jobs: Collection[str], back: Callable[[], bool]) -> None:
        """See `Backend`; ``orphan_seconds`` of the limits is the time left."""
        self._ledger.orphan(jobs, back)

    def counters(self) -> dict[str, float]:
        """See `Backend`."""
        return self._ledger.counters()

    def ready(self) -> bool:
        """See `Backend`."""
        return self._dispatcher.ready

    @property
    def workers(self) -> frozenset[str]:
        """See `Backend`."""
        return self._dispatcher.workers

    @property
    def problem(self) -> str | None:
        """See `Backend`."""
        return self._ledger.notice

    def close(self) -> None:
        """End the local worker, if there is one, and stop following; what runs is lost."""
        self._dispatcher.close()
