"""The real page in a process of its own: Streamlit, a Dask worker and VGG16."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Chromium as it has to be started in a container, with nothing that calls out, and a camera that
#: shows a test picture to whoever asks.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)

#: Both commands that serve the page: the README's first one, and that of the package.
STREAMLIT = ("streamlit", "run", "app.py")
PACKAGE = ("dreamlab", "page")

#: Seconds the server has to answer its first request.
_START_SECONDS = 60


class Server:
    """A page that is being served on a free port of this machine, until it is closed.

    Parameters
    ----------
    log : Path
        Where what it prints goes.
    command : sequence of str
        What serves it, a Python module first.
    root : Path
        Top folder of the version that is served.
    environment : mapping of str to str, optional
        Its environment; that of this process by default.
    """

    def __init__(
        self,
        log: Path,
        command: Sequence[str] = STREAMLIT,
        *,
        root: Path = ROOT,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.log = log
        prefix = "--server." if command[0] == "streamlit" else "--"
        host = "address" if command[0] == "streamlit" else "host"
        where = f"{prefix}{host}", "127.0.0.1", f"{prefix}port", str(port)
        with log.open("wb") as printed:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command, *where],
                cwd=root,
                stdout=printed,
                stderr=subprocess.STDOUT,
                env={**(environment or os.environ), "TF_CPP_MIN_LOG_LEVEL": "2"},
            )

    @property
    def pid(self) -> int:
        """Id of its process."""
        return self._process.pid

    def wait(self) -> None:
        """Wait until it answers; raises `RuntimeError` if it ends or takes too long."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                # Asked as a page asks: without a referer it would wait for the worker too.
                headers = {"Referer": self.address}
                health = urllib.request.Request(f"{self.address}/_stcore/health", headers=headers)
                with urllib.request.urlopen(health, timeout=5):
                    return
            except OSError:  # not there yet
                time.sleep(0.02)
        raise RuntimeError(f"the page did not start: {self.log.read_text(errors='replace')}")

    def close(self) -> None:
        """End it as Ctrl-C does, its worker with it."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
