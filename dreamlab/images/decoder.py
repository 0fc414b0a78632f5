"""A decoder process, seen from the process that asks it: replaced when it takes too much."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO, cast

import psutil

from dreamlab.errors import DreamError
from dreamlab.images.messages import receive, send

#: The module that a decoder process runs.
MODULE = "dreamlab.images.decoder_process"

#: An answer is to come soon, but the page sooner; dreams have a niceness of 10.
NICENESS = 5

#: Seconds between two looks at what a process takes.
_LOOK_SECONDS = 0.05

#: Most bytes of an answer: a picture of 4,096 px squared.
_MOST_ANSWER = 3 * 4096**2

#: Bytes that a process may take beyond its limit before it is ended, where the system itself
#: refuses nothing.
_MORE = 100e6

#: One thread for NumPy: others would take memory and help little.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class Overrun(DreamError):
    """Reading a picture took too much time or memory."""


class Decoder:
    """A process that decodes pictures, one at a time.

    Parameters
    ----------
    seconds : float
        Longest that a picture may take, in seconds.
    memory : float
        Most memory that a picture may take, in bytes.
    module : str
        What the process runs.

    Attributes
    ----------
    process : subprocess.Popen
        The process, which is another after one was ended.
    """

    def __init__(self, seconds: float, memory: float, module: str = MODULE) -> None:
        self._seconds, self._memory, self._module = seconds, memory, module
        self._closed = False
        self._start()

    def ask(self, what: str, data: bytes, label: str, **words: Any) -> tuple[dict, bytes]:
        """Return the words and the bytes that a file comes to.

        Parameters
        ----------
        what : str
            What is asked for, of `dreamlab.images.decoder_process.ANSWERS`.
        data : bytes
            The file.
        label : str
            Its name in sentences.
        **words
            Further words of the request.

        Raises
        ------
        Overrun
            If it takes too much time or memory; the process is replaced.
        DreamError
            If the file cannot be read, or the process ended.
        """
        if self.process.poll() is not None:
            self._replace(label)
        requests, answers = self._pipes()
        watch = _Watch(self.process, self._seconds, self._memory + _MORE)
        try:
            send(requests, {"what": what, "label": label, **words}, data)
            words, content = receive(answers, _MOST_ANSWER)
        except (EOFError, OSError, ValueError, RecursionError) as error:
            why = watch.stop()
            self._replace(label)
            if why:
                raise Overrun(
                    f"reading {label} took more than {why}: save it again as PNG or baseline JPEG"
                ) from error
            raise DreamError(
                f"what was reading {label} ended: try it again, or save it as PNG or JPEG"
            ) from error
        watch.stop()
        if "refused" in words:
            raise DreamError(str(words["refused"]))
        return words, content

    def close(self) -> None:
        """End the process."""
        self._closed = True
        self._end()

    def _start(self) -> None:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(
            [sys.executable, "-m", self._module, str(self._seconds), str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What decoders print is of no use, and strangers could fill a log with it.
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": path},
        )
        with contextlib.suppress(psutil.Error):
            _give_way(psutil.Process(self.process.pid))

    def _pipes(self) -> tuple[BinaryIO, BinaryIO]:
        assert self.process.stdin is not None and self.process.stdout is not None
        return cast(BinaryIO, self.process.stdin), cast(BinaryIO, self.process.stdout)

    def _replace(self, label: str) -> None:
        self._end()
        if self._closed:
            return
        try:
            self._start()
        except OSError as error:  # the next picture tries it again
            raise DreamError(
                f"nothing can read {label} at the moment ({type(error).__name__}): try it again "
                "in a minute"
            ) from error

    def _end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in self._pipes():
            with contextlib.suppress(OSError):  # what it did not read is still to be written
                pipe.close()


class _Watch:
    """Ends a process that takes too much while it answers.

    Parameters
    ----------
    process : subprocess.Popen
        The process.
    seconds, memory : float
        Most seconds, and most bytes.
    """

    def __init__(self, process: subprocess.Popen, seconds: float, memory: float) -> None:
        self._process, self._seconds, self._memory = process, seconds, memory
        self._done = threading.Event()
        self._why = ""
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> str:
        """Stop watching; return what the process took too much of, or an empty text."""
        self._done.set()
        self._thread.join()
        return self._why

    def _look(self) -> None:
        end = time.monotonic() + self._seconds
        with contextlib.suppress(psutil.Error):  # it is gone
            watched = psutil.Process(self._process.pid)
            while not self._done.wait(min(_LOOK_SECONDS, max(0.0, end - time.monotonic()))):
                if time.monotonic() >= end:
                    self._why = f"{self._seconds:g} s"
                elif watched.memory_info().rss > self._memory:
                    self._why = f"{self._memory / 1e6:,.0f} MB of memory"
                if self._why:
                    self._process.kill()
                    return


def _give_way(process: psutil.Process) -> None:
    if sys.platform == "win32":
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        process.nice(min(process.nice() + NICENESS, 19))
