"""Two networks in a real browser, against the command line."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from dreamlab.cli.main import main
from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from tests.browser.acts import dream, dreamt, setup_of

COMPARED = Comparison(
    variants=(
        Variant(name="Trained", layers={"block3_conv3": 2.0}),
        Variant(name="Lite", model="efficientnet_lite0", layers={"block4c_add": 1.0}),
        Variant(name="Control", model="vgg16:untrained", layers={"block3_conv3": 2.0}),
    ),
    common={"octaves": 2, "iterations": 3, "precision": "float32", "convolution": "direct"},
    max_side=128,
)
FOLDERS = ["1_trained_vgg16", "2_lite_efficientnet_lite0", "3_control_vgg16_untrained"]

#: Whether nothing of an element's text is cut off.
WHOLE = "it => [it, ...it.children].every(each => each.scrollWidth <= each.clientWidth)"


def test_each_variant_is_bit_for_bit_its_command_line(visitor, tmp_path):
    page = visitor.open(COMPARED)
    dream(page)
    dreamt(page, 3)
    for label in ("EfficientNet-Lite0 · block4c_add × 1", "VGG16, untrained · block3_conv3 × 2"):
        expect(page.get_by_text(label)).to_be_visible()
    assert setup_of(page) == COMPARED
    page.get_by_role("tab", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything").click()
    archive = zipfile.ZipFile(download.value.path())
    for folder, variant, config in zip(FOLDERS, COMPARED.variants, COMPARED.configs(), strict=True):
        out, settings = tmp_path / folder, tmp_path / f"{folder}.json"
        settings.write_text(config.to_json())
        model = variant.model or "vgg16"
        asked = ["dream", "dreamlab/samples/cat.png", "--out", str(out), "--max-side", "128"]
        assert main([*asked, "--model", model, "--config", str(settings)]) == 0
        assert archive.read(f"{folder}/losses.csv") == (out / "losses.csv").read_bytes()
        own, theirs = (
            np.asarray(Image.open(file))
            for file in (io.BytesIO(archive.read(f"{folder}/dream.png")), out / "dream.png")
        )
        np.testing.assert_array_equal(own, theirs)
        provenance = json.loads(archive.read(f"{folder}/config.json"))
        assert provenance["model"] == model
        assert provenance == json.loads((out / "config.json").read_text())


@pytest.mark.parametrize("width", [1440, 390])
def test_another_network_is_chosen_in_the_editor(visitor, width):
    page = visitor.open(COMPARED)
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_role("button", name="Edit").first.click()
    choice = page.get_by_label("Network", exact=True).last
    expect(choice).to_have_value("As the page: VGG16")
    choice.click()
    option = page.get_by_role("option", name="EfficientNet-Lite0 · a sixth")
    assert option.evaluate(WHOLE)
    option.click()
    expect(page.get_by_text("Trained: EfficientNet-Lite0: block3_conv3 became")).to_be_visible()
    assert setup_of(page).variants[0].model == "efficientnet_lite0"


def test_an_editor_opened_late_has_the_variants_values(visitor):
    lite = COMPARED.variants[1]
    compared = COMPARED.replace(
        variants=[
            COMPARED.variants[0],
            lite.replace(channels={"block4c_add": (1, 5)}, overrides={"step": 0.02}),
        ]
    )
    page = visitor.open(compared)
    octaves = page.get_by_label("Octaves", exact=True)
    octaves.fill("3")
    octaves.press("Enter")
    expect(page.get_by_text("2 variants, 6 octaves in all")).to_be_visible()
    page.get_by_role("button", name="Edit").last.click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Lite")
    expect(page.get_by_label("Channels of block4c_add", exact=True)).to_have_value("1, 5")
    expect(page.get_by_label("Step", exact=True).last).to_have_value("0.02")
    expect(page.get_by_label("Network", exact=True).last).to_have_value(
        "EfficientNet-Lite0 · a sixth of VGG16's time"
    )
    page.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_text("3 variants, 9 octaves in all")).to_be_visible()
    first, second, third = setup_of(page).variants
    assert (first, second) == compared.variants
    assert third == second.replace(name="Lite copy")
