import csv
import dataclasses
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from dreamlab.analysis.catalogue import OF_LAYERS
from dreamlab.analysis.shipped import example, subject
from tests.browser.acts import PATIENCE, QUICK, dream, dreams, dreamt, pixels, setup_of

#: Steps per layer; all 18 layers take some seconds.
_STEPS = "3"


def test_two_networks_side_by_side(visitor):
    page = visitor.open(dataclasses.replace(QUICK, common={"octaves": 1, "iterations": 3}))
    opened(page, "Layer atlas")
    page.get_by_role("combobox", name="Beside it").click()
    page.get_by_role("option", name="EfficientNet-Lite0", exact=False).first.click()
    left = page.get_by_role("heading", name="VGG16", exact=True)
    right = page.get_by_role("heading", name="EfficientNet-Lite0", exact=True)
    expect(right).to_be_visible()
    for more in page.get_by_text("More settings").all():
        more.click()
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
    grid = page.get_by_test_id("stGrid")
    picture = grid.get_by_role("img", name="block4c_add · depth")
    box = picture.bounding_box()
    assert box["x"] >= others["x"] and box["width"] >= 170
    with page.expect_download() as download:
        page.get_by_role("button", name="ZIP", exact=True).last.click()
    assert download.value.suggested_filename == "atlas_efficientnet_lite0.zip"

    # Its ninth in network order, after the 18 of VGG16.
    page.get_by_role("button", name="Enlarge").nth(18 + 8).click()
    page.get_by_role("button", name="Variant", exact=True).click()
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


def test_the_wall_the_address_and_the_way_back(visitor):
    page = visitor.open(QUICK)
    page.get_by_role("tab", name="Layer by layer").click()
    atlas = page.get_by_role("button", name="Layer atlas")
    finished = page.get_by_role("img", name=re.compile("of the sample (cat|pictures)$"))
    expect(finished).to_have_count(len(OF_LAYERS))
    atlas.click()
    back = page.get_by_role("button", name="All analyses")
    expect(back).to_be_visible()
    assert "analysis=atlas" in page.url
    expect(page.get_by_text("A finished example on the sample cat: VGG16.")).to_be_visible()
    page.go_back()
    expect(atlas).to_be_visible()
    assert "analysis" not in page.url
    page.go_forward()
    expect(back).to_be_visible()
    # The other tab has no analysis in its address; the first has it again.
    page.get_by_role("tab", name="Compare").click()
    expect(page).not_to_have_url(re.compile("analysis="))
    page.get_by_role("tab", name="Layer by layer").click()
    expect(back).to_be_visible()
    expect(page).to_have_url(re.compile("analysis=atlas"))
    back.click()
    expect(atlas).to_be_visible()


@pytest.mark.parametrize("analysis", OF_LAYERS)
def test_every_example_is_drawn_and_the_console_is_silent(visitor, analysis):
    page = visitor.open(QUICK)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{page.url.partition('?')[0]}?analysis={analysis}")
    said_so = page.get_by_text(f"A finished example on {subject(analysis)}: VGG16.")
    expect(said_so).to_be_visible()
    charts = [table for table in example(analysis).tables() if table.drawn]
    shown = page.get_by_test_id("stVegaLiteChart").filter(visible=True)
    expect(shown).to_have_count(len(charts))
    pictures = sum(item.picture is not None for item in example(analysis).items)
    expect(page.get_by_role("button", name="Enlarge")).to_have_count(pictures)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("button", name="All analyses")).to_be_visible()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    assert not [text for text in said if "WARN" in text or "rror" in text]


def test_atlas_picture_variant_dream_and_excitation_matrix(visitor):
    page = visitor.open(dataclasses.replace(QUICK, common={"octaves": 1, "iterations": 3}))
    opened(page, "Layer atlas")
    page.get_by_text("More settings").click()
    steps = page.get_by_role("spinbutton", name="Most steps")
    steps.fill(_STEPS)
    steps.press("Enter")
    page.get_by_role("button", name="Run", exact=True).click()

    # The worker may still be loading.
    expect(page.get_by_text("VGG16 · 18 found")).to_be_visible(timeout=2 * PATIENCE)
    expect(page.get_by_text("block3_conv3 · depth 7 · sees 40 px")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG", exact=True).click()
    with Image.open(download.value.path()) as sheet:
        assert sheet.format == "PNG"
    with page.expect_download() as download:
        page.get_by_role("button", name="GIF", exact=True).click()
    with Image.open(download.value.path()) as film:
        assert film.n_frames == 19

    # The seventh picture in network order is block3_conv1, after two pools.
    page.get_by_role("button", name="Enlarge").nth(6).click()
    expect(page.get_by_role("slider", name="Show less or more of block3_conv1")).to_be_visible()
    page.get_by_role("button", name="Variant", exact=True).click()
    expect(page.get_by_text("block3_conv1 is a variant now, under Compare.")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    shown = page.get_by_test_id("stGrid").get_by_role("img", name="block3_conv1 · depth")
    before = pixels(shown)
    page.get_by_role("radio", name="Difference from the original").click()
    expect(page.get_by_text(re.compile(r"Amplified \d+ times"))).to_be_visible()
    assert pixels(shown) != before
    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_role("heading", name="block3_conv1", level=2)).to_be_visible()
    dream(page)
    dreamt(page, 2)
    assert len({pixels(picture) for picture in dreams(page).all()}) == 2

    page.get_by_role("tab", name="Layer by layer").click()
    page.get_by_role("button", name="All analyses").click()
    page.get_by_role("button", name="Excitation matrix").click()
    page.get_by_text("More settings").click()
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


def test_a_cell_of_the_grid_becomes_a_variant_that_dreams_at_that_octave_alone(visitor):
    page = visitor.open(QUICK)
    opened(page, "Grid of layers and octaves")
    octaves = page.get_by_role("spinbutton", name="Octaves").last
    octaves.fill("2")
    octaves.press("Enter")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("VGG16 · 8 found")).to_be_visible(timeout=2 * PATIENCE)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV grid", exact=True).click()
    head, *rows = csv.reader(io.StringIO(download.value.path().read_text()))
    assert len(head) == 3 and len(rows) == 4
    page.get_by_role("button", name="Enlarge").nth(2).click()  # the second layer's smaller octave
    page.get_by_role("button", name="Variant", exact=True).click()
    expect(page.get_by_text("octave1 is a variant now, under Compare.")).to_be_visible()
    page.get_by_role("tab", name="Compare").click()
    dream(page)
    dreamt(page, 2)
    taken = setup_of(page).variants[1].config(QUICK.common)
    assert (taken.octaves, taken.only_octave) == (2, 1)


def opened(page, title):
    """Open an analysis from the wall."""
    page.get_by_role("tab", name="Layer by layer").click()
    page.get_by_role("button", name=title).click()
    expect(page.get_by_role("button", name="All analyses")).to_be_visible()
