"""Two networks looked into side by side."""

import pytest

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.layers import chosen_layers, known_layers
from tests.support.fake_backend import open_page, sound, words
from tests.support.panel import SETUP, open_panel, run_to_end, take

LITE = "efficientnet_lite0"
MIXED = Comparison(
    variants=(
        Variant(name="Deep", layers={"block2_conv2": 0.5, "block5_conv2": 1.5}),
        Variant(name="Light", model=LITE, layers={"block3b_add": 2.0, "block5c_add": 1.0}),
    ),
    common={"octaves": 2, "iterations": 3},
    max_side=128,
)


def two(page, analysis="atlas"):
    """The page with VGG16 and EfficientNet-Lite0 side by side."""
    open_panel(page, analysis)
    return sound(page.selectbox(key="look.second").set_value(LITE).run())


@pytest.fixture
def page(monkeypatch, fake):
    return two(open_page(monkeypatch, fake, setup=SETUP.encode()))


def run(page, fake, model, analysis="atlas"):
    page.button(key=f"{analysis}.{model}.run").click().run()
    fake.finish()
    return sound(page.run())


def exists(page, key):
    return any(button.key == key for button in page.button)


def variants(page):
    state = page.session_state
    return {state[f"v{number}.name"]: state[f"v{number}.model"] for number in state["variants"]}


def headings(page):
    return [block.proto.body for block in page.get("html") if "<h2" in block.proto.body]


def test_the_page_s_network_is_looked_into_until_another_is_chosen(monkeypatch, fake):
    page = open_panel(open_page(monkeypatch, fake, setup=SETUP.encode()))
    assert exists(page, "atlas.vgg16.run") and not exists(page, f"atlas.{LITE}.run")
    sound(page.selectbox(key="model").set_value("vgg19").run())
    assert exists(page, "atlas.vgg19.run") and not exists(page, "atlas.vgg16.run")
    sound(page.selectbox(key="look.first").set_value("vgg16:untrained").run())
    assert exists(page, "atlas.vgg16:untrained.run") and not exists(page, "atlas.vgg19.run")
    sound(page.selectbox(key="model").set_value("vgg16").run())
    assert exists(page, "atlas.vgg16:untrained.run") and not exists(page, "atlas.vgg16.run")


def test_each_network_has_a_heading_and_its_own_layers(page):
    found = [body for body in headings(page) if "VGG16" in body or "Lite0" in body]
    assert ["VGG16<" in body for body in found] == [True, False]
    for model in ("vgg16", LITE):
        options = page.multiselect(key=f"atlas.{model}.set.layers").options
        assert options == [layer.name for layer in chosen_layers(model, known_layers(model), ())]


def test_a_network_is_not_offered_beside_itself(page):
    assert "VGG16" not in page.selectbox(key="look.second").options
    sound(page.selectbox(key="look.first").set_value(LITE).run())
    assert page.selectbox(key="look.second").value == ""
    assert exists(page, f"atlas.{LITE}.run") and not exists(page, "atlas.vgg16.run")


def test_both_run_at_once_and_each_is_cancelled_alone(page, fake):
    page.button(key="atlas.vgg16.run").click().run()
    sound(page.button(key=f"atlas.{LITE}.run").click().run())
    assert [task.model for task in fake.requests.values()] == ["vgg16", LITE]
    assert "Waiting, number 1 in line" in words(page)
    sound(page.button(key="atlas.vgg16.cancel").click().run())
    fake.finish()
    assert "EfficientNet-Lite0 · 19 found" in words(sound(page.run()))
    assert not fake.status("job1").active and fake.status("job1").state == "cancelled"


def test_settings_of_one_network_leave_the_other_s(page, fake):
    page.number_input(key=f"atlas.{LITE}.set.amount").set_value(0.3).run()
    run(page, fake, "vgg16")
    run(page, fake, LITE)
    assert [task.settings.amount for task in fake.requests.values()] == [0.1, 0.3]


def test_what_was_found_outlives_a_look_at_another_network(page, fake):
    run(page, fake, "vgg16")
    run(page, fake, LITE)
    assert not fake.forgotten
    sound(page.selectbox(key="look.second").set_value("").run())
    assert "VGG16 · 18 found" in words(page) and "Lite0 · 19 found" not in words(page)
    sound(page.selectbox(key="look.first").set_value(LITE).run())
    assert "VGG16 · 18 found" not in words(page) and "Lite0 · 19 found" in words(page)
    run(page, fake, LITE)  # replaces its own findings alone
    assert fake.forgotten == ["job2"]
    sound(page.selectbox(key="look.second").set_value("vgg16").run())
    assert "VGG16 · 18 found" in words(page) and "Lite0 · 19 found" in words(page)


def test_each_resumes_its_own(page, fake):
    for job, model in enumerate(("vgg16", LITE), 1):
        page.button(key=f"atlas.{model}.run").click().run()
        fake.advance(job)
        page.run()
        sound(page.button(key=f"atlas.{model}.cancel").click().run())
    sound(page.button(key=f"atlas.{LITE}.resume").click().run())
    assert fake.requests["job3"].model == LITE
    assert [item.key for item in fake.resumed["job3"]] == ["stem", "block1a_project"]
    assert fake.forgotten == ["job2"]


def test_pictures_and_charts_name_their_network(page, fake):
    two(page, "excitation")
    run(page, fake, "vgg16", "excitation")
    run(page, fake, LITE, "excitation")
    charts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    alone = [title.rsplit(" · ", 1) for title in charts if "Mean squared" in title]
    assert [network for _, network in alone] == ["VGG16", "EfficientNet-Lite0"]
    described = [image.proto.imgs[0].alt for image in page.image]
    networks = [text.rsplit(" · ", 1)[1] for text in described if " · depth " in text]
    assert networks == ["VGG16"] * 18 + ["EfficientNet-Lite0"] * 19


def test_an_example_is_of_its_own_network(page):
    captions = [image.proto.imgs[0].alt for image in page.image]
    networks = [text.rsplit(" · ", 1)[1] for text in captions if " · depth " in text]
    assert networks == ["VGG16"] * 36  # in both columns
    take(page, "block4_conv3", "example-1", f"atlas.{LITE}")
    assert variants(page)["block4_conv3"] == ""  # the page's, which is VGG16


def test_a_thumbnail_becomes_a_variant_of_its_network(page, fake):
    run(page, fake, "vgg16")
    run(page, fake, LITE)
    take(page, "block1_pool")
    take(page, "block4c_add", "job2", f"atlas.{LITE}")
    assert "block4c_add is a variant now" in words(page)
    assert variants(page) == {
        "Mixed": "",
        "Single": "",
        "block1_pool": "",
        "block4c_add": LITE,
    }
    sound(page.button(key="dream").click().run())
    dreams = [task for task in fake.requests.values() if hasattr(task, "config")]
    assert [task.model for task in dreams] == ["vgg16", "vgg16", "vgg16", LITE]
    assert dict(dreams[-1].config.layers) == {"block4c_add": 1.0}


def test_a_variant_of_its_own_network_outlives_another_network_of_the_page(page, fake):
    run(page, fake, LITE)
    take(page, "block4c_add", place=f"atlas.{LITE}")
    sound(page.selectbox(key="model").set_value("vgg19").run())
    assert variants(page)["block4c_add"] == LITE
    number = page.session_state["variants"][-1]
    assert page.session_state[f"v{number}.layers"] == ["block4c_add"]
    sound(page.button(key="dream").click().run())
    assert [task.model for task in list(fake.requests.values())[1:]] == ["vgg19", "vgg19", LITE]


def test_picked_channels_become_a_variant_of_their_network(page, fake):
    two(page, "channels")
    run(page, fake, LITE, "channels")
    layer = fake.requests["job1"].settings.layer
    page.pills(key=f"channels.{LITE}.picked.{layer}").set_value([11]).run()
    sound(page.button(key=f"channels.{LITE}.variant").click().run())
    assert variants(page)[f"{layer} channels"] == LITE


def test_downloads_of_two_networks_have_different_names(monkeypatch, page, fake):
    import streamlit as st

    names, real = [], st.download_button

    def spy(label, **options):
        names.append(options["file_name"])
        return real(label, **options)

    monkeypatch.setattr(st, "download_button", spy)
    sound(page.selectbox(key="look.second").set_value("vgg16:untrained").run())
    run(page, fake, "vgg16")
    names.clear()
    run(page, fake, "vgg16:untrained")
    assert sorted(set(names) - {"dreamlab-report.html"}) == [
        "atlas_vgg16.csv",
        "atlas_vgg16.gif",
        "atlas_vgg16.png",
        "atlas_vgg16.zip",
        "atlas_vgg16_untrained.csv",
        "atlas_vgg16_untrained.gif",
        "atlas_vgg16_untrained.png",
        "atlas_vgg16_untrained.zip",
    ]


def test_the_report_has_both_networks_of_each_analysis(downloads, page, fake):
    run(two(page, "robustness"), fake, LITE, "robustness")
    two(page)
    run(page, fake, LITE)
    run(page, fake, "vgg16")
    text = downloads["report"]().decode()
    assert [part.split("</h2>")[0] for part in text.split("<h2>")[1:]] == [
        "Layer atlas: VGG16 and EfficientNet-Lite0",
        "Layer atlas of EfficientNet-Lite0",
        "Layer atlas of VGG16",
        "Noise robustness of EfficientNet-Lite0",
    ]


def test_runs_that_are_not_alike_say_so(page, fake):
    run(page, fake, "vgg16")
    run(page, fake, LITE)
    assert "These two differ" not in words(page)
    page.number_input(key=f"atlas.{LITE}.set.amount").set_value(0.3).run()
    run(page, fake, LITE)
    assert "These two differ in amount: run one again to compare." in words(page)
    page.slider(key="max_side").set_value(192).run()
    run(page, fake, "vgg16")
    assert "These two differ in picture and amount: run one again to compare." in words(page)


def test_a_click_on_a_column_that_is_gone_still_runs_its_network(page, fake):
    page.selectbox(key="look.second").set_value("")
    sound(page.button(key=f"atlas.{LITE}.run").click().run())
    assert [task.model for task in fake.requests.values()] == [LITE]


@pytest.fixture
def mixed(monkeypatch, fake):
    return two(open_page(monkeypatch, fake, setup=MIXED.encode()), "attribution")


def test_attribution_has_the_variants_of_its_network(mixed, fake):
    assert mixed.selectbox(key="attribution.vgg16.variant").options == ["Deep"]
    assert mixed.selectbox(key=f"attribution.{LITE}.variant").options == ["Light"]
    assert "Not of this network: Light." in words(mixed)
    assert "Not of this network: Deep." in words(mixed)
    run(mixed, fake, LITE, "attribution")
    (task,) = fake.requests.values()
    assert task.model == LITE
    assert task.settings.layers == {"block3b_add": 2.0, "block5c_add": 1.0}


def test_attribution_of_a_network_that_no_variant_has_says_so(mixed, fake):
    sound(mixed.selectbox(key="look.second").set_value("vgg16:untrained").run())
    sentence = "Cannot run yet: no variant is of VGG16, untrained; choose a network that one has"
    assert sentence in words(mixed)
    assert mixed.button(key="attribution.vgg16:untrained.run").disabled
    assert not mixed.button(key="attribution.vgg16.run").disabled


def test_balance_sets_the_weights_of_a_variant_of_the_same_network(mixed, fake):
    run(mixed, fake, LITE, "attribution")
    sound(mixed.button(key=f"attribution.{LITE}.balance").click().run())
    # The fake's norms are twice the weights: balanced weights are equal, and sum to 3 as before.
    light = mixed.session_state["variants"][1]
    weights = [
        mixed.session_state[f"v{light}.weight.{layer}"] for layer in ("block3b_add", "block5c_add")
    ]
    assert weights == pytest.approx([1.5, 1.5])


def test_the_same_mix_of_another_network_is_not_balanced(monkeypatch, fake):
    layers = {"block2_conv2": 0.5, "block5_conv2": 1.5}
    both = Comparison(
        variants=(
            Variant(name="Random", model="vgg16:untrained", layers=layers),
            Variant(name="Trained", layers=layers),
        ),
        max_side=128,
    )
    page = open_panel(open_page(monkeypatch, fake, setup=both.encode()), "attribution")
    run_to_end(page, fake, "attribution")
    sound(page.button(key="attribution.vgg16.balance").click().run())
    random, trained = page.session_state["variants"]
    assert page.session_state[f"v{random}.weight.block2_conv2"] == 0.5
    assert page.session_state[f"v{trained}.weight.block2_conv2"] == pytest.approx(1.0)
