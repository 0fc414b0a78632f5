"""The editor of a variant and its strip of layers, and the page on a phone."""

import re

import pytest
from playwright.sync_api import expect

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from tests.browser.acts import DESK, PATIENCE, PHONE, QUICK, dream, dreams, dreamt, faults, setup_of

#: Two screens of a phone, in pixels of the page.
TWO_SCREENS = 2 * PHONE["height"]

TOUCHED = {"viewport": PHONE, "is_mobile": True, "has_touch": True}


def edit(page, place=0):
    """Open an editor by its place among the variants and return the strip."""
    page.get_by_role("button", name="Edit", exact=True).nth(place).click()
    strip = page.get_by_role("toolbar", name="Layers")
    expect(strip).to_be_visible()
    return strip


def tile(strip, layer):
    return strip.get_by_role("button", name=re.compile(rf"^{layer} "))


def layers(page):
    return list(setup_of(page).variants[0].layers)


def test_layers_by_mouse_and_keyboard_with_card_and_editor_in_view(visitor):
    page = visitor.open(QUICK)
    strip = edit(page)
    expect(tile(strip, "block3_conv3")).to_have_attribute("aria-pressed", "true")
    expect(tile(strip, "block3_conv3")).to_be_in_viewport(ratio=1)
    drawn = "button => getComputedStyle(button, '::before').backgroundImage"
    pictures = [each.evaluate(drawn) for each in strip.get_by_role("button").all()]
    assert len(pictures) == len(set(pictures)) == 18
    assert all(picture.startswith('url("data:image/jpeg') for picture in pictures)

    tile(strip, "block2_conv2").click()
    expect(page.get_by_role("spinbutton", name="Weight of block2_conv2")).to_be_visible()
    tile(strip, "block3_conv3").focus()
    page.keyboard.press("ArrowRight")
    expect(tile(strip, "block3_pool")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("textbox", name="Channels of block3_pool")).to_be_visible()
    tile(strip, "block3_conv3").click()
    expect(page.get_by_role("textbox", name="Channels of block3_conv3")).to_have_count(0)
    assert layers(page) == ["block2_conv2", "block3_pool"]

    card = page.get_by_role("heading", name="Quick", exact=True)
    weight = page.get_by_role("spinbutton", name="Weight of block3_pool")
    for seen in (card, weight, page.get_by_text("Weight", exact=True).first, strip):
        expect(seen).to_be_in_viewport()
    below, above = strip.bounding_box(), weight.bounding_box()
    assert below["y"] > above["y"] + above["height"]
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0


def test_escape_closes_the_editor_and_what_was_half_typed_counts(visitor):
    page = visitor.open(QUICK)
    edit(page)
    page.get_by_label("Network", exact=True).last.click()
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")  # the list's
    expect(page.get_by_role("listbox")).to_have_count(0)
    name = page.get_by_label("Name", exact=True)
    name.fill("Typed")
    name.press("Escape")
    expect(name).to_have_count(0)
    expect(page.get_by_role("heading", name="Typed", exact=True)).to_be_visible()
    edit(page)
    expect(name).to_have_value("Typed")


def test_control_and_enter_dream_from_within_a_field(visitor):
    page = visitor.open(QUICK)
    weight = page.get_by_role("spinbutton", name="Weight of block3_conv3")
    weight.fill("3.5")
    weight.press("Control+Enter")
    dreamt(page, 1)
    expect(page.get_by_text("block3_conv3 × 3.5").last).to_be_visible()


def test_control_and_enter_dream_from_a_choice_of_buttons_too(visitor):
    page = visitor.open(QUICK)
    page.get_by_test_id("stSidebar").get_by_role("radio", name="Noise").click()
    expect(page.get_by_role("img", name="Faint coloured noise on grey").first).to_be_visible()
    page.get_by_role("tab", name="My dreams").click()
    expect(page.get_by_text("What you dream comes to stand here.")).to_be_visible()
    page.keyboard.press("Control+Enter")  # which nobody would see there
    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_role("button", name="Dream", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Compare")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    dreamt(page, 1)


def test_on_a_phone_picture_button_and_first_result_come_within_two_screens(visitors):
    compared = Comparison.preset("Layers 1–4").replace(
        common={"octaves": 1, "iterations": 1, "precision": "float32"}, max_side=128
    )
    page = visitors(**TOUCHED).open(compared)
    main = page.get_by_test_id("stMain")

    def below(element):
        expect(element).to_be_visible()
        box = element.bounding_box()
        top = main.evaluate("element => element.scrollTop")
        return box["y"] + box["height"] + top

    button = page.get_by_role("button", name="Dream", exact=True)
    cards = [
        page.locator(f'[class*="variant{number}"][class*="st-key-edged"]') for number in range(1, 5)
    ]
    for card in cards:  # a line: colour, name, layers, time
        assert card.bounding_box()["height"] < 64
    expect(cards[0]).to_contain_text("block2_conv2 × 2")
    expect(page.get_by_role("button", name="Noise alone")).to_be_hidden()
    picture = main.get_by_role("img", name="Chelsea the cat, looking")
    assert below(picture) < below(button) < PHONE["height"]
    button.click()
    dreamt(page, 4)
    assert below(dreams(page).first) < TWO_SCREENS


def test_on_a_phone_picture_settings_and_comparisons_are_a_tap_away(visitors):
    page = visitors(**TOUCHED).open(QUICK)
    main = page.get_by_test_id("stMain")
    main.get_by_role("radio", name="Galaxies").click()
    expect(main.get_by_role("img", name="Hundreds of far galaxies")).to_be_visible()
    page.get_by_role("button", name="Comparisons").click()
    page.get_by_role("button", name="Mixed", exact=True).click()
    page.get_by_role("button", name="Hide comparisons").click()
    expect(page.get_by_role("button", name="Mixed", exact=True)).to_be_hidden()
    strip = edit(page)
    assert tile(strip, "block5_conv2").bounding_box()["width"] > 100
    expect(page.get_by_role("spinbutton", name="Weight of block5_conv2")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Picture and settings").click()
    octaves = page.get_by_role("spinbutton", name="Octaves", exact=True)
    expect(octaves).to_be_in_viewport()
    assert setup_of(page).source == "galaxies"


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", DESK), ("dark", DESK), ("light", PHONE), ("dark", PHONE)]
)
def test_axe_finds_nothing_serious_in_an_open_editor(visitors, scheme, size):
    two = QUICK.replace(
        variants=[
            *QUICK.variants,
            Variant(name="Other", model="resnet50", layers={"conv3_block1_out": 1.0}),
        ]
    )
    page = visitors(color_scheme=scheme, viewport=size).open(two)
    for place in range(2):
        edit(page, place)
        expect(page.get_by_role("heading", name=f"Edit {two.variants[place].name}")).to_be_visible()
        assert faults(page) == []
        page.get_by_role("button", name="Close").first.click()
        expect(page.get_by_role("toolbar", name="Layers")).to_have_count(0)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text("Opens this comparison")).to_be_visible(timeout=PATIENCE)
    assert faults(page) == []


def test_dream_is_not_sent_twice_by_the_keys(visitor):
    long = QUICK.replace(common={"octaves": 2, "iterations": 1000})
    page = visitor.open(long)
    dream(page)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Cancel all").click()
    dreamt(page, 1)
    expect(page.get_by_role("radio", name="Dream 2")).to_have_count(0)
