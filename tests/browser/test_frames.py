"""The page in a frame of another site, such as a course page."""

import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from dreamlab.ui.session.visitors import COOKIE
from tests.browser.acts import QUICK, dream, dreams, dreamt, picture, upload
from tests.support.jobs import PRELOAD
from tests.support.server import Server


class Course(BaseHTTPRequestHandler):
    """A page of another site with a frame, and beside it one that sets a cookie of the old kind."""

    shows = ""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path == "/counted":
            self.send_header("Set-Cookie", "counted=1; SameSite=None; Secure")
        self.end_headers()
        if self.path == "/":
            other = f"http://127.0.0.1:{self.server.server_port}/counted"
            frames = (
                f'<iframe src="{at}" width="1200" height="850">' for at in (self.shows, other)
            )
            self.wfile.write("</iframe>".join([*frames, ""]).encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def course():
    """The address of the other site. To browsers localhost and 127.0.0.1 are two sites."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://localhost:{served.server_port}"
        served.shutdown()


@pytest.fixture
def tab(browser):
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def framed(tab):
    """Return the frame once its page is drawn."""
    (frame,) = (frame for frame in tab.frames if "embed=true" in frame.url)
    expect(frame.get_by_text("How it works")).to_be_visible()
    return frame


def shown(picture):
    """Return the address of a picture that is there; it is made from the picture's bytes."""
    expect(picture).to_be_visible()
    picture.evaluate("picture => picture.decode()")  # fails for one that did not come
    return picture.get_attribute("src")


def test_a_frame_that_is_allowed_uploads_dreams_and_finds_its_dreams_again(
    course, tab, monkeypatch, tmp_path
):
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    monkeypatch.setenv("DREAMLAB_FRAMES", f"https://moodle.example.org, {course}")
    log = tmp_path / "log"
    with closing(Server(log)) as server:
        server.wait()
        monkeypatch.setattr(Course, "shows", f"{server.address}/?embed=true&setup={QUICK.encode()}")
        tab.goto(course)
        frame = framed(tab)
        upload(frame, "blobs.png", picture(150, 100))
        expect(frame.get_by_role("img", name="The picture you uploaded")).to_be_visible()
        dream(frame)
        dreamt(frame, 1)
        before = shown(dreams(frame).first)

        tab.reload()  # the frame's address is the course page's again, without a visit
        frame = framed(tab)
        dreamt(frame, 1)
        assert shown(dreams(frame).first) == before

        kept = {cookie["name"]: cookie for cookie in tab.context.cookies()}
        # One that is not partitioned is refused: Chromium keeps none of other sites here.
        assert set(kept) == {COOKIE, "_streamlit_xsrf"}
        assert all(cookie["secure"] and cookie["partitionKey"] for cookie in kept.values())

        elsewhere = tab.context.new_page()  # the same page by itself is another visitor's
        elsewhere.goto(f"{server.address}/?setup={QUICK.encode()}")
        expect(elsewhere.get_by_text("How it works")).to_be_visible()
        expect(dreams(elsewhere)).to_have_count(0)
    assert "Traceback" not in log.read_text()


def test_a_frame_of_a_site_that_is_not_listed_stays_empty(course, tab, server, monkeypatch):
    monkeypatch.setattr(Course, "shows", f"{server.address}/?embed=true")
    with tab.expect_event("console", lambda message: "frame-ancestors" in message.text):
        tab.goto(course)
    assert not any(frame.url.startswith(server.address) for frame in tab.frames)
