"""The guide on the page: its choice, its settings by variant and layer, and its map."""

import io

import numpy as np
import pytest
from PIL import Image

from dreamlab.comparison.comparison import Comparison
from dreamlab.images import Picture
from dreamlab.results.guide_map import GuideMap, LayerMap
from dreamlab.ui.session import uploads
from tests.support.fake_backend import edit, open_page, sound, upload, words


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake)


def dreamt(page, fake):
    """The tasks of a click on *Dream*."""
    before = set(fake.requests)
    sound(page.button(key="dream").click().run())
    return [task for job, task in fake.requests.items() if job not in before]


def choose(page, guide):
    return sound(page.selectbox(key="common.guide").set_value(guide).run())


def test_without_a_guide_there_is_no_other_control_of_it(page, fake):
    assert not [slider for slider in page.slider if slider.key == "common.guide_strength"]
    assert {task.config.guide for task in dreamt(page, fake)} == {"none"}


def test_a_sample_guides_all_variants_and_the_dreams_stay_public(page, fake):
    choose(page, "galaxies")
    page.slider(key="common.guide_strength").set_value(0.4).run()
    page.segmented_control(key="common.guide_features").set_value("raw").run()
    tasks = dreamt(page, fake)
    assert {(t.config.guide, t.config.guide_strength, t.config.guide_features) for t in tasks} == {
        ("galaxies", 0.4, "raw")
    }
    assert all(task.guide is None and task.public for task in tasks)


def test_what_is_not_shown_has_no_effect_and_comes_back(page, fake):
    choose(page, "cat")
    page.slider(key="common.guide_strength").set_value(0.4).run()
    choose(page, "none")
    assert {task.config.guide_strength for task in dreamt(page, fake)} == {1.0}
    sound(page.button(key="cancel_all").click().run())
    choose(page, "cat")
    assert page.slider(key="common.guide_strength").value == 0.4


def test_an_upload_guides_and_nobody_shares_the_dreams(page, fake):
    choose(page, "picture")
    assert "no guide is uploaded" in words(page)
    assert page.button(key="dream").disabled
    data = upload(96, 64)
    sound(page.file_uploader(key="guide.upload").upload("mine.png", data, "image/png").run())
    tasks = dreamt(page, fake)
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert all(np.array_equal(task.guide.pixels, pixels) for task in tasks)
    assert not any(task.key for task in tasks)


def test_an_upload_stays_while_there_is_another_guide_and_goes_with_the_next(
    page, fake, monkeypatch
):
    gone = []
    monkeypatch.setattr(uploads, "let_go", lambda files: gone.extend(file.name for file in files))
    choose(page, "picture")
    page.file_uploader(key="guide.upload").upload("a.png", upload(96, 64), "image/png").run()
    choose(page, "cat")
    choose(page, "picture")
    assert "a.png" in words(page) and gone == []
    assert {task.guide.shape for task in dreamt(page, fake)} == {(64, 96)}
    sound(page.button(key="cancel_all").click().run())
    page.file_uploader(key="guide.upload").upload("b.png", upload(64, 96), "image/png").run()
    assert {task.guide.shape for task in dreamt(page, fake)} == {(96, 64)} and gone == ["a.png"]


def test_an_earlier_dream_guides(page, fake):
    first = dreamt(page, fake)[0]
    fake.finish()
    page.run()
    choose(page, "picture")
    page.selectbox(key="guide.source").set_value("job1").run()
    task = dreamt(page, fake)[0]
    assert task.config.guide == "picture"
    assert task.guide.digest == fake.result("job1").final.picture.digest
    assert task.picture.digest == first.picture.digest


def test_a_variant_has_its_own_strength_and_layers_and_they_are_in_the_link(page, fake):
    choose(page, "cat")
    variant = page.session_state["variants"][0]
    edit(page, variant)
    page.multiselect(key=f"v{variant}.overrides").set_value(["guide_strength"]).run()
    page.number_input(key=f"v{variant}.own.guide_strength").set_value(0.25).run()
    other = page.session_state["variants"][1]
    edit(page, other)
    (layer,) = page.session_state[f"v{other}.layers"]
    page.toggle(key=f"v{other}.guided.{layer}").set_value(False).run()
    first, second, *_ = dreamt(page, fake)
    assert (first.config.guide_strength, first.config.unguided) == (0.25, ())
    assert (second.config.guide_strength, second.config.unguided) == (1.0, (layer,))
    assert "the guide has no effect, as it leaves all layers alone" in words(page)
    shared = Comparison.decode("".join(page.query_params["setup"]))
    assert [config.unguided for config in shared.configs()[:2]] == [(), (layer,)]
    assert {config.guide for config in shared.configs()} == {"cat"}


def test_layers_that_another_network_has_too_stay_unguided(page, fake):
    choose(page, "cat")
    first, second, *_ = page.session_state["variants"]
    for variant in (first, second):
        edit(page, variant)
        (layer,) = page.session_state[f"v{variant}.layers"]
        page.toggle(key=f"v{variant}.guided.{layer}").set_value(False).run()
    sound(page.selectbox(key=f"v{second}.model").set_value("vgg19").run())
    sound(page.selectbox(key="model").set_value("vgg16:untrained").run())
    tasks = dreamt(page, fake)
    assert [task.model for task in tasks[:3]] == ["vgg16:untrained", "vgg19", "vgg16:untrained"]
    assert [bool(task.config.unguided) for task in tasks] == [True, True, False, False]


def test_a_variant_with_a_guide_of_its_own_has_layers_that_it_leaves_alone(page, fake):
    first, second, *_ = page.session_state["variants"]
    edit(page, first)
    (layer,) = page.session_state[f"v{first}.layers"]
    page.multiselect(key=f"v{first}.overrides").set_value(["guide"]).run()
    page.selectbox(key=f"v{first}.own.guide").set_value("cat").run()
    sound(page.toggle(key=f"v{first}.guided.{layer}").set_value(False).run())
    tasks = dreamt(page, fake)
    told = [(task.config.guide, task.config.unguided) for task in tasks[:2]]
    assert told == [("cat", (layer,)), ("none", ())]


def test_layers_stay_unguided_until_they_are_chosen_anew(page, fake):
    choose(page, "cat")
    variant = page.session_state["variants"][0]
    edit(page, variant)
    (layer,) = page.session_state[f"v{variant}.layers"]
    page.toggle(key=f"v{variant}.guided.{layer}").set_value(False).run()
    for model in ("efficientnet_lite0", ""):  # and back at that of the page
        sound(page.selectbox(key=f"v{variant}.model").set_value(model).run())
    assert not page.toggle(key=f"v{variant}.guided.{layer}").value
    page.pills(key=f"v{variant}.strip").select("block1_conv1").run()
    page.pills(key=f"v{variant}.strip").unselect(layer).run()
    sound(page.pills(key=f"v{variant}.strip").select(layer).run())
    assert page.toggle(key=f"v{variant}.guided.{layer}").value
    assert dreamt(page, fake)[0].config.unguided == ()


def test_a_link_opens_with_its_guide(monkeypatch, fake):
    link = Comparison.preset("Mixed", common={"guide": "cat", "guide_strength": 0.3})
    variants = [link.variants[0].replace(unguided=["block3_conv3"])]
    page = open_page(monkeypatch, fake, setup=link.replace(variants=variants).encode())
    (task, *_) = dreamt(page, fake)
    assert (task.config.guide, task.config.guide_strength) == ("cat", 0.3)
    assert task.config.unguided == ("block3_conv3",)


def test_a_link_with_a_picture_of_its_own_opens_without_and_says_so(monkeypatch, fake):
    link = Comparison.preset("Mixed", common={"guide": "picture"})
    own = link.variants[0].replace(name="Own", overrides={"guide": "picture", "step": 0.5})
    setup = link.replace(variants=[*link.variants, own]).encode()
    page = open_page(monkeypatch, fake, setup=setup)
    assert "The guide is a picture, which is not here; give it again." in words(page)
    configs = [task.config for task in dreamt(page, fake)]
    assert {config.guide for config in configs} == {"none"}
    assert configs[-1].step == 0.5


def test_advanced_lists_nothing_of_the_guide(page):
    (advanced,) = [each for each in page.expander if each.label == "Advanced"]
    keys = {str(child.key) for child in advanced.children.values()}
    assert not [key for key in keys if "guide" in key]
    assert "common.seed" in keys


def test_the_map_is_shown_where_a_guide_was_used(page, fake):
    choose(page, "cat")
    dreamt(page, fake)
    fake.finish()
    places = np.array([[0.25, 0.25], [0.75, 0.75]], np.float32)
    matched = np.array([[0, 0], [-1, 0]], np.int16)
    guide = Picture(np.full((20, 30, 3), 128, np.uint8), "The guide")
    layer = LayerMap("block4_conv3", places, matched, 0.625, 0.5, 0.25, 1.0)
    fake.result("job1").guide = GuideMap(guide, (layer,))
    sound(page.run())
    assert "Guide" in [tab.label for tab in page.tabs]
    assert (
        "The dream became more like the guide: its likeness in block4_conv3 is 0.62, 0.50 before, "
        "and 0.25 by chance." in words(page)
    )
    assert "its guide had no effect, or it ended before that was looked at" in words(page)


def test_no_tab_without_a_guide(page, fake):
    dreamt(page, fake)
    assert "Guide" not in [tab.label for tab in page.tabs]
