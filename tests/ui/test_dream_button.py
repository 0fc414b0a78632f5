import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.images import load_image
from tests.support.fake_backend import open_page, sound, upload, words


@pytest.fixture
def page(monkeypatch, fake, never_redrawn):
    return open_page(monkeypatch, fake)


def test_a_click_dreams_the_picture_that_the_visitor_sees(page, fake):
    data = upload(96, 64)
    page.file_uploader(key="upload").upload("mine.png", data, "image/png").run()
    sound(page.button(key="dream").click().run())
    assert len(fake.requests) == 4
    for request in fake.requests.values():
        assert np.array_equal(request.picture.as_float(), load_image(data))


def test_a_click_that_comes_with_a_change_dreams_the_change(page, fake):
    page.slider(key="max_side").set_value(128)
    page.number_input(key="common.seed").set_value(5)
    page.number_input(key="every").set_value(2)
    sound(page.button(key="dream").click().run())
    for request in fake.requests.values():
        assert (request.config.seed, request.every) == (5, 2)
        assert request.picture.shape == (85, 128)


@pytest.mark.usefixtures("fake")
def test_what_takes_too_long_is_said_before_the_click(monkeypatch, fake):
    fake.too_long = "the dream would take about 39 min here: choose a side of 300 px"
    page = open_page(monkeypatch, fake)
    assert words(sound(page)).count(fake.too_long) == 4
    assert page.button(key="dream").disabled


def test_a_click_without_a_picture_is_said(page, fake):
    page.segmented_control(key="source").set_value("upload").run()
    page.button(key="dream").click().run()
    assert "Nothing was sent off: no picture is uploaded" in words(sound(page))
    assert not fake.requests


def test_what_cannot_run_is_said_and_the_others_are_sent_off(page, fake):
    first = page.session_state["variants"][0]
    page.number_input(key=f"v{first}.weight.block2_conv2").set_value(0.0).run()
    page.button(key="dream").click().run()
    assert "Layer 1 was not sent off: every layer has weight 0" in words(sound(page))
    assert len(fake.requests) == 3


def test_settings_are_made_once_a_variant_and_run(page, monkeypatch):
    configs = []
    real = DreamConfig.__post_init__
    monkeypatch.setattr(
        DreamConfig, "__post_init__", lambda config: (configs.append(config), real(config))
    )
    sound(page.run())
    assert len(page.session_state["variants"]) == 4 and len(configs) == 4
