"""What the page costs while nobody is there: python -m tests.bench.idle.

Starts the page and its worker, waits until the worker is ready, and measures for a minute the
processor time of each process. Nothing is asserted; the bar is 1 % of one core in all.
"""

import tempfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import psutil

from tests.support.server import Server

#: Seconds to settle after the worker is ready, and to measure.
_SETTLE, _MEASURE = 15.0, 60.0

#: Most of a core that all processes together may take.
_BAR = 0.01


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        with closing(Server(Path(folder) / "page.log")) as server:
            server.wait()
            _ready(server.address)
            time.sleep(_SETTLE)
            page = psutil.Process(server.pid)
            before = _times(page)
            time.sleep(_MEASURE)
            after = _times(page)
    shares = {
        name: (seconds - before[pid][1]) / _MEASURE
        for pid, (name, seconds) in after.items()
        if pid in before
    }
    for name, share in shares.items():
        print(f"{name:36} {share:6.2%}")
    print(f"{'in all':36} {sum(shares.values()):6.2%} of a core (bar {_BAR:.0%})")


def _ready(address: str) -> None:
    """Wait until a worker has its network, which the health of the page says without a referer."""
    while True:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.5)


def _times(page: psutil.Process) -> dict[int, tuple[str, float]]:
    """Return name and processor seconds of the page and all that it started, by pid."""
    times = {}
    for process in [page, *page.children(recursive=True)]:
        used = process.cpu_times()
        command = " ".join(process.cmdline()[1:4])[-30:]
        times[process.pid] = f"{process.pid} {command}", used.user + used.system
    return times


if __name__ == "__main__":
    main()
