"""Jobs on Dask workers: on this machine, or on a cluster."""

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs.dispatcher import Dispatcher
from dreamlab.jobs.shared_jobs import SharedJobs
from dreamlab.own_models import OWN_SUFFIXES, files_in
from dreamlab.zoo import ARCHITECTURES, architecture, base


def checked(settings: DeploymentSettings | None = None) -> DeploymentSettings:
    """Return settings, or what the environment says; raises `DreamError` if they cannot be."""
    settings = DeploymentSettings.from_environment() if settings is None else settings
    warm = settings.warm_model
    if architecture(warm) is None and not base(warm).lower().endswith(OWN_SUFFIXES):
        raise DreamError(
            f"DREAMLAB_WARM_MODEL is {warm!r}; choose from {', '.join(ARCHITECTURES)}, or give "
            "the path of a .keras or .h5 file"
        )
    files_in(settings.models)
    return settings


class JobService(SharedJobs):
    """Runs jobs on Dask workers, one at a time each; made once a process, for all visitors.

    Parameters
    ----------
    settings : DeploymentSettings, optional
        What is allowed and where the scheduler is; by default what the environment says.
    """

    def __init__(self, settings: DeploymentSettings | None = None) -> None:
        settings = checked(settings)
        self._dispatcher = Dispatcher(settings)
        super().__init__(settings, self._dispatcher.notify)
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
