"""A Dask scheduler and workers of this machine, each a process started apart from the page."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Cluster:
    """A scheduler, and workers by name; `close` ends all of them.

    Parameters
    ----------
    folder : Path
        Where they may write.
    workers : str
        Names of the workers to start.
    root : Path
        Top folder of the version that they run.
    """

    def __init__(self, folder: Path, *workers: str, root: Path = ROOT) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self.processes: dict[str, subprocess.Popen] = {}
        self._folder, self._root = folder, root
        for name in ("scheduler", *workers):
            self.start(name)

    def start(self, name: str) -> subprocess.Popen:
        """Start the scheduler, or a worker of another name, again."""
        if name == "scheduler":
            command = ["scheduler", "--host", "127.0.0.1", "--port", str(self._port)]
        else:
            command = ["worker", self.address, "--nthreads", "1", "--no-nanny"]
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", "dask", *command, "--no-dashboard"],
            cwd=self._folder,
            env={
                **os.environ,
                "PYTHONPATH": str(self._root),
                "DASK_LOGGING__DISTRIBUTED": "critical",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return self.processes[name]

    def close(self) -> None:
        """End all processes."""
        for process in self.processes.values():
            process.kill()
            process.wait()
