"""The log of a run's events."""

import dataclasses

import numpy as np

from dreamlab.images import Picture
from dreamlab.results.frame import Frame
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.events import Checkpoint, Place, Preview
from dreamlab.tasks.log import EventLog


def loss(iteration: int) -> LossPoint:
    return LossPoint(0, 8, 8, iteration, 1.0, {})


def frame(iteration: int, *, ends_octave: bool = False) -> Frame:
    return Frame(0, iteration, ends_octave, Picture(np.zeros((10, 10, 3), np.uint8)))


def test_events_are_numbered_and_told_from_a_number_on():
    log = EventLog(1e6)
    for iteration in range(3):
        log.append(loss(iteration))
    assert log.since(0) == tuple(enumerate(map(loss, range(3))))
    assert log.since(1) == ((1, loss(1)), (2, loss(2)))
    assert log.since(1) == ((1, loss(1)), (2, loss(2)))  # an answer that was lost is told again
    assert log.events == (loss(1), loss(2))  # what is acknowledged is not kept
    log.append(loss(3))
    assert log.since(3) == ((3, loss(3)),)
    assert len(log) == 4


def test_of_previews_places_and_checkpoints_the_last_is_kept():
    log = EventLog(1e6)
    pictures = [np.full((2, 2, 3), k, np.float32) for k in range(2)]
    for k in range(2):
        log.append(Preview(bytes([k])))
        log.append(Place(k / 2, str(k)))
        log.append(Checkpoint(k + 1, pictures[k], 1.0))
        log.append(loss(k))
    kinds = [(number, type(event)) for number, event in log.since(0)]
    assert kinds == [(3, LossPoint), (4, Preview), (5, Place), (6, Checkpoint), (7, LossPoint)]
    assert log.events[1] == Preview(b"\1") and log.events[3].picture is pictures[1]


def test_one_that_was_told_already_is_replaced_all_the_same():
    log = EventLog(1e6)
    log.append(Place(0.1, "one"))
    log.since(1)
    log.append(Place(0.2, "two"))
    assert log.since(1) == ((1, Place(0.2, "two")),)


def test_frames_between_octaves_go_first_and_the_last_stays():
    log = EventLog(900)  # three frames of 300 bytes
    log.append(frame(0, ends_octave=True))
    for iteration in range(1, 5):
        log.append(frame(iteration))
    # The oldest between octaves went as the third and the fourth of them came.
    kept = [(event.iteration, event.ends_octave) for event in log.events]
    assert kept == [(0, True), (3, False), (4, False)]
    assert log.dropped == 2


def test_frames_that_are_acknowledged_take_no_room():
    log = EventLog(900)
    for iteration in range(30):
        log.append(frame(iteration))
        assert [number for number, _ in log.since(iteration)] == [iteration]
    assert log.dropped == 0


def test_a_log_begins_with_the_events_of_another():
    log = EventLog(1e6, [loss(0), Place(0.5, "half")])
    log.append(Place(0.6, "more"))
    assert log.events == (loss(0), Place(0.6, "more"))
    assert dataclasses.replace(log.events[0], iteration=9) == loss(9)


def test_an_answer_ends_after_so_many_bytes_and_the_rest_comes_next():
    log = EventLog(1e6)
    log.append(loss(0))
    for iteration in range(5):
        log.append(frame(iteration))  # 300 bytes each
    told = []
    while answer := log.since(told[-1] + 1 if told else 0, 500):
        told += [number for number, _ in answer]
        assert len(answer) <= 3
    assert told == list(range(6))
    assert [number for number, _ in EventLog(1e6, [frame(0)]).since(0, 1)] == [0]  # one at least


def test_many_frames_are_thinned_in_a_moment():
    log = EventLog(300 * 4000)
    for iteration in range(9000):
        log.append(frame(iteration))
    assert len(log.events) <= 4000 and log.events[-1].iteration == 8999


def test_exact_values_go_before_frames_are_left_out():
    def frame(octave):
        pixels = np.full((10, 10, 3), octave, np.uint8)
        return Frame(octave, 0, True, Picture(pixels), np.zeros((10, 10, 3), np.float32))

    log = EventLog(4_000)  # of 300 + 1,200 bytes each
    for octave in range(4):
        log.append(frame(octave))
    kept = [event for event in log.events if isinstance(event, Frame)]
    assert [each.octave for each in kept] == [0, 1, 2, 3]
    assert [each.exact is None for each in kept] == [True, True, False, False]
    assert log.dropped == 0
    log = EventLog(1_000)
    for octave in range(4):
        log.append(frame(octave))
    kept = [event for event in log.events if isinstance(event, Frame)]
    assert [(each.octave, each.exact is None) for each in kept] == [(1, True), (2, True), (3, True)]
    assert log.dropped == 1
