import csv
import dataclasses
import io

from PIL import Image
from playwright.sync_api import expect

from tests.browser.acts import PATIENCE, QUICK, dream, dreams, dreamt, pixels

#: Steps per layer; all 18 layers take some seconds.
_STEPS = "3"


def test_two_networks_side_by_side(visitor):
    page = visitor.open(dataclasses.replace(QUICK, common={"octaves": 1, "iterations": 3}))
    page.get_by_role("tab", name="Layer by layer").click()
    page.get_by_role("combobox", name="Beside it").click()
    page.get_by_role("option", name="EfficientNet-Lite0", exact=False).first.click()
    left = page.get_by_role("heading", name="VGG16", exact=True)
    right = page.get_by_role("heading", name="EfficientNet-Lite0", exact=True)
    expect(right).to_be_visible()
    for steps in page.get_by_role("spinbutton", name="Most steps").all():
        steps.fill(_STEPS)
        steps.press("Enter")
    run = page.get_by_role("button", name="Run", exact=True)
    expect(run).to_have_count(2)
    run.first.click()
    expect(run).to_have_count(1)  # the first is running
    run.click()
    for found in ("VGG16 · 18 found", "EfficientNet-Lite0 · 19 found"):
        expect(page.get_by_text(found)).to_be_visible(timeout=2 * PATIENCE)

    mine, others = left.bounding_box(), right.bounding_box()
    assert mine["y"] == others["y"] and mine["x"] + mine["width"] <= others["x"]
    picture = page.get_by_role("img", name="block4c_add · depth")
    box = picture.bounding_box()
    assert box["x"] >= others["x"] and box["width"] >= 170
    with page.expect_download() as download:
        page.get_by_role("button", name="ZIP", exact=True).last.click()
    assert download.value.suggested_filename == "atlas_efficientnet_lite0.zip"

    # Its ninth in network order, after the 18 of VGG16.
    page.get_by_role("button", name="Variant", exact=True).nth(18 + 8).click()
    expect(page.get_by_text("block4c_add is a variant now, under Compare.")).to_be_visible()
    page.get_by_role("tab", name="Compare").click()
    dream(page)
    dreamt(page, 2)
    assert len({pixels(picture) for picture in dreams(page).all()}) == 2

    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("tab", name="Layer by layer").click()
    expect(right).to_be_visible()
    assert right.bounding_box()["y"] > left.bounding_box()["y"] + 844
    assert picture.bounding_box()["width"] >= 150


def test_atlas_thumbnail_variant_dream_and_excitation_matrix(visitor):
    page = visitor.open(dataclasses.replace(QUICK, common={"octaves": 1, "iterations": 3}))
    page.get_by_role("tab", name="Layer by layer").click()
    steps = page.get_by_role("spinbutton", name="Most steps")
    steps.fill(_STEPS)
    steps.press("Enter")
    page.get_by_role("button", name="Run", exact=True).click()

    thumbnails = page.get_by_role("button", name="Variant", exact=True)
    expect(thumbnails).to_have_count(18, timeout=2 * PATIENCE)  # the worker may still be loading
    expect(page.get_by_text("VGG16 · 18 found")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("block3_conv3 · depth 7 · sees 40 px")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG", exact=True).click()
    with Image.open(download.value.path()) as sheet:
        assert sheet.format == "PNG"

    # The seventh thumbnail in network order is block3_conv1, after two pools.
    thumbnails.nth(6).click()
    expect(page.get_by_text("block3_conv1 is a variant now, under Compare.")).to_be_visible()
    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_role("heading", name="block3_conv1", level=2)).to_be_visible()
    dream(page)
    dreamt(page, 2)
    assert len({pixels(picture) for picture in dreams(page).all()}) == 2

    page.get_by_role("tab", name="Layer by layer").click()
    page.get_by_role("radio", name="Excitation matrix").click()
    expect(thumbnails).to_have_count(0)  # the atlas is gone, and so is its number of steps
    expect(steps).to_have_count(1)
    steps.fill(_STEPS)
    steps.press("Enter")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("VGG16 · 18 found")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stVegaLiteChart").last).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV excitation").click()
    head, *rows = csv.reader(io.StringIO(download.value.path().read_text()))
    assert len(rows) == 18 and head[1:] == [row[0] for row in rows]
    # A layer responds more strongly to its dream than to the original.
    assert all(float(row[1 + index]) > 1 for index, row in enumerate(rows))
