"""The local worker's process: a Dask scheduler and the nanny of one worker, in one.

It writes the scheduler's address as its only line, and ends with the page however the page ends:
its standard input is a pipe that closes then.
"""

import asyncio
import contextlib
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any

import dask
import psutil
from distributed import Nanny, Scheduler
from distributed.system import MEMORY_LIMIT

from dreamlab.jobs import certificate
from dreamlab.jobs.local_cluster import SHORT_LOGS

logger = logging.getLogger("dreamlab.jobs")

#: The worker takes the time that the page leaves: a dream is long, an answer is to be quick.
NICENESS = 10

#: Seconds between two heartbeats of the worker; Dask's own is two a second.
_HEARTBEAT_SECONDS = 2.0

#: Settings of Dask that differ from its own.
_DASK = {
    # A dream must not be run again by Dask on its own: `Jobs` counts the failures.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Nothing is written to disk, and a worker never pauses: past its limit it is restarted.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.99,
    **SHORT_LOGS,
    # While nothing runs nothing is looked at often: Dask's own intervals cost 5 % of a core.
    "distributed.admin.tick.interval": "5s",
    "distributed.admin.tick.cycle": "5s",
    "distributed.admin.tick.limit": "1h",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.disk": False,
    "distributed.admin.system-monitor.host-cpu": False,
    "distributed.scheduler.work-stealing": False,
    "distributed.worker.memory.monitor-interval": "250ms",
    "distributed.admin.system-monitor.log-length": 100,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    # Dask allows a worker one thread for its numeric libraries; a dream is to use all cores.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 65536},
}


_LOCAL: Any = {"host": "127.0.0.1", "dashboard": False, "dashboard_address": "127.0.0.1:0"}


#: Seconds that a worker which is not wanted any more has to notice it.
_LAST_SECONDS = 1.0


class _Scheduler(Scheduler):
    """A scheduler that asks its worker for few heartbeats."""

    def heartbeat_worker(self, **options: Any) -> dict[str, Any]:
        answer = super().heartbeat_worker(**options)
        return answer | {"heartbeat-interval": _HEARTBEAT_SECONDS}


class _Nanny(Nanny):
    """A nanny that tells when its worker has ended and no other takes its place."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.given_up = asyncio.Event()
        self._exits = 0

    async def _on_worker_exit(self, exitcode: int) -> None:
        # The worker that is started here may end before the nanny is through with the last one.
        self._exits += 1
        try:
            await super()._on_worker_exit(exitcode)
        finally:
            self._exits -= 1
            if self._exits == 0 and not self.is_alive():
                self.given_up.set()


async def _serve(folder: str, memory: float, load_seconds: float) -> None:
    dask.config.set(_DASK)
    gone = asyncio.create_task(_page_gone())
    security = certificate.security(Path(folder))
    async with _Scheduler(port=0, protocol="tls", security=security, **_LOCAL) as scheduler:
        for name in ("idle-timeout", "no-workers-timeout"):  # four times a second, for nothing
            scheduler.periodic_callbacks[name].stop()
        print(scheduler.address, flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on
        nanny = _Nanny(
            scheduler.address,
            security=security,
            nthreads=1,
            **_LOCAL,
            memory_limit=int(memory * MEMORY_LIMIT),
            local_directory=folder,
            preload=[*_preloads(), "dreamlab.jobs.preload"],
            death_timeout=load_seconds,
        )
        worker = asyncio.create_task(_keep(nanny))
        await asyncio.wait({gone, worker}, return_when=asyncio.FIRST_COMPLETED)
        if worker.done() and (error := worker.exception()):
            logger.warning("the worker did not start: %s", type(error).__name__)
        # Nothing that the worker still makes is wanted, and the nanny would wait until it is up.
        nanny.close_gracefully()  # it starts no other worker
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if "resource_tracker" not in " ".join(child.cmdline()):  # Python's own: it ends
                    child.kill()
        # One that was about to start fails with its process, and nobody is to read of it.
        worker.cancel()
        await asyncio.wait({worker}, timeout=_LAST_SECONDS)
        if worker.done() and not worker.cancelled():
            worker.exception()


def _preloads() -> list[str]:
    """Return the modules that the deployment has its workers preload."""
    names = dask.config.get("distributed.worker.preload")
    return [names] if isinstance(names, str) else names


async def _keep(nanny: _Nanny) -> None:
    """Start the worker and return when its process is gone and no other takes its place."""
    await nanny
    await nanny.given_up.wait()


async def _page_gone() -> None:
    """Wait until standard input is closed; nothing is ever written to it."""
    gone, loop = asyncio.Event(), asyncio.get_running_loop()

    def read() -> None:
        os.read(sys.stdin.fileno(), 1)  # `sys.stdin` itself would be locked when Python ends
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(gone.set)

    # Windows cannot watch a pipe; a thread of asyncio's own would keep the process from ending.
    threading.Thread(target=read, daemon=True).start()
    await gone.wait()


def _leave_time_to_the_page() -> None:
    process = psutil.Process()
    if sys.platform == "win32":
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        process.nice(min(process.nice() + NICENESS, 19))


if __name__ == "__main__":
    _leave_time_to_the_page()
    asyncio.run(_serve(sys.argv[1], *map(float, sys.argv[2:])))
