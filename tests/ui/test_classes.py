"""What networks call their dreams, on the page: on the card, in the tab and in the numbers."""

import pytest

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.ui.dreams.classes import why_none
from tests.support.fake_backend import edit, open_page, sound, words

LITE = "efficientnet_lite0"
#: A space at which no line breaks.
FIXED = "\u00a0"

SETUP = Comparison(
    variants=(
        Variant(
            name="Fish",
            model=LITE,
            layers={"predictions": 1.0},
            channels={"predictions": ["goldfish"]},
        ),
        Variant(name="Plain", layers={"block3_conv3": 1.0}),
    ),
    common={"octaves": 2, "iterations": 2},
    max_side=128,
)


def opened(monkeypatch, fake, setup=SETUP):
    page = open_page(monkeypatch, fake, setup=setup.encode())
    return sound(page.button(key="dream").click().run())


def tables(page):
    return [element.value.to_dict("list") for element in page.table]


def test_a_class_is_sent_off_by_its_name_and_shown_with_its_number(monkeypatch, fake):
    page = opened(monkeypatch, fake)
    fake.finish()
    page = sound(page.run())
    sent = fake.requests["job1"]
    assert dict(sent.config.channels) == {"predictions": ("goldfish",)}
    # The variant, its line on a phone, and the dream.
    assert words(page).count("predictions: goldfish (1)") == 3
    assert "predictions: goldfish (1) × 1" in words(page)
    first = page.session_state["variants"][0]
    field = edit(page, first).text_input(key=f"v{first}.channels.predictions")
    assert field.value == "goldfish"
    field.set_value("tiger cat, 7, gold").run()
    assert "'gold' is the beginning of goldfish (1)" in words(page)
    field.set_value("tiger cat, 7").run()
    assert not page.button(key="dream").disabled
    page.button(key="dream").click().run()
    assert dict(fake.requests["job3"].config.channels) == {"predictions": (7, "tiger cat")}


def test_the_card_says_it_at_the_scrubbers_place(monkeypatch, fake):
    page = opened(monkeypatch, fake)
    fake.finish()
    page = sound(page.run())
    assert "tiger cat 60 % → goldfish 50 %" in words(page)
    page.select_slider[0].set_value(0).run()  # the original
    assert "tiger cat 60 %" in words(page)
    assert "→ goldfish" not in words(page)
    page.select_slider[0].set_value(1).run()
    assert "tiger cat 60 % → tiger cat 35 %" in words(page)


def test_the_tab_has_a_table_for_each_network_with_a_head(monkeypatch, fake):
    page = opened(monkeypatch, fake)
    assert "Fish: its classes come with its first step." in words(page)
    fake.finish()
    page = sound(page.run())
    classes, numbers = tables(page)
    assert classes["Picture"] == [
        "Original",
        "Original",
        f"Octave{FIXED}1",
        f"Octave{FIXED}2",
        f"Octave{FIXED}2",
    ]
    assert classes["Crop"] == [
        "centre",
        f"five{FIXED}crops",
        "centre",
        "centre",
        f"five{FIXED}crops",
    ]
    assert classes["Likeliest"][-1] == f"goldfish 50{FIXED}%"
    assert len(classes) == 7
    said = words(page)
    assert "whose short side is scaled to 256 px" in said
    assert "No classes are known of VGG16: choose EfficientNet-Lite0 for a variant" in said
    assert list(numbers)[-1] == "Called"
    assert numbers["Called"] == [f"goldfish 50{FIXED}%", "–"]


def test_where_no_network_has_a_head_the_tab_says_why_it_is_empty(monkeypatch, fake):
    page = opened(monkeypatch, fake, SETUP.replace(variants=[SETUP.variants[1]]))
    fake.finish()
    page = sound(page.run())
    assert len(tables(page)) == 1  # the numbers
    assert (
        "No classes are known of VGG16: choose EfficientNet-Lite0 for a variant to see what a "
        "network calls its dream."
    ) in words(page)
    assert "whose short side" not in words(page)


@pytest.mark.parametrize(
    ("models", "begins"),
    [
        ([LITE, f"{LITE}:untrained"], ""),
        (["vgg16", LITE, "vgg16"], "No classes are known of VGG16: choose"),
        (["vgg16", "vgg19"], "No classes are known of VGG16 and VGG19: choose"),
    ],
)
def test_why_none(models, begins):
    sentence = why_none(models)
    assert sentence.startswith(begins) and bool(sentence) == bool(begins)


def test_a_dream_that_ended_too_early_says_so_in_place_of_its_classes(monkeypatch, fake):
    page = opened(monkeypatch, fake, SETUP.replace(variants=[SETUP.variants[0]]))
    fake.cancel("job1")
    page = sound(page.run())
    assert "Fish: it ended before it was asked for its classes." in words(page)
