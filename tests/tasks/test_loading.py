"""Which network a worker takes for a task, and which it does not."""

import os

import keras
import pytest
from keras import layers as kl

from dreamlab import models, own_models
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import worker
from dreamlab.jobs.assignment import Assignment
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Loaded, Timed
from dreamlab.tasks.loading import network_of
from dreamlab.tasks.task import TYPICAL_OPERATIONS, Allowance
from tests.support.own import classifier
from tests.support.tiny import picture

IMAGE = Picture.of(picture(64, 64))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The worker's folder, with a network that does not say its range, and one outside."""
    keras.utils.set_random_seed(1)
    monkeypatch.setattr(own_models, "_known", {})
    folder = tmp_path / "networks"
    folder.mkdir()
    classifier(lambda x: x).save(folder / "mine.keras")
    classifier(lambda x: x).save(tmp_path / "outside.keras")
    return folder


def _refused(model, **allowed):
    with pytest.raises(DreamError) as caught:
        network_of(model, Allowance(1e8, **allowed))
    sentence = str(caught.value)
    assert len(sentence) < 320 and sentence.isprintable()
    return sentence


def test_a_name_in_the_folder_is_taken(folder):
    network = network_of("mine.keras", Allowance(1e8, models=str(folder), input_range="0,1"))
    assert (network.name, network.feeding.range) == ("mine.keras", "0,1")
    assert own_models.own("mine.keras").layers == network.layers
    twin = network_of("mine.keras:untrained", Allowance(1e8, models=str(folder)))
    assert twin.name == "mine.keras:untrained"
    assert twin.weights != network.weights


def test_nothing_else_is_taken(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    for model in (
        "../outside.keras",
        str(tmp_path / "outside.keras"),
        str(folder / "mine.keras"),
        "./mine.keras",
        "absent.keras",
        "absent.keras:untrained",
        "..",
        "",
        "a\0b.keras",
        "x" * 5000,
    ):
        said = _refused(model, models=str(folder))
        assert "is not where it was to run: whoever runs this page puts it into" in said
    assert "'mine.keras' is not where it was to run" in _refused("mine.keras")
    # Strangers may read the sentence, and learn no path of the machine.
    gone = _refused("mine.keras", models=str(tmp_path / "gone"))
    assert str(tmp_path) not in gone


def test_a_path_is_taken_where_that_is_allowed(folder, tmp_path):
    allowance = Allowance(1e8, models=str(folder), own_models=True)
    assert network_of(str(tmp_path / "outside.keras"), allowance).name == "outside.keras"


def test_the_zoo_needs_no_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(models, "cached_model", lambda model: model)
    for name in ("vgg16", "efficientnet_lite0:untrained"):
        assert network_of(name, Allowance(1e8, models=str(tmp_path / "gone"))) == name


def _dream(folder, monkeypatch, model="mine.keras", layer="conv_b"):
    monkeypatch.setenv("DREAMLAB_MODELS", str(folder))
    monkeypatch.setenv("DREAMLAB_INPUT_RANGE", "-1,1")
    config = DreamConfig(layers={layer: 1}, octaves=1, iterations=2, precision="float32")
    outcome = worker.run(Assignment("job", DreamTask(IMAGE, config, model), ()), Allowance(1e8))
    return outcome, [event for _, event in outcome.events]


def test_a_worker_dreams_with_the_owners_network(folder, monkeypatch):
    outcome, events = _dream(folder, monkeypatch)
    assert (outcome.state, outcome.error) == ("done", None)
    assert events[0].model == "mine.keras" and isinstance(events[0], Loaded)
    # How fast it was is told for the work that the page has counted.
    (timed,) = (event for event in events if isinstance(event, Timed))
    (conv_b,) = (x for x in own_models.own("mine.keras").layers if x.name == "conv_b")
    assert timed.work == 64 * 64 * 2 * conv_b.operations != 64 * 64 * 2 * TYPICAL_OPERATIONS


def test_a_file_that_changes_or_goes_ends_a_dream_in_one_sentence(folder, monkeypatch):
    assert _dream(folder, monkeypatch)[0].state == "done"
    path = folder / "mine.keras"
    other = keras.Sequential([keras.Input((None, None, 3)), kl.Conv2D(2, 3, name="other")])
    other.save(path)
    os.utime(path, (1, 1))
    outcome, _ = _dream(folder, monkeypatch)
    assert outcome.error == "mine.keras has no layer 'conv_b': choose from other"
    assert _dream(folder, monkeypatch, layer="other")[0].state == "done"
    path.write_bytes(b"PK\3\4 no more")
    outcome, _ = _dream(folder, monkeypatch, layer="other")
    assert "mine.keras is cut short" in outcome.error
    path.unlink()
    outcome, _ = _dream(folder, monkeypatch, layer="other")
    assert "'mine.keras' is not where it was to run" in outcome.error


def test_an_untrained_twin_follows_its_file(folder, monkeypatch):
    first, _ = _dream(folder, monkeypatch, "mine.keras:untrained")
    assert first.state == "done"
    keras.Sequential([keras.Input((None, None, 3)), kl.Conv2D(2, 3, name="other")]).save(
        folder / "mine.keras"
    )
    os.utime(folder / "mine.keras", (1, 1))
    again, _ = _dream(folder, monkeypatch, "mine.keras:untrained", "other")
    assert again.state == "done"
