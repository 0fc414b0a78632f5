"""Variants of several networks: nothing that shows a dream leaves out whose it is."""

import io
import json
import zipfile

import pytest
from PIL import Image

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.presets import EQUAL_EFFORT, OF_EFFICIENTNET_LITE0, OF_NETWORKS
from dreamlab.comparison.variant import Variant
from dreamlab.ui.dreams import compare
from dreamlab.ui.inputs.networks import cost, described, offered
from dreamlab.ui.session.keys import VariantKeys
from tests.support.fake_backend import edit, open_page, sound, words

SETUP = Comparison(
    variants=(
        Variant(name="One", layers={"block2_conv2": 2.0, "block5_conv2": 1.5}),
        Variant(name="Two", model="efficientnet_lite0", layers={"block5c_add": 1.0}),
        Variant(name="Three", model="vgg16:untrained", layers={"block5_conv2": 1.0}),
    ),
    common={"octaves": 2, "iterations": 2},
    max_side=128,
)
OFFERED = {**OF_NETWORKS, **OF_EFFICIENTNET_LITE0}
LABELS = ["VGG16", "EfficientNet-Lite0", "VGG16, untrained"]
CAPTIONS = ["One · VGG16", "Two · EfficientNet-Lite0", "Three · VGG16, untrained"]


@pytest.fixture
def page(monkeypatch, fake):
    return sound(open_page(monkeypatch, fake, setup=SETUP.encode()))


@pytest.fixture
def dreamt(page, fake):
    page.button(key="dream").click().run()
    fake.finish()
    return sound(page.run())


def test_each_variant_dreams_with_its_network(dreamt, fake):
    tasks = list(fake.requests.values())
    assert [task.model for task in tasks] == ["vgg16", "efficientnet_lite0", "vgg16:untrained"]
    assert [task.config for task in tasks] == list(SETUP.configs())


def test_no_picture_of_several_networks_is_without_its_network(dreamt):
    said = words(dreamt)
    alts = [image.proto.imgs[0].alt for image in dreamt.image if image.proto.imgs]
    layers = ["2 layers", "block5c_add × 1", "block5_conv2 × 1"]
    for caption, label, of in zip(CAPTIONS, LABELS, layers, strict=True):
        assert f"{label} · {of}" in said
        assert sum(f"The dream {caption}: " in alt for alt in alts) == 1
    *_, table = dreamt.table  # that of the numbers
    assert list(table.value["Network"]) == LABELS


def test_curves_are_told_apart(monkeypatch, page, fake):
    drawn = []
    monkeypatch.setattr(compare.tables, "losses", lambda curves, live: drawn.append(curves))
    page.button(key="dream").click().run()
    names = [curve.name for curve in drawn[-1]]
    assert names == [
        f"{name} · {label}" for name, label in zip(["One", "Two", "Three"], LABELS, strict=True)
    ]


def test_files_name_their_network(downloads, dreamt):
    archive = zipfile.ZipFile(io.BytesIO(downloads["download.all"]()))
    folders = {"1_one_vgg16": "vgg16", "2_two_efficientnet_lite0": "efficientnet_lite0"}
    folders["3_three_vgg16_untrained"] = "vgg16:untrained"
    for folder, model in folders.items():
        assert json.loads(archive.read(f"{folder}/config.json"))["model"] == model
        for film in ("progression.gif", "dream.png"):
            assert f"{folder}/{film}" in archive.namelist()
        gif = Image.open(io.BytesIO(archive.read(f"{folder}/progression.gif")))
        assert json.loads(gif.info["comment"])["model"] == model


def test_the_sheets_captions_name_them(monkeypatch, downloads, dreamt):
    from dreamlab.results import contact_sheet

    captions = []
    real = contact_sheet.contact_sheet

    def spy(items, **options):
        captions.extend(caption for caption, _ in items)
        return real(items, **options)

    monkeypatch.setattr(contact_sheet, "contact_sheet", spy)
    downloads["download.sheet"]()
    assert captions == [
        "Original",
        *(f"{n} · {of}" for n, of in zip(["One", "Two", "Three"], LABELS, strict=True)),
    ]


def test_another_network_maps_the_layers_and_says_so(page):
    own = VariantKeys(page.session_state["variants"][0])
    before = dict.fromkeys(page.session_state[own.layers])
    edit(page, own.id)
    page.selectbox(key=own.model).select("efficientnet_lite0").run()
    sound(page)
    layers = page.session_state[own.layers]
    assert len(layers) == len(before) and not set(layers) & set(before)
    assert page.session_state[own.weight(layers[1])] not in (1.0, 1.5)
    said = words(page)
    assert "One: EfficientNet-Lite0: block2_conv2 became block2b_add" in said
    assert "the weights were rescaled" in said
    # Back to the page's network, which is named where one chooses.
    page.selectbox(key=own.model).select("").run()
    sound(page)
    assert page.session_state[own.layers] == list(before)
    assert page.session_state[own.weight("block5_conv2")] == 1.5
    choice = page.selectbox(key=own.model)
    assert choice.options[choice.index] == "As the page: VGG16"


def test_the_pages_network_leaves_variants_with_their_own(page):
    before = list(page.session_state["variants"])
    page.selectbox(key="model").select("efficientnet_lite0").run()
    sound(page)
    first, second, third = map(VariantKeys, page.session_state["variants"])
    assert before != page.session_state["variants"]
    assert page.session_state[second.layers] == ["block5c_add"]
    assert page.session_state[third.layers] == ["block5_conv2"]
    assert page.session_state[third.model] == "vgg16:untrained"
    assert "block2_conv2" not in page.session_state[first.layers]


@pytest.mark.parametrize("name", OFFERED)
def test_buttons_compare_networks(page, fake, name):
    page.button(key=f"comparison.{name}").click().run()
    page.button(key="dream").click().run()
    sound(page)
    expected = Comparison.preset(name, max_side=128)
    tasks = list(fake.requests.values())
    assert [task.model for task in tasks] == [part.model for part in OFFERED[name]]
    assert [task.config for task in tasks] == list(expected.configs())


def test_a_link_with_networks_round_trips(page):
    assert Comparison.decode(page.query_params["setup"]) == SETUP
    plain = Comparison(variants=(Variant(name="One", layers={"block2_conv2": 2.0}),))
    assert "model" not in plain.to_dict()["variants"][0]  # its link is that of older versions


def test_what_a_network_costs_stands_where_one_chooses():
    assert offered()[:3] == ["vgg16", "efficientnet_lite0", "vgg16:untrained"]
    assert offered("resnet50:untrained")[-1] == "resnet50:untrained"
    # 305,856 multiplications a pixel against 8,901.
    # 0.18 times as many a second: 34.4 * 0.18 = 6.2.
    assert cost("efficientnet_lite0") == "a sixth of VGG16's time"
    assert cost("convnext_tiny") == "7.3 times VGG16's time"
    assert described("vgg19") == ("VGG19 · to download · 1.3 times VGG16's time")
    assert described("vgg16:untrained") == "VGG16, untrained · a control"


def test_several_networks_are_offered_equal_effort(page, fake):
    assert "Losses of several networks have no common scale." in words(page)
    page.button(key="equal_effort").click().run()
    assert "no common scale" not in words(sound(page))
    page.button(key="dream").click().run()
    asked = {(task.config.effort, task.config.step) for task in fake.requests.values()}
    assert asked == {(EQUAL_EFFORT["effort"], EQUAL_EFFORT["step"])}


def test_one_network_needs_no_equal_effort(monkeypatch, fake):
    one = Comparison(variants=SETUP.variants[:1])
    page = sound(open_page(monkeypatch, fake, setup=one.encode()))
    assert "no common scale" not in words(page)


def test_a_variant_that_is_added_has_the_class_of_the_one_before(page, fake):
    page.button(key="comparison.Toward a goldfish").click().run()
    page.button(key="add").click().run()
    page.button(key="dream").click().run()
    sound(page)
    assert [dict(task.config.channels) for task in fake.requests.values()] == [
        {"predictions": ("goldfish",)}
    ] * 2
