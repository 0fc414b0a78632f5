"""Ten browsers with pictures of their own, four dreams each."""

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psutil
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.load.guest import Guest
from tests.load.row import Figure
from tests.load.tree import Tree
from tests.load.waiting import late
from tests.support.server import FLAGS
from tests.support.visitor import get

BROWSERS, DREAMS = 10, 4

#: Longest for anything that a browser waits for, in seconds.
_PATIENCE = 300


def own_pictures(tree: Tree) -> Iterator[Figure]:
    """Each uploads a picture of a width of its own and presses *Dream*."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("there is no chromium")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        site = stack.enter_context(tree.serve())
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        stack.callback(browser.close)
        # Visitors' browsers run on machines of their own: here they make way for the page.
        for process in psutil.Process().children(recursive=True):
            if "chrom" in process.name():
                process.nice(19)
        times = stack.enter_context(_probed(site.address))
        pages, shown = [], []
        for number in range(BROWSERS):
            file = folder / f"{number}.png"
            Image.new("RGB", (_width(number), 64), (number * 25, 80, 160)).save(file)
            page = browser.new_context().new_page()
            page.set_default_timeout(_PATIENCE * 1000)
            began = time.monotonic()
            page.goto(site.address)
            page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(file)
            page.get_by_text(f"{_width(number)} × 64 px", exact=True).first.wait_for()
            shown.append(time.monotonic() - began)
            pages.append(page)
        began = time.monotonic()
        for page in pages:
            page.get_by_role("button", name="Dream", exact=True).click()
        for page in pages:
            page.get_by_role("button", name="Before and after").nth(DREAMS - 1).wait_for()
        seconds = time.monotonic() - began
        widths = [_widths(page) for page in pages]
        errors = sum(page.get_by_test_id("stException").count() for page in pages)
        log = site.log()
    dreams = sum(map(len, widths)) - BROWSERS  # beside each original
    whole = BROWSERS * DREAMS
    yield Figure(
        "dreams done and shown",
        f"{dreams} of {whole} in {seconds:.0f} s",
        dreams == whole,
        f"{whole}",
    )
    mixed = sum(width != _width(number) for number, seen in enumerate(widths) for width in seen)
    yield Figure("pictures mixed up between visitors", f"{mixed}", mixed == 0, "0")
    wrong = errors + log.count("Traceback")
    yield Figure("errors on pages and in the log", f"{wrong}", wrong == 0, "0")
    yield Figure("opened, with the upload shown", f"median {statistics.median(shown):.1f} s")
    for name, taken in times.items():
        value = f"median {statistics.median(taken):.2f} s, 95 % within {late(taken):.2f} s"
        yield Figure(name, value, late(taken) < 1, "95 % within 1 s")


def _width(number: int) -> int:
    return 96 + 8 * number


def _widths(page: Page) -> list[int]:
    """Return how wide the original and the dreams are on a page, which tells whose they are."""
    return page.evaluate(
        """async () => {
            const shown = [...document.querySelectorAll('[class*="st-key-edged"] img')];
            await Promise.all(shown.map(image => image.decode()));
            return shown.map(image => image.naturalWidth);
        }"""
    )


@contextmanager
def _probed(address: str) -> Iterator[dict[str, list[float]]]:
    """Have one more visitor draw the page twice a second, and time the answers."""
    times: dict[str, list[float]] = {"answer to a request": [], "page drawn anew, whole": []}
    over = threading.Event()

    def probe() -> None:
        with closing(Guest(address)) as visitor:
            visitor.draw()  # the first one has a pause in it
            while not over.wait(0.5):
                began = time.perf_counter()
                get(address)
                times["answer to a request"].append(time.perf_counter() - began)
                times["page drawn anew, whole"].append(visitor.draw())

    thread = threading.Thread(target=probe)
    thread.start()
    try:
        yield times
    finally:
        over.set()
        thread.join()
