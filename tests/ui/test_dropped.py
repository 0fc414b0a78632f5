"""A file that dreamlab made, dropped on the page: settings, picture, or both."""

import hashlib
import json

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Parent
from dreamlab.images import Picture, load_image, png
from dreamlab.results import export
from dreamlab.tasks.dream_task import DreamTask
from tests.support.fake_backend import FakeBackend, open_page, sound, upload, uploader, words

CONFIG = DreamConfig(layers={"block1_conv2": 3.0}, octaves=2, iterations=3, seed=17)


@pytest.fixture(scope="module")
def recording():
    other = FakeBackend()
    job = other.submit("me", DreamTask(Picture.of(load_image(upload(96, 64))), CONFIG))
    other.finish()
    return other.result(job)


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake)


def drop(page, data, name="dream.png"):
    return sound(uploader(page).upload(name, data).run())


def answer(page, word):
    return sound(page.button(key=f"dropped.{word}").click().run())


def sent(page, fake):
    sound(page.button(key="dream").click().run())
    return list(fake.requests.values())


def test_nothing_changes_until_it_is_answered(page, fake, recording):
    drop(page, export.png(recording))
    assert "Made by dreamlab" in words(page) and len(page.session_state["variants"]) == 4
    assert {task.picture.shape for task in sent(page, fake)} == {(300, 451)}


def test_settings(page, fake, recording):
    answer(drop(page, export.png(recording)), "settings")
    assert "Made by dreamlab" not in words(page)
    (task,) = sent(page, fake)
    assert (task.config, task.picture.shape, task.parent) == (CONFIG, (300, 451), None)


def test_the_picture_grew_from_its_dream(page, fake, recording):
    data = export.png(recording)
    answer(drop(page, data), "picture")
    tasks = sent(page, fake)
    text = json.dumps(recording.provenance.to_dict())
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert name == recording.provenance.id
    assert [task.parent for task in tasks] == [Parent(name, 1, 2)] * 4
    assert np.array_equal(tasks[0].picture.pixels, recording.final.pixels)
    assert CONFIG not in [task.config for task in tasks]


def test_both(page, fake, recording):
    answer(drop(page, export.png(recording)), "both")
    (task,) = sent(page, fake)
    assert (task.config, task.picture.shape) == (CONFIG, (64, 96))
    assert task.parent == Parent(recording.provenance.id, 1, 2)


def test_the_picture_of_an_octave_is_its_place(page, fake, recording):
    (name, data), *_ = export.octave_pngs(recording).items()
    answer(drop(page, data, name), "picture")
    assert sent(page, fake)[0].parent == Parent(recording.provenance.id, 0, 2)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_a_film_begins_with_the_original(page, fake, recording, kind):
    answer(drop(page, getattr(export, kind)(recording), f"film.{kind}"), "both")
    (task,) = sent(page, fake)
    assert task.config == CONFIG and task.parent is None


def test_nothing(page, fake, recording):
    answer(drop(page, export.png(recording)), "nothing")
    assert "Made by dreamlab" not in words(page)
    assert {task.picture.shape for task in sent(page, fake)} == {(300, 451)}


def test_a_further_upload_takes_the_question_back(page, fake, recording):
    drop(page, export.png(recording))
    drop(page, upload(80, 60), "mine.png")
    assert "Made by dreamlab" not in words(page)
    assert {task.picture.shape for task in sent(page, fake)} == {(60, 80)}


def test_settings_alone_are_taken_at_once(page, fake, recording):
    drop(page, export.config_json(recording), "config.json")
    assert "settings are restored" in words(page)
    assert [task.config for task in sent(page, fake)] == [CONFIG]


def test_a_picture_that_cannot_be_read_has_its_settings_still(page, recording):
    drop(page, export.png(recording)[:1600])
    keys = {button.key for button in page.button}
    assert "dropped.settings" in keys
    assert "dream.png" in words(page)


def test_settings_of_a_newer_version_are_one_sentence_and_then_a_picture(page, fake):
    stored = {"model": "vgg16", "config": {**CONFIG.to_dict(), "from_the_future": 1}}
    data = png(np.zeros((64, 64, 3), np.uint8), text={"dreamlab": json.dumps(stored)})
    drop(page, data)
    assert words(page).count("The file's settings were not taken over: ") == 1
    assert {task.picture.shape for task in sent(page, fake)} == {(64, 64)}


@pytest.mark.parametrize(("name", "more"), [("guide", {}), ("mask", {})])
def test_a_picture_that_the_settings_need_is_named(page, name, more):
    stored = {"model": "vgg16", "config": CONFIG.replace(**{name: "picture"}, **more).to_dict()}
    data = png(np.zeros((64, 64, 3), np.uint8), text={"dreamlab": json.dumps(stored)})
    answer(drop(page, data), "settings")
    assert f"The {name} is a picture, which is not here; give it again." in words(page)


def test_several_are_pictures_each_with_its_parent(page, fake, recording):
    mine = ("mine.png", upload(80, 60), "image/png")
    sound(uploader(page).set_value([mine, ("dream.png", export.png(recording), "")]).run())
    assert "Made by dreamlab" not in words(page)
    parents = [task.parent for task in sent(page, fake)]
    assert parents == [None] * 4 + [Parent(recording.provenance.id, 1, 2)] * 4
