"""How fast the page is, in a real browser with the real worker: python -m tests.bench.page.

Prints the medians, and the bar that each is held to. Nothing is asserted: the figures depend on
the machine and on what else it does.
"""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.server import FLAGS, Server

#: Names of the cards on the page that show a dream.
_SHOWN = """[...document.querySelectorAll('[class*="st-key-shown-"]')].map(one => one.className)"""

_STARTS, _CLICKS, _WIDGETS = 3, 5, 8


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        log = Path(folder) / "page.log"
        starts = []
        for number in range(_STARTS):
            began = time.perf_counter()
            server = Server(log)
            page = _shown(browser, server)
            starts.append(time.perf_counter() - began)
            if number + 1 < _STARTS:
                page.context.close()
                server.close()
        try:
            loads = [_load(browser, server) for _ in range(_CLICKS)]
            _warm(page)
            pictures, widgets = [], []
            for _ in range(_CLICKS):
                pictures.append(_first_picture(page))
                widgets += _answers(page, _WIDGETS // 2)
                _stop(page)
        finally:
            server.close()
        browser.close()
    _print("server start to page shown", starts, 3.0)
    _print("page shown, server running", loads, None)
    _print("click to first live picture", pictures, 2.0)
    _print("widget's answer while dreaming", widgets, 0.3)


def _shown(browser: Browser, server: Server) -> Page:
    server.wait()
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(server.address)
    page.get_by_role("button", name="Dream", exact=True).wait_for(timeout=60_000)
    return page


def _load(browser: Browser, server: Server) -> float:
    began = time.perf_counter()
    page = _shown(browser, server)
    seconds = time.perf_counter() - began
    page.context.close()
    return seconds


def _warm(page: Page) -> None:
    """Dream once to the end, so that the worker has all loaded and traced."""
    page.get_by_role("button", name="Dream", exact=True).click()
    page.get_by_role("button", name="Cancel all").wait_for()
    page.get_by_role("button", name="Dream", exact=True).wait_for(state="detached")
    page.get_by_role("button", name="Dream", exact=True).wait_for(timeout=300_000)


def _first_picture(page: Page) -> float:
    """Press *Dream* and wait for a picture that is neither an old one nor a dimmed stand-in."""
    before = page.evaluate(f"() => {_SHOWN}")
    page.get_by_role("button", name="Dream", exact=True).click()
    began = time.perf_counter()
    page.wait_for_function(f"old => {_SHOWN}.some(one => !old.includes(one))", arg=before)
    return time.perf_counter() - began


def _answers(page: Page, times: int) -> list[float]:
    """Change a setting and wait for the new address, which the page writes in its answer."""
    seconds = []
    setting = page.get_by_role("spinbutton", name="Octave scale")
    for number in range(times):
        before = page.url
        setting.fill(f"{1.5 + number / 10:.1f}")
        began = time.perf_counter()
        setting.press("Enter")
        page.wait_for_function("before => location.href !== before", arg=before)
        seconds.append(time.perf_counter() - began)
    setting.fill("1.4")
    setting.press("Enter")
    return seconds


def _stop(page: Page) -> None:
    page.get_by_role("button", name="Cancel all").click()
    page.get_by_role("button", name="Dream", exact=True).wait_for(timeout=60_000)
    page.get_by_role("button", name="Cancel all").wait_for(state="detached")


def _print(what: str, seconds: list[float], bar: float | None) -> None:
    each = " ".join(f"{one:.2f}" for one in seconds)
    held = "" if bar is None else f"(bar {bar:g} s)"
    print(f"{what:32} {statistics.median(seconds):5.2f} s {held:12} of {each}")


if __name__ == "__main__":
    main()
