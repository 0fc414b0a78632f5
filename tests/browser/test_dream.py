import csv
import dataclasses
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.acts import (
    PATIENCE,
    PHONE,
    QUICK,
    dream,
    dreams,
    dreamt,
    picture,
    pixels,
    setup_of,
    upload,
)

SMALL = dataclasses.replace(QUICK, common={"precision": "float32"})


def spin(page, name):
    return page.get_by_role("spinbutton", name=name, exact=True)


def test_upload_four_layers_dream_compare_export_and_come_back(visitor, visitors):
    page = visitor.open(SMALL)
    upload(page, "blobs.png", picture(150, 100))
    expect(page.get_by_role("img", name="The picture you uploaded")).to_be_visible()
    page.get_by_role("button", name="Layers 1–4").click()
    expect(page.get_by_role("heading", name="Layer 4", level=2)).to_be_visible()
    spin(page, "Octaves").fill("2")
    spin(page, "Octaves").press("Enter")
    expect(page.get_by_text("4 variants, 8 octaves in all")).to_be_visible()
    dream(page)
    dreamt(page, 4)

    pictures = [pixels(picture) for picture in dreams(page).all()]
    assert len(set(pictures)) == 4
    assert {Image.open(io.BytesIO(data)).size for data in pictures} == {(128, 85)}
    curves = page.get_by_test_id("stVegaLiteChart").locator("g.mark-line > path[d]")
    expect(curves).to_have_count(4)
    assert len({curve.get_attribute("stroke") for curve in curves.all()}) == 4

    page.get_by_role("tab", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="GIF", exact=True).first.click()
    assert download.value.suggested_filename == "layer_1_vgg16.gif"
    with Image.open(download.value.path()) as film:
        assert (film.format, film.n_frames, film.size) == ("GIF", 3, (128, 85))
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).last.click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert [row["octave"] for row in rows] == ["0"] * 10 + ["1"] * 10

    before = setup_of(page)
    assert [variant.name for variant in before.variants] == [
        "Layer 1",
        "Layer 2",
        "Layer 3",
        "Layer 4",
    ]
    page.reload()
    visitor.ready()
    dreamt(page, 4)
    assert setup_of(page) == before
    expect(dreams(page)).to_have_count(4)
    assert [pixels(picture) for picture in dreams(page).all()] == pictures

    page.get_by_role("button", name="Share").click()
    link = page.get_by_text(re.compile(r"^http.*\?setup=")).inner_text()
    other = visitors()
    shared = other.open(query="?" + link.partition("?")[2])
    expect(spin(shared, "Octaves")).to_have_value("2")
    assert setup_of(shared) == before
    expect(dreams(shared)).to_have_count(0)


def test_cancel_in_the_middle_keeps_the_part_done(visitor):
    long = dataclasses.replace(QUICK, common={"octaves": 2, "iterations": 1000}, max_side=256)
    page = visitor.open(long)
    dream(page)
    expect(page.get_by_text(re.compile(r"Octave 1 of 2 · step \d+"))).to_be_visible(
        timeout=PATIENCE
    )
    original = page.get_by_role("img", name="Chelsea the cat").last
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Stopped in octave 1")).to_be_visible()
    dreamt(page, 1)
    assert pixels(dreams(page).first) != pixels(original)
    page.get_by_role("tab", name="Numbers").click()
    row = page.get_by_role("row", name="Quick").get_by_role("cell")
    assert [row.nth(place).inner_text() for place in (1, 2)] == ["VGG16", "cancelled"]
    assert 0 < int(row.nth(3).inner_text()) < 1000


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.png", picture(150, 100)[:400]),
        ("<b>words</b>.jpg", b"only words"),
        ("empty.png", b""),
    ],
)
def test_a_bad_upload_is_one_sentence(visitor, name, data):
    page = visitor.open(QUICK)
    upload(page, name, data)
    problem = page.get_by_text(re.compile("^⚠ "))
    expect(problem.first).to_be_visible()
    assert "\n" not in problem.first.inner_text()
    expect(page.get_by_text("put the picture right first")).to_be_visible()
    expect(page.get_by_role("button", name="Dream", exact=True)).to_be_disabled()


def test_a_picture_of_600_px(visitor):
    setup = dataclasses.replace(QUICK, common={"octaves": 3, "iterations": 1}, max_side=600)
    page = visitor.open(setup)
    upload(page, "large.png", picture(1200, 800))
    expect(page.get_by_text("600 × 400 px").first).to_be_visible()
    dream(page)
    dreamt(page, 1)
    assert Image.open(io.BytesIO(pixels(dreams(page).first))).size == (600, 400)


def test_visitors_never_see_each_others_pictures(visitors):
    pages = []
    for seed in (1, 2):
        page = visitors().open(QUICK)
        upload(page, "own.png", picture(150, 100, seed))
        expect(page.get_by_role("img", name="The picture you uploaded")).to_be_visible()
        dream(page)
        dreamt(page, 1)
        pages.append(page)
    everything = []
    for page in pages:
        images = page.get_by_role("img").filter(has_not=page.locator("canvas"))
        sources = [image.get_attribute("src") for image in images.all()]
        everything.append({source for source in sources if source and "/media/" in source})
        assert len(everything[-1]) >= 2
    assert not everything[0] & everything[1]
    first, second = (pixels(dreams(page).first) for page in pages)
    assert first != second
    visits = [re.search(r"visit=([\w-]+)", page.url)[1] for page in pages]
    assert visits[0] != visits[1]
    guess = visitors().open(query=f"?visit={visits[0][:-1]}")
    expect(dreams(guess)).to_have_count(0)


def test_a_picture_opens_large_and_the_scrubber_moves_it(visitor):
    page = visitor.open(dataclasses.replace(QUICK, every=1))
    dream(page)
    dreamt(page, 1)
    dreams(page).first.scroll_into_view_if_needed()
    box = dreams(page).first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    handle = page.get_by_role("slider", name="Show less or more of Quick")
    expect(handle).to_be_focused()
    handle.press("Home")
    expect(handle).to_have_value("0")
    after = page.get_by_role("img", name="The dream Quick · VGG16", exact=True)
    final = after.get_attribute("src")
    scrubber = page.get_by_role("slider", name="Octave, for all pictures")
    scrubber.focus()
    scrubber.press("ArrowLeft")
    expect(page.get_by_text("Octave 2, step 2")).to_be_visible()
    expect(after).not_to_have_attribute("src", final)
    page.get_by_role("button", name="Close").click()
    expect(handle).to_have_count(0)


def test_a_long_name_leaves_the_word_original_readable_on_a_phone(visitors):
    named = dataclasses.replace(QUICK.variants[0], name="Layer 4, on from octave 2, step 17, once")
    page = visitors(viewport=PHONE).open(dataclasses.replace(QUICK, variants=(named,)))
    dream(page)
    dreamt(page, 1)
    page.get_by_role("button", name="Before and after").click()
    original, dreamt_one = (page.locator(f".tag.{side}") for side in ("left", "right"))
    expect(dreamt_one).to_have_text(f"{named.name} · VGG16")
    first, second = original.bounding_box(), dreamt_one.bounding_box()
    assert first["x"] + first["width"] < second["x"]
