"""A flood of visitors and uploads, and what memory the page keeps of it."""

import io
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np
import psutil
from PIL import Image

from tests.support.visitor import Visitor

#: Side of a picture whose PNG has 9 MB, as nothing in it repeats.
_SIDE = 1750


@dataclass(frozen=True)
class Flood:
    """Memory of the page's process in MB, before a flood, at its top, and after the last has left.

    Parameters
    ----------
    before, top, after : float
        The memory.
    taken, refused : int
        Uploads that were taken, and refused.
    seconds : float
        Time from the last visitor's leaving until the memory was down, or until the end.
    """

    before: float
    top: float
    after: float
    taken: int
    refused: int
    seconds: float

    @property
    def ratio(self) -> float:
        """How many times as much memory there is afterwards."""
        return self.after / self.before


def flood(
    address: str,
    pid: int,
    *,
    sessions: int = 100,
    uploading: int = 20,
    uploads: int = 3,
    wait: float = 180.0,
    most: float = 1.2,
) -> Flood:
    """Let visitors come, upload and leave, and measure the memory of the page's process.

    Parameters
    ----------
    address : str
        Where the page is.
    pid : int
        Id of its process.
    sessions : int
        Visitors, each of which draws the page.
    uploading : int
        How many of them upload pictures; each draws the page with its first.
    uploads : int
        Pictures of 9 MB that each of those uploads.
    wait : float
        Longest to wait for the memory, in seconds after the last visitor has left.
    most : float
        How many times the memory of before is low enough.
    """
    page = psutil.Process(pid)
    with closing(Visitor(address)) as first:  # what is loaded with the first visitor stays
        first.draw()
    before = top = _megabytes(page)
    data = picture(_SIDE)
    answers = []
    with ExitStack() as stack:
        for number in range(sessions):
            visitor = stack.enter_context(closing(Visitor(address)))
            visitor.draw()
            if number < uploading:
                answers += [visitor.upload(data) for _ in range(uploads)]
                top = max(top, _megabytes(page))
                visitor.show_upload()
            top = max(top, _megabytes(page))
    left = time.monotonic()
    while (after := _megabytes(page)) > most * before and time.monotonic() - left < wait:
        time.sleep(1)  # memory has no event to wait on
    return Flood(
        before, top, after, answers.count(204), answers.count(413), time.monotonic() - left
    )


def picture(side: int) -> bytes:
    """Return a PNG of random pixels."""
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _megabytes(page: psutil.Process) -> float:
    return page.memory_info().rss / 1e6
