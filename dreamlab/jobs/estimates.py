"""How long this machine needs for a task, as measured on those before it."""

from collections.abc import Iterable

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs.job import Job
from dreamlab.tasks.task import Cost, Task
from dreamlab.zoo import check_network

#: Share of a run after which its own speed says more than what was measured before it.
_TELLING = 0.05


def check(task: Task, settings: DeploymentSettings) -> Cost:
    """Return what a task costs; raises `DreamError` if it cannot run, or is not allowed."""
    if not settings.own_models:
        check_network(task.model)
    cost = task.cost()
    if cost.pixel_steps > settings.cost * 1e6:
        raise DreamError(
            f"this takes {cost.pixel_steps / 1e6:,.0f} million pixel steps; at most "
            f"{settings.cost:,.0f} million are allowed: {task.remedy}"
        )
    return cost


class Throughput:
    """Seconds a multiplication takes here, by network and precision, as last measured."""

    def __init__(self) -> None:
        self._rates: dict[tuple[str, str], float] = {}

    def observe(self, model: str, precision: str, work: float, seconds: float) -> None:
        """Note that so much work (multiplications) took so many seconds."""
        if work > 0 and seconds > 0:
            self._rates.pop((model, precision), None)  # so that the last one measured is last
            self._rates[model, precision] = seconds / work

    def seconds(self, model: str, precision: str, work: float) -> float | None:
        """Return the seconds expected for so much work, or None if nothing was measured yet.

        What was not measured itself is taken from the nearest that was: the network at another
        precision, else another network at this precision, else the last one measured.
        """
        candidates = (
            [(model, precision)]
            + [key for key in self._rates if key[0] == model]
            + [key for key in self._rates if key[1] == precision]
            + list(reversed(self._rates))
        )
        for key in candidates:
            if key in self._rates:
                return work * self._rates[key]
        return None


def seconds_left(job: Job, throughput: Throughput) -> float | None:
    """Return the seconds a job is expected to run yet, or None if nothing was measured."""
    elapsed, fraction = job.elapsed, job.position.fraction
    if elapsed is not None and fraction > _TELLING:
        return elapsed * (1 - fraction) / fraction
    whole = throughput.seconds(job.task.model, job.task.precision, job.work)
    return None if whole is None else max(0.0, whole - (elapsed or 0.0))


def wait(before: Iterable[Job], throughput: Throughput, slots: int) -> float | None:
    """Return the seconds until so many workers are through with all that comes before a job."""
    seconds = [seconds_left(job, throughput) for job in before]
    known = [value for value in seconds if value is not None]
    return sum(known) / max(1, slots) if len(known) == len(seconds) else None
