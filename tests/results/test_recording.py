"""Recordings of runs, with all ways to end."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.results.recording import Recording

PROVENANCE = Provenance(DreamConfig(layers={"a": 2.0}), "tiny", "random", "float32")


class Run:
    """A fake run; each step's picture has a single value and expires at the next step."""

    def __init__(self, octaves=2, iterations=3, side=4, fails_after=None):
        self.octaves, self.iterations, self.side = octaves, iterations, side
        self.fails_after = fails_after
        self.closed = False

    def steps(self):
        current = None
        count = 0
        try:
            for octave in range(self.octaves):
                side = self.side * (octave + 1)
                for iteration in range(self.iterations) if self.iterations else (-1,):
                    if current:
                        current.alive = False
                    if count == self.fails_after:
                        raise DreamError("the network broke")
                    current = FakeStep(octave, iteration, side, count)
                    current.ends_octave = iteration in (-1, self.iterations - 1)
                    yield current
                    count += 1
        finally:
            self.closed = True


class FakeStep(SimpleNamespace):
    guide = None

    @property
    def ends_dream(self):
        return self.ends_octave and self.octave == self.octaves - 1

    def __init__(self, octave, iteration, side, value):
        empty = iteration == -1
        super().__init__(
            octave=octave,
            octaves=2,
            height=side,
            width=side + 1,
            iteration=iteration,
            loss=float("nan") if empty else float(value),
            losses={} if empty else {"a": float(value)},
            original_picture=Picture.of(np.full((8, 9, 3), -1, np.float32)),
            provenance=PROVENANCE,
            ends_octave=False,
            alive=True,
            value=value,
        )

    @property
    def image(self):
        if not self.alive:
            raise RuntimeError("the picture is gone")
        return np.full((self.height, self.width, 3), self.value / 127.5 - 1, np.float32)


def values(recording):
    return [int(frame.pixels[0, 0, 0]) for frame in recording.frames]


def test_a_whole_run_keeps_one_frame_an_octave_and_every_loss():
    run, recording = Run(), Recording()
    passed = [(step.octave, step.iteration) for step in recording.record(run.steps())]
    assert passed == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert values(recording) == [2, 5]
    assert [(f.octave, f.iteration, f.height, f.width) for f in recording.frames] == [
        (0, 2, 4, 5),
        (1, 2, 8, 9),
    ]
    assert all(frame.ends_octave for frame in recording.frames)
    assert [point.loss for point in recording.losses] == [0, 1, 2, 3, 4, 5]
    assert recording.losses[4].losses == {"a": 4.0}
    assert (recording.losses[4].height, recording.losses[4].width) == (8, 9)
    assert recording.provenance is PROVENANCE
    assert recording.original.pixels.dtype == np.uint8 and not recording.original.pixels.any()
    assert recording.finished and recording.dropped == 0 and run.closed
    assert recording.seconds > 0
    assert recording.final is recording.frames[-1]
    assert recording.nbytes == 8 * 9 * 3 + 4 * 5 * 3 + 8 * 9 * 3


@pytest.mark.parametrize(
    ("every", "expected"), [(1, [0, 1, 2, 3, 4, 5]), (2, [1, 2, 4, 5]), (9, [2, 5])]
)
def test_every_keeps_frames_between_octaves_once_each(every, expected):
    recording = Recording(every=every)
    list(recording.record(Run().steps()))
    assert values(recording) == expected
    assert [int(f.pixels[0, 0, 0]) for f in recording.octave_frames] == [2, 5]


@pytest.mark.parametrize("every", [0, -3])
def test_every_below_one_is_refused(every):
    with pytest.raises(DreamError, match=f"every is {every}; keep a frame every 1 step"):
        Recording(every=every)


def test_octaves_without_steps_leave_frames_and_no_losses():
    recording = Recording(every=1)
    list(recording.record(Run(iterations=0).steps()))
    assert values(recording) == [0, 1]
    assert [frame.iteration for frame in recording.frames] == [-1, -1]
    assert recording.losses == []


def test_closing_in_an_octave_keeps_the_picture_so_far_and_closes_the_run():
    run, recording = Run(), Recording()
    passing = recording.record(run.steps())
    for _ in range(5):
        next(passing)
    passing.close()
    assert values(recording) == [2, 4]
    assert not recording.final.ends_octave and recording.final.iteration == 1
    assert recording.octave_frames == recording.frames
    assert len(recording.losses) == 5
    assert run.closed and not recording.finished
    assert recording.seconds > 0


def test_closing_at_the_end_of_an_octave_keeps_no_frame_twice():
    recording = Recording()
    passing = recording.record(Run().steps())
    for _ in range(3):
        next(passing)
    passing.close()
    assert values(recording) == [2]


def test_an_error_in_the_run_keeps_all_before_it_and_is_the_error_that_is_seen():
    run, recording = Run(fails_after=4), Recording()
    with pytest.raises(DreamError, match="the network broke"):
        list(recording.record(run.steps()))
    assert values(recording) == [2]  # the fourth step's picture died with the run
    assert len(recording.losses) == 4
    assert run.closed and not recording.finished


def test_an_error_in_the_run_keeps_the_picture_where_it_is_still_there():
    def steps():
        yield FakeStep(0, 0, 4, 7)
        raise KeyboardInterrupt

    recording = Recording()
    with pytest.raises(KeyboardInterrupt):
        list(recording.record(steps()))
    assert values(recording) == [7]


def test_a_list_of_steps_is_a_run_too():
    step = FakeStep(0, 0, 4, 3)
    step.ends_octave = True
    recording = Recording()
    assert list(recording.record([step])) == [step]
    assert values(recording) == [3]


def test_too_many_frames_between_octaves_are_thinned_first():
    frame = 4 * 5 * 3
    recording = Recording(every=1, max_bytes=8 * 9 * 3 + 4 * frame)
    list(recording.record(Run(octaves=1, iterations=10).steps()))
    # Four fit. 0 1 2 3 4 -> 1 3 4; 1 3 4 5 6 -> 3 5 6; 3 5 6 7 8 -> 5 7 8; and 9.
    assert values(recording) == [5, 7, 8, 9]
    assert recording.nbytes <= recording.max_bytes
    assert len(recording.frames) + recording.dropped == 10
    assert recording.final.ends_octave


def test_octaves_are_dropped_from_the_smallest_and_the_last_one_stays():
    recording = Recording(max_bytes=8 * 9 * 3 + 8 * 9 * 3 + 12 * 13 * 3)
    list(recording.record(Run(octaves=3, iterations=1).steps()))
    assert [frame.octave for frame in recording.frames] == [1, 2]
    assert recording.dropped == 1

    recording = Recording(max_bytes=1)
    list(recording.record(Run(octaves=3, iterations=1).steps()))
    assert [frame.octave for frame in recording.frames] == [2]
    assert recording.original is not None
    assert recording.dropped == 2


def test_losses_are_copied_from_the_step():
    step = FakeStep(0, 0, 4, 3)
    step.ends_octave = True
    recording = Recording()
    list(recording.record([step]))
    step.losses["a"] = 99.0
    assert recording.losses[0].losses == {"a": 3.0}


def test_an_empty_recording_says_so():
    recording = Recording()
    list(recording.record([]))
    assert recording.octave_frames == [] and recording.nbytes == 0
    with pytest.raises(DreamError, match="the recording is empty"):
        recording.final  # noqa: B018


def test_a_recording_travels_by_pickle():
    recording = Recording()
    list(recording.record(Run().steps()))
    copy = pickle.loads(pickle.dumps(recording))
    assert values(copy) == [2, 5]
    assert copy.provenance == recording.provenance and copy.losses == recording.losses
