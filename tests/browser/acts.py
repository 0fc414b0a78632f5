"""Actions of a visitor on the page, by roles and labels."""

import io
import re

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant

#: A small and short dream, which takes a second or two.
QUICK = Comparison(
    variants=(Variant(name="Quick", layers={"block3_conv3": 2.0}),),
    common={"octaves": 2, "iterations": 3, "precision": "float32"},
    max_side=128,
)

#: Windows.
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

#: Most milliseconds for some small dreams on a slow machine.
PATIENCE = 120_000


def dream(page: Page) -> None:
    """Press *Dream* and wait until the dreams have started."""
    page.get_by_role("button", name="Dream", exact=True).click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()


def dreamt(page: Page, count: int) -> None:
    """Wait until `count` dreams have ended with a picture, and none is running."""
    ended = page.get_by_role("button", name="Before and after")
    expect(ended).to_have_count(count, timeout=PATIENCE)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


def dreams(page: Page) -> Locator:
    """Return the pictures of the dreams, in order."""
    return page.get_by_role("img", name="The dream")


def pixels(picture: Locator) -> bytes:
    """Return the bytes of a picture that the page has fetched."""
    expect(picture).to_be_visible()
    source = picture.get_attribute("src")
    return picture.page.request.get(source if "://" in source else _site(picture) + source).body()


def setup_of(page: Page) -> Comparison:
    """Return the comparison in the page's address."""
    return Comparison.decode(re.search(r"setup=([\w-]+)", page.url)[1])


def upload(page: Page, name: str, data: bytes, kind: str = "image/png") -> None:
    """Choose a file as the picture."""
    chooser = page.get_by_test_id("stFileUploaderDropzoneInput")
    expect(chooser).to_have_count(1)  # that of the upload before has gone
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached()
    chooser.set_input_files({"name": name, "mimeType": kind, "buffer": data})


def picture(width: int, height: int, seed: int = 0) -> bytes:
    """Return a PNG of soft coloured blobs, different for each seed."""
    small = np.random.default_rng(seed).integers(0, 256, (8, 12, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def _site(picture: Locator) -> str:
    return "/".join(picture.page.url.split("/")[:3])


def faults(page) -> list[str]:
    """Return the serious and critical faults of axe-core, with their elements and why."""
    page.mouse.move(0, 0)
    expect(page.get_by_test_id("stTooltipContent")).to_have_count(0)  # a fading one is faint
    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html']} {node['failureSummary']}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def choose(combobox: Locator, option: str) -> None:
    """Choose an option of a list, which closes again if the page is just being drawn."""
    found = combobox.page.get_by_role("option", name=option, exact=True)
    for patience in (3_000, 3_000, PATIENCE):
        combobox.click()
        try:
            return found.click(timeout=patience)
        except PlaywrightTimeout:
            if patience == PATIENCE:
                raise
