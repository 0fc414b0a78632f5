"""The camera as a source of the picture."""

import pytest

from dreamlab.ui.inputs.camera import is_secure
from tests.support.fake_backend import open_page, sound, upload, words


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake)


def test_it_is_not_asked_for_until_it_is_wanted(page):
    assert not page.camera_input
    page.button(key="camera.button").click().run()
    assert len(sound(page).camera_input) == 1
    page.button(key="camera.button").click().run()
    assert not sound(page).camera_input


def test_a_shot_is_the_visitor_s_picture_and_closes_it(page, fake):
    page.button(key="camera.button").click().run()
    shot = upload(96, 64, "JPEG")
    page.camera_input[0].set_value(("shot.jpg", shot, "image/jpeg")).run()
    assert not sound(page).camera_input
    assert page.session_state["source"] == "upload"
    page.button(key="dream").click().run()
    assert {task.picture.shape for task in fake.requests.values()} == {(64, 96)}
    assert all(task.key is None for task in fake.requests.values())


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://dreamlab.example.org/", True),
        ("http://localhost:8501", True),
        ("http://127.0.0.1:8501/?part=layers", True),
        ("http://[::1]:8501", True),
        ("http://192.168.0.7:8501", False),
        ("http://dreamlab.example.org", False),
        ("", True),
    ],
)
def test_browsers_have_no_camera_for_a_page_that_is_not_secure(url, secure):
    assert is_secure(url) == secure


def test_a_page_that_is_not_secure_says_so(monkeypatch, page):
    monkeypatch.setattr("dreamlab.ui.inputs.camera.is_secure", lambda url: False)
    page.button(key="camera.button").click().run()
    assert not sound(page).camera_input
    assert "at an address with https" in words(page)
