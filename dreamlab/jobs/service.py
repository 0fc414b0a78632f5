"""Jobs on Dask workers: on this machine, or on a cluster."""

from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.jobs.dispatcher import Dispatcher
from dreamlab.jobs.jobs import Jobs
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


class JobService(Jobs):
    """Runs jobs on Dask workers; see `dreamlab.jobs.protocol.Backend` for its methods.

    It is made once a process and shared by all visitors. A worker runs one job at a time;
    visitors are served in turn.

    Parameters
    ----------
    limits : Limits, optional
        What is allowed and where the scheduler is; by default what the environment says.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        limits = checked(limits)
        self._dispatcher = Dispatcher(limits)
        super().__init__(limits, self._dispatcher.notify)
        self._dispatcher.start(self)

    def ready(self) -> bool:
        """See `Backend`."""
        return self._dispatcher.ready

    @property
    def workers(self) -> frozenset[str]:
        """See `Backend`."""
        return self._dispatcher.workers

    def close(self) -> None:
        """See `Backend`."""
        self._dispatcher.close()
