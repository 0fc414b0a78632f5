"""Pictures of many kinds, dropped into the page."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.acts import QUICK, pixels, upload


def saved(picture, format, **options):
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def test_names_of_all_kinds_are_taken(visitor):
    page = visitor.open(QUICK)
    kinds = [
        ("a.jfif", "JPEG", "image/jpeg"),
        ("b.JPE", "JPEG", "image/jpeg"),
        ("c.pjpeg", "JPEG", ""),
        ("d.apng", "PNG", "image/apng"),
        ("e.AVIF", "AVIF", "image/avif"),
        ("f.dib", "BMP", "image/bmp"),
    ]
    for number, (name, format, mime) in enumerate(kinds):
        picture = Image.new("RGB", (100 + number, 60), "teal")
        upload(page, name, saved(picture, format), mime or "application/octet-stream")
        expect(page.get_by_text(f"{100 + number} × 60 px", exact=True)).to_be_visible()


def test_a_transparent_picture_gets_the_background_that_is_chosen(visitor):
    page = visitor.open(QUICK)
    logo = np.zeros((60, 100, 4), np.uint8)
    logo[20:40, 30:70] = 255
    upload(page, "logo.png", saved(Image.fromarray(logo), "PNG"))
    shown = page.get_by_role("img", name="The picture you uploaded")
    note = page.get_by_text("logo.png is transparent, and black is behind it")
    expect(note).to_be_visible()
    assert Image.open(io.BytesIO(pixels(shown))).getpixel((0, 0)) == (0, 0, 0)
    page.get_by_text("Transparent parts").click()
    page.wait_for_timeout(800)  # the list would close again while the expander still opens
    page.get_by_role("combobox", name="Background").click()
    page.get_by_role("option", name="white").click()
    expect(note).to_have_count(0)
    assert Image.open(io.BytesIO(pixels(shown))).getpixel((0, 0)) == (255, 255, 255)
