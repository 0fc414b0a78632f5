"""Whether a job may run, and how long jobs are expected to take."""

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs.job import Job
from dreamlab.tasks.task import Cost, Task
from dreamlab.tasks.throughput import Throughput
from dreamlab.tasks.wording import duration
from dreamlab.zoo import check_network

#: Share of a run after which its own speed says more than what was measured before it.
_TELLING = 0.05


#: Multiplications a second, assumed of a machine on which nothing was measured yet.
_TYPICAL = 5e10


def check(task: Task, settings: DeploymentSettings, throughput: Throughput) -> Cost:
    """Return what a task costs; raises `DreamError` if it cannot run, or is not allowed."""
    if not settings.own_models:
        check_network(task.model)
    cost = task.cost()
    if cost.pixel_steps > settings.cost * 1e6:
        raise DreamError(
            f"this takes {cost.pixel_steps / 1e6:,.0f} million pixel steps; at most "
            f"{settings.cost:,.0f} million are allowed: "
            f"{task.remedy(settings.cost * 1e6 / cost.pixel_steps, network=False)}"
        )
    # One that is expected to run longer than it may would end half done.
    limit = min(settings.dream_seconds, settings.job_seconds)
    seconds = throughput.seconds(task.model, task.precision, cost.work)
    beside = throughput.beside  # it stays, however little work there is
    if seconds is not None and seconds > limit:
        raise DreamError(
            f"the {task.noun} would take about {duration(seconds)} here, and {duration(limit)} "
            f"are allowed: {task.remedy(max(0.0, limit - beside) / (seconds - beside))}"
        )
    return cost


def seconds_waiting(job: Job, throughput: Throughput) -> float:
    """Return the seconds that a job which waits counts for: what it needs yet, or is assumed to."""
    left = seconds_left(job, throughput)
    return job.work / _TYPICAL if left is None else left


def seconds_left(job: Job, throughput: Throughput) -> float | None:
    """Return the seconds a job is expected to run yet, or None if nothing was measured."""
    elapsed, fraction = job.elapsed, job.position.fraction
    if elapsed is not None and fraction > _TELLING:
        return elapsed * (1 - fraction) / fraction
    return _foreseen(job, throughput)


def seconds_to_give(job: Job, throughput: Throughput) -> float | None:
    """Return the seconds that a running job is to be given yet: no less than were foreseen.

    So what it was given is no more than it ran, however soon it seems to be done.
    """
    known = [seconds_left(job, throughput), _foreseen(job, throughput)]
    return max((seconds for seconds in known if seconds is not None), default=None)


def _foreseen(job: Job, throughput: Throughput) -> float | None:
    """Return the seconds that a job has yet of those that it was expected to run."""
    elapsed, fraction = job.elapsed, job.position.fraction
    whole = throughput.seconds(job.task.model, job.task.precision, job.work)
    if whole is None:
        return None
    return max(0.0, whole * (1 - fraction) if elapsed is None else whole - elapsed)
