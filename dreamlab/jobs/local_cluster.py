"""The process with the local scheduler and worker, seen from the page.

`LocalCluster` starts it, with ``python -m dreamlab.jobs.cluster_process``. Dask's own
``SubprocessCluster`` would take two processes (61 MB more), never reads the scheduler's error
pipe, which stops the scheduler once it is full, and leaves both behind when the page is killed.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.jobs.run_clock import LOAD_SECONDS

#: Seconds the process has to start, and to end before it is killed.
START_SECONDS = 30.0
STOP_SECONDS = 5.0

#: Seconds, or up to twice as many, after which a worker that is silent is taken for frozen for
#: good, and another takes its place.
FROZEN_SECONDS = 60.0

#: Dask keeps the last 1,000 messages on each side of each connection, visitors' pictures in them.
SHORT_LOGS = {"distributed.admin.low-level-log-length": 1}

_PREFIX = "dreamlab-node-"


class LocalCluster:
    """A process with a scheduler and a worker, on this machine."""

    def __init__(self, settings: DeploymentSettings) -> None:
        remove_leftovers()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        root = str(Path(__file__).parents[2])
        environment = {
            **os.environ,
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{FROZEN_SECONDS}s",
            "DASK_LOGGING__DISTRIBUTED": settings.log_level,
            "DREAMLAB_INPUT_RANGE": settings.input_range,
            "DREAMLAB_MODELS": settings.models,
            "DREAMLAB_WARM_MODEL": settings.warm_model,
            "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
            "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
            "TMPDIR": str(self._folder),
        }
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "dreamlab.jobs.cluster_process",
                str(self._folder),
                str(settings.worker_memory),
                str(LOAD_SECONDS),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    async def address(self) -> str:
        """Wait until the scheduler listens and return its address.

        Raises
        ------
        OSError
            If it does not come up.
        """
        assert self.process.stdout is not None
        written = asyncio.to_thread(self.process.stdout.readline)
        address = (await asyncio.wait_for(written, START_SECONDS)).strip()
        if not address:
            raise OSError("the local worker did not start")
        return address

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
