"""What a dream and an analysis have in common as tasks."""

import numpy as np
import pytest

from dreamlab.analysis import Item
from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance
from dreamlab.images import Picture
from dreamlab.results.frame import Frame
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Checkpoint, Loaded, Place

PICTURE = Picture(np.zeros((64, 96, 3), np.uint8))
CONFIG = DreamConfig(layers={"block1_conv1": 1.0}, octaves=2, iterations=3)
DREAM = DreamTask(PICTURE, CONFIG)
ATLAS = AnalysisTask(PICTURE, "atlas", AtlasSettings(layers=("block1_conv1",)))
LOADED = Loaded("vgg16", "0" * 64, PICTURE)
PROVENANCE = Provenance(CONFIG, "vgg16", "0" * 64, "float32")
LOSS = LossPoint(0, 45, 68, 0, 1.0, {})
FRAME = Frame(0, 2, True, PICTURE)
ITEMS = tuple(Item(name, name, {}) for name in "ab")


@pytest.mark.parametrize("task", [DREAM, ATLAS])
def test_it_says_what_it_is_before_anything_runs(task):
    assert task.noun in ("dream", "atlas") and task.remedy().startswith("choose ")
    assert (task.model, task.precision, task.picture) == ("vgg16", "auto", PICTURE)
    assert task.cost().work > task.cost().pixel_steps > 0
    assert task.collect([], 0.0, False) is None and task.kept([]) == ()


def test_a_dream_is_kept_up_to_its_last_checkpoint():
    checkpoint = Checkpoint(1, np.zeros((45, 68, 3), np.float32), 2.0)
    before = [LOADED, PROVENANCE, LOSS, FRAME, checkpoint]
    assert DREAM.kept([*before, LOSS, Place(0.6, "")]) == tuple(before)
    assert DREAM.kept([LOADED, PROVENANCE, LOSS]) == ()


def test_a_dream_is_collected_as_far_as_it_came():
    recording = DREAM.collect([LOADED, PROVENANCE, LOSS, FRAME, LOSS], 3.0, False)
    assert (recording.losses, recording.frames) == ([LOSS, LOSS], [FRAME])
    assert (recording.original, recording.provenance) == (PICTURE, PROVENANCE)
    assert (recording.seconds, recording.finished) == (3.0, False)
    assert DREAM.collect([PROVENANCE, FRAME], 3.0, True).finished
    assert DREAM.extent(recording) == "2 octaves, 3 steps each"


def test_an_analysis_keeps_each_item_once():
    again = Item("a", "a", {"again": True})
    assert ATLAS.kept([LOADED, *ITEMS, Place(0.5, ""), again]) == (again, ITEMS[1])


def test_an_analysis_is_collected_as_far_as_it_came():
    findings = ATLAS.collect([LOADED, ITEMS[0], Place(0.5, "a"), ITEMS[1]], 2.0, False)
    assert (findings.items, findings.complete, findings.seconds) == (ITEMS, False, 2.0)
    assert (findings.model, findings.weights) == ("vgg16", "0" * 64)
    assert findings.original is PICTURE
    assert ATLAS.collect([LOADED, *ITEMS], 2.0, True).complete
    assert ATLAS.extent(findings) == "2 items"
    # Of a run that never loaded its network only the name that was asked for is known.
    resumed = ATLAS.collect(ITEMS, 0.0, False)
    assert (resumed.model, resumed.weights, resumed.original) == ("vgg16", "", PICTURE)
