"""Dreams as jobs: submit, follow, cancel, result, on a local worker or a Dask cluster."""

from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.jobs.dispatcher import Dispatcher
from dreamlab.jobs.ledger import Ledger
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


class Jobs(Ledger):
    """Runs dreams on Dask workers; see `dreamlab.jobs.protocol.Backend` for what its methods do.

    It is made once a process and shared by all visitors. A worker dreams one dream at a time;
    who waits is served in turn, visitor by visitor.

    Parameters
    ----------
    limits : Limits, optional
        What is allowed and where the scheduler is; by default what the environment says.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        limits = checked(limits)
        self._dispatcher = Dispatcher(limits)
        super().__init__(limits, self._dispatcher.ring)
        self._dispatcher.start(self)

    def ready(self) -> bool:
        """See `Backend`."""
        return self._dispatcher.ready

    @property
    def workers(self) -> frozenset[str]:
        """See `Backend`."""
        return self._dispatcher.workers

    def close(self) -> None:
        """End the local worker, if there is one, and stop following; what runs is lost."""
        self._dispatcher.close()
