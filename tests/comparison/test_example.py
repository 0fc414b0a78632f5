import numpy as np
import pytest

from dreamlab.comparison import example
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images import load_image, png
from dreamlab.jobs.protocol import Request
from dreamlab.results.recording import Recording
from tests.support.fake_backend import FakeBackend


@pytest.fixture
def recording():
    fake = FakeBackend()
    picture = png(np.full((40, 60, 3), 90, np.uint8))
    job = fake.submit("me", Request(picture, DreamConfig.preset("layer2")))
    fake.finish()
    return fake.result(job)


def test_what_was_written_is_shown(tmp_path, monkeypatch, recording):
    example.write(tmp_path / "example", [("Layer 2", recording)])
    monkeypatch.setattr(example, "_FOLDER", tmp_path / "example")
    example.shipped.cache_clear()
    found = example.shipped()
    example.shipped.cache_clear()
    (exhibit,) = found.exhibits
    assert (exhibit.name, exhibit.layers) == ("Layer 2", {"block3_conv3": 2.0})
    assert exhibit.losses == tuple(recording.losses)
    assert load_image(found.original).shape == (40, 60, 3)
    assert load_image(exhibit.picture).shape == (40, 60, 3)


def test_no_example(tmp_path, monkeypatch):
    monkeypatch.setattr(example, "_FOLDER", tmp_path)
    example.shipped.cache_clear()
    assert example.shipped() is None
    example.shipped.cache_clear()


def test_an_empty_run_is_refused(tmp_path):
    with pytest.raises(DreamError, match="empty"):
        example.write(tmp_path, [("Nothing", Recording())])
