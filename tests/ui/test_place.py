"""The wall of analyses, and the address of the open one."""

import pytest
import streamlit as st
from streamlit.runtime.state.query_params import QueryParams

from dreamlab.analysis import shipped
from dreamlab.analysis.catalogue import OF_LAYERS
from dreamlab.images.difference import factor
from dreamlab.ui.session import url_state
from tests.support.fake_backend import large, open_page, sound, words
from tests.support.panel import SETUP, comes_to, from_address, open_panel, run_to_end, take


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake, setup=SETUP.encode())


def wall(page):
    page.session_state["part"] = "Layer by layer"
    return sound(page.run())


def keys(page):
    return {button.key for button in page.button}


def test_the_wall_has_a_card_for_each_analysis(page, fake):
    said = words(wall(page))
    for name, analysis in OF_LAYERS.items():
        assert analysis.question in said
        assert f"large-card-{name}" in keys(page)
    alts = [image.proto.imgs[0].alt for image in page.image]
    assert [alt for alt in alts if " of the sample cat" in alt or " of crops of " in alt] == [
        f"{analysis.title} of {shipped.subject(name)}" for name, analysis in OF_LAYERS.items()
    ]
    assert "Similar layers of crops of the sample pictures" in alts
    assert said.count("About ") == len(OF_LAYERS)  # what each costs, on this machine
    assert "All analyses" not in said


def test_a_click_opens_an_analysis_and_the_address_says_which(page):
    sound(wall(page).button(key="large-card-robustness").click().run())
    assert page.query_params["analysis"] == "robustness"
    assert "robustness.vgg16.run" in keys(page)
    sound(page.button(key="back").click().run())
    assert "analysis" not in page.query_params
    assert "large-card-robustness" in keys(page)


def test_a_link_opens_an_analysis(monkeypatch, fake):
    page = open_page(monkeypatch, fake, analysis="channels")
    assert page.session_state["part"] == "Layer by layer"
    assert "channels.vgg16.run" in keys(sound(page))


def test_the_link_to_share_opens_the_analysis(page):
    def shared():
        return next(block.value for block in page.code if "setup=" in block.value)

    wall(page)
    assert "analysis" not in shared() and shared().endswith("&part=layers")
    open_panel(page, "where")
    assert shared().endswith("&analysis=where")
    assert "Opens this analysis, with its settings and the comparison" in words(page)


def test_a_link_to_no_analysis_says_so(monkeypatch, fake):
    page = open_page(monkeypatch, fake, analysis="dreams")
    assert "The analysis in the address was left out: unknown analysis 'dreams'" in words(page)
    assert "analysis" not in page.query_params


@pytest.mark.parametrize("step", [{}, {"step_of_history": "1"}])
def test_who_acts_before_the_browser_has_the_address_stays_where_he_went(page, step):
    page.session_state["part"] = "My dreams"
    behind = dict(sound(page.run()).query_params)
    if step:
        page.session_state["part"] = "Networks"
        sound(page.run())
        from_address(page, behind | step)  # which leads back to the dreams
        assert page.session_state["part"] == "My dreams"
    for part in ("Compare", "Layer by layer", "Compare"):
        page.session_state["part"] = part
        from_address(page, behind | step)
        assert page.session_state["part"] == part
    assert not {"part", "step_of_history"} & set(page.query_params)


def test_an_address_that_the_next_run_replaces_as_it_is_read_is_no_fault(monkeypatch):
    class Replaced(QueryParams):
        def __getitem__(self, name):
            self.clear_with_no_forward_msg()
            return super().__getitem__(name)

    address = Replaced({"setup": "before", "part": "dreams"})
    monkeypatch.setattr(st, "query_params", address)
    url_state.keep(None, {"part": "layers"}, ["part"])
    assert list(address) == ["part"]


@pytest.mark.parametrize("before", ["Compare", "Layer by layer"])
@pytest.mark.parametrize("after", ["Layer by layer", "Networks", "where"])
def test_the_way_back_of_the_browser_leads_to_the_place_before(page, before, after):
    page.session_state["part"] = before
    entry = dict(sound(page.run()).query_params)
    if after == "where":
        open_panel(page, after)
    else:
        page.session_state["part"] = after
        sound(page.run())
    reached = dict(page.query_params)
    comes_to(page, entry)
    assert page.session_state["part"] == before
    assert ("large-card-atlas" in keys(page)) == (before == "Layer by layer")
    comes_to(page, reached)
    assert ("where.vgg16.run" in keys(page)) == (after == "where")
    assert dict(page.query_params) == reached


def test_the_way_back_changes_no_setting(page):
    entry = dict(page.query_params)
    open_panel(page, "robustness")
    page.number_input(key="robustness.vgg16.set.iterations").set_value(3).run()
    page.number_input(key="common.octaves").set_value(4).run()
    comes_to(page, entry)
    assert page.session_state["common.octaves"] == 4
    assert page.query_params["setup"] != entry["setup"]
    assert "iterations" not in page.query_params
    comes_to(page, {"analysis": "robustness", "iterations": "7"})
    assert page.number_input(key="robustness.vgg16.set.iterations").value == 3
    assert page.query_params["iterations"] == "3"


def test_the_wall_says_where_there_is_something_of_the_visitors(page, fake):
    run_to_end(open_panel(page), fake)
    page.button(key="back").click().run()
    assert words(sound(page)).count("Yours is inside.") == 1
    # It is inside of a look at its own network.
    page.selectbox(key="model").set_value("vgg19").run()
    assert "Yours is inside." not in words(sound(page))


def test_the_wall_says_what_runs_and_not_what_failed(page, fake):
    open_panel(page).button(key="atlas.vgg16.run").click().run()
    page.button(key="back").click().run()
    said = words(sound(page))
    assert said.count("Yours is running.") == 1 and "Yours is inside." not in said
    fake.fail("job1", "the worker has died")
    said = words(sound(page.run()))
    assert "Yours is running." not in said and "Yours is inside." not in said


def test_a_card_without_a_picture_says_what_is_missing(page):
    page.segmented_control(key="source").set_value("upload").run()
    said = words(wall(page))
    free = sum(not analysis.needs_picture for analysis in OF_LAYERS.values())
    missing = "Cannot run yet: there is no picture; choose one in the sidebar."
    assert said.count(missing) == len(OF_LAYERS) - free
    assert said.count("About ") == free


def test_the_time_is_told_when_it_is_known(monkeypatch, page, fake):
    monkeypatch.setattr(fake, "estimate", lambda task: None)
    assert words(wall(page)).count("The time is known when the network is loaded.") == len(
        OF_LAYERS
    )


@pytest.mark.parametrize("analysis", OF_LAYERS)
def test_where_nothing_has_run_there_is_the_finished_example(page, fake, analysis):
    open_panel(page, analysis)
    findings = shipped.example(analysis)
    said = words(page)
    assert f"A finished example on {shipped.subject(analysis)}: VGG16." in said
    assert findings.sentence in said
    alts = [image.proto.imgs[0].alt for image in page.image]
    assert {item.caption for item in findings.items if item.picture is not None} <= set(alts)
    drawn = [table.title for table in findings.tables() if table.drawn]
    charts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert [title for title in charts if "Loss at" not in title] == drawn
    run_to_end(page, fake, analysis)
    assert "A finished example" not in words(page)


def test_the_first_thing_to_read_is_what_was_found(page, fake):
    run_to_end(open_panel(page), fake)
    blocks = [block.proto.body for block in page.get("html")]
    said = next(place for place, body in enumerate(blocks) if 'class="dl-said"' in body)
    captions = [place for place, body in enumerate(blocks) if "block5_pool · depth" in body]
    assert said < min(captions, default=len(blocks))
    assert fake.findings("job1").sentence in blocks[said]


def test_a_picture_opens_beside_the_original(page, fake):
    run_to_end(open_panel(page), fake)
    page.button(key="large-job1-block3_conv1").click().run()
    (component,) = large(sound(page))
    assert "sees 24 px" in str(component.proto)  # its caption describes it
    assert "The dream" not in str(component.proto)  # not all that is changed is a dream
    sound(page.button(key="atlas.vgg16.close").click().run())
    assert not large(page)


def test_a_picture_that_is_not_of_the_original_opens_alone(page, fake):
    run_to_end(open_panel(page, "channels"), fake, "channels")
    before = len(page.image)
    page.button(key="large-job1-block4_conv3-10-grown").click().run()
    assert not large(sound(page))
    assert len(page.image) == before + 1
    assert "channels.vgg16.take" not in keys(page)


def test_the_difference_of_the_example_is_amplified(page):
    open_panel(page)
    (view,) = [group for group in page.segmented_control if group.key == "atlas.vgg16.view"]
    view.set_value("Difference from the original").run()
    findings = shipped.example("atlas")
    times = factor(findings.original.pixels, [item.picture.pixels for item in findings.items])
    assert times > 1 and f"Amplified {times} times." in words(sound(page))


def test_the_difference_says_by_how_much_it_is_amplified(page, fake):
    run_to_end(open_panel(page), fake)
    assert "Not amplified." not in words(page)
    findings = fake.findings("job1")
    times = factor(findings.original.pixels, [item.picture.pixels for item in findings.items])
    before = [image.proto.imgs[0].url for image in page.image]
    (view,) = [group for group in page.segmented_control if group.key == "atlas.vgg16.view"]
    view.set_value("Difference from the original").run()
    assert times == 1 and "Not amplified." in words(sound(page))
    after = [image.proto.imgs[0].url for image in page.image]
    assert len(set(before) - set(after)) > 1  # the fake has some pictures more than once


def test_channels_have_no_difference(page, fake):
    run_to_end(open_panel(page, "channels"), fake, "channels")
    assert "channels.vgg16.view" not in {group.key for group in page.segmented_control}


def test_a_variant_of_one_layer_gets_a_sentence_and_the_offer_of_a_mix(page, fake):
    open_panel(page, "attribution")
    single = page.session_state["variants"][1]
    page.selectbox(key="attribution.vgg16.variant").set_value(single).run()
    assert "block3_conv3 is alone in this variant" in words(sound(page))
    run_to_end(page, fake, "attribution")
    assert "block3_conv3 is alone in this dream" in words(page)
    charts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert all("Loss at" in title for title in charts)
    sound(page.button(key="attribution.vgg16.mixed").click().run())
    number = page.session_state["variants"][-1]
    assert page.session_state["attribution.vgg16.variant"] == number
    assert len(page.session_state[f"v{number}.layers"]) == 4
    assert page.session_state[f"v{number}.own.octaves"] == 5
    assert "is alone in this variant" not in words(page)


def test_controls_but_two_are_folded(page):
    open_panel(page, "robustness")
    (more,) = [block for block in page.expander if block.label == "More settings"]
    folded = {widget.key for kind in ("number_input", "text_input") for widget in more.get(kind)}
    assert "robustness.vgg16.set.seed" in folded
    assert "robustness.vgg16.set.iterations" not in folded


def test_taking_is_offered_for_dreams_alone(page, fake):
    run_to_end(open_panel(page), fake)
    take(page, "block1_pool")
    assert "block1_pool is a variant now" in words(page)
