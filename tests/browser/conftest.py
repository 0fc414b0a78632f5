import re
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from dreamlab.comparison.comparison import Comparison
from tests.support.server import FLAGS, Server

expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items):
    # Browser tests come last: Playwright keeps an event loop running in this thread, and the
    # server keeps its worker; both would disturb other tests.
    items.sort(key=lambda item: item.path.parent.name == "browser")
    missing = shutil.which("chromium") is None
    for item in items:
        if item.path.parent.name != "browser":
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.slow)  # it needs the real network and a worker process
        if missing:
            reason = "there is no chromium to drive (apt-get install chromium)"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The real page with its worker, shared by all tests."""
    server = Server(tmp_path_factory.mktemp("page") / "log.txt")
    try:
        server.wait()
        yield server
    finally:
        server.close()
    assert "Traceback" not in server.log.read_text(errors="replace")


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        yield browser
        browser.close()


#: The file of a picture, in an address.
_MEDIA = re.compile(r"/media/(\w+)")


class Visitor:
    """A browser context with one page, and the complaints of its console."""

    def __init__(self, context, address: str) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._address = address
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, setup: Comparison | None = None, query: str = "") -> Page:
        """Open the page with a comparison in its address, and wait until it is drawn."""
        if setup is not None:
            query = f"?setup={setup.encode()}"
        self.page.goto(self._address + "/" + query)
        self.ready()
        return self.page

    def ready(self) -> None:
        expect(self.page.get_by_text("How it works")).to_be_visible()

    def faults(self) -> list[str]:
        """Return the complaints, except those about pictures that the page has removed.

        A browser that requests such a picture a moment later gets the status 404.
        """
        all_sources = "images => images.map(image => image.getAttribute('src'))"
        sources = self.page.get_by_role("img").evaluate_all(all_sources)
        shown = {media for source in sources for media in _MEDIA.findall(source or "")}
        return [
            complaint
            for complaint in self.complaints
            if not (media := _MEDIA.findall(complaint)) or shown.intersection(media)
        ]

    def _said(self, message) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")


@pytest.fixture
def visitors(browser, server):
    """Make independent visitors; check at the end that none of them met a fault."""
    contexts, met = [], []

    @contextmanager
    def checked():
        yield
        for visitor in met:
            assert visitor.faults() == []
            assert visitor.page.get_by_test_id("stException").count() == 0

    def come(**options) -> Visitor:
        size = {"width": 1280, "height": 900}
        contexts.append(browser.new_context(**{"viewport": size, **options}))
        met.append(Visitor(contexts[-1], server.address))
        return met[-1]

    try:
        with checked():
            yield come
    finally:
        for context in contexts:
            context.close()


@pytest.fixture
def visitor(visitors):
    return visitors()
