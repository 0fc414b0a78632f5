"""A guide from the visitor's hand to the map of its use."""

import io
import zipfile

from PIL import Image
from playwright.sync_api import expect

from tests.browser.acts import QUICK, choose, dream, dreamt, picture, pixels, setup_of


def test_an_upload_guides_a_dream_whose_map_is_shown_and_downloaded(visitor):
    page = visitor.open(QUICK)
    page.get_by_text("Guide", exact=True).first.click()
    sidebar = page.get_by_test_id("stSidebarUserContent")
    expect(page.get_by_text("The dreams climb toward")).to_be_visible()
    choose(sidebar.get_by_role("combobox", name="Guide"), "Yours")
    expect(page.get_by_text("no guide is uploaded").first).to_be_visible()
    chooser = sidebar.get_by_test_id("stExpander").get_by_test_id("stFileUploaderDropzoneInput")
    data = picture(96, 64, seed=1)
    chooser.set_input_files({"name": "guide.png", "mimeType": "image/png", "buffer": data})
    expect(page.get_by_role("img", name="The guide: the picture you uploaded")).to_be_visible()
    dream(page)
    dreamt(page, 1)
    page.get_by_role("tab", name="Guide").click()
    drawn = [
        Image.open(io.BytesIO(pixels(page.get_by_role("img", name=name))))
        for name in ("The guide, in colour where", "The dream, in the colours of what")
    ]
    assert drawn[0].size == (96, 64)
    assert all(len(each.convert("RGB").getcolors(2**24)) > 50 for each in drawn)
    expect(page.get_by_text("The dream became more like the guide")).to_be_visible()
    page.get_by_role("tab", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="ZIP", exact=True).click()
    with zipfile.ZipFile(download.value.path()) as files:
        assert {"guide.csv", "guide_block3_conv3.png"} <= set(files.namelist())
    assert setup_of(page).common["guide"] == "picture"  # and no link has the picture itself
