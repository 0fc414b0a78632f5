"""The look of the dreams on the page: the mask and what shapes the steps."""

import io

import numpy as np
import pytest
from PIL import Image

from dreamlab.images import png
from dreamlab.images.decoders import Decoders
from dreamlab.ui.inputs import look
from dreamlab.ui.session import decoding
from tests.support.fake_backend import edit, open_page, sound, words
from tests.support.odd_decoder import HANG


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake)


@pytest.fixture
def previews(monkeypatch):
    """The pictures that are shown above the settings."""
    shown, real = [], look.preview
    monkeypatch.setattr(look, "preview", lambda picture: shown.append(real(picture)) or shown[-1])
    return shown


def dreamt(page, fake):
    sound(page.button(key="dream").click().run())
    return list(fake.requests.values())[-4:]


def decoded(file):
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"), np.float32)


def test_a_mask_of_an_ellipse_is_drawn_at_once_and_dreamt(page, fake, previews):
    page.run()
    page.selectbox(key="common.mask.kind").set_value("ellipse").run()
    page.slider(key="common.mask.across").set_value((10, 60)).run()
    page.slider(key="common.mask.down").set_value((50, 50)).run()
    page.number_input(key="common.mask_edge").set_value(0.1).run()
    page.slider(key="common.mask.down").set_value((30, 95)).run()
    sound(page.checkbox(key="common.mask_outside").check().run())
    for task in dreamt(page, fake):
        assert task.config.mask == "ellipse:0.1,0.3,0.6,0.95"
        assert (task.config.mask_edge, task.config.mask_outside) == (0.1, True)
        assert task.key is not None
    before, after = decoded(previews[0]), decoded(previews[-1])
    inside, outside = (slice(170, 200), slice(140, 170)), (slice(0, 60), slice(300, 400))
    assert after[outside].mean() == pytest.approx(before[outside].mean(), rel=0.02)
    assert after[inside].mean() == pytest.approx(0.3 * before[inside].mean(), rel=0.05)


def test_a_soft_edge_is_drawn_at_once(page, previews):
    page.selectbox(key="common.mask.kind").set_value("rectangle").run()
    hard = decoded(previews[-1])
    sound(page.number_input(key="common.mask_edge").set_value(0.3).run())
    soft = decoded(previews[-1])
    # Columns 90 to 361 and rows 60 to 240 change, the more the further in, up to 90 px.
    edge, middle, rest = np.s_[140:160, 92:100], np.s_[145:155, 215:235], np.s_[:50]
    assert soft[edge].mean() == pytest.approx(hard[edge].mean() * (0.3 + 0.7 * 6 / 90), rel=0.05)
    for part in (middle, rest):
        assert soft[part].mean() == pytest.approx(hard[part].mean(), rel=0.05)


def test_no_mask_leaves_no_setting_of_it_behind(page, fake):
    page.selectbox(key="common.mask.kind").set_value("rectangle").run()
    page.checkbox(key="common.mask_outside").check().run()
    page.selectbox(key="common.mask.kind").set_value("").run()
    assert all("mask_outside" not in str(widget.key) for widget in page.checkbox)
    task = dreamt(page, fake)[0]
    assert (task.config.mask, task.config.mask_outside) == ("", False)


def test_a_picture_is_a_mask_that_stays_the_visitors_own(page, fake, previews):
    page.selectbox(key="common.mask.kind").set_value("picture").run()
    assert "mask is a picture, and none is given" in words(page)
    assert page.button(key="dream").disabled
    pixels = np.zeros((30, 45, 3), np.uint8)
    pixels[:, 22:] = 255
    page.file_uploader(key="mask_upload").upload("mask.png", png(pixels), "image/png")
    sound(page.run())
    for task in dreamt(page, fake):
        assert task.config.mask == "picture" and task.key is None
        assert (task.mask.pixels == pixels).all()
    assert decoded(previews[-1])[:, :200].mean() < 0.4 * decoded(previews[-1])[:, 250:].mean()


def test_a_mask_that_is_no_picture_is_told(page):
    page.selectbox(key="common.mask.kind").set_value("picture").run()
    page.file_uploader(key="mask_upload").upload("mask.png", b"no picture", "image/png")
    sound(page.run())
    assert page.button(key="dream").disabled and "mask.png" in words(page)


def test_a_mask_that_takes_too_long_is_read_once(page, monkeypatch):
    odd = Decoders(1, seconds=0.5, module="tests.support.odd_decoder")
    monkeypatch.setattr(decoding, "decoders", lambda: odd)
    page.selectbox(key="common.mask.kind").set_value("picture").run()
    page.file_uploader(key="mask_upload").upload("slow.png", HANG, "image/png")
    sound(page.run())
    assert "reading slow.png took more than" in words(page)
    ended = odd.all[0].process
    sound(page.run())
    assert "reading slow.png took more than" in words(page) and odd.all[0].process is ended
    odd.close()


def test_the_energy_of_a_layer_and_what_shapes_the_steps_arrive(page, fake):
    page.selectbox(key="common.mask.kind").set_value("energy").run()
    page.selectbox(key="common.mask.layer").set_value("block3_conv3").run()
    page.number_input(key="common.smooth").set_value(1.5)
    page.number_input(key="common.pyramid").set_value(3)
    page.number_input(key="common.rotation").set_value(5.0)
    page.number_input(key="common.rescale").set_value(0.05)
    page.checkbox(key="common.keep_colours").check()
    sound(page.checkbox(key="common.flip").check().run())
    config = dreamt(page, fake)[0].config
    assert config.mask == "energy:block3_conv3"
    assert (config.smooth, config.pyramid, config.rotation, config.rescale) == (1.5, 3, 5.0, 0.05)
    assert config.keep_colours and config.flip


def test_a_variant_has_a_mask_of_its_own(page, fake):
    first = page.session_state["variants"][0]
    edit(page, first)
    page.multiselect(key=f"v{first}.overrides").set_value(["mask"]).run()
    page.selectbox(key=f"v{first}.own.mask.kind").set_value("rectangle").run()
    sound(page.slider(key=f"v{first}.own.mask.across").set_value((0, 50)).run())
    tasks = dreamt(page, fake)
    assert [task.config.mask for task in tasks] == ["rectangle:0,0.2,0.5,0.8", "", "", ""]


def test_settings_of_its_own_are_told_in_words(page):
    first = page.session_state["variants"][0]
    edit(page, first)
    own = ["mask", "keep_colours", "rotation"]
    page.multiselect(key=f"v{first}.overrides").set_value(own).run()
    assert "Own: mask none, keep colours no, turns (°) 0" in words(page)


def test_a_mask_in_words_comes_with_a_link_and_a_picture_does_not(monkeypatch, fake):
    page = open_page(monkeypatch, fake, mask="rectangle:0,0,0.5,1")
    assert page.slider(key="common.mask.across").value == (0, 50)
    page = open_page(monkeypatch, fake, mask="picture")
    assert page.selectbox(key="common.mask.kind").value == ""
    assert "The mask is a picture, which is not here; give it again." in words(page)
    page = open_page(monkeypatch, fake, mask="energy:block9_conv1")
    assert "vgg16 has no layer 'block9_conv1'" in words(page)
    page = open_page(monkeypatch, fake, mask="rectangle:0,0,0.001,0.001")
    assert "the mask leaves nothing to change" in words(page)
