"""A stranger uploads a picture that is made to take long to read."""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import closing

from PIL import Image

from tests.load.guest import Guest
from tests.load.row import Figure
from tests.load.tree import Tree

SIDE, SCANS = 7000, 500


def hostile_jpeg(side: int = SIDE, scans: int = SCANS) -> bytes:
    """Return a grey progressive JPEG whose last scan stands in it so many times more."""
    file = io.BytesIO()
    Image.new("L", (side, side), 90).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    start, end = data.rindex(b"\xff\xc4"), data.rindex(b"\xff\xd9")
    return data[:end] + data[start:end] * scans + data[end:]


def small_picture() -> bytes:
    """Return a PNG of 70 x 60 pixels."""
    file = io.BytesIO()
    Image.new("RGB", (70, 60), (200, 80, 40)).save(file, "PNG")
    return file.getvalue()


def jpeg(tree: Tree) -> Iterator[Figure]:
    """Another visitor uploads a small picture meanwhile, and presses *Dream*."""
    told: list[tuple[float, str]] = []
    arrived = threading.Event()
    with (
        tree.serve() as site,
        closing(Guest(site.address)) as stranger,
        closing(Guest(site.address)) as visitor,
    ):
        stranger.draw()
        visitor.draw()

        def attack() -> None:
            before = stranger.said().splitlines()
            began = time.monotonic()
            try:
                stranger.choose(hostile_jpeg(), arrived=arrived.set)
            finally:
                arrived.set()
            seconds = time.monotonic() - began
            said = [line for line in stranger.said().splitlines() if line not in before]
            told.append((seconds, "; ".join(said) or "nothing is said"))

        data = small_picture()
        attacking = threading.Thread(target=attack)
        attacking.start()
        arrived.wait()
        time.sleep(1)  # its picture is being read by then
        began = time.monotonic()
        visitor.choose(data)
        shown = time.monotonic() - began
        seen = "70 × 60 px" in visitor.said()
        yield Figure(
            "another visitor's upload of 70 x 60 px shown",
            f"after {shown:.1f} s" if seen else f"not shown in {shown:.1f} s",
            seen and shown < 3,
            "within 3 s",
        )
        clicked = visitor.click("Dream")
        yield Figure(
            "the same visitor's click drawn", f"after {clicked:.1f} s", clicked < 3, "within 3 s"
        )
        attacking.join()
    seconds, words = told[0]
    yield Figure(
        "the stranger's page drawn",
        f"after {seconds:.1f} s: {words[:120]}",
        seconds < 15,
        "within 15 s",
    )
