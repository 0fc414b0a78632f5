import dataclasses
import subprocess
import sys
import types

import pytest

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.presets import COMPARISONS
from dreamlab.comparison.variant import Variant
from dreamlab.config import DreamConfig
from dreamlab.config.base import specs
from dreamlab.config.specs import Number
from dreamlab.layers import is_offered, known_layers
from dreamlab.ui import page as page_module
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.zoo import ARCHITECTURES
from tests.support.fake_backend import FakeBackend, edit, names, open_page, sound, upload, words


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake)


def dream(page):
    return sound(page.button(key="dream").click().run())


def configs(fake):
    return [request.config for request in fake.requests.values()]


def ids(page):
    return page.session_state["variants"]


# the whole


def test_the_page_imports_neither_tensorflow_nor_keras():
    script = """
import sys
from streamlit.testing.v1 import AppTest
from dreamlab.ui.session import backend
from tests.support.fake_backend import FakeBackend
fake = FakeBackend()
backend.get = lambda: fake
page = AppTest.from_file("app.py", default_timeout=60).run()
page.button(key="dream").click().run()
fake.finish()
page.run()
assert not page.exception, page.exception
heavy = {"tensorflow", "keras", "scipy", "numba", "distributed"} & set(sys.modules)
assert not heavy, heavy
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_a_session_begins_with_the_controls_and_the_example_follows(monkeypatch, fake):
    drawn = []
    clock = types.SimpleNamespace(sleep=lambda seconds: drawn.append(f"pause {seconds}"))
    monkeypatch.setattr(page_module, "time", clock)
    monkeypatch.setattr("dreamlab.ui.page.introduction.example", lambda: drawn.append("example"))
    real = page_module.dream_button.show
    monkeypatch.setattr(
        page_module.dream_button, "show", lambda *given: drawn.append("button") or real(*given)
    )
    page = open_page(monkeypatch, fake, head_start=0.25)
    assert drawn == ["button", "pause 0.25", "example"]
    page.run()
    assert drawn[3:] == ["button", "example"]


def test_first_dream_is_one_click_away(page, fake):
    dream(page)
    assert configs(fake) == list(Comparison.preset("Layers 1–4").configs())
    assert {request.model for request in fake.requests.values()} == {"vgg16"}
    assert len(set(fake.owners.values())) == 1


# settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("octaves", 3),
        ("octave_scale", 1.7),
        ("iterations", 4),
        ("step", 0.02),
        ("max_loss", 12.5),
        ("effort", 0.1),
        ("gaussian_noise", 0.1),
        ("salt_pepper", 0.01),
        ("jitter", 8),
        ("seed", 42),
    ],
)
def test_each_number_reaches_every_variant(page, fake, name, value):
    page.number_input(key=f"common.{name}").set_value(value).run()
    dream(page)
    assert [getattr(config, name) for config in configs(fake)] == [value] * 4


@pytest.mark.parametrize(
    ("name", "value"), [("precision", "float32"), ("preprocessing", "imagenet"), ("tile", 256)]
)
def test_each_choice_reaches_every_variant(page, fake, name, value):
    page.selectbox(key=f"common.{name}").select(value).run()
    dream(page)
    assert [getattr(config, name) for config in configs(fake)] == [value] * 4


def test_ranges_come_from_the_config(page):
    page.selectbox(key="common.mask.kind").set_value("ellipse").run()  # else it has no edge
    page.selectbox(key="common.guide").set_value("cat").run()  # else it has no strength
    for name, spec in specs(DreamConfig).items():
        if isinstance(spec, Number) and name != "tile":
            kind = page.slider if name == "guide_strength" else page.number_input
            control = kind(key=f"common.{name}")
            assert (control.min, control.max) == (spec.low, spec.high)
            assert control.help == spec.help
            assert control.step == (spec.press or 1)


def test_the_controls_of_a_comparison(page):
    own = specs(Comparison)
    side, every = page.slider(key="max_side"), page.number_input(key="every")
    model, source = page.selectbox(key="model"), page.segmented_control(key="source")
    labels = [side.label, every.label, model.label, source.label]
    assert labels == ["Longest side (px)", "Keep every n-th step", "Network", "Picture"]
    assert (side.min, side.max, side.step, side.value) == (128, 1024, 8, 600)
    assert (every.min, every.max, every.step, every.value) == (1, 1000, 1, None)
    assert every.placeholder == "octaves only"
    helps = [side.help, every.help, model.help]
    assert helps == [own["max_side"].help, own["every"].help, own["model"].help]
    assert model.options[:2] == [
        "VGG16",
        "EfficientNet-Lite0 · a sixth of VGG16's time",
    ]
    assert len(model.options) == len(ARCHITECTURES) + 2
    assert source.options == ["Cat", "Galaxies", "Noise", "Yours"] and not source.help


def test_a_tile_of_any_size_can_be_restored(monkeypatch, fake):
    setup = dataclasses.replace(SETUP, common={"tile": 200})
    dream(open_page(monkeypatch, fake, setup=setup.encode()))
    assert {config.tile for config in configs(fake)} == {200}


def test_keeping_steps_reaches_the_request(page, fake):
    page.number_input(key="every").set_value(2).run()
    dream(page)
    assert {request.every for request in fake.requests.values()} == {2}


def test_reset_brings_the_defaults_back(page, fake):
    page.number_input(key="common.jitter").set_value(8).run()
    next(button for button in page.button if button.label == "Reset to defaults").click().run()
    dream(page)
    assert {(config.jitter, config.octaves) for config in configs(fake)} == {(0, 5)}


def test_another_network_takes_its_own_layers(page, fake):
    page.selectbox(key="model").select("inception_v3").run()
    dream(sound(page))
    names = {layer.name for layer in known_layers("inception_v3")}
    for request in fake.requests.values():
        assert request.model == "inception_v3"
        assert set(request.config.layers) <= names
    assert list(configs(fake)[3].layers.values()) == [4.0]


def test_another_network_waits_for_variants_that_can_run(page):
    first = ids(page)[0]
    page.number_input(key=f"v{first}.weight.block2_conv2").set_value(0.0).run()
    page.selectbox(key="model").select("vgg19").run()
    assert sound(page).session_state["model"] == "vgg16"
    assert "Put the variants right first" in words(page)


# variants


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_in_one_click(page, fake, name):
    page.button(key=f"comparison.{name}").click().run()
    dream(page)
    assert configs(fake) == [DreamConfig.preset(part.preset) for part in COMPARISONS[name]]


def test_a_comparison_leaves_nothing_of_the_variants_before_it(page):
    before = tuple(ids(page))
    page.button(key="comparison.Mixed").click().run()
    sound(page)
    for own in map(VariantKeys, before):
        for key in (own.colour, own.name, own.layers, own.overrides, own.weight("block2_conv2")):
            assert key not in page.session_state


def test_comparisons_in_another_network(page, fake):
    page.selectbox(key="model").select("mobilenet_v2").run()
    page.button(key="comparison.Mixed").click().run()
    dream(page)
    (config,) = configs(fake)
    assert all(is_offered("mobilenet_v2", name) for name in config.layers)
    assert sum(config.layers.values()) == pytest.approx(2.05)


def test_weight_in_place(page, fake):
    page.number_input(key=f"v{ids(page)[1]}.weight.block3_conv3").set_value(-1.5).run()
    dream(page)
    assert dict(configs(fake)[1].layers) == {"block3_conv3": -1.5}


def strip(page, variant):
    return page.pills(key=f"v{variant}.strip")


def tiles(page, variant):
    return [option.replace("\u00a0", " ") for option in strip(page, variant).options]


def test_layers_are_taken_in_and_out_by_a_click(page, fake):
    first = ids(page)[0]
    edit(page, first)
    strip(page, first).select("block4_conv3").run()
    strip(page, first).select("block1_conv1").run()
    page.number_input(key=f"v{first}.weight.block4_conv3").set_value(-0.5).run()
    strip(page, first).unselect("block2_conv2").run()
    dream(page)
    assert list(configs(fake)[0].layers.items()) == [("block4_conv3", -0.5), ("block1_conv1", 1.0)]


def test_the_strip_has_all_layers_on_offer_from_early_to_late(page):
    first = ids(page)[0]
    edit(page, first)
    said = tiles(page, first)
    offered = [layer.name for layer in known_layers("vgg16") if is_offered("vgg16", layer.name)]
    assert [tile.split()[0] for tile in said] == offered
    assert "block4_conv3 :small[512 channels · sees 92 px]" in said
    assert strip(page, first).value == ["block2_conv2"]


def test_the_last_layer_stays_and_it_is_said(page, fake):
    first = ids(page)[0]
    edit(page, first)
    strip(page, first).unselect("block2_conv2").run()
    assert "Layer 1 keeps its layer: a variant has at least 1." in words(sound(page))
    assert strip(page, first).value == ["block2_conv2"]
    dream(page)
    assert dict(configs(fake)[0].layers) == {"block2_conv2": 2.0}


def test_a_layer_that_is_not_on_offer_is_in_the_strip_where_it_is_chosen(monkeypatch, fake):
    setup = SETUP.replace(
        model="resnet50",
        variants=[{"name": "Inner", "layers": {"conv3_block1_1_relu": 1.0}}],
    )
    page = open_page(monkeypatch, fake, setup=setup.encode())
    (only,) = ids(page)
    edit(page, only)
    assert strip(page, only).value == ["conv3_block1_1_relu"]
    at = [tile.split()[0] for tile in tiles(page, only)]
    assert (
        at.index("conv2_block3_out")
        < at.index("conv3_block1_1_relu")
        < at.index("conv3_block1_out")
    )


def test_a_single_editor_is_open_and_closes(page):
    first, second, *_ = ids(page)
    edit(page, first)
    edit(page, second)
    assert [field.key for field in page.text_input if field.key.endswith(".name")] == [
        f"v{second}.name"
    ]
    assert page.button(key=f"v{second}.edit").label == "Close"
    assert page.button(key=f"v{first}.edit").label == "Edit"
    page.button(key=f"v{second}.close").click().run()
    edit(page, first)
    edit(page, first)  # its card closes it too
    assert not [field for field in page.text_input if field.key.endswith(".name")]


def test_what_a_closed_editor_had_is_kept(page, fake):
    first, second, third, _ = ids(page)
    edit(page, first)
    page.text_input(key=f"v{first}.name").set_value("Mine").run()
    page.text_input(key=f"v{first}.channels.block2_conv2").set_value("3").run()
    page.multiselect(key=f"v{first}.overrides").select("seed").run()
    page.number_input(key=f"v{first}.own.seed").set_value(5).run()
    page.selectbox(key=f"v{first}.model").select("vgg16:untrained").run()
    edit(page, second)
    page.button(key=f"v{third}.edit").click().run()
    page.button(key=f"v{third}.remove").click().run()
    assert third not in ids(page)
    edit(page, first)
    assert page.text_input(key=f"v{first}.name").value == "Mine"
    dream(page)
    config, request = configs(fake)[0], next(iter(fake.requests.values()))
    assert (dict(config.channels), config.seed) == ({"block2_conv2": (3,)}, 5)
    assert request.model == "vgg16:untrained"


def test_a_comparison_loaded_while_one_edits_is_edited_in_its_place(page):
    edit(page, ids(page)[1])
    page.button(key="comparison.Clean against noisy").click().run()
    noisy = ids(sound(page))[1]
    assert page.text_input(key=f"v{noisy}.name").value == "Noisy"
    page.button(key="comparison.Mixed").click().run()
    assert not [field for field in sound(page).text_input if field.key.endswith(".name")]


def test_a_new_variant_is_edited_at_once(page):
    page.button(key="add").click().run()
    assert page.text_input(key=f"v{ids(sound(page))[-1]}.name").value == "Variant 5"


def test_channels(page, fake):
    first = ids(page)[0]
    edit(page, first)
    page.text_input(key=f"v{first}.channels.block2_conv2").set_value("7, 3").run()
    dream(page)
    assert dict(configs(fake)[0].channels) == {"block2_conv2": (3, 7)}


@pytest.mark.parametrize(
    ("text", "said"), [("seven", "give numbers, 0 to 127"), ("128", "0 to 127")]
)
def test_channels_that_cannot_be(page, text, said):
    first = ids(page)[0]
    edit(page, first)
    page.text_input(key=f"v{first}.channels.block2_conv2").set_value(text).run()
    assert said in words(page)
    assert page.button(key="dream").disabled


def test_own_settings_of_one_variant(page, fake):
    second = ids(page)[1]
    edit(page, second)
    page.multiselect(key=f"v{second}.overrides").select("seed").run()
    page.number_input(key=f"v{second}.own.seed").set_value(5).run()
    dream(page)
    assert [config.seed for config in configs(fake)] == [0, 5, 0, 0]


def test_rename_reorder_duplicate_add_remove(page, fake):
    first, second, third, fourth = ids(page)
    edit(page, first)
    page.text_input(key=f"v{first}.name").set_value("Edges & <b>bold</b>").run()
    page.button(key=f"v{first}.right").click().run()
    assert ids(page) == [second, first, third, fourth]
    page.button(key=f"v{first}.left").click().run()
    page.button(key=f"v{first}.copy").click().run()
    page.button(key="add").click().run()
    assert len(ids(page)) == 6
    edit(page, first)
    assert page.button(key="add").disabled and page.button(key=f"v{first}.copy").disabled
    colours = [page.session_state[f"v{variant}.colour"] for variant in ids(page)]
    assert sorted(colours) == [0, 1, 2, 3, 4, 5]
    edit(page, third)
    page.button(key=f"v{third}.remove").click().run()
    assert third not in ids(page)
    dream(page)
    assert len(configs(fake)) == 5
    assert configs(fake)[0] == configs(fake)[1]
    assert "Edges & <b>bold</b> copy" in words(page)


def test_the_last_variant_stays(page):
    for variant in ids(page)[1:]:
        edit(page, variant)
        page.button(key=f"v{variant}.remove").click().run()
    edit(page, ids(page)[0])
    assert page.button(key=f"v{ids(page)[0]}.remove").disabled


# preflight


def test_preflight_says_sizes_maps_and_time(page):
    said = words(page)
    assert "1 octave, 451 × 300 px · map 28 × 18 · about 4 s" in said
    assert "4 variants, 4 octaves in all · about 16 s" in said


def test_time_is_not_made_up(monkeypatch):
    page = open_page(monkeypatch, FakeBackend(estimate=None))
    assert "the time is known after the first dream" in words(page)


def test_dropped_octaves_are_told_before_the_run(page):
    page.slider(key="max_side").set_value(128).run()
    page.number_input(key="common.octaves").set_value(6).run()
    assert "left out 3 octaves" in words(page)
    assert not page.button(key="dream").disabled


def test_a_picture_too_small_cannot_run(page, fake):
    page.file_uploader(key="upload").upload("small.png", upload(40, 20), "image/png").run()
    assert "picture is 40 x 20 px; vgg16 needs at least 32 x 32" in words(page)
    assert page.button(key="dream").disabled


def test_weights_of_zero_cannot_run(page):
    first = ids(page)[0]
    page.number_input(key=f"v{first}.weight.block2_conv2").set_value(0.0).run()
    assert "every layer has weight 0" in words(page)
    assert page.button(key="dream").disabled


# the address


SETUP = Comparison(
    variants=(
        Variant(name="One", layers={"block2_conv2": -2.5}, channels={"block2_conv2": [3, 1]}),
        Variant(name="Two", layers={"block5_conv2": 1.5}, overrides={"octaves": 2}),
    ),
    common={"iterations": 3, "max_loss": 40.0},
    source="galaxies",
    max_side=256,
    every=2,
)


def test_the_address_restores_the_setup(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    assert Comparison.decode(page.query_params["setup"]) == SETUP
    dream(page)
    assert configs(fake) == list(SETUP.configs())
    assert {request.every for request in fake.requests.values()} == {2}


def test_the_address_follows_the_widgets(page):
    page.number_input(key="common.seed").set_value(11).run()
    assert Comparison.decode(page.query_params["setup"]).common["seed"] == 11
    page.number_input(key="common.seed").set_value(0).run()
    assert "setup" not in page.query_params


def test_the_link_carries_the_setup_alone(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    dream(page)
    assert page.query_params["visit"]
    (address,) = [code.value for code in page.code]
    assert address.endswith(f"?setup={SETUP.encode()}&dreamt=1")


@pytest.mark.parametrize("broken", ["x", "%%%", "A" * 100_000, SETUP.encode()[:-4]])
def test_a_broken_address_is_left_out_with_a_note(monkeypatch, fake, broken):
    page = open_page(monkeypatch, fake, setup=broken)
    assert "The comparison in the address was left out" in words(page)
    assert "setup" not in page.query_params
    dream(page)
    assert configs(fake) == list(Comparison.preset("Layers 1–4").configs())
    assert "left out" not in words(page)


def test_an_address_whose_results_are_gone_says_so(monkeypatch, fake):
    page = open_page(monkeypatch, fake, visit="of-a-server-before-its-restart")
    assert "What was dreamt under this address is no longer kept" in words(sound(page))
    assert "visit" not in page.query_params
    assert "no longer kept" not in words(sound(page.run()))


@pytest.mark.parametrize(
    ("typed", "variants", "source", "side"),
    [
        ({"comparison": "mixed"}, ["Mixed"], "cat", 600),
        ({"comparison": "MIXED", "source": "galaxies"}, ["Mixed"], "galaxies", 600),
        ({"comparison": "layers-1-4", "source": "noise"}, 4, "noise", 600),
        ({"comparison": "clean"}, ["Clean", "Noisy"], "cat", 600),
        ({"comparison": "toward a goldfish", "max_side": "300"}, ["Goldfish"], "cat", 300),
        ({"source": "Galaxies"}, 4, "galaxies", 600),
    ],
)
def test_an_address_can_be_typed(monkeypatch, fake, typed, variants, source, side):
    page = sound(open_page(monkeypatch, fake, **typed))
    assert "left out" not in words(page)
    assert names(page) == variants or len(names(page)) == variants
    assert (page.session_state["source"], page.session_state["max_side"]) == (source, side)
    assert not {"comparison", "source", "max_side"} & set(page.query_params)
    setup = page.query_params.get("setup")
    if setup is not None:  # a reload has the same
        again = Comparison.decode(setup)
        assert (again.source, again.max_side) == (source, side)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"comparison": "dreams"}, "unknown comparison 'dreams'; choose from Layers 1–4, Mixed"),
        ({"comparison": "-"}, "unknown comparison '-'"),
        ({"source": "dog"}, "source is 'dog'; choose from "),
        ({"max_side": "huge"}, "max_side is 'huge'; choose a whole number"),
        ({"max_side": "9"}, "max_side is 9; choose "),
    ],
)
def test_an_address_that_is_mistyped_says_so_once(monkeypatch, fake, typed, sentence):
    page = sound(open_page(monkeypatch, fake, **typed))
    (name,) = typed
    assert f"The {name} in the address was left out: {sentence}" in words(page)
    assert page.session_state["source"] == "cat"
    assert "left out" not in words(sound(page.run()))
