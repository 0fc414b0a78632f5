"""The local worker's process: a Dask scheduler and the nanny of one worker, in one.

`LocalNode` starts it, with ``python -m dreamlab.jobs.local_cluster``. Dask's own
``SubprocessCluster`` would take two processes (61 MB more), never reads the scheduler's error
pipe, which stops the scheduler once it is full, and leaves both behind when the page is killed.
This one ends with the page however the page ends: its standard input is a pipe that closes then.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil

from dreamlab.config.deployment import Limits

#: Seconds the node has to start, and to end before it is killed.
START_SECONDS = 30.0
STOP_SECONDS = 5.0

#: Seconds, or up to twice as many, after which a worker that is silent is taken for frozen for
#: good, and another takes its place.
FROZEN_SECONDS = 60.0

#: The worker takes the time that the page leaves: a dream is long, an answer is to be quick.
NICENESS = 10

_PREFIX = "dreamlab-node-"
_SCHEDULER_FILE = "scheduler.json"

#: Dask keeps the last 1,000 messages on each side of each connection, visitors' pictures in them.
SHORT_LOGS = {"distributed.admin.low-level-log-length": 1}

#: Settings of Dask that differ from its own.
_DASK = {
    # A dream must not be run again by Dask on its own: the ledger counts the attempts.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Nothing is written to disk, and a worker never pauses: past its limit it is restarted.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.99,
    **SHORT_LOGS,
    "distributed.admin.system-monitor.log-length": 100,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    # Dask allows a worker one thread for its numeric libraries; a dream is to use all cores.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 65536},
}


class LocalNode:
    """The process with the local scheduler and worker, seen from the page."""

    def __init__(self, limits: Limits) -> None:
        remove_leftovers()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        root = str(Path(__file__).parents[2])
        environment = {
            **os.environ,
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{FROZEN_SECONDS}s",
            "DASK_LOGGING__DISTRIBUTED": limits.log_level,
            "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
            "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
            "TMPDIR": str(self._folder),
        }
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "dreamlab.jobs.local_cluster",
                str(self._folder),
                str(limits.worker_memory),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=environment,
        )

    async def address(self) -> str:
        """Wait until the scheduler listens and return its address.

        Raises
        ------
        OSError
            If it does not come up.
        """
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while asyncio.get_running_loop().time() < deadline and self.alive:
            try:
                return json.loads((self._folder / _SCHEDULER_FILE).read_text())["address"]
            except (OSError, ValueError):  # not there yet, or half written
                await asyncio.sleep(0.05)
        raise OSError("the local worker did not start")

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the process and all it started, and remove its folder."""
        try:
            self.process.communicate(timeout=STOP_SECONDS)  # closes its standard input
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def remove_leftovers() -> None:
    """Remove the folders of pages that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        page = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if page.isdigit() and not psutil.pid_exists(int(page)):
            shutil.rmtree(folder, ignore_errors=True)


async def _serve(folder: Path, memory: float) -> None:
    import dask
    from distributed import Nanny, Scheduler
    from distributed.system import MEMORY_LIMIT

    dask.config.set(_DASK)
    async with Scheduler(
        host="127.0.0.1",
        port=0,
        dashboard=False,
        dashboard_address="127.0.0.1:0",
        scheduler_file=str(folder / _SCHEDULER_FILE),
    ) as scheduler:
        nanny = Nanny(
            scheduler.address,
            host="127.0.0.1",
            nthreads=1,
            dashboard=False,
            dashboard_address="127.0.0.1:0",
            memory_limit=int(memory * MEMORY_LIMIT),
            local_directory=str(folder),
        )
        async with nanny:
            await _page_gone()
            # A dream that runs would hold up a gentle end, and nothing it makes is wanted.
            with contextlib.suppress(Exception):
                await nanny.kill(timeout=0.1)


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
    asyncio.run(_serve(Path(sys.argv[1]), float(sys.argv[2])))
