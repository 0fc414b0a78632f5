"""Reaches one Dask worker: calls functions there, and starts it anew."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from dreamlab.jobs.assignment import Outcome

logger = logging.getLogger("dreamlab.jobs")

#: Seconds without an answer after which a question counts as not answered.
PATIENCE = 3.0


class WorkerLink:
    """One worker, as a client reaches it.

    Parameters
    ----------
    client : distributed.Client
        Asynchronous, connected.
    address : str
        The worker's.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address

    def submit(self, function: Callable, *args: Any) -> Any:
        """Have the worker call a function: once, there, never shared with an equal call."""
        return self._client.submit(
            function,
            *args,
            workers=[self._address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )

    async def ask(self, function: Callable, *args: Any) -> Any:
        """Call a function on the worker's event loop and return its answer."""
        asked = self._client.run(function, *args, workers=[self._address])
        return (await asyncio.wait_for(asked, PATIENCE))[self._address]

    async def restart(self, why: str) -> None:
        """Have the worker's process killed, and another started where it has a nanny."""
        # Asked of the scheduler itself: the client refuses where no nanny starts another.
        await self._client.scheduler.restart_workers(
            workers=[self._address],
            timeout=PATIENCE,
            wait_for_workers=False,
            on_error="return",
            stimulus_id=why,
        )


async def outcome(future: Any) -> Outcome | None:
    """Wait for the outcome of a run; None if its worker or the scheduler was lost."""
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    try:
        return await future
    except (KilledWorker, FutureCancelledError):
        return None
    except Exception as error:  # `worker.run` raises nothing: it could not be reached or sent
        kind = type(error).__name__
        logger.error("a worker could not run a job: %s", kind)
        sentence = f"the worker could not run the dream ({kind}): tell whoever runs this page"
        return Outcome("failed", error=sentence)
