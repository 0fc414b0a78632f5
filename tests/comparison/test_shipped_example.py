import numpy as np
import pytest

from dreamlab.comparison import shipped_example
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images import Picture, load_image
from dreamlab.results.recording import Recording
from dreamlab.tasks.dream_task import DreamTask
from tests.support.fake_backend import FakeBackend


@pytest.fixture
def recording():
    fake = FakeBackend()
    picture = Picture(np.full((40, 60, 3), 90, np.uint8))
    job = fake.submit("me", DreamTask(picture, DreamConfig.preset("layer2")))
    fake.finish()
    return fake.result(job)


def test_what_was_written_is_shown(tmp_path, monkeypatch, recording):
    shipped_example.write(tmp_path / "example", [("Layer 2", recording)])
    monkeypatch.setattr(shipped_example, "_FOLDER", tmp_path / "example")
    shipped_example.load.cache_clear()
    content = shipped_example.load()
    shipped_example.load.cache_clear()
    (dream,) = content.dreams
    assert (dream.name, dream.layers) == ("Layer 2", {"block3_conv3": 2.0})
    assert dream.losses == tuple(recording.losses)
    assert load_image(content.original).shape == (40, 60, 3)
    assert load_image(dream.picture).shape == (40, 60, 3)


def test_no_example(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped_example, "_FOLDER", tmp_path)
    shipped_example.load.cache_clear()
    assert shipped_example.load() is None
    shipped_example.load.cache_clear()


def test_an_empty_run_is_refused(tmp_path):
    with pytest.raises(DreamError, match="empty"):
        shipped_example.write(tmp_path, [("Nothing", Recording())])
