"""How fast the page is, in a real browser with the real worker: python -m tests.bench.page.

Streamlit's own page with a single button is measured beside it, in turns. Prints the medians, and
the bar that each is held to. Nothing is asserted: the figures depend on the machine and on what
else it does.
"""

import statistics
import tempfile
import time
import urllib.request
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.support.server import FLAGS, PACKAGE, STREAMLIT, Server

#: The page by both of its commands, and the control.
_COMMANDS = {
    "streamlit run app.py": STREAMLIT,
    "dreamlab page": PACKAGE,
    "one button": ("streamlit", "run", "tests/support/one_button.py"),
}

#: Notes the time at which *Dream* is there and can be pressed; asking for it again and again from
#: outside would be too coarse, and take the time that the page needs.
_WATCH = """
new MutationObserver((_, observer) => {
    const button = document.querySelector(".st-key-dream button");
    if (button && !button.disabled) {
        observer.disconnect();
        window.dreamButtonAt = (performance.timeOrigin + performance.now()) / 1000;
    }
}).observe(document, {childList: true, subtree: true, attributes: true});
"""

#: Names of the cards on the page that show a dream.
_SHOWN = """[...document.querySelectorAll('[class*="st-key-shown-"]')].map(one => one.className)"""

#: Seconds a page has to draw what follows *Dream* and a server to see it go, before the next.
_SETTLE_SECONDS = 2

_STARTS, _LOADS, _CLICKS, _WIDGETS = 3, 5, 5, 8

_STARTED = "command to answering page"
_LOADED = "opening a window to Dream button"
_LAUNCHED = "launching the browser to button"
_LOADED_AT_ONCE = "the same right after the start"
_BARS = {
    _STARTED: 3.5,
    _LOADED: 2.0,
    _LAUNCHED: 2.0,
    _LOADED_AT_ONCE: 2.0,
    "click to first changed picture": 2.0,
    "widget's answer while dreaming": 0.3,
}


def main() -> None:
    """Measure and print."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log = Path(folder) / "page.log"
        browser = _launch(playwright)
        for _ in range(_STARTS):
            for name, command in _COMMANDS.items():
                began = time.time()
                with closing(Server(log, command)) as server:
                    _answered(server)
                    found[_STARTED][name].append(time.time() - began)
                    found[_LOADED_AT_ONCE][name].append(_load(browser, server))
        names = "streamlit run app.py", "one button"
        page_server, control = (Server(log.with_name(name), _COMMANDS[name]) for name in names)
        with closing(page_server), closing(control):
            page = _ready(browser, page_server)
            _answered(control)
            for _ in range(_LOADS):
                for name, server in zip(names, (page_server, control), strict=True):
                    found[_LOADED][name].append(_load(browser, server))
                    found[_LAUNCHED][name].append(_launch_and_load(playwright, server))
            _warm(page)
            for _ in range(_CLICKS):
                found["click to first changed picture"][names[0]].append(_first_picture(page))
                found["widget's answer while dreaming"][names[0]] += _answers(page, _WIDGETS // 2)
                _stop(page)
        browser.close()
    for what, bar in _BARS.items():
        for name, seconds in found[what].items():
            _print(what, name, seconds, None if name == "one button" else bar)


def _answered(server: Server) -> None:
    """Wait until the server is healthy and hands out the page."""
    server.wait()
    with urllib.request.urlopen(server.address, timeout=30) as answer:
        assert b"<script" in answer.read()


def _launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)


def _launch_and_load(playwright: Playwright, server: Server) -> float:
    began = time.time()
    with closing(_launch(playwright)) as browser:
        return time.time() - began + _load(browser, server)


def _load(browser: Browser, server: Server) -> float:
    """Open the page in a window with nothing cached, and return the seconds to *Dream*."""
    began = time.time()
    page = _opened(browser)
    page.add_init_script(_WATCH)
    page.goto(server.address, wait_until="commit")
    page.wait_for_function("() => window.dreamButtonAt", polling=100, timeout=60_000)
    seconds = page.evaluate("() => window.dreamButtonAt") - began
    page.wait_for_timeout(_SETTLE_SECONDS * 1000)
    page.context.close()
    return seconds


def _opened(browser: Browser) -> Page:
    return browser.new_context(viewport={"width": 1440, "height": 900}).new_page()


def _ready(browser: Browser, server: Server) -> Page:
    """Return the page once it says how long its dreams take: its worker is warm then."""
    _answered(server)
    page = _opened(browser)
    page.goto(server.address)
    page.get_by_text("octaves in all · about").wait_for(timeout=180_000)
    return page


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


def _print(what: str, name: str, seconds: list[float], bar: float | None) -> None:
    each = " ".join(f"{one:.2f}" for one in seconds)
    held = "" if bar is None else f"(bar {bar:g} s)"
    print(f"{what:32} {name:21} {statistics.median(seconds):5.2f} s {held:12} of {each}")


if __name__ == "__main__":
    main()
