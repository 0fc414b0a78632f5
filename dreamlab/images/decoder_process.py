"""A process that decodes pictures for another, which ends it when one takes too long.

It reads requests from its standard input, writes answers to its standard output, and ends when its
input does, so with the process that started it. `dreamlab.images.decoder` starts it.
"""

import faulthandler
import io
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import psutil
from PIL import AvifImagePlugin

from dreamlab.config import read_settings
from dreamlab.errors import DreamError
from dreamlab.images import files
from dreamlab.images.load import read_image
from dreamlab.images.messages import receive, send
from dreamlab.images.parts import check_parts
from dreamlab.images.pixels import to_pixels
from dreamlab.images.set_pictures import read_square

Answer = tuple[dict[str, Any], bytes | memoryview]

#: Seconds after its deadline at which it ends by itself, should nobody be there who ends it.
_LATE_SECONDS = 1.0

#: Threads that AVIF is decoded with: each takes memory, and the cores are everybody's.
_THREADS = 2


def image(data: bytes, label: str, **options: Any) -> Answer:
    """Decode a picture; `options` are those of `read_image`."""
    loaded = read_image(files.named(data, label), **options)
    pixels = to_pixels(loaded.image)
    words = {
        "shape": pixels.shape[:2],
        "full": loaded.full,
        "notes": loaded.notes,
        "transparent": loaded.transparent,
    }
    return words, pixels.data.cast("B")


def square(data: bytes, label: str) -> Answer:
    """Decode a picture's middle square, as `read_square` does."""
    pixels, enlarged, notes = read_square(data, label)
    return {"enlarged": enlarged, "notes": notes}, pixels.tobytes()


def settings(data: bytes, label: str) -> Answer:
    """Read the settings in a file, as `read_settings` does."""
    check_parts(data, label)
    return {"settings": read_settings(io.BytesIO(data))}, b""


#: What can be asked for, by its name in a request.
ANSWERS: dict[str, Callable[..., Answer]] = {"image": image, "square": square, "settings": settings}


def serve(requests: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answer requests until there are no more.

    Parameters
    ----------
    requests, answers : binary file
        Where requests come from, and where answers go.
    seconds : float
        Seconds that a request may take.
    """
    with open(os.devnull, "w") as nowhere:
        while True:
            try:
                words, data = receive(requests, files.MAX_BYTES)
            except EOFError:
                return
            # The only clock that ends a process within a decoder, on every system.
            faulthandler.dump_traceback_later(seconds + _LATE_SECONDS, file=nowhere, exit=True)
            answer = _answer(data, words)
            faulthandler.cancel_dump_traceback_later()
            send(answers, *answer)
            del data, answer  # they would stay until the next request


def _answer(data: bytes, words: dict[str, Any]) -> Answer:
    try:
        return ANSWERS[words.pop("what")](data, **words)
    except DreamError as error:
        return {"refused": str(error)}, b""
    except MemoryError:
        why = "takes more memory to decode than there is; choose a smaller picture"
        return {"refused": f"{words['label']} {why}"}, b""


def limit_memory(most: float) -> None:
    """Have the system refuse this process more memory than it has and `most` bytes, if it can."""
    if sys.platform == "linux":
        process = psutil.Process()
        limit = process.memory_info().data + int(most)
        _, hard = process.rlimit(psutil.RLIMIT_DATA)
        allowed = limit if hard == psutil.RLIM_INFINITY else min(limit, hard)
        process.rlimit(psutil.RLIMIT_DATA, (allowed, allowed))


def main(seconds: float, memory: float) -> None:
    """Answer what standard input asks for, in so many seconds each and in so many bytes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the page, and that this process
    AvifImagePlugin.DEFAULT_MAX_THREADS = _THREADS
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        # What a decoder prints must not stand among the answers.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        limit_memory(memory)
        serve(sys.stdin.buffer, answers, seconds)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
