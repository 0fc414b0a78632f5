import dataclasses
import re

import pytest
from playwright.sync_api import expect

from dreamlab.analysis.catalogue import OF_LAYERS
from dreamlab.comparison.variant import Variant
from tests.browser.acts import DESK, PATIENCE, PHONE, QUICK, dream, dreamt, faults, upload


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visitors, scheme):
    page = visitors(color_scheme=scheme).open(QUICK)
    expect(page.get_by_role("heading", name="A finished example")).to_be_visible()
    assert faults(page) == []
    dream(page)
    dreamt(page, 1)
    assert faults(page) == []
    for tab in ("Classes", "Numbers", "Export"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        assert faults(page) == []


def test_axe_finds_nothing_serious_in_the_tables_of_a_network_with_a_head(visitor):
    fish = Variant(
        name="Fish",
        model="efficientnet_lite0",
        layers={"predictions": 1.0},
        channels={"predictions": ["goldfish"]},
    )
    page = visitor.open(QUICK.replace(variants=[fish, *QUICK.variants]))
    dream(page)
    dreamt(page, 1 + len(QUICK.variants))
    for tab in ("Classes", "Numbers"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        assert faults(page) == []


def test_axe_finds_nothing_serious_while_it_dreams_and_when_it_cannot(visitor):
    long = dataclasses.replace(QUICK, common={"octaves": 2, "iterations": 1000})
    page = visitor.open(long)
    dream(page)
    expect(page.get_by_text(re.compile(r"Octave 1 of 2 · step \d+"))).to_be_visible(
        timeout=PATIENCE
    )
    assert faults(page) == []
    page.get_by_role("button", name="Cancel all").click()
    dreamt(page, 1)
    upload(page, "words.png", b"only words")
    expect(page.get_by_text("put the picture right first")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", DESK), ("dark", DESK), ("light", PHONE), ("dark", PHONE)]
)
def test_axe_finds_nothing_serious_layer_by_layer(visitors, scheme, size):
    page = visitors(color_scheme=scheme, viewport=size).open(QUICK)
    page.get_by_role("tab", name="Layer by layer").click()
    cards = page.get_by_role("img", name=re.compile("of the sample"))
    expect(cards).to_have_count(len(OF_LAYERS))
    assert faults(page) == []
    # Pictures of the original, heat maps and line charts with a spread.
    page.get_by_role("button", name="Layer profile").click()
    expect(page.get_by_test_id("stVegaLiteChart").last).to_be_visible()
    page.get_by_text("More settings").click()
    assert faults(page) == []
    beside = page.get_by_role("combobox", name="Beside it")
    beside.scroll_into_view_if_needed()
    beside.click()
    page.get_by_role("option", name="EfficientNet-Lite0", exact=False).first.click()
    expect(page.get_by_role("heading", name="EfficientNet-Lite0", exact=True)).to_be_visible()
    page.get_by_role("button", name="Enlarge").first.click()
    expect(page.get_by_role("slider", name="Show less or more of greyscale")).to_be_visible()
    assert faults(page) == []


def test_the_dream_button_by_keyboard(visitor):
    page = visitor.open(QUICK)
    button = page.get_by_role("button", name="Dream", exact=True)
    page.get_by_role("button", name="Add a variant").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    dreamt(page, 1)


def test_a_phone_shows_all_of_it(visitors):
    page = visitors(viewport=PHONE, is_mobile=True, has_touch=True).open(QUICK)
    dream(page)
    dreamt(page, 1)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
