"""*My dreams*: what a browser has dreamt, found again, compared, saved and deleted."""

import dataclasses
import io
import re
import time
import zipfile
from datetime import timedelta, timezone

import numpy as np
import pytest
from PIL import Image

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.config.embedded import read_settings
from dreamlab.config.provenance import Parent
from dreamlab.errors import DreamError
from dreamlab.ui.analysis import place
from dreamlab.ui.session import presence, shelves, visitors
from dreamlab.ui.shelf import clock
from tests.support.fake_backend import open_page, sound, upload, uploader, words

PAIR = Comparison(
    variants=(
        Variant(name="Fur", layers={"block3_conv3": 2.0}),
        Variant(name="Eyes", layers={"block4_conv3": 1.0, "block5_conv2": 1.0}),
    ),
    common={"octaves": 2, "iterations": 3},
    max_side=128,
)
ONE = PAIR.replace(variants=(Variant(name="Lines", layers={"block1_conv2": 1.0}),))


def dream(monkeypatch, fake, setup=PAIR, *, browser="mine", end=True):
    """Dream in a tab of its own, and return it."""
    page = open_page(monkeypatch, fake, browser=browser, setup=setup.encode())
    sound(page.button(key="dream").click().run())
    if end:
        fake.finish()
        sound(page.run())
    return page


def shelf(monkeypatch, fake, *, browser="mine"):
    """Return *My dreams* as the bare address shows it."""
    return open_page(monkeypatch, fake, browser=browser, part="dreams")


def keys(page):
    return {button.key for button in page.button}


def on(page):
    """The jobs on the shelf, as they stand there."""
    boxes = (box.key for box in page.checkbox)
    return [key.removeprefix("shelf.chosen.") for key in boxes if key.startswith("shelf.chosen.")]


def tick(page, *jobs):
    for job in jobs:
        page.checkbox(key=f"shelf.chosen.{job}").check()
    return sound(page.run())


def test_what_is_chosen_stays_so_while_another_place_is_shown(monkeypatch, fake):
    dream(monkeypatch, fake)
    page = tick(shelf(monkeypatch, fake), "job2")
    for part in ("Compare", "My dreams"):
        page.session_state["part"] = part
        sound(page.run())
    assert [page.checkbox(key=f"shelf.chosen.job{n}").value for n in (1, 2)] == [False, True]


def count(page):
    """The numbers that the entry of the shelf shows: one, or none."""
    styles = "".join(block.proto.body for block in page.get("html"))
    return re.findall(
        r'last-of-type:not\(\[role="tabpanel"\] \*\) p::after {\s*content: " (\d+)"', styles
    )


def test_an_empty_shelf_says_what_will_be_there(monkeypatch, fake):
    page = shelf(monkeypatch, fake)
    assert "What you dream comes to stand here." in words(page)
    assert "It is kept for 2 hours at the most" in words(page)
    assert page.query_params["part"] == "dreams"


def test_a_shelf_needs_a_cookie_and_says_so(monkeypatch, fake):
    page = dream(monkeypatch, fake, browser="")
    page.session_state["part"] = "My dreams"
    assert "A shelf needs a cookie" in words(sound(page.run()))
    assert on(page) == []


def test_the_bare_address_finds_the_dreams_the_newest_first(monkeypatch, fake):
    dream(monkeypatch, fake)
    dream(monkeypatch, fake, ONE)
    page = shelf(monkeypatch, fake)
    assert on(page) == ["job3", "job1", "job2"]
    said = words(page)
    for each in ("VGG16 · block1_conv2 × 1", "VGG16 · block3_conv3 × 2", "VGG16 · 2 layers"):
        assert each in said
    assert said.count("128 × 85 px") == 3 and said.count("kept until") == 3
    alts = [image.proto.imgs[0].alt for image in page.image]
    assert "The dream Fur · VGG16: block3_conv3 excited" in alts
    assert "visit" not in page.query_params  # nothing was sent off here


def test_the_number_of_dreams_stands_at_the_entry(monkeypatch, fake):
    dream(monkeypatch, fake)
    assert count(shelf(monkeypatch, fake)) == ["2"]
    assert count(shelf(monkeypatch, fake, browser="another")) == []


def test_thumbnails_are_small_jpegs_of_the_results(monkeypatch, fake):
    from dreamlab.ui.shelf.thumbnail import SIDE, thumbnail

    dream(monkeypatch, fake, ONE.replace(max_side=600))
    with Image.open(io.BytesIO(thumbnail(fake.recording("job1")))) as small:
        assert small.format == "JPEG" and max(small.size) == SIDE
        exact = np.asarray(
            Image.fromarray(fake.recording("job1").final.pixels).resize(small.size), float
        )
        assert np.abs(np.asarray(small, float) - exact).mean() < 6


def test_nobody_else_s_browser_sees_downloads_or_deletes_anything(monkeypatch, fake, downloads):
    mine = dream(monkeypatch, fake)
    for browser in ("another", "min", "mine ", "MINE", ""):
        for query in ({}, {"visit": mine.query_params["visit"]}):
            page = open_page(monkeypatch, fake, browser=browser, part="dreams", **query)
            assert on(page) == count(page) == []
            assert not [key for key in downloads if "shelf" in key]
            visit = page.session_state["visit"]
            assert presence.delete(fake, visit, ["job1", "job2"]) == 0
    assert on(shelf(monkeypatch, fake)) == ["job1", "job2"]
    assert fake.forgotten == []


def test_opening_brings_the_comparison_back_and_dreams_nothing(monkeypatch, fake):
    dream(monkeypatch, fake)
    page = shelf(monkeypatch, fake)
    sound(page.button(key="large-shelf-job2").click().run())
    assert page.session_state["part"] == "Compare"
    names = [page.session_state[f"v{number}.name"] for number in page.session_state["variants"]]
    assert names == ["Fur", "Eyes"] and page.session_state["max_side"] == 128
    assert page.session_state["common.octaves"] == 2
    assert list(page.table[0].value["Variant"]) == ["Fur", "Eyes"]
    assert list(fake.requests) == ["job1", "job2"]
    assert page.query_params["visit"] and page.query_params["dreamt"]


def test_opening_twice_shows_it_once(monkeypatch, fake):
    page = dream(monkeypatch, fake)
    page.session_state["part"] = "My dreams"
    sound(page.run())
    sound(page.button(key="large-shelf-job1").click().run())
    assert len(page.session_state["visit"].batches) == 1


def test_what_runs_stays_the_one_that_can_be_cancelled(monkeypatch, fake):
    dream(monkeypatch, fake, ONE)
    page = dream(monkeypatch, fake, end=False)
    page.session_state["part"] = "My dreams"
    sound(page.run())
    sound(page.button(key="large-shelf-job1").click().run())
    assert "cancel_all" in keys(page) and "dream" not in keys(page)


def test_an_upload_is_asked_for_again(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=ONE.encode())
    page.file_uploader(key="upload").upload("mine.png", upload(), "image/png").run()
    sound(page.button(key="dream").click().run())
    fake.finish()
    other = shelf(monkeypatch, fake)
    sound(other.button(key="large-shelf-job1").click().run())
    assert "drop it in again to dream on it" in words(other)
    assert list(other.table[0].value["Variant"]) == ["Lines"]


@pytest.mark.parametrize("kept", [True, False])
def test_an_opened_branch_has_its_start_or_says_that_it_is_no_longer_kept(monkeypatch, fake, kept):
    page = dream(monkeypatch, fake)
    sound(page.button(key="on.job1").click().run())
    sound(page.button(key="dream").click().run())
    fake.finish()
    there = shelf(monkeypatch, fake)
    sound(there.button(key="large-shelf-job1").click().run())
    assert "Begin anew" not in {button.label for button in there.button}
    there = shelf(monkeypatch, fake)
    if not kept:
        fake.forget("job1")
        sound(there.run())
    sound(there.button(key="large-shelf-job5").click().run())
    gone = "No longer kept: Fur, octave 2, which a variant went on from; it begins with the page's"
    assert (gone in words(there)) == (not kept)
    sound(there.button(key="dream").click().run())
    first, second, third = list(fake.requests.values())[-3:]
    assert first.start is None and second.start is None
    if kept:
        assert third.start.parent == Parent(fake.recording("job1").provenance.id, 1, 2)
    else:
        assert third.start is None


def test_dreams_of_several_pictures_are_told_apart(monkeypatch, fake):
    page = open_page(monkeypatch, fake, browser="mine", setup=ONE.encode())
    files = [(name, upload(96, 64 + 8 * place), "image/png") for place, name in enumerate("ab")]
    sound(page.file_uploader(key="upload").set_value(files).run())
    sound(page.button(key="dream").click().run())
    fake.finish()
    names = [box.label for box in shelf(monkeypatch, fake).checkbox]
    assert [name for name in names if name.startswith("Choose")] == [
        "Choose Lines · a · VGG16",
        "Choose Lines · b · VGG16",
    ]
    other = shelf(monkeypatch, fake)
    sound(other.button(key="large-shelf-job1").click().run())
    assert "Their pictures were uploads: drop them in again to dream on them." in words(other)


def test_an_upload_that_is_still_there_is_not_asked_for(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=ONE.encode())
    uploader(page).upload("mine.png", upload(), "image/png").run()
    sound(page.button(key="dream").click().run())
    fake.finish()
    page.session_state[place.PART] = place.DREAMS
    sound(page.run())
    sound(page.button(key="large-shelf-job1").click().run())
    assert "drop it in again to dream on it" not in words(page)
    assert page.segmented_control(key="source").value == "upload"


def test_dreams_of_several_clicks_are_compared(monkeypatch, fake):
    dream(monkeypatch, fake)
    dream(monkeypatch, fake)
    page = tick(shelf(monkeypatch, fake), "job1", "job3", "job4")
    sound(page.button(key="shelf.compare").click().run())
    assert list(page.table[0].value["Variant"]) == ["Fur", "Fur 2", "Eyes"]
    (batch,) = page.session_state["visit"].batches
    assert len({run.colour for run in batch.runs}) == 3
    assert "Original" in words(page)
    assert on(shelf(monkeypatch, fake)) == ["job3", "job4", "job1", "job2"]


def test_dreams_of_several_pictures_have_no_common_original(monkeypatch, fake):
    dream(monkeypatch, fake, ONE)
    dream(monkeypatch, fake, ONE.replace(source="galaxies"))
    page = tick(shelf(monkeypatch, fake), "job1", "job2")
    sound(page.button(key="shelf.compare").click().run())
    assert list(page.table[0].value["Variant"]) == ["Lines", "Lines 2"]
    assert not any(body.proto.body.count(">Original<") for body in page.get("html"))


def test_one_is_saved_as_a_picture_several_as_a_zip(monkeypatch, fake, downloads):
    dream(monkeypatch, fake)
    page = tick(shelf(monkeypatch, fake), "job2")
    data = downloads["download.shelf.png"]()
    with Image.open(io.BytesIO(data)) as saved:
        assert np.array_equal(np.asarray(saved), fake.recording("job2").final.pixels)
    assert list(read_settings(io.BytesIO(data))["config"]["layers"]) == list(
        PAIR.variants[1].layers
    )
    tick(page, "job1")
    with zipfile.ZipFile(io.BytesIO(downloads["download.shelf.pngs"]())) as packed:
        assert packed.namelist() == ["1_fur_vgg16.png", "2_eyes_vgg16.png"]
    with zipfile.ZipFile(io.BytesIO(downloads["download.shelf.all"]())) as packed:
        names = packed.namelist()
    assert "contact_sheet.png" in names and "2_eyes_vgg16/progression.webp" in names


def test_what_is_deleted_is_gone_for_all_tabs_of_the_browser(monkeypatch, fake):
    first = dream(monkeypatch, fake)
    second = open_page(monkeypatch, fake, visit=first.query_params["visit"])
    page = tick(shelf(monkeypatch, fake), "job1")
    sound(page.button(key="shelf.delete").click().run())
    assert "1 dream deleted." in words(page) and on(page) == ["job2"]
    assert fake.forgotten == ["job1"]
    for tab in (first, second):
        assert list(sound(tab.run()).table[0].value["Variant"]) == ["Eyes"]
    sound(tick(page, "job2").button(key="shelf.delete").click().run())
    assert "What you dream comes to stand here." in words(page)
    for tab in (first, second):
        assert "Dream 1, which was shown here, was deleted in My dreams." in words(sound(tab.run()))
        assert "A finished example" in [each.value for each in tab.header]
        assert "was deleted" not in words(sound(tab.run()))
    sound(first.button(key="dream").click().run())
    assert [batch.number for batch in first.session_state["visit"].batches] == [2]


def test_a_running_dream_that_is_deleted_elsewhere_can_still_be_clicked(monkeypatch, fake):
    page = dream(monkeypatch, fake, end=False)
    other = tick(shelf(monkeypatch, fake), "job1", "job2")
    sound(other.button(key="shelf.delete").click().run())
    sound(page.button(key="cancel.job1").click().run())  # drawn before
    assert "which was shown here, was deleted" in words(page)


def test_delete_all_is_asked_once(monkeypatch, fake):
    dream(monkeypatch, fake)
    dream(monkeypatch, fake, ONE, browser="another")
    page = shelf(monkeypatch, fake)
    assert "All 2 dreams of this browser go" in words(page)
    sound(page.button(key="shelf.delete_all").click().run())
    assert "2 dreams deleted." in words(page) and on(page) == []
    assert fake.forgotten == ["job1", "job2"]
    assert on(shelf(monkeypatch, fake, browser="another")) == ["job3"]


def test_what_runs_is_shown_and_can_be_cancelled(monkeypatch, fake):
    dream(monkeypatch, fake, end=False)
    fake.advance(2)
    page = shelf(monkeypatch, fake)
    assert "Octave 1 of 2 · step 2 of 3" in words(page)
    assert "Waiting, number 1 in line" in words(page)
    sound(page.button(key="shelf.cancel.job1").click().run())
    assert fake.ended["job1"] == ("cancelled", None)
    assert "ended in octave 1" in words(page)
    fake.cancel("job2")  # before its first step
    assert on(sound(page.run())) == ["job1"]
    assert "No longer kept" not in words(page)


def test_who_comes_back_by_the_bare_address_keeps_what_runs(monkeypatch, fake):
    page = dream(monkeypatch, fake, end=False)
    visit = page.session_state["visit"]
    presence._release((visit, fake))
    ((jobs, back),) = fake.orphans
    assert list(jobs) == ["job1", "job2"]
    alone = visit.sessions.copy()
    presence.shelf(visit).sessions.clear()
    visit.sessions.clear()
    assert not back()
    shelf(monkeypatch, fake, browser="another")
    assert not back()
    shelf(monkeypatch, fake)
    assert back() and alone


def test_more_than_five_clicks_stay_on_the_shelf(monkeypatch, fake):
    page = dream(monkeypatch, fake, ONE)
    for _ in range(visitors.MAX_BATCHES):
        sound(page.button(key="dream").click().run())
        fake.finish()
        sound(page.run())
    assert len(page.session_state["visit"].batches) == visitors.MAX_BATCHES
    assert fake.forgotten == [] and len(on(shelf(monkeypatch, fake))) == visitors.MAX_BATCHES + 1


def test_a_full_shelf_lets_the_oldest_go_and_says_so(monkeypatch, fake):
    monkeypatch.setattr(shelves, "MAX_DREAMS", 3)
    dream(monkeypatch, fake)
    dream(monkeypatch, fake)
    page = shelf(monkeypatch, fake)
    assert on(page) == ["job3", "job4", "job2"] and fake.forgotten == ["job1"]
    assert "No longer kept: Fur." in words(page)
    sound(page.button(key="shelf.understood").click().run())
    assert "No longer kept" not in words(page)


def test_what_the_store_let_go_is_said_and_not_shown(monkeypatch, fake):
    dream(monkeypatch, fake)
    dream(monkeypatch, fake, ONE)
    del fake.requests["job1"], fake.requests["job3"]
    page = shelf(monkeypatch, fake)
    assert on(page) == ["job2"]
    assert "No longer kept: Lines and Fur." in words(page)
    del fake.requests["job2"]
    page = shelf(monkeypatch, fake)
    assert "No longer kept: Eyes, Lines and Fur." in words(page)
    assert "What you dream comes to stand here." in words(page)


def branch(monkeypatch, fake, of):
    """Dream on from the end of the third octave of a dream."""
    page = dream(monkeypatch, fake, ONE, end=False)
    job = list(fake.requests)[-1]
    parent = Parent(fake.recording(of).provenance.id, 2, 9)
    fake.requests[job] = dataclasses.replace(fake.requests[job], parent=parent)
    fake.finish()
    return page


def test_what_grew_from_what_is_told_with_a_jump(monkeypatch, fake):
    dream(monkeypatch, fake)
    branch(monkeypatch, fake, "job2")
    said = [block.proto.body for block in shelf(monkeypatch, fake).get("html")]
    (child,) = [body for body in said if "octave 3" in body]
    assert ">Eyes</a>, octave 3" in child
    target = child.partition('href="#')[2].partition('"')[0]
    (parent,) = [body for body in said if f'id="{target}"' in body]
    assert "1 grew from it" in parent
    presence.delete(fake, visitors.Visit("mine"), ["job2"])
    assert "from octave 3 of a dream that is not here" in words(shelf(monkeypatch, fake))


def test_the_shared_link_tells_nothing_of_the_dreams(monkeypatch, fake):
    dream(monkeypatch, fake)
    page = shelf(monkeypatch, fake)
    (link,) = [block.value for block in page.code if "setup=" in block.value]
    assert link.endswith("&part=dreams") and "visit=" not in link and "dreamt" not in link
    assert "Opens the dreams of the browser that opens it" in words(page)


BERLIN = timezone(timedelta(hours=1))
NOON = 1_764_158_400.0  # 26 November 2025, 12:00 UTC


@pytest.mark.parametrize(
    ("when", "where", "told"),
    [
        (NOON, None, "12:00 UTC"),
        (NOON, BERLIN, "13:00"),
        (NOON + 11 * 3600, BERLIN, "27 Nov, 00:00"),
        (NOON - 86_400, None, "25 Nov, 12:00 UTC"),
    ],
)
def test_times_are_those_of_the_visitor_s_clock(when, where, told):
    assert clock.clock(when, NOON, where) == told


def test_how_long_it_is_kept_is_told_in_hours():
    told = [clock.hours(seconds).replace("\u00a0", " ") for seconds in (3600, 7200, 5400, 60, 0)]
    assert told == ["1 hour", "2 hours", "90 min", "1 min", "1 s"]


def test_a_dream_that_goes_while_the_page_is_drawn_leaves_no_trace(monkeypatch, fake):
    dream(monkeypatch, fake)

    page, asked, real = shelf(monkeypatch, fake), [], fake.status

    def status(job):
        asked.append(job)
        if len(asked) > 1:
            raise DreamError("this dream is no longer kept: start it again")
        return real(job)

    monkeypatch.setattr(fake, "status", status)
    assert on(sound(page.run())) == ["job1"]
    assert on(sound(page.run())) == []


def test_units_of_a_shelf():
    mine = shelves.Shelf()
    run = visitors.Run("a", "A", 0, None, "vgg16")
    assert mine.add(visitors.Batch(1, (run,), "cat"), lambda job: False) == []
    assert mine.thumbnail("a", lambda: b"1") == mine.thumbnail("a", lambda: b"2") == b"1"
    mine.remove(["a"])
    assert mine.thumbnail("a", lambda: b"3") == b"3" != mine.thumbnail("a", lambda: b"4")
    assert mine.gone(0) == [] and mine.jobs == []


def test_dreams_that_run_are_not_dropped_for_others(monkeypatch):
    monkeypatch.setattr(shelves, "MAX_DREAMS", 2)
    mine = shelves.Shelf()
    for name in "abc":
        batch = visitors.Batch(1, (visitors.Run(name, name, 0, None, "vgg16"),), "cat")
        dropped = mine.add(batch, lambda job: job == "a")
    assert dropped == ["b"] and mine.jobs == ["a", "c"]
    assert mine.gone(time.time() - 60) == ["b"] and mine.gone(time.time() + 60) == []


def test_the_oldest_shelves_go_first_but_busy_ones(monkeypatch):
    monkeypatch.setattr(shelves, "MAX_SHELVES", 2)
    every = shelves.Shelves(60.0)
    first = every.made("a", lambda shelf: False)
    assert every.find("a") is first and every.find("") is None
    every.made("b", lambda shelf: False)
    every.touch("a")
    every.made("c", lambda shelf: False)
    assert [every.find(name) is None for name in "abc"] == [False, True, False]
    every.made("d", lambda shelf: shelf is first)
    assert every.find("a") is first and every.find("c") is None
    brief = shelves.Shelves(0.0)
    brief.made("a", lambda shelf: False)
    brief.made("b", lambda shelf: False)
    assert brief.find("a") is None
