"""How much may wait: of a visitor, of an address, and in all."""

from collections.abc import Collection

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs.fair_queue import Entry
from dreamlab.tasks.wording import duration

#: Most work of an address, as a multiple of what is free after it; that of a visitor is once.
_ADDRESS_SHARE = 4

#: Dreams that a visitor may have waiting wherever there is a place: as many as a picture may have.
_OF_PICTURE = 6


def admit(
    new: Entry, waiting: Collection[Entry], workers: int, settings: DeploymentSettings
) -> None:
    """Let a job wait, or say why not and until when.

    A visitor may have as much work waiting as stays free after it, and as many dreams beyond those
    of one picture. So few fill half of the line, many leave each other equal shares, and there is
    always room for whoever comes next.

    Parameters
    ----------
    new : Entry
        The job.
    waiting : collection of Entry
        What waits already.
    workers : int
        How many jobs run at a time.
    settings : DeploymentSettings
        What may wait for each worker.

    Raises
    ------
    DreamError
        If the visitor, the address or all have too much waiting.
    """
    mine = [entry.seconds for entry in waiting if entry.owner == new.owner]
    if len(mine) >= settings.waiting_per_visitor:
        raise DreamError(
            f"you have {len(mine)} dreams waiting, the most there may be: wait for one to start "
            "or cancel one"
        )
    if len(waiting) >= settings.waiting:
        raise DreamError(
            f"the queue is full: {len(waiting)} dreams are waiting; try again in some minutes"
        )
    places = settings.waiting - len(waiting) - 1
    if len(mine) >= max(_OF_PICTURE, places):
        raise DreamError(
            f"you have {len(mine)} dreams waiting, and the queue has {places + 1} places left for "
            "all: wait for one to start or cancel one"
        )
    workers = max(1, workers)
    work = sum(entry.seconds for entry in waiting)
    free = workers * settings.waiting_seconds - work - new.seconds
    bounds = [(new.seconds + sum(mine), 1)]
    if new.address:
        near = [entry.seconds for entry in waiting if entry.address == new.address]
        bounds.append((new.seconds + sum(near), _ADDRESS_SHARE))
    # Work that is done frees the line, and may lessen what whoever asks has waiting; with nothing
    # in line a job may be as long as any.
    over = min(work, max(part / share - free for part, share in bounds))
    if over > 0:
        raise DreamError(
            f"{duration(work)} of work are waiting, too much for {duration(new.seconds)} more: "
            f"try again in {duration(over / workers)}"
        )
