import numpy as np
import pytest

from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.images import Picture, load_image
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui.analysis import panel
from dreamlab.ui.analysis.look import look_of
from dreamlab.ui.session.visitors import Visit
from tests.support.fake_backend import open_page, sound, upload, words
from tests.support.panel import open_panel


@pytest.fixture
def page(monkeypatch, fake, never_redrawn):
    return open_page(monkeypatch, fake)


def click_run(page, analysis):
    return sound(page.button(key=f"{analysis}.vgg16.run").click().run())


@pytest.mark.parametrize("analysis", ["atlas", "attribution", "robustness"])
def test_a_click_analyses_the_picture_that_the_visitor_sees(page, fake, analysis):
    open_panel(page, analysis)
    data = upload(96, 64)
    page.file_uploader(key="upload").upload("mine.png", data, "image/png").run()
    click_run(page, analysis)
    (request,) = fake.requests.values()
    assert request.analysis == analysis
    assert np.array_equal(request.picture.as_float(), load_image(data))
    assert "have changed since" not in words(page)


def test_a_click_that_comes_with_a_change_analyses_the_change(page, fake):
    open_panel(page, "atlas")
    page.slider(key="max_side").set_value(128)
    page.selectbox(key="common.precision").set_value("float32")
    page.multiselect(key="atlas.vgg16.set.layers").set_value(["block1_conv1", "block2_conv1"])
    page.number_input(key="atlas.vgg16.set.amount").set_value(0.2)
    click_run(page, "atlas")
    (request,) = fake.requests.values()
    assert request.picture.shape == (85, 128)
    assert request.settings.precision == "float32"
    assert request.settings.layers == ("block1_conv1", "block2_conv1")
    assert request.settings.amount == 0.2


def test_a_click_that_comes_with_a_list_of_numbers_or_a_flag_analyses_them(page, fake):
    open_panel(page, "channels")
    page.selectbox(key="channels.vgg16.set.layer").set_value("block2_conv2")
    page.text_input(key="channels.vgg16.set.channels").set_value("3, 1")
    page.checkbox(key="channels.vgg16.set.grown").set_value(False)
    click_run(page, "channels")
    settings = fake.requests["job1"].settings
    assert (settings.layer, settings.channels, settings.grown) == ("block2_conv2", (3, 1), False)


def test_a_setting_that_the_page_has_not_drawn_yet_has_its_default(page, fake):
    open_panel(page, "atlas")
    page.selectbox(key="atlas.vgg16.set.effort").set_value("equal steps")
    click_run(page, "atlas")
    settings = fake.requests["job1"].settings
    assert (settings.effort, settings.iterations) == ("equal steps", 6)


def test_a_click_after_a_new_network_analyses_the_new_network(page, fake):
    open_panel(page, "channels")
    page.selectbox(key="model").set_value("resnet50")
    click_run(page, "channels")
    (request,) = fake.requests.values()
    assert request.model == "resnet50"
    start = page.selectbox(key="channels.resnet50.set.layer").value
    assert request.settings.layer == start == "conv4_block4_out"
    assert "have changed since" not in words(page)


def test_a_click_that_comes_with_another_variant_analyses_that_variant(page, fake):
    open_panel(page, "attribution")
    third = page.session_state["variants"][2]
    page.selectbox(key="attribution.vgg16.variant").set_value(third)
    page.number_input(key=f"v{third}.weight.block4_conv3").set_value(2.5)
    page.number_input(key="common.octaves").set_value(2)
    click_run(page, "attribution")
    settings = fake.requests["job1"].settings
    assert (settings.layers, settings.octaves) == ({"block4_conv3": 2.5}, 2)


def test_a_click_without_a_picture_is_said(page, fake):
    open_panel(page, "atlas")
    page.segmented_control(key="source").set_value("upload").run()
    click_run(page, "atlas")
    assert "The analysis was not sent off: no picture is uploaded" in words(page)
    assert not fake.requests


def test_a_click_without_a_picture_runs_an_analysis_that_needs_none(page, fake):
    open_panel(page, "channels")
    page.segmented_control(key="source").set_value("upload").run()
    click_run(page, "channels")
    assert fake.requests["job1"].picture is None


def test_what_stands_in_the_way_of_an_analysis_is_said_with_it(page, fake):
    open_panel(page, "atlas")
    fake.says["job1"] = {"notice": "its worker was lost; it is tried once more"}
    click_run(page, "atlas")
    assert "⚠ its worker was lost; it is tried once more" in words(page)


def test_one_picture_is_not_taken_for_several(fake, page):
    open_panel(page, "similarity")
    click_run(page, "similarity")
    assert fake.requests["job1"].picture is None


def test_a_click_with_settings_that_cannot_run_is_said(page, fake):
    open_panel(page, "channels")
    page.text_input(key="channels.vgg16.set.channels").set_value("1, two")
    click_run(page, "channels")
    said = "The analysis was not sent off: block4_conv3 of vgg16 has no classes, so 'two' names no"
    assert said in words(page)
    assert not fake.requests


def test_a_second_click_runs_nothing_anew(fake):
    task = AnalysisTask(Picture.of(load_image(upload())), "atlas", AtlasSettings())
    visit = Visit("me")
    for _ in range(2):
        panel.submit(fake, visit, look_of("atlas", "vgg16"), task)
    assert list(fake.requests) == ["job1"] and not fake.forgotten
    fake.finish()
    panel.submit(fake, visit, look_of("atlas", "vgg16"), task)
    assert list(fake.requests) == ["job2"] and fake.forgotten == ["job1"]
