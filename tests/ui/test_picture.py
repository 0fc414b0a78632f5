import io
import pickle
from importlib import resources

import numpy as np
import pytest
import streamlit
from PIL import Image

from dreamlab.comparison.comparison import Comparison
from dreamlab.config import DreamConfig
from dreamlab.images import Picture, from_pixels, load_image, png, seeded_noise, to_pixels
from dreamlab.images.decoders import Decoders
from dreamlab.results import export
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui.session import decoding
from tests.support.fake_backend import FakeBackend, open_page, sound, upload, uploader, words
from tests.support.hostile import jpeg_of_scans
from tests.support.odd_decoder import HANG


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake)


def dreamed_picture(page, fake):
    """Dream and return the picture of the task, float32 (H, W, 3)."""
    sound(page.button(key="dream").click().run())
    return next(reversed(fake.requests.values())).picture.as_float()


def test_the_cat_is_there(page, fake):
    assert dreamed_picture(page, fake).shape == (300, 451, 3)


def test_galaxies_at_the_longest_side(page, fake):
    page.segmented_control(key="source").set_value("galaxies").run()
    page.slider(key="max_side").set_value(504).run()
    height, width, _ = dreamed_picture(page, fake).shape
    assert width == 504 and height == pytest.approx(504 * 872 / 1000, abs=1)


def test_noise_follows_the_seed(page, fake):
    page.segmented_control(key="source").set_value("noise").run()
    page.slider(key="max_side").set_value(128).run()
    page.number_input(key="common.seed").set_value(3).run()
    noise = seeded_noise(85, 128, 3)
    assert np.abs(dreamed_picture(page, fake) - noise).max() <= 1 / 127.5


def test_an_upload_is_dreamt_on(page, fake):
    data = upload(96, 64)
    uploader(page).upload("mine.png", data, "image/png").run()
    assert page.session_state["source"] == "upload"
    assert np.array_equal(dreamed_picture(page, fake), load_image(data))


def test_it_is_shown_as_jpeg_and_dreamt_on_without_loss(page, fake, monkeypatch):
    images = []
    monkeypatch.setattr(streamlit, "image", lambda data, **options: images.append(data))
    page.button(key="dream").click().run()
    first, picture = Image.open(io.BytesIO(images[0])), next(iter(fake.requests.values())).picture
    assert (first.format, first.size) == ("JPEG", (451, 300))
    assert picture.jpeg == images[0]
    assert 0 < abs(load_image(images[0]) - picture.as_float()).mean() < 0.02
    cat = resources.files("dreamlab").joinpath("samples", "cat.png").read_bytes()
    assert np.array_equal(picture.pixels, to_pixels(load_image(cat)))


def test_what_is_sent_carries_no_metadata(page, fake):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    Image.new("RGB", (64, 48), "red").save(file, "JPEG", exif=exif)
    uploader(page).upload("mine.jpg", file.getvalue(), "image/jpeg").run()
    page.button(key="dream").click().run()
    picture = next(iter(fake.requests.values())).picture
    for data in (picture.png, picture.jpeg):
        assert b"where I live" not in data and not Image.open(io.BytesIO(data)).getexif()
    assert b"where I live" not in pickle.dumps(picture)


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", upload()[:200], b"GIF89a"]
)
def test_a_bad_upload_gets_one_sentence(page, data):
    uploader(page).upload("evil <b>.png", data, "image/png").run()
    sound(page)
    (said,) = [block.proto.body for block in page.get("html") if "alert" in block.proto.body]
    assert said.startswith('<p class="dl-error" role="alert">⚠ evil &lt;b&gt;.png ')
    assert "\n" not in said
    assert page.button(key="dream").disabled


def test_an_upload_that_would_take_too_much_memory_gets_one_sentence(page):
    file = io.BytesIO()
    Image.new("L", (3600, 3600)).save(file, "WEBP", lossless=True, method=0, quality=0)
    uploader(page).upload("big.webp", file.getvalue(), "image/webp").run()
    said = "3600 x 3600 px, 12,960,000 pixels; of a WEBP like it at most 12,500,000 are read"
    assert said in words(sound(page))


def test_the_page_goes_on_after_a_bad_upload(page, fake):
    uploader(page).upload("bad.png", b"no picture", "image/png").run()
    page.segmented_control(key="source").set_value("cat").run()
    assert dreamed_picture(page, fake).shape == (300, 451, 3)


def test_an_upload_of_many_scans_gets_one_sentence(page):
    data = jpeg_of_scans(500)
    uploader(page).upload("slow.jpg", data, "image/jpeg").run()
    assert "slow.jpg has 505 scans of 64 x 64 px; at most 100 are read" in words(sound(page))


def test_an_upload_that_takes_too_long_is_read_once(page, fake, monkeypatch):
    odd = Decoders(1, seconds=120, module="tests.support.odd_decoder")
    monkeypatch.setattr(decoding, "decoders", lambda: odd)
    first = odd.all[0].process
    odd.all[0]._seconds = 0.5
    uploader(page).upload("slow.png", HANG, "image/png").run()
    said = "reading slow.png took more than 0.5 s: save it again as PNG or baseline JPEG"
    assert said in words(sound(page))
    second = odd.all[0].process
    assert first.returncode is not None and second is not first
    page.slider(key="max_side").set_value(504).run()
    assert said in words(sound(page)) and odd.all[0].process is second
    odd.all[0]._seconds = 120
    uploader(page).upload("mine.png", upload(96, 64), "image/png").run()
    assert dreamed_picture(page, fake).shape == (64, 96, 3)
    odd.close()


def test_yours_without_an_upload_says_so(page):
    page.segmented_control(key="source").set_value("upload").run()
    assert "no picture is uploaded" in words(page)
    assert page.button(key="dream").disabled


@pytest.mark.parametrize("kind", ["png", "gif"])
def test_a_dream_dropped_in_restores_its_settings(page, fake, kind):
    config = DreamConfig(
        layers={"block1_conv2": 3.0, "block5_conv1": -1.0},
        channels={"block1_conv2": [4]},
        octaves=2,
        iterations=2,
        max_loss=99.0,
        seed=17,
    )
    other = FakeBackend()
    job = other.submit("me", DreamTask(Picture.of(load_image(upload())), config))
    other.finish()
    file = getattr(export, kind)(other.result(job))
    uploader(page).upload(f"dream.{kind}", file, f"image/{kind}").run()
    page.button(key="dropped.settings").click().run()
    assert "settings are restored" in words(sound(page))
    assert dreamed_picture(page, fake).shape == (300, 451, 3)  # the picture stays
    assert [request.config for request in fake.requests.values()] == [config]


def test_a_dream_of_a_network_of_ones_own_is_a_picture_like_any_other(page):
    settings = '{"model": "mine.keras", "config": {"layers": {"a": 1.0}}}'
    pixels = np.zeros((64, 64, 3), np.uint8)
    file = png(pixels, text={"dreamlab": settings})
    uploader(page).upload("dream.png", file, "image/png").run()
    assert "settings were not taken over" in words(sound(page))
    assert page.session_state["source"] == "upload"
    assert from_pixels(pixels).max() == -1


def dropped_in(page, data, name="mine.png"):
    return sound(uploader(page).upload(name, data, "image/png").run())


def logo():
    """A white square in the middle of nothing, as a PNG."""
    pixels = np.zeros((64, 96, 4), np.uint8)
    pixels[20:40, 30:60] = 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_the_uploader_takes_all_names_and_says_all_formats(page):
    assert list(uploader(page).proto.type) == []
    assert "PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF" in words(page)


def test_what_is_missing_of_an_upload_is_said_in_every_run(page):
    file = io.BytesIO()
    Image.fromarray(noise(200, 120)).save(file, "JPEG", quality=92)
    dropped_in(page, file.getvalue()[:-40], "holiday.jpg")
    said = "holiday.jpg is cut off: its last 8 of 200 rows are missing in part, and grey there"
    for _ in range(2):
        assert words(page).count(said) == 1
        page.number_input(key="common.seed").set_value(5).run()  # the picture comes from the cache
    page.segmented_control(key="source").set_value("cat").run()
    assert said not in words(page)


@pytest.mark.parametrize(("background", "grey"), [("auto", -1), ("white", 1), ("grey", 1 / 255)])
def test_the_background_of_an_upload(page, fake, background, grey):
    dropped_in(page, logo(), "logo.png")
    assert "logo.png is transparent, and black is behind it, as more shows" in words(page)
    page.segmented_control(key="background").set_value(background).run()
    assert ("as more shows" in words(page)) == (background == "auto")
    assert dreamed_picture(page, fake)[0, 0] == pytest.approx([grey] * 3, abs=1e-6)


def test_a_background_in_the_address_is_that_of_the_page(monkeypatch, fake):
    setup = Comparison.preset("Mixed", background="grey").encode()
    page = open_page(monkeypatch, fake, setup=setup)
    assert page.session_state["background"] == "grey"
    dropped_in(page, logo(), "logo.png")
    assert page.segmented_control(key="background").value == "grey"


def backgrounds(page):
    return [control for control in page.segmented_control if control.key == "background"]


def test_a_background_is_offered_where_the_picture_is_transparent(page):
    opaque = io.BytesIO()
    Image.new("RGBA", (64, 64), "teal").save(opaque, "PNG")
    assert backgrounds(page) == []
    assert backgrounds(dropped_in(page, opaque.getvalue())) == []
    assert len(backgrounds(dropped_in(page, logo()))) == 1
    page.segmented_control(key="background").set_value("grey").run()
    assert backgrounds(dropped_in(page, opaque.getvalue())) == []
    assert backgrounds(dropped_in(page, b"no picture")) == []
    (again,) = backgrounds(dropped_in(page, logo()))
    assert again.value == "grey"


def test_notes_are_quiet_and_an_error_is_not(page):
    dropped_in(page, logo(), "logo.png")
    assert '<p class="dl-note">logo.png is transparent' in words(page)
    dropped_in(page, b"8BPS\0\1", "art.psd")
    said = "⚠ art.psd is a Photoshop document (PSD), which is not read: save it as JPEG or PNG"
    assert f'<p class="dl-error" role="alert">{said}</p>' in words(page)
    dropped_in(page, logo(), "logo.png")
    assert "art.psd" not in words(page) and "dl-error" not in words(page).split("</style>")[1]


def test_a_long_picture_says_which_longest_side_will_do(page, fake):
    dropped_in(page, upload(100, 2100))
    said = "picture is 29 x 600 px; vgg16 needs at least 32 x 32: raise the longest side to 672"
    assert said in words(page) and page.button(key="dream").disabled
    page.slider(key="max_side").set_value(672).run()
    assert dreamed_picture(page, fake).shape == (672, 32, 3)


def test_a_picture_too_long_for_the_page_must_be_cropped(page):
    dropped_in(page, upload(50, 2100))
    assert "crop it, as even a longest side of 1024 is too little" in words(page)


def noise(height, width):
    return np.random.default_rng(0).integers(100, 150, (height, width, 3), np.uint8)
