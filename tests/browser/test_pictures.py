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
    page.get_by_role("radio", name="white").click()
    expect(note).to_have_count(0)
    assert Image.open(io.BytesIO(pixels(shown))).getpixel((0, 0)) == (255, 255, 255)


NOT_READ = {
    "IMG_0042.HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "an HEIC picture"),
    "art.psd": (b"8BPS\0\1" + bytes(20), "a Photoshop document (PSD)"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
    "photo.jxl": (b"\xff\x0a" + bytes(20), "a JPEG XL picture"),
    "IMG_1.cr2": (b"II*\0\x10\0\0\0CR\2\0" + bytes(20), "a camera's raw picture (CR2)"),
}


def test_files_that_are_not_read_get_our_sentence_chosen_or_dropped(visitor):
    page = visitor.open(QUICK)
    said = page.get_by_role("alert")
    for name, (data, what) in NOT_READ.items():
        upload(page, name, data, "application/octet-stream")
        expect(said).to_contain_text(f"⚠ {name} is {what}, which is not read: ")
    upload(page, "good.png", saved(Image.new("RGB", (110, 60), "teal"), "PNG"))
    expect(page.get_by_text("110 × 60 px", exact=True)).to_be_visible()
    expect(said).to_have_count(0)
    dropped = page.evaluate_handle(
        """() => {
          const held = new DataTransfer();
          held.items.add(new File(["8BPS" + "\\0".repeat(20)], "art.psd"));
          return held;
        }"""
    )
    page.get_by_test_id("stFileUploaderDropzone").dispatch_event("drop", {"dataTransfer": dropped})
    expect(said).to_contain_text("art.psd is a Photoshop document (PSD)")


def test_the_controls_stay_in_view_below_a_long_picture(visitor):
    page = visitor.open(QUICK)
    upload(page, "long.png", saved(Image.new("RGB", (200, 2000), "teal"), "PNG"))
    expect(page.get_by_text("13 × 128 px", exact=True)).to_be_visible()
    shown = page.get_by_role("img", name="The picture you uploaded").bounding_box()
    slider = page.get_by_role("slider", name="Longest side (px)").bounding_box()
    assert shown["height"] <= 0.46 * 900 and slider["y"] + slider["height"] < 900
