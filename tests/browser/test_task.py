"""The place of networks in a browser: pictures of one's own, what is found, and what stays away."""

import re

import pytest
from playwright.sync_api import expect

from dreamlab.analysis.shipped import example
from tests.browser.acts import DESK, PATIENCE, PHONE, QUICK, faults
from tests.support.sets import packed, picture, written

#: Two classes of which a network can tell something: large pixels and small ones.
FILES = {
    f"{name}/{number}.png": picture(number, (side, side))
    for name, side in (("coarse", 4), ("fine", 56))
    for number in range(4)
}


def networks(page, more=""):
    """The page at the place of networks, with the light network alone."""
    start = page.url.partition("?")[0]
    page.goto(f"{start}?analysis=separability&networks=efficientnet_lite0{more}")
    expect(page.get_by_role("heading", name="Which layer separates my classes?")).to_be_visible()
    return page


def give(page, source, files):
    """Give pictures, as a file or as a folder."""
    page.get_by_role("radio", name=source).click()
    page.get_by_test_id("stMain").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        files
    )
    expect(page.get_by_text(re.compile("8.pictures"))).to_be_visible()


@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", DESK), ("light", PHONE)])
def test_the_finished_examples_are_drawn_and_the_console_is_silent(visitors, scheme, size):
    visitor = visitors(color_scheme=scheme, viewport=size)
    page = networks(visitor.open(QUICK))
    for name in ("separability", "examples"):
        expect(page.get_by_text(example(name).sentence)).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").filter(visible=True).last).to_be_visible()
    assert faults(page) == []
    found = page.locator("[class*=st-key-found-]").first
    assert found.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    edge = found.evaluate("element => element.getBoundingClientRect().right")
    for shown in found.get_by_role("img").all():
        assert shown.evaluate("element => element.getBoundingClientRect().right") <= edge + 1
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    assert visitor.faults() == []


def test_pictures_of_ones_own_are_told_apart(visitor):
    page = networks(visitor.open(QUICK))
    task = {"name": "task.zip", "mimeType": "application/zip", "buffer": packed(FILES)}
    give(page, "Files or a ZIP", task)
    page.get_by_role("button", name="Run").first.click()
    said = page.get_by_text(re.compile("^EfficientNet-Lite0 · your pictures · \\d"))
    expect(said).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile("is best: |No layer separates"))).to_be_visible()
    look = page.get_by_role("button", name=re.compile("^See what "))
    layer = re.search(r"what (\S+) of", look.inner_text())[1]
    look.click()
    chosen = page.get_by_role("combobox", name="Layer")
    expect(chosen).to_have_value(layer)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV separability").click()
    rows = download.value.path().read_text().splitlines()
    assert rows[0].startswith("network,layer,depth,condition,accuracy,low,high,chance,permuted,")
    assert {row.split(",")[3] for row in rows[1:]} == {"original", "grey", "blurred", "shuffled"}


def test_a_folder_of_folders_has_the_same_classes(visitor, tmp_path):
    page = networks(visitor.open(QUICK))
    give(page, "A folder", str(written(tmp_path / "task", FILES)))
    expect(page.get_by_text(re.compile("coarse.4 · fine.4"))).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("there are no pictures; drop some in").first).to_be_visible()
