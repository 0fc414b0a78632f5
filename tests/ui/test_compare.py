import math
from dataclasses import replace

import pytest
from streamlit.runtime.caching.cache_resource_api import clear_session_cache

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.preflight import Check
from dreamlab.comparison.variant import Variant
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images import Picture, data_url, load_image
from dreamlab.jobs import Status
from dreamlab.report.words import in_words
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui.dreams.card import progress, waiting
from dreamlab.ui.dreams.scrubber import ORIGINAL, frame_at, places
from dreamlab.ui.inputs.dream_button import send_off
from dreamlab.ui.inputs.plan import PlannedDream
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.state import Draft
from dreamlab.ui.session.visitors import Run, Visit
from tests.support.fake_backend import FakeBackend, large, open_page, sound, upload, words

SETUP = Comparison(
    variants=(
        Variant(name="Mixed", layers={"block2_conv2": 0.5, "block5_conv2": 1.5}),
        Variant(name="Single", layers={"block3_conv3": 2.0}, overrides={"octaves": 1}),
    ),
    common={"octaves": 2, "iterations": 3},
    max_side=128,
)


@pytest.fixture
def page(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    return sound(page.button(key="dream").click().run())


def finish(page, fake):
    fake.finish()
    return sound(page.run())


def table(page) -> dict[str, list[str]]:
    (element,) = page.table
    return element.value.to_dict("list")


def pictures(page) -> list[str]:
    _, *others = page.image  # the first is that of a phone, above the variants
    return [image.proto.imgs[0].url for image in others]


def test_place_in_the_queue_and_progress(page, fake):
    fake.advance(2)
    said = words(sound(page.run()))
    assert "Octave 1 of 2 · step 2 of 3 · loss 2.275 · 2 s left" in said
    assert "Waiting, number 1 in line" in said


def test_a_live_picture_needs_no_file(page, fake):
    # Streamlit might drop a file before a slow browser requests it.
    fake.advance(3)
    sound(page.run())
    assert data_url(fake.status("job1").preview) in pictures(page)
    assert not any("data:" in picture for picture in pictures(finish(page, fake)))


def test_progress_names_what_is_known():
    run = Run("a", "One", 0, DreamConfig(layers={"block3_conv3": 1.0}), "vgg16")
    assert progress(DreamView(run, Status("a", "running"))) == "Starting"
    recording = Recording()
    recording.losses = [LossPoint(0, 8, 8, 0, loss, {}) for loss in (1.0, 12345.0)]
    doing = "Octave 2 of 3 · step 1 of 10"
    status = Status("a", "running", recording, doing=doing, seconds_left=90)
    assert (
        progress(DreamView(run, status))
        == f"{doing} · loss 1.234e+04 · 1\u00a0min\u00a030\u00a0s left"
    )


def test_waiting_says_how_long_where_that_is_known():
    assert waiting(Status("a", "queued", place=2)) == "Waiting, number 2 in line"
    state = Status("a", "queued", place=1, expected_wait=90)
    assert waiting(state) == "Waiting, number 1 in line · starts in about 1\u00a0min\u00a030\u00a0s"
    gave_way = Status("a", "queued", place=2, expected_wait=5, seconds=11.0)
    assert waiting(gave_way) == "Waiting, number 2 in line · goes on in about 5\u00a0s"


def test_what_stands_in_the_way_of_all_is_said_once(page, fake):
    fake.problem = "the workers cannot be reached at the moment; dreams go on as soon as they can"
    fake.says["job1"] = {"notice": fake.problem}
    assert words(sound(page.run())).count("he workers cannot be reached") == 1
    fake.finish()
    assert words(sound(page.run())).count("The workers cannot be reached") == 1
    fake.problem = None
    fake.says.clear()
    assert "cannot be reached" not in words(sound(page.run()))


def test_what_stands_in_the_way_of_one_is_said_with_it(page, fake):
    fake.says["job1"] = {"notice": "its worker was lost; it is tried once more"}
    assert "⚠ its worker was lost; it is tried once more" in words(sound(page.run()))


def test_a_second_click_on_dream_sends_nothing(fake):
    picture = Picture.of(load_image(upload()))
    request = DreamTask(picture, DreamConfig(layers={"block3_conv3": 1.0}))
    visit, planned = Visit("me"), [PlannedDream(Draft(1, 0, "One", "vgg16"), request, Check())]
    send_off(fake, visit, planned, "shades")
    send_off(fake, visit, planned, "shades")
    assert len(fake.requests) == len(visit.batches) == 1
    fake.finish()
    send_off(fake, visit, planned, "shades")
    assert len(fake.requests) == len(visit.batches) == 2


def test_a_dream_that_is_stopping_says_so(page, fake):
    fake.says["job1"] = {"stopping": True}
    button = sound(page.run()).button(key="cancel.job1")
    assert (button.label, button.disabled) == ("Stopping…", True)
    assert not page.button(key="cancel.job2").disabled


def test_cancel_one_keeps_what_is_done(page, fake):
    fake.advance(2)
    page.run()
    page.button(key="cancel.job1").click().run()
    fake.finish()
    said = words(sound(page.run()))
    assert "Stopped in octave 1" in said
    assert table(page)["State"] == ["cancelled", "done"]
    assert page.get("download_button")


def test_cancel_all(page, fake):
    fake.advance(1)
    page.run()
    page.button(key="cancel_all").click().run()
    assert table(sound(page))["State"] == ["cancelled", "cancelled"]
    assert "Stopped before the first step." in words(page)
    assert not page.button(key="dream").disabled


def test_a_failure_is_one_sentence_and_the_others_go_on(page, fake):
    fake.fail("job1", "the worker ran out of memory; choose a smaller picture")
    finish(page, fake)
    assert "⚠ the worker ran out of memory; choose a smaller picture" in words(page)
    assert table(page)["State"] == ["failed", "done"]


def test_widgets_never_lose_a_running_or_finished_result(page, fake):
    fake.advance(4)
    page.number_input(key="common.seed").set_value(8).run()
    page.button(key="comparison.Mixed").click().run()
    assert list(fake.requests) == ["job1", "job2"]
    finish(page, fake)
    page.number_input(key="common.seed").set_value(9).run()
    page.segmented_control(key="source").set_value("galaxies").run()
    assert table(sound(page))["Variant"] == ["Mixed", "Single"]
    assert list(fake.requests) == ["job1", "job2"]


def test_table(page, fake):
    finish(page, fake)
    columns = table(page)
    # the fake's losses: weight * (octave + 1) * (1 + 0.1 * step), 0.15 for a second layer
    assert columns["First loss"] == ["2", "2"]
    assert columns["Last loss"] == ["5.1", "2.4"]
    assert columns["Gain"] == ["×\u00a02.55", "×\u00a01.2"]
    assert columns["Steps"] == ["6", "3"]
    assert all(0 < float(text) < 2 for text in columns["Moved"])
    # All steps were taken, so the work is the one that was foreseen.
    work = [in_words(fake.requests[job].cost().work) for job in ("job1", "job2")]
    assert columns["Multiplications"] == work
    assert columns["Precision"] == ["float32", "float32"]
    assert words(page).count("VGG16 was fed pictures in -1 to 1.") == 1


def test_one_scrubber_moves_all(page, fake):
    finish(page, fake)
    scrubber = page.select_slider(key="place.1")
    assert list(scrubber.options) == ["Original", "Octave 1", "Octave 2"]
    original, mixed, single, _ = pictures(page)
    assert len({original, mixed, single}) == 3
    sound(scrubber.set_value(0).run())
    assert pictures(page)[:3] == [original] * 3
    sound(page.select_slider(key="place.1").set_value(1).run())
    between = pictures(page)
    assert between[1] not in (original, mixed)  # the first of two octaves
    assert between[2] == single  # its only octave


def test_places_and_frames(page, fake):
    finish(page, fake)
    mixed, single = (fake.result(job) for job in ("job1", "job2"))
    steps = places([mixed, single])
    assert steps == [ORIGINAL, (0, math.inf), (1, math.inf)]
    assert [frame_at(mixed, where) for where in steps] == [None, 0, 1]
    assert [frame_at(single, where) for where in steps] == [None, 0, 0]


def test_places_with_steps_kept(monkeypatch, fake):

    page = open_page(monkeypatch, fake, setup=replace(SETUP, every=2).encode())
    page.button(key="dream").click().run()
    finish(page, fake)
    options = list(page.select_slider(key="place.1").options)
    assert options == ["Original", "Octave 1, step 2", "Octave 1", "Octave 2, step 2", "Octave 2"]


def test_before_and_after(page, fake):
    finish(page, fake)
    assert not large(page)
    page.button(key="large-job2").click().run()
    assert len(large(sound(page))) == 1
    page.button(key="close").click().run()
    assert not large(sound(page))


def test_pictures_across(page, fake):
    finish(page, fake)
    assert page.session_state["across"] == 3
    sound(page.segmented_control(key="across").set_value(2).run())
    assert len(pictures(page)) == 4


def test_every_picture_has_words(page, fake):
    finish(page, fake)
    assert all(image.proto.imgs[0].alt for image in page.image)


def test_earlier_dreams_can_be_looked_at_again(page, fake):
    finish(page, fake)
    page.button(key="comparison.Noise alone").click().run()
    page.button(key="dream").click().run()
    finish(page, fake)
    assert table(page)["Variant"] == ["Noise alone"]
    page.segmented_control(key="batch").set_value(1).run()
    assert table(sound(page))["Variant"] == ["Mixed", "Single"]


def test_the_oldest_dreams_of_a_browser_without_a_shelf_are_forgotten(monkeypatch, fake):
    page = open_page(monkeypatch, fake, browser="", setup=SETUP.encode())
    for _ in range(6):
        page.button(key="dream").click().run()
        finish(page, fake)
    assert fake.forgotten == ["job1", "job2"]
    del fake.requests["job3"]  # the store has let go of it by itself
    sound(page.button(key="dream").click().run())
    assert fake.forgotten[2:] == ["job4"]


def test_a_dream_that_is_no_longer_kept_is_said_so_beside_the_others(page, fake, monkeypatch):
    finish(page, fake)

    def forgetful(real):
        def status(job):
            if job == "job1":
                raise DreamError("this dream is no longer kept: dream it again")
            return real(job)

        return status

    monkeypatch.setattr(fake, "status", forgetful(fake.status))
    assert "this dream is no longer kept: dream it again" in words(sound(page.run()))
    assert table(page)["Variant"] == ["Mixed", "Single"]


def test_a_reload_finds_the_dreams_again(monkeypatch, page, fake):
    again = open_page(monkeypatch, fake, visit=page.query_params["visit"])
    assert "cancel.job1" in [button.key for button in again.button]
    fake.finish()
    assert table(sound(again.run()))["State"] == ["done", "done"]


def test_visitors_do_not_see_each_other(monkeypatch, page, fake):
    finish(page, fake)
    other = open_page(monkeypatch, fake, browser="another", visit="guessed")
    assert not other.table and "visit" not in other.query_params
    other.button(key="dream").click().run()
    assert fake.owners["job3"] != fake.owners["job1"]


def test_two_tabs_of_a_browser_take_turns_as_one_visitor(monkeypatch, fake):
    for browser in ("mine", "mine", "another"):
        page = open_page(monkeypatch, fake, browser=browser, setup=SETUP.encode())
        sound(page.button(key="dream").click().run())
    assert list(fake.owners.values()) == ["mine"] * 4 + ["another"] * 2


def test_a_full_queue_is_said(monkeypatch):
    fake = FakeBackend()
    fake.full = True
    page = open_page(monkeypatch, fake)
    page.button(key="dream").click().run()
    said = "Layer 1, Layer 2, Layer 3 and 1 more were not sent off: the queue is full"
    assert said in words(sound(page))


def test_noise_alone_has_pictures_and_no_losses(monkeypatch, fake):
    page = open_page(monkeypatch, fake)
    page.button(key="comparison.Noise alone").click().run()
    page.button(key="dream").click().run()
    finish(page, fake)
    assert "No losses" in words(page)
    assert table(page)["Gain"] == ["–"]


def test_a_visitor_who_left_is_told_to_the_backend(page, fake):
    assert not fake.orphans
    clear_session_cache("test session id")  # what Streamlit does when a session ends
    ((jobs, _),) = fake.orphans
    assert jobs == list(fake.requests)
