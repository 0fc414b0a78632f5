"""An analysis that gives way whenever it is asked to: it ends, and does little twice."""

import pytest

from dreamlab.analysis import named
from dreamlab.images import Picture
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.tasks.events import Place
from dreamlab.tasks.task import Allowance
from tests.support.tiny import picture, wide_network

RUNS = {
    "atlas": {"most_steps": 4},
    "attribution": {"layers": {"second": 1.0}, "octaves": 2, "iterations": 2},
    "caricature": {"steps": 4},
    "channels": {"layer": "third", "count": 3, "steps": 3, "side": 33, "negative": True},
    "examples": {"layer": "third", "channels": (0, 1), "grown": False, "max_side": 48},
    "grid": {"octaves": 2, "most_steps": 4},
    "inversion": {"steps": 3, "draws": 2},
    "robustness": {"layers": ("first", "third"), "iterations": 2},
    "separability": {},
    "similarity": {"crops": 64, "side": 33},
}

#: Of these another run would do again what the items do not tell.
WHOLE = {"attribution", "examples", "similarity"}


@pytest.fixture(autouse=True)
def network(monkeypatch):
    network = wide_network()
    monkeypatch.setattr("dreamlab.models.cached_model", lambda model: network)


def task_of(name: str) -> AnalysisTask:
    analysis = named(name)
    settings = analysis.settings.from_dict({"precision": "float32", **RUNS[name]})
    image = Picture.of(picture(61, 47)) if analysis.needs_picture else None
    return AnalysisTask(image, name, settings)


@pytest.mark.parametrize("name", RUNS)
def test_an_analysis_that_always_gives_way_does_nothing_twice(name):
    task = task_of(name)

    def run(resume, give_way):
        events = []
        ended = task.run(resume, events.append, lambda: False, Allowance(1e8), lambda: give_way)
        return ended, events

    ended, whole = run((), False)
    assert ended
    kept, runs, steps = (), 0, 0
    ended = False
    while not ended:
        ended, events = run(kept, True)
        runs += 1
        before, kept = kept, task.kept([*kept, *events])
        assert ended or len(kept) > len(before)
        told = len(kept) - len(before)
        steps += sum(isinstance(event, Place) for event in events) - told - len(before)
    assert kept == task.kept(whole)
    items = len(kept)
    assert steps <= sum(isinstance(event, Place) for event in whole) - items
    assert (runs == 1) == (name in WHOLE)
