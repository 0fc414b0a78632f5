"""Analyses of a set of pictures as tasks."""

from dreamlab.analysis import named
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.tasks.events import Loaded
from dreamlab.tasks.task import Allowance
from tests.support.drawn_sets import coloured
from tests.support.tiny import normalizing_model

SETTINGS = named("separability").settings(max_side=32, precision="float32", reliance=False)


def test_a_network_without_a_preprocessing_of_its_own_is_fed_as_it_was_trained(tmp_path):
    path = tmp_path / "own.keras"
    normalizing_model().save(path)
    task = AnalysisTask(None, "separability", SETTINGS, str(path), coloured(2))
    events = []
    assert task.run([], events.append, lambda: False, Allowance(1e9, own_models=True))
    loaded = next(event for event in events if isinstance(event, Loaded))
    assert (loaded.model, loaded.input_range) == ("own.keras", "-1,1")
    found = task.collect(events, 1.0, True)
    assert found.items[0].values["counts"] == [2, 2]
    assert [item.values["layer"] for item in found.items[1:] if "layer" in item.values]


def test_the_cost_grows_with_the_pictures_and_the_conditions():
    def work(pictures, **values):
        return AnalysisTask(
            None, "separability", SETTINGS.replace(**values), "vgg16", pictures
        ).cost()

    few, many = work(coloured(2)), work(coloured(4))
    assert many.work == 2 * few.work
    assert work(coloured(2), reliance=True).work == 4 * few.work
    beside = work(coloured(2), beside=("vgg16:untrained",))
    assert beside.work == 2 * few.work and beside.pixel_steps == 2 * few.pixel_steps
