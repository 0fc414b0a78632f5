"""A version of dreamlab, and its page, served as a black box with its default settings."""

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.load.waiting import until
from tests.support.jobs import PRELOAD
from tests.support.server import ROOT, Server
from tests.support.visitor import get

#: One page starts at a time: a start takes all cores.
_starting = threading.Lock()


@dataclass(frozen=True)
class Tree:
    """A checkout of a version.

    Parameters
    ----------
    root : Path
        Its top folder.
    """

    root: Path = ROOT

    @property
    def commit(self) -> str:
        """Short name of its commit; empty if git does not tell."""
        told = subprocess.run(
            ["git", "-c", "safe.directory=*", "rev-parse", "--short", "HEAD"],
            cwd=self.root,
            capture_output=True,
            text=True,
        )
        return told.stdout.strip()

    @contextmanager
    def serve(self, *, stand_in: bool = False, **environment: str) -> Iterator["Site"]:
        """Serve its page until the worker is ready, and while the context lasts.

        Parameters
        ----------
        stand_in : bool
            Whether the stand-in of its tests dreams in place of its engine.
        **environment
            Variables beside those of this process; none of a deployment's settings is taken over.
        """
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("DREAMLAB_")
        }
        if stand_in:
            environment = {PRELOAD: "tests.support.fake_engine", **environment}
        with tempfile.TemporaryDirectory() as folder:
            with _starting:
                log = Path(folder) / "log"
                server = Server(log, root=self.root, environment=inherited | environment)
                site = Site(server)
                try:
                    server.wait()
                    until(site.is_ready, 180)
                except BaseException:
                    server.close()
                    raise
            with closing(server):
                yield site


class Site:
    """A page that is served.

    Parameters
    ----------
    server : Server
        Its process.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self.address = server.address
        self.process = psutil.Process(server.pid)

    def is_ready(self) -> bool:
        """Return whether it has a worker."""
        return get(f"{self.address}/_stcore/health")[0] == 200

    def log(self) -> str:
        """Return what it has logged."""
        return self._server.log.read_text(errors="replace")

    def dreams(self, state: str = "done") -> int:
        """Return how many dreams ended so, by the log."""
        return self.log().count(f" dream {state}: ")

    def worker(self) -> psutil.Process:
        """Return the process that dreams: the largest that the page has started."""
        return max(_alive(self.process.children(recursive=True)), key=_resident)

    def scheduler(self) -> psutil.Process:
        """Return the process between page and worker that holds the queue of the workers."""
        worker = self.worker()
        above = {process.pid for process in worker.parents()}
        return next(child for child in self.process.children() if child.pid in above)

    def memory(self) -> float:
        """Return the bytes of the page and what it has started, the cluster apart."""
        cluster = self.scheduler().pid
        others = [child for child in self.process.children() if child.pid != cluster]
        below = [grandchild for child in others for grandchild in child.children(recursive=True)]
        return sum(map(_resident, _alive([self.process, *others, *below])))


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if process.is_running()]


def _resident(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0.0
