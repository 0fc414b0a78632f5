"""Whether a job may run, and how long jobs are expected to take."""

from collections.abc import Iterable

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs.job import Job
from dreamlab.tasks.task import Cost, Task
from dreamlab.tasks.throughput import Throughput
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
