"""*Go on from here*, from the cards of dreams."""

import dataclasses

import numpy as np
import pytest

from dreamlab.comparison.comparison import MAX_VARIANTS, Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.config.provenance import Parent
from dreamlab.ui.inputs.chosen import ALT
from tests.support.fake_backend import edit, open_page, sound, upload, uploader, words

SETUP = Comparison(
    variants=(
        Variant(name="Mixed", layers={"block2_conv2": 0.5, "block5_conv2": 1.5}),
        Variant(name="Single", layers={"block3_conv3": 2.0}, overrides={"step": 0.02}),
    ),
    common={"octaves": 3, "iterations": 2, "octave_scale": 1.3},
    max_side=160,
)


@pytest.fixture
def page(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    sound(page.button(key="dream").click().run())
    fake.finish()
    return sound(page.run())


def go_on(page, job, place=None, *, batch=1):
    if place is not None:
        page.select_slider(key=f"place.{batch}").set_value(place).run()
    return sound(page.button(key=f"on.{job}").click().run())


def dream(page, fake):
    sound(page.button(key="dream").click().run())
    fake.finish()
    return sound(page.run())


def names(page):
    return [page.session_state[f"v{number}.name"] for number in page.session_state["variants"]]


def test_a_place_of_the_scrubber_is_gone_on_from(page, fake):
    go_on(page, "job2", 2)  # the original, octave 1, octave 2, octave 3
    assert names(page) == ["Mixed", "Single", "Single, on from octave 2"]
    said = words(page)
    assert "Goes on from Single, octave 2" in said
    told = "Goes on from octave 2 as a variant above: change what you like, then Dream."
    assert said.count(told) == 1
    assert "3 variants, 7 octaves in all" in said
    dream(page, fake)
    whole, task = fake.recording("job2"), fake.requests["job5"]
    frame = whole.frames[1]
    assert task.config == fake.requests["job2"].config
    assert task.start.picture == frame.picture
    assert task.parent == Parent(whole.provenance.id, 1, 1)
    assert task.picture == whole.original
    assert [fake.requests[job].start for job in ("job3", "job4")] == [None, None]
    recording = fake.recording("job5")
    assert [frame.octave for frame in recording.frames] == [2]
    said = words(page)
    assert said.count("Goes on from Single, octave 2") == 2  # of the variant and of its dream
    (table,) = page.table
    assert table.value["Goes on from"].tolist() == ["–", "–", "Single, octave 2"]


def test_exact_values_are_taken_as_long_as_they_are_kept(page, fake):
    frame = fake.recording("job1").frames[0]
    exact = np.zeros((*frame.picture.shape, 3), np.float32)
    kept = dataclasses.replace(frame, exact=exact)
    fake.recording("job1").frames[0] = kept
    go_on(page, "job1", 1)
    assert "exact values" not in words(page)
    assert page.session_state["v3.start"].point.exact is None  # the session keeps none
    sound(page.button(key="dream").click().run())
    assert fake.requests["job5"].start.exact is exact
    fake.finish()
    fake.recording("job1").frames[0] = frame
    said = words(sound(page.run()))
    assert "Its exact values are no longer kept: it begins from the picture as shown." in said


def test_the_last_picture_is_dreamt_on_anew(page, fake):
    go_on(page, "job1")
    assert names(page)[-1] == "Mixed, on from octave 3"
    assert "3 variants, 9 octaves in all" in words(page)
    dream(page, fake)
    recording = fake.recording("job5")
    assert len(recording.octave_frames) == 3
    assert recording.original == fake.recording("job1").final.picture
    assert recording.provenance.parent.octave == 2
    (table,) = page.table
    assert table.value["Picture"].tolist() == ["Chelsea the cat"] * 2 + ["Mixed"]
    originals = [image.proto.imgs[0].alt for image in page.main.image]
    assert "Mixed, octave 3" in originals and "" not in originals


def test_another_picture_of_the_page_leaves_the_start_as_it_is(page, fake):
    go_on(page, "job1", 1)
    before = fake.recording("job1").original
    page.session_state["source"] = "galaxies"
    page.session_state["max_side"] = 256
    dream(page, fake)
    assert fake.requests["job5"].picture == before
    assert fake.requests["job4"].picture != before
    assert not fake.requests["job5"].public and fake.requests["job4"].public


def test_what_is_of_another_picture_has_a_row_of_its_own(page, fake):
    go_on(page, "job1", 1)
    page.session_state["source"] = "galaxies"
    dream(page, fake)
    shown = [image.proto.imgs[0] for image in page.main.image]
    originals = [each.alt for each in shown if each.alt in ALT.values()][1:]  # but the phone's
    assert originals == [ALT["galaxies"], ALT["cat"]]
    (table,) = page.table
    galaxies = "Hundreds of far galaxies on black"
    assert table.value["Picture"].tolist() == [galaxies, galaxies, "Chelsea the cat"]


def test_a_dream_of_one_of_several_pictures_goes_on_in_its_row(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    files = [("a.png", upload(96, 64), "image/png"), ("b.png", upload(64, 96), "image/png")]
    sound(uploader(page).set_value(files).run())
    dream(page, fake)
    go_on(page, "job3", 1)
    assert "2 pictures × 2 variants and 1 that goes on, " in words(page)
    dream(page, fake)
    (table,) = page.table
    told = list(zip(table.value["Picture"], table.value["Variant"], strict=True))
    branch = "Mixed, on from octave 1"
    assert told == [
        *(("a.png", "Mixed"), ("a.png", "Single")),
        *(("b.png", branch), ("b.png", "Mixed"), ("b.png", "Single")),
    ]


def test_a_start_can_be_dropped_and_goes_with_its_variant(page, fake):
    go_on(page, "job1", 1)
    sound(page.button(key="v3.drop_start").click().run())
    assert "Goes on from" not in words(page)
    dream(page, fake)
    assert fake.requests["job5"].start is None and fake.requests["job5"].public
    go_on(page, "job4", 1, batch=2)
    edit(page, 4)
    sound(page.button(key="v4.copy").click().run())
    assert words(page).count("Goes on from Single, octave 1") == 2
    assert "as a variant above" in words(page)
    sound(page.button(key="v4.remove").click().run())
    assert "as a variant above" not in words(page)
    assert words(page).count("Goes on from Single, octave 1") == 1


def test_its_network_and_that_of_the_page_can_be_changed(page, fake):
    go_on(page, "job1", 1)
    edit(page, 3)
    page.selectbox(key="v3.model").set_value("efficientnet_lite0").run()
    assert "Goes on from Mixed, octave 1" in words(sound(page))
    page.selectbox(key="model").set_value("vgg19").run()
    assert "Goes on from Mixed, octave 1" in words(sound(page))
    dream(page, fake)
    task = fake.requests["job5"]
    assert (task.model, task.start.parent.octave) == ("efficientnet_lite0", 0)


def test_a_full_page_says_so(page):
    for _ in range(MAX_VARIANTS - 2):
        go_on(page, "job1", 1)
    assert len(names(page)) == MAX_VARIANTS and len(set(names(page))) == MAX_VARIANTS
    go_on(page, "job1", 1)
    assert len(names(page)) == MAX_VARIANTS
    said = "The page holds 6 variants: remove one above, then go on from here."
    assert said in words(page)


def test_the_original_and_a_running_dream_are_not_gone_on_from(page, fake):
    page.select_slider(key="place.1").set_value(0).run()
    assert not [button for button in page.button if (button.key or "").startswith("on.")]
    sound(page.button(key="dream").click().run())
    fake.advance(3)
    sound(page.run())
    assert not [button for button in page.button if (button.key or "").startswith("on.")]
    fake.cancel("job3")
    fake.cancel("job4")
    sound(page.run())
    sound(page.button(key="on.job3").click().run())
    assert names(page)[-1] == "Mixed, on from octave 2, step 1"


def reload(page, fake, monkeypatch, **changed):
    """Return the page as the browser shows it when it is loaded anew."""
    told = {name: value for name, value in page.query_params.items()} | changed
    first = {name: value[0] if isinstance(value, list) else value for name, value in told.items()}
    return open_page(monkeypatch, fake, **first)


def test_a_reloaded_page_has_what_variants_go_on_from(page, fake, monkeypatch):
    go_on(page, "job1", 1)
    go_on(page, "job2", 2)
    again = reload(page, fake, monkeypatch)
    said = words(again)
    assert "Goes on from Mixed, octave 1" in said and "Goes on from Single, octave 2" in said
    assert "No longer kept" not in said
    dream(again, fake)
    starts = [task.start and task.start.parent.octave for task in fake.requests.values()]
    assert starts[-4:] == [None, None, 0, 1]
    again.button(key="v3.drop_start").click().run()
    last = words(reload(again, fake, monkeypatch))
    assert last.count("Goes on from Mixed, octave 1") == 1  # of its dream
    assert last.count("Goes on from Single, octave 2") == 2


def test_a_reloaded_page_says_what_is_no_longer_kept(page, fake, monkeypatch):
    go_on(page, "job1", 1)
    fake.forget("job1")
    said = words(reload(page, fake, monkeypatch))
    told = "which a variant went on from; it begins with the page's picture."
    assert f"No longer kept: Mixed, octave 1, {told}" in said
    assert "Goes on from" not in said


def test_a_reloaded_page_says_of_several_what_is_no_longer_kept(page, fake, monkeypatch):
    go_on(page, "job1", 1)
    go_on(page, "job2", 2)
    for job in ("job1", "job2"):
        fake.forget(job)
    told = "which variants went on from; they begin with the page's picture."
    said = words(reload(page, fake, monkeypatch))
    assert f"No longer kept: Mixed, octave 1 and Single, octave 2, {told}" in said


def test_each_tab_of_a_visit_keeps_what_its_variants_go_on_from(page, fake, monkeypatch):
    go_on(page, "job1", 1)
    beside = reload(page, fake, monkeypatch)
    sound(beside.button(key="v3.drop_start").click().run())
    assert "starts" in page.query_params and "starts" not in beside.query_params
    assert "Goes on from Mixed, octave 1" in words(reload(page, fake, monkeypatch))


def test_an_address_of_another_comparison_has_no_start(page, fake, monkeypatch):
    go_on(page, "job1", 1)
    other = SETUP.replace(max_side=128).encode()
    said = words(reload(page, fake, monkeypatch, setup=other))
    assert "What a variant goes on from is not in a link" in said
    assert "Goes on from" not in said


def test_a_link_opens_without_the_start_and_says_so(page, fake, monkeypatch):
    go_on(page, "job1", 1)
    said = words(page)
    assert "What variants go on from stays here: there they begin with the picture." in said
    assert "dreamt" not in page.query_params
    address = {name: page.query_params[name] for name in ("setup", "starts")}
    address = {
        name: value[0] if isinstance(value, list) else value for name, value in address.items()
    }
    other = open_page(monkeypatch, fake, browser="other", **address)
    said = words(other)
    assert (
        "What a variant goes on from is not in a link: it begins with the page's picture." in said
    )
    assert "Goes on from" not in said
    assert "starts" not in other.query_params


def test_all_settings_of_a_dream_go_along(monkeypatch, fake):
    """Those of its guide and its look, its channels, and its network, over those of the page."""
    own = {
        **{"guide": "cat", "guide_strength": 0.5, "guide_features": "raw"},
        **{"mask": "ellipse:0.1,0.1,0.9,0.9", "mask_outside": True, "mask_edge": 0.1},
        **{"smooth": 1.5, "pyramid": 2, "keep_colours": True},
        **{"flip": True, "rotation": 3.0, "rescale": 0.1},
    }
    variant = Variant(
        name="Own",
        model="vgg19",
        layers={"block2_conv2": 0.5, "block3_conv3": 2.0},
        channels={"block3_conv3": [1, 5]},
        unguided=["block2_conv2"],
        overrides=own,
    )
    page = open_page(monkeypatch, fake, setup=SETUP.replace(variants=[variant.to_dict()]).encode())
    dream(page, fake)
    go_on(page, "job1", 1)
    sound(page.button(key="dream").click().run())
    task = fake.requests["job3"]
    assert task.start is not None and task.model == "vgg19"
    assert task.config == fake.requests["job1"].config == variant.config(SETUP.common)
