"""What a task lets go of once it has ended."""

import numpy as np

from dreamlab.analysis import Findings, named
from dreamlab.images import Picture, PictureSet
from dreamlab.tasks.analysis_task import AnalysisTask


def test_a_set_of_pictures_is_not_kept_with_what_was_found_in_it():
    pictures = PictureSet(
        np.arange(2, dtype=np.uint8).repeat(224 * 224 * 3).reshape(2, 224, 224, 3),
        ("a.png", "b.png"),
        ("", ""),
    )
    settings = named("examples").settings()
    task = AnalysisTask(None, "examples", settings, pictures=pictures)
    assert task.nbytes == pictures.nbytes
    small = Picture(np.zeros((8, 8, 3), np.uint8))
    found = Findings("examples", settings.to_dict(), "vgg16", "", (), True, 1.0, small)
    for result, left in ((None, 0), (found, small.nbytes)):
        released = task.released(result)
        assert released.pictures is None
        assert released.nbytes == left
